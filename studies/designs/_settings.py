"""How settings are made and checked: every refusal says in words which value is wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from colorizers.tools.declared import refuse_unknown

S = TypeVar("S")


def make_settings(kind: type[S], values: Mapping[str, Any]) -> S:
    """Settings from a mapping (JSON, TOML or a form); an unknown key names the nearest known one."""
    refuse_unknown(kind, values)
    return kind(**values)


def check_whole(name: str, value: object, *, low: int, high: int) -> None:
    """Raise ValueError unless the value is a whole number in [low, high]."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name} must be a whole number, not {value!r}.")
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, not {value}.")


def check_share(name: str, value: object, *, high: float) -> None:
    """Raise ValueError unless the value is a number in [0, high]."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} must be a number, not {value!r}.")
    if not 0 <= value <= high:
        raise ValueError(f"{name} must be between 0 and {high}, not {value}.")


def check_one_of(name: str, value: object, allowed: Sequence[str]) -> None:
    """Raise ValueError unless the value is one of the allowed words."""
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")


def check_levels(name: str, value: object, *, low: int, high: int) -> None:
    """Raise ValueError unless the value is a whole number in [low, high], or a list of different ones."""
    if not isinstance(value, list | tuple):
        check_whole(name, value, low=low, high=high)
        return
    if not value:
        raise ValueError(f"{name} must name one number at least.")
    for one in value:
        check_whole(name, one, low=low, high=high)
    if len(set(value)) < len(value):
        raise ValueError(f"{name} must not name a number twice.")


def check_flag(name: str, value: object) -> None:
    """Raise ValueError unless the value is true or false."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false, not {value!r}.")


def check_settings(settings: Any) -> None:
    """Raise ValueError at the first setting that is not as its field declares."""
    for item in dataclasses.fields(settings):
        value = getattr(settings, item.name)
        if value is None and item.default is None:
            continue
        if "check" in item.metadata:
            item.metadata["check"](item.name, value)
