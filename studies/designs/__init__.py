"""Designs: what is shown next and what counts as right. One file each, found by its name."""

from typing import TYPE_CHECKING

from colorizers.tools.registry import Registry

if TYPE_CHECKING:
    from studies.designs._design import Design

_registry = Registry(__name__, "DESIGN", "design")


def names() -> list[str]:
    return _registry.names()


def choices() -> list[tuple[str, str]]:
    return _registry.choices()


def get(name: str) -> "Design":
    design: Design = _registry.get(name)
    return design
