"""Colorization methods: one file each, found by name, imported only when they are asked for."""

from colorizers.methods._base import Ingredients, Method, NoSettings, ReferencePhoto, ReferenceSet
from colorizers.tools.registry import Registry

__all__ = [
    "Ingredients",
    "Method",
    "NoSettings",
    "ReferencePhoto",
    "ReferenceSet",
    "choices",
    "get",
    "names",
]

ENTRY_POINTS = "foolrate.methods"

_registry = Registry(__name__, "METHOD", "method", ENTRY_POINTS)


def names() -> list[str]:
    """The names of all methods, ours and those of installed packages, in alphabetical order."""
    return _registry.names()


def choices() -> list[tuple[str, str]]:
    """Name and label of each method, for forms and model fields."""
    return _registry.choices()


def get(name: str) -> Method:
    """The method of that name; ValueError names the nearest one if there is none."""
    method = _registry.get(name)
    if not isinstance(method, Method):
        raise TypeError(f"The method {name!r} offers no METHOD of type Method, but {type(method).__name__}.")
    if method.name != name:
        raise ValueError(f"The method registered as {name!r} calls itself {method.name!r}; they must agree.")
    return method
