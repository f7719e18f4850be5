"""Colorization methods: one file each, found by name, imported only when they are asked for."""

import difflib
import importlib
import pkgutil
import site
import sys
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

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


def _path_files() -> set[Path]:
    return {file for folder in site.getsitepackages() for file in Path(folder).glob("*.pth")}


# What Python read when it started; an editable installation adds one.
_path_files_read = _path_files()


def _installed() -> dict[str, EntryPoint | None]:
    # Installing a package changes its folder, so a process that has run for days finds what is new.
    return _found_in(tuple((path, _changed_at(path)) for path in (*__path__, *sys.path)))


def _changed_at(path: str) -> int:
    try:
        return Path(path or ".").stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=1)
def _found_in(folders: tuple[tuple[str, int], ...]) -> dict[str, EntryPoint | None]:
    del folders
    importlib.invalidate_caches()
    for file in sorted(_path_files() - _path_files_read):
        site.addpackage(str(file.parent), file.name, None)
        _path_files_read.add(file)
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
        raise ValueError(f"There is no method called {name!r}.{hint}")
    entry = installed[name]
    try:
        offered = importlib.import_module(f"{__name__}.{name}") if entry is None else entry.load()
    except SystemExit as error:
        raise ImportError(
            f"The method {name!r} called sys.exit({error.code!r}) while it was imported; a method must not "
            "end the process."
        ) from error
    method = getattr(offered, "METHOD", offered)
    if not isinstance(method, Method):
        raise TypeError(f"The method {name!r} offers no METHOD of type Method, but {type(method).__name__}.")
    if method.name != name:
        raise ValueError(f"The method registered as {name!r} calls itself {method.name!r}; they must agree.")
    return method
