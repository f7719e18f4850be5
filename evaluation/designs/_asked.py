"""A question for the planner: a dataclass whose fields declare default, range, words and unit. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from math import ceil
from typing import Any, Self

from studies.designs._frames import levels_of

MANY = 1_000_000
"""More people than any study has: what they cannot reach, nobody can."""


@dataclass(frozen=True)
class Item:
    """One thing that is asked. What has `times` 100 is held as a share and said in per cent or points.

    `choices`: the words of an answer by name, which stand for True and False in this order.
    """

    kind: type
    default: Any
    label: str
    help: str = ""
    low: float = 0
    high: float = MANY
    unit: str = ""
    times: float = 1
    choices: Mapping[str, str] = field(default_factory=dict)
    name: str = ""

    @property
    def title(self) -> str:
        """The label with its unit."""
        return f"{self.label}, {self.unit}" if self.unit else self.label

    def said(self, value: Any) -> Any:
        """A value as people say it: shares times 100, rounded so that 0.07 is 7; of a choice its name."""
        if self.choices:
            return list(self.choices)[not value]
        return round(self.times * value, 6) if self.times != 1 else value

    def text(self, value: Any) -> str:
        """The same as it is typed."""
        said = self.said(value)
        return str(said) if self.choices else f"{said:.12g}"

    def meant(self, value: Any) -> Any:
        """What somebody said as the question holds it."""
        if self.choices:
            return value == next(iter(self.choices))
        return value / self.times if value is not None and self.times != 1 else value

    def read(self, text: str) -> Any:
        """What somebody typed as the question holds it; ValueError says what was expected."""
        if self.choices:
            if text not in self.choices:
                raise ValueError(f"{self.label}: one of {', '.join(self.choices)}, not {text!r}.")
            return self.meant(text)
        try:
            return self.meant(self.kind(text))
        except ValueError:
            kind = "a whole number" if self.kind is int else "a number"
            raise ValueError(f"{self.label}: {kind}, not {text!r}.") from None

    def complaint(self, value: Any) -> str:
        """What is wrong with a value by itself; empty: nothing."""
        if self.choices or value is None or self.low <= value <= self.high:
            return ""
        low, high = (_plain(self.times * end) for end in (self.low, self.high))
        return f"{self.label}: a number from {low} to {high}{f' {self.unit}' if self.unit else ''}."


def whole(default: int, low: int, high: int, label: str, help: str = "") -> Any:
    """A whole number."""
    return _field(Item(int, default, label, help, low, high))


def number(default: float, low: float, high: float, label: str, help: str = "", *, unit: str = "") -> Any:
    """A number that is said as it is held."""
    return _field(Item(float, default, label, help, low, high, unit))


def share(default: float, low: float, high: float, label: str, help: str = "", *, unit: str = "%") -> Any:
    """A number from 0 to 1, said times 100."""
    return _field(Item(float, default, label, help, low, high, unit, 100))


def choice(default: bool, label: str, help: str = "", **choices: str) -> Any:
    """One of two answers: the first stands for True."""
    return _field(Item(bool, default, label, help, choices=choices))


def power() -> Any:
    return share(0.8, 0.5, 0.99, "Power wanted", "How often a difference of that size shall be found.")


def conditions(help: str = "Under test, without the vigilance control.") -> Any:
    return whole(2, 1, 50, "Conditions", help)


def smallest_difference(make: Callable[..., Any], default: float, low: float, high: float, unit: str) -> Any:
    """A difference between two conditions; `make` is `share` or `number`."""
    help = "Between two conditions: the smallest one that you would not want to miss."
    return make(default, low, high, "Smallest difference", help, unit=unit)


def allocation() -> Any:
    return choice(
        True,
        "Allocation",
        "Where everybody sees one, the people are shared out among the conditions.",
        all="Everybody sees all conditions",
        one="Everybody sees one",
    )


def participants(default: int = 100) -> Any:
    return whole(default, 2, MANY, "Participants", "All of them, over all conditions.")


def photos(default: int = 200) -> Any:
    return whole(
        default, 2, MANY, "Photos", "For the test: those that practice takes from the set come on top."
    )


def levels() -> Any:
    return whole(
        1,
        1,
        10,
        "Exposures",
        "How many, over which everybody's trials are shared out; 1: all are the same.",
    )


def shared(what: str) -> Any:
    return number(
        0.5,
        0,
        0.99,
        "How much of it is shared",
        f"Correlation of these effects between two conditions: 1 would mean that {what}.",
    )


def _field(item: Item) -> Any:
    return field(default=item.default, metadata={"asked": item})


def _plain(number: float) -> str:
    """A number as people write it: 1,000,000 and 0.5."""
    return f"{number:,.6f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Draft:
    """What a study has settled: its size, and the settings of its design, all of them.

    `photos` are those of the test; it and `trials` are None where the settings are not sound yet.
    """

    conditions: int
    mixed: bool
    participants: int
    photos: int | None = None
    trials: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    def settled(self) -> dict[str, Any]:
        """All of it by name."""
        own = {item.name: getattr(self, item.name) for item in fields(self) if item.name != "settings"}
        own["levels"] = len(levels_of(self.settings.get("exposure_ms")))
        return {name: value for name, value in (dict(self.settings) | own).items() if value is not None}


@dataclass(frozen=True)
class Asked:
    """The base of every design's question. Its fields are made by the functions above.

    All have `conditions`, `participants`, `photos` and `trials` (of one participant), asked or computed.
    """

    @classmethod
    def groups(cls, values: Mapping[str, Any]) -> int:
        """In how many groups the people are, each of which sees another condition."""
        return 1 if values.get("mixed", True) else int(values["conditions"])

    @classmethod
    def least_trials(cls, values: Mapping[str, Any]) -> int:
        """How many trials it takes to see everything once."""
        return cls.conditions_each(values) * int(values.get("levels", 1))

    @classmethod
    def conditions_each(cls, values: Mapping[str, Any]) -> int:
        """How many conditions one participant sees."""
        return int(values["conditions"]) // cls.groups(values)

    @classmethod
    def looks(cls, values: Mapping[str, Any]) -> int:
        """How often one participant may be asked about one photo."""
        return 1

    @classmethod
    def clashes(cls, values: Mapping[str, Any]) -> dict[str, str]:
        """What the numbers, each in range, demand of each other: a sentence by the name to blame."""
        found = {}
        photos = ceil(values["trials"] / cls.looks(values))
        if photos > values["photos"]:
            found["trials"] = cls.too_many(values, photos)
        if values["trials"] < cls.least_trials(values):
            found["trials"] = cls.too_few(values)
        return found | cls.clashing_groups(values)

    @classmethod
    def clashing_groups(cls, values: Mapping[str, Any]) -> dict[str, str]:
        """That there are too few people for groups, by name; empty: enough."""
        groups = cls.groups(values)
        if values["participants"] >= 2 * groups:
            return {}
        sentence = f"Each of {groups} conditions needs 2 participants at least: {2 * groups} in all."
        return {"participants": sentence}

    @classmethod
    def too_few(cls, values: Mapping[str, Any]) -> str:
        """That so many trials do not show everything."""
        seen, levels = cls.conditions_each(values), values.get("levels", 1)
        if levels > 1:
            each = f"each of {seen} conditions" if seen > 1 else "a condition"
            most = cls.least_trials(values)
            return f"To see {each} at {levels} exposures takes {most} test trials, not {values['trials']}."
        return f"To see each of {seen} conditions takes as many test trials, not {values['trials']}."

    @classmethod
    def too_many(cls, values: Mapping[str, Any], photos: int) -> str:
        """That so many trials take more photos than there are."""
        return (
            f"Nobody sees a photo twice: {values['trials']} test trials need as many photos, "
            f"not {values['photos']}."
        )

    @classmethod
    def fitted(cls, wanted: Mapping[str, Any]) -> Self:
        """A question with these values as far as they fit: a draft may hold a study that cannot be yet."""
        values = {item.name: item.default for item in items(cls)}
        for item in items(cls):
            if item.name in wanted:
                value = wanted[item.name]
                ranged = value if item.choices else min(max(value, item.low), item.high)
                values[item.name] = item.kind(ranged)
        return cls(**cls.mended(values))

    @classmethod
    def mended(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Values in range made to fit together."""
        trials = max(values["trials"], cls.least_trials(values))
        return values | {
            "trials": trials,
            "photos": max(values["photos"], ceil(trials / cls.looks(values))),
            "participants": max(values["participants"], 2 * cls.groups(values)),
        }

    def __post_init__(self) -> None:
        wrong = problems(type(self), self.values())
        if wrong:
            raise ValueError(" ".join(wrong.values()))

    def values(self) -> dict[str, Any]:
        """The answers by name."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


def items(kind: type[Asked]) -> list[Item]:
    """What a question asks, in its order."""
    return [replace(item.metadata["asked"], name=item.name) for item in fields(kind)]


def problems(kind: type[Asked], values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with these values, one sentence for each name that is to blame."""
    asked = items(kind)
    found = {item.name: item.complaint(values.get(item.name)) for item in asked}
    found = {name: sentence for name, sentence in found.items() if sentence}
    if found or any(values.get(item.name) is None for item in asked):
        return found
    return kind.clashes(values)
