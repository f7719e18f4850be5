"""JSON and TOML that others wrote: as deep as people nest them, and no deeper. Pure."""

from __future__ import annotations

import json
import tomllib
from typing import Any

LEVELS = 64
"""Lists and tables within each other. What is read must be written, shown and compared, each by recursion."""


class TooDeep(ValueError):
    """Lists and tables are nested deeper than anybody needs."""

    def __init__(self) -> None:
        super().__init__(f"at most {LEVELS} lists and tables within each other are read; these are deeper")


def load_json(text: str | bytes, **options: Any) -> Any:
    """What `json.loads` makes of a text, with its options; ValueError says why it cannot be read."""
    try:
        return _shallow(json.loads(text, **options))
    except RecursionError as error:
        raise TooDeep from error


def load_toml(text: str) -> Any:
    """What `tomllib.loads` makes of a text; ValueError says why it cannot be read."""
    try:
        return _shallow(tomllib.loads(text))
    except RecursionError as error:
        raise TooDeep from error


def _shallow(value: Any) -> Any:
    level = [value]
    for _ in range(LEVELS + 1):
        holders = [item for item in level if isinstance(item, dict | list)]
        if not holders:
            return value
        level = [
            part for item in holders for part in (item.values() if isinstance(item, dict) else item)
        ]  # fmt: skip
    raise TooDeep
