"""How a package of plug-ins is read.

The module's name is the plug-in's name, and nothing is imported before it is asked for.
"""

import importlib
import pkgutil
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any


class UnknownPlugin(LookupError):
    """No plug-in has this name; the message lists those that there are."""


class Registry:
    """The plug-ins of one package: each public module offers one object under the attribute's name."""

    def __init__(
        self, package: ModuleType | str, attribute: str, entry_point_group: str | None = None
    ) -> None:
        self._package = package if isinstance(package, str) else package.__name__
        self._attribute = attribute
        self._group = entry_point_group

    def _external(self) -> dict[str, Any]:
        if self._group is None:
            return {}
        return {point.name: point for point in entry_points(group=self._group)}

    def names(self) -> list[str]:
        """Names of all plug-ins, sorted; imports none of them."""
        path = importlib.import_module(self._package).__path__
        own = {info.name for info in pkgutil.iter_modules(path) if not info.name.startswith("_")}
        return sorted(own | self._external().keys())

    def choices(self) -> list[tuple[str, str]]:
        """For a model field: a callable, so that a new file makes no migration."""
        return [(name, name) for name in self.names()]

    def get(self, name: str) -> Any:
        """The plug-in of this name.

        Raises UnknownPlugin, which lists the known names.
        """
        external = self._external()
        if name in external:
            return external[name].load()
        if name not in self.names():
            raise UnknownPlugin(
                f"There is no {name!r} in {self._package}; there are: {', '.join(self.names())}."
            )
        return getattr(importlib.import_module(f"{self._package}.{name}"), self._attribute)
