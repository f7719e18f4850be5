"""How a package of plug-ins is read: the module's name is the plug-in's name, and none is imported before it
is asked for. Pure."""

import difflib
import importlib
import pkgutil
import site
import sys
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any


class UnknownPlugin(ValueError):
    """No plug-in has this name; the message says which is nearest, or lists those that there are."""


class Registry:
    """The plug-ins of one package: each public module offers one object under the attribute's name.

    `group`: the entry-point group by which installed packages add their own.
    """

    def __init__(self, package: str, attribute: str, noun: str, group: str = "") -> None:
        self.package, self.attribute, self.noun, self.group = package, attribute, noun, group

    def names(self) -> list[str]:
        """Names of all plug-ins, sorted; imports none of them.

        Raises ValueError if two have the same name.
        """
        return sorted(self._found())

    def choices(self) -> list[tuple[str, str]]:
        """Name and label of each; a model field takes the callable, so that a new file makes no migration."""
        return [(name, name) for name in self.names()]

    def get(self, name: str) -> Any:
        """The plug-in of this name; raises UnknownPlugin."""
        found = self._found()
        if name not in found:
            nearest = difflib.get_close_matches(name, found, n=1)
            hint = f" Did you mean {nearest[0]!r}?" if nearest else f" There are: {', '.join(sorted(found))}."
            raise UnknownPlugin(f"There is no {self.noun} called {name!r}.{hint}")
        entry = found[name]
        try:
            offered = importlib.import_module(f"{self.package}.{name}") if entry is None else entry.load()
        except SystemExit as error:
            raise ImportError(
                f"The {self.noun} {name!r} called sys.exit({error.code!r}) while it was imported; a "
                f"{self.noun} must not end the process."
            ) from error
        return getattr(offered, self.attribute, offered)

    def _found(self) -> dict[str, EntryPoint | None]:
        modules = [module.name for module in pkgutil.iter_modules(self._path)]
        found: dict[str, EntryPoint | None] = dict.fromkeys(n for n in modules if not n.startswith("_"))
        if self.group:
            found.update(installed(self.group, self.noun, tuple(found)))
        return found

    @property
    def _path(self) -> Sequence[str]:
        path: Sequence[str] = importlib.import_module(self.package).__path__
        return path


def installed(group: str, noun: str, taken: Sequence[str]) -> dict[str, EntryPoint]:
    """The entry points of a group, by name; a process that has run for days finds what is new."""
    # Installing a package changes its folder.
    return _installed(group, noun, tuple(taken), tuple((path, _changed_at(path)) for path in sys.path))


@lru_cache(maxsize=8)
def _installed(
    group: str, noun: str, taken: Sequence[str], folders: tuple[tuple[str, int], ...]
) -> dict[str, EntryPoint]:
    del folders
    importlib.invalidate_caches()
    for file in sorted(_path_files() - _path_files_read):
        site.addpackage(str(file.parent), file.name, None)
        _path_files_read.add(file)
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=group):
        if entry.name in found or entry.name in taken:
            raise ValueError(
                f"Two {noun}s are called {entry.name!r}; the other one comes from {entry.value!r}. "
                "Uninstall that package, or let it choose another name."
            )
        found[entry.name] = entry
    return found


def _changed_at(path: str) -> int:
    try:
        return Path(path or ".").stat().st_mtime_ns
    except OSError:
        return 0


def _path_files() -> set[Path]:
    return {file for folder in site.getsitepackages() for file in Path(folder).glob("*.pth")}


# What Python read when it started; an editable installation adds one.
_path_files_read = _path_files()
