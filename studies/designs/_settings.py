"""How settings are made and checked: every refusal says in words which value is wrong."""

from __future__ import annotations

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
