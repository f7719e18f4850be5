"""What a column of an exported table is: its type, unit, range and meaning. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

TEXT, WHOLE, NUMBER, FLAG, TIME = "text", "whole number", "number", "0 or 1", "ISO 8601 time"
TYPES = (TEXT, WHOLE, NUMBER, FLAG, TIME)


@dataclass(frozen=True)
class Column:
    """One column; `low` and `high` are the ends of its range, None where there is none.

    `values` lists all that may stand in a text column, empty for free text. An empty field is always a
    missing value. `after` names the column behind which a design's own one stands. `of_bytes`: it tells the
    very bytes that were shown, from which no analysis concludes.
    """

    name: str
    type: str
    meaning: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()
    after: str = ""
    of_bytes: bool = False

    def __post_init__(self) -> None:
        if self.type not in TYPES:
            raise ValueError(f"the type of {self.name} must be one of {', '.join(TYPES)}, not {self.type!r}")

    @property
    def range(self) -> str:
        """The range in words: “0 to 1”, “L or R”; empty where anything may stand there."""
        if self.values:
            return " or ".join(self.values)
        if self.type == FLAG:
            return FLAG
        if self.low is None and self.high is None:
            return ""
        if self.high is None:
            return f"at least {self.low:g}"
        return f"at most {self.high:g}" if self.low is None else f"{self.low:g} to {self.high:g}"

    def as_property(self) -> dict[str, Any]:
        """The column as schema.org's PropertyValue."""
        low, high = (0, 1) if self.type == FLAG else (self.low, self.high)
        facts = {
            "@type": "PropertyValue",
            "name": self.name,
            "description": f"{self.meaning} ({self.type})",
            "unitText": self.unit,
            "minValue": low,
            "maxValue": high,
            "valuePattern": "|".join(self.values),
        }
        return {name: value for name, value in facts.items() if value not in ("", None)}


@dataclass(frozen=True)
class Table:
    """One exported table: what a row is, and its columns in their order."""

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(column.name for column in self.columns)


def digest_column(name: str, of: str) -> Column:
    """The column of a digest of what was shown."""
    return Column(name, TEXT, f"SHA-256 of {of}", after="arrangement", of_bytes=True)


def placed(common: Sequence[Column], own: Iterable[Column]) -> tuple[Column, ...]:
    """The common columns with these in between, each behind the one that it names, in their order.

    Raises ValueError for one that names no common column.
    """
    waiting = list(own)
    found: list[Column] = []
    for column in common:
        found += [column, *(one for one in waiting if one.after == column.name)]
    if lost := [one.name for one in waiting if one not in found]:
        raise ValueError(f"There is no column behind which {', '.join(lost)} could stand.")
    return tuple(found)
