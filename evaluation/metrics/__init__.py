"""Metrics: code that judges a picture. One file each, found by its name."""

from typing import TYPE_CHECKING

from colorizers.registry import Registry

if TYPE_CHECKING:
    from evaluation.metrics._metric import Metric

_registry = Registry(__name__, "METRIC")


def names() -> list[str]:
    return _registry.names()


def choices() -> list[tuple[str, str]]:
    return _registry.choices()


def get(name: str) -> "Metric":
    metric: Metric = _registry.get(name)
    return metric
