"""Image metrics: one file each, found by name, imported only when they are asked for."""

import difflib
import importlib
import pkgutil

from evaluation.metrics._base import Metric

__all__ = ["Metric", "choices", "get", "names"]


def names() -> list[str]:
    """The names of all metrics in alphabetical order."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def choices() -> list[tuple[str, str]]:
    """Name and label of each metric, for forms and model fields."""
    return [(name, name) for name in names()]


def get(name: str) -> Metric:
    """The metric of that name; ValueError names the nearest one if there is none."""
    if name not in names():
        nearest = difflib.get_close_matches(name, names(), n=1)
        hint = f" Did you mean {nearest[0]!r}?" if nearest else f" There are: {', '.join(names())}."
        raise ValueError(f"There is no metric called {name!r}.{hint}")
    metric = importlib.import_module(f"{__name__}.{name}").METRIC
    assert isinstance(metric, Metric)
    return metric
