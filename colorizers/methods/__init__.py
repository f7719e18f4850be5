"""Methods: code that predicts colour from lightness. One file each, found by its name;
packages outside add theirs by the entry-point group ``foolrate.methods``."""

from typing import TYPE_CHECKING

from colorizers.registry import Registry

if TYPE_CHECKING:
    from colorizers.methods._method import Method

_registry = Registry(__name__, "METHOD", entry_point_group="foolrate.methods")


def names() -> list[str]:
    return _registry.names()


def choices() -> list[tuple[str, str]]:
    return _registry.choices()


def get(name: str) -> "Method":
    method: Method = _registry.get(name)
    return method
