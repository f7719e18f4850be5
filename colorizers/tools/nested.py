"""JSON and TOML that others wrote: as deep as people nest them, and no deeper. Pure."""

from __future__ import annotations

import json
import re
import tomllib
from math import inf
from typing import Any

LEVELS = 64
"""Lists and tables within each other. What is read must be written, shown and compared, each by recursion."""
LEAST, MOST = -(2**63), 2**63 - 1
"""Whole numbers, as the standard of TOML has them: longer ones can be neither stored nor shown."""

# The texts and comments of a TOML file, so that dots in them are not taken for keys'; and a dotted key.
# Each part takes what it can and gives nothing back: the time grows with the length of the file.
_TEXT = re.compile(
    r"""\"{3}(?:\\.|[^\\])*?(?:\"{3,5}|\\?\Z)|'{3}.*?(?:'{3,5}|\Z)|"(?:\\[^\n]|[^"\\\n])*+"?|'[^'\n]*+'?|\#[^\n]*+""",
    re.DOTALL,
)
_DOTTED = re.compile(r"[\w-]++(?:[ \t]*+\.[ \t]*+[\w-]++)*+")


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
    # The parser's time grows with the cube of the parts of a key.
    if any(key[0].count(".") > LEVELS for key in _DOTTED.finditer(_TEXT.sub("text", text))):
        raise TooDeep
    try:
        return _shallow(tomllib.loads(text), LEAST, MOST)
    except RecursionError as error:
        raise TooDeep from error


def _shallow(value: Any, least: float = -inf, most: float = inf) -> Any:
    level = [value]
    for _ in range(LEVELS + 1):
        if any(isinstance(item, int) and not least <= item <= most for item in level):
            raise ValueError(f"whole numbers are from {least} to {most}; one is not")
        holders = [item for item in level if isinstance(item, dict | list)]
        if not holders:
            return value
        level = [
            part for item in holders for part in (item.values() if isinstance(item, dict) else item)
        ]  # fmt: skip
    raise TooDeep
