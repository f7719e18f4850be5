"""How precise a study of any size would be, and what size it takes, for designs to fill in. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from evaluation.designs._asked import MANY, items
from evaluation.statistics.arrays import Json
from evaluation.statistics.distributions import t_effect, t_power, t_quantile

CROWDS = (10, 20, 40, 60, 80, 100, 150, 200, 300, 400, 600, 800, 1200)
SUPPLIES = (25, 50, 100, 200, 400, 800, 1600, 3200)
AS_ASSUMED = "as assumed"
SPREADS = (("half as much", 0.5), (AS_ASSUMED, 1.0), ("1.5 times as much", 1.5))


@dataclass(frozen=True)
class Error:
    """The standard error of a difference of two conditions, and its degrees of freedom."""

    se: float
    df: int


@dataclass(frozen=True)
class Size:
    """What a study of so many people and photos would show; `power` and `detectable` of two conditions."""

    participants: int
    photos: int
    half_width: float
    detectable: float | None
    power: float | None


@dataclass(frozen=True)
class Need:
    """The number of people required; None where it is not attainable."""

    photos: int
    for_precision: int | None
    for_difference: int | None
    floor: float


class Planner:
    """Answers a question for any number of people and photos.

    A design fills in `half_width` and `error`. Its question has `half_width`, `difference` and `power`, and
    says by `SPREAD` which of its numbers are SDs.
    """

    SPREAD: tuple[str, ...] = ("sd_people", "sd_photos")

    def __init__(self, question: Any) -> None:
        self.question = question
        self.groups: int = question.groups(question.values())
        self.compares = question.conditions > 1

    def half_width(self, people: int, photos: int) -> float:
        """Half the width of the 95 % interval of what is measured; `people` in one group, at least 2."""
        raise NotImplementedError

    def error(self, people: int, photos: int) -> Error:
        """Of the difference of two conditions, `people` in one group."""
        raise NotImplementedError

    def effect(self, difference: float) -> float:
        """A difference as people say it on the scale of `error`."""
        return difference

    def difference(self, effect: float) -> float:
        """A difference on the scale of `error` as people say it."""
        return effect

    @property
    def comparisons(self) -> int:
        """How many pairs of conditions there are."""
        return int(self.question.conditions * (self.question.conditions - 1) // 2)

    def size(self, participants: int | None = None, photos: int | None = None) -> Size:
        """What a study would show; without numbers, the one in the question."""
        q = self.question
        people, supply = participants or q.participants, photos or q.photos
        each = max(2, people // self.groups)
        return Size(
            participants=people,
            photos=supply,
            half_width=self.half_width(each, supply),
            detectable=self._detectable(each, supply) if self.compares else None,
            power=self._power(each, supply) if self.compares else None,
        )

    @cached_property
    def now(self) -> Size:
        """The study of the question."""
        return self.size()

    def need(self, photos: int | None = None) -> Need:
        """How many people it takes with so many photos."""
        q, supply = self.question, photos or self.question.photos
        return Need(
            photos=supply,
            for_precision=self._fewest(lambda people: self.half_width(people, supply) <= q.half_width),
            for_difference=self._fewest(lambda people: self._power(people, supply) >= q.power)
            if self.compares
            else None,
            floor=self.half_width(MANY, supply),
        )

    def sizes(self) -> list[Size]:
        """The photos of the question judged by few people and by many."""
        crowds = {n for n in CROWDS if n >= 2 * self.groups} | {self.question.participants}
        return [self.size(participants=n) for n in sorted(crowds)]

    def needs(self) -> list[Need]:
        """How many people it takes with few photos and with many."""
        q = self.question
        least = max(2, -(-q.trials // q.looks(q.values())))
        supplies = {n for n in SUPPLIES if n >= least} | {q.photos}
        return [self.need(n) for n in sorted(supplies)]

    def spreads(self) -> list[tuple[str, Any, Need]]:
        """The same need if people and photos differ less or more than assumed."""
        q = self.question
        asked = [item for item in items(type(q)) if item.name in self.SPREAD]
        found = []
        for words, factor in SPREADS:
            other = replace(q, **{i.name: min(i.high, factor * getattr(q, i.name)) for i in asked})
            found.append((words, other, type(self)(other).need()))
        return found

    def as_json(self) -> Json:
        """Question and answer as plain values."""
        now, need = self.now, self.need()
        return {
            "question": self.question.values(),
            "half_width": now.half_width,
            "detectable_difference": now.detectable,
            "power": now.power,
            "participants_for_precision": need.for_precision,
            "participants_for_difference": need.for_difference,
            "half_width_with_any_number_of_people": need.floor,
        }

    @property
    def _alpha(self) -> float:
        """The level of one comparison: Holm's correction begins with that of Bonferroni."""
        return 0.05 / max(1, self.comparisons)

    def _power(self, people: int, photos: int) -> float:
        error = self.error(people, photos)
        if not error.se:
            return 1.0
        effect = abs(self.effect(self.question.difference)) / error.se
        bar = t_quantile(self._alpha / 2, error.df)
        return t_power(bar, error.df, effect) + t_power(bar, error.df, -effect)

    def _detectable(self, people: int, photos: int) -> float:
        error = self.error(people, photos)
        effect = t_effect(t_quantile(self._alpha / 2, error.df), error.df, self.question.power)
        return self.difference(effect * error.se)

    def _fewest(self, enough: Callable[[int], bool]) -> int | None:
        """The fewest people, over all groups, that are enough; more are never worse. None if no number is."""
        low, high = 2, MANY
        if not enough(high):
            return None
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if enough(middle) else (middle + 1, high)
        return low * self.groups
