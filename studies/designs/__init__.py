"""Designs: what is shown next and what counts as right. One file each, found by its name."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from colorizers.tools.registry import Registry

if TYPE_CHECKING:
    from studies.designs._design import Design

_registry = Registry(__name__, "DESIGN", "design")
_concluded: list[Callable[[], Sequence[str]]] = []


def names() -> list[str]:
    return _registry.names()


def choices() -> list[tuple[str, str]]:
    return [(name, get(name).title) for name in offered()]


def offered() -> list[str]:
    """Those that a study may have: of any other one nobody could conclude anything."""
    return [name for name in names() if all(name in concluded() for concluded in _concluded)]


def conclude_with(concluded: Callable[[], Sequence[str]]) -> None:
    """Offer no design but those that are named here: told by whoever concludes, which is another app."""
    if concluded not in _concluded:
        _concluded.append(concluded)


def get(name: str) -> "Design":
    design: Design = _registry.get(name)
    return design
