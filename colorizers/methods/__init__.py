"""Colorization methods: one file each, found by name, imported only when they are asked for."""

import difflib
import importlib
import pkgutil
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from colorizers.methods._base import Ingredients, Method, NoSettings, ReferencePhoto, ReferenceSet

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


@cache
def _installed() -> dict[str, EntryPoint | None]:
    own = [module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")]
    found: dict[str, EntryPoint | None] = dict.fromkeys(own)
    for entry in entry_points(group=ENTRY_POINTS):
        if entry.name in found:
            raise ValueError(
                f"Two methods are called {entry.name!r}; the other one comes from {entry.value!r}. "
                "Uninstall that package, or let it choose another name."
            )
        found[entry.name] = entry
    return found


def names() -> list[str]:
    """The names of all methods, ours and those of installed packages, in alphabetical order."""
    return sorted(_installed())


def choices() -> list[tuple[str, str]]:
    """Name and label of each method, for forms and model fields."""
    return [(name, name) for name in names()]


def get(name: str) -> Method:
    """The method of that name; ValueError names the nearest one if there is none."""
    installed = _installed()
    if name not in installed:
        nearest = difflib.get_close_matches(name, installed, n=1)
        hint = f" Did you mean {nearest[0]!r}?" if nearest else f" There are: {', '.join(names())}."
        hint += " Those of a package that was installed since are known once this process is started anew."
        raise ValueError(f"There is no method called {name!r}.{hint}")
    entry = installed[name]
    offered = importlib.import_module(f"{__name__}.{name}") if entry is None else entry.load()
    method = getattr(offered, "METHOD", offered)
    if not isinstance(method, Method):
        raise TypeError(f"The method {name!r} offers no METHOD of type Method, but {type(method).__name__}.")
    if method.name != name:
        raise ValueError(f"The method registered as {name!r} calls itself {method.name!r}; they must agree.")
    return method
