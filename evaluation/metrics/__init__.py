"""Image metrics: one file each, found by name, imported only when they are asked for."""

from colorizers.tools.registry import Registry
from evaluation.metrics._base import Metric

__all__ = ["Metric", "choices", "get", "names"]

_registry = Registry(__name__, "METRIC", "metric")


def names() -> list[str]:
    """The names of all metrics in alphabetical order."""
    return _registry.names()


def choices() -> list[tuple[str, str]]:
    """Name and label of each metric, for forms and model fields."""
    return _registry.choices()


def get(name: str) -> Metric:
    """The metric of that name; ValueError names the nearest one if there is none."""
    metric = _registry.get(name)
    assert isinstance(metric, Metric)
    return metric
