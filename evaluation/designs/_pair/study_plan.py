"""How many participants and photos a study needs: the question, and what each size would give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

from evaluation.statistics.arrays import Json
from evaluation.statistics.distributions import t_quantile
from evaluation.statistics.intervals import score_interval
from evaluation.statistics.planning import (
    Components,
    Plan,
    interval_width,
    log_odds,
    minimal_detectable_difference,
    participants_for,
    planned_variance,
    power,
)
from evaluation.statistics.simulation import Shape, coverage

MANY = 1_000_000
"""More people than any study has: what they cannot reach, nobody can."""

CROWDS = (10, 20, 40, 60, 80, 100, 150, 200, 300, 400, 600, 800, 1200)
SUPPLIES = (25, 50, 100, 200, 400, 800, 1600, 3200)
SPREADS = (("half as much", 0.5), ("as assumed", 1.0), ("1.5 times as much", 1.5))


def _asked(default: Any, low: float, high: float, label: str, help: str = "", *, unit: str = "") -> Any:
    """A field with its range; one with a unit is a share, and people say and read it times 100."""
    known = {"low": low, "high": high, "label": label, "help": help, "unit": unit}
    return field(default=default, metadata=known)


@dataclass(frozen=True)
class Question:
    """What a researcher knows or assumes before a study; shares in [0, 1], SDs on the log-odds scale."""

    rate: float = _asked(
        0.30, 0.01, 0.99, "Fool rate expected",
        "Published pair tests found 16 to 48 %. The nearer to 50 %, the more people it takes.",
        unit="%",
    )  # fmt: skip
    half_width: float = _asked(
        0.03, 0.002, 0.3, "Precision wanted",
        "Half the width of the 95 % interval of one fool rate: 3 means ± 3 points.",
        unit="points",
    )  # fmt: skip
    difference: float = _asked(
        0.05, 0.002, 0.5, "Smallest difference",
        "Between two conditions: the smallest one that you would not want to miss.",
        unit="points",
    )  # fmt: skip
    power: float = _asked(
        0.8, 0.5, 0.99, "Power wanted", "How often a difference of that size shall be found.", unit="%"
    )
    conditions: int = _asked(2, 1, 50, "Conditions", "Under test, without the vigilance control.")
    mixed: bool = field(
        default=True,
        metadata={
            "label": "Allocation",
            "help": "Where everybody sees one, the people are shared out among the conditions.",
        },
    )
    participants: int = _asked(100, 2, MANY, "Participants", "All of them, over all conditions.")
    photos: int = _asked(
        200, 2, MANY, "Photos", "For the test: those that practice takes from the set come on top."
    )
    trials: int = _asked(
        40, 1, 10_000, "Test trials a participant",
        "Over all conditions, without practice and vigilance. Nobody sees a photo twice.",
    )  # fmt: skip
    sd_people: float = _asked(
        0.8, 0.0, 3.0, "SD between people",
        "On the log-odds scale. Errors printed with published rates imply 0.4 to 1.2.",
    )  # fmt: skip
    sd_photos: float = _asked(
        0.8, 0.0, 3.0, "SD between photos",
        "On the log-odds scale. We know of no published one; 0.8 takes photos to differ as much as "
        "people.",
    )  # fmt: skip
    shared: float = _asked(
        0.5, 0.0, 0.99, "How much of it is shared",
        "Correlation of these effects between two conditions: 1 would mean that the same people and "
        "photos are easy under both.",
    )  # fmt: skip

    def __post_init__(self) -> None:
        wrong = problems({item.name: getattr(self, item.name) for item in fields(self)})
        if wrong:
            raise ValueError(" ".join(wrong.values()))


def problems(values: dict[str, Any]) -> dict[str, str]:
    """What is wrong with these values, one sentence for each name that is to blame."""
    found = {}
    for item in fields(Question):
        value, known = values.get(item.name), item.metadata
        if value is not None and "low" in known and not known["low"] <= value <= known["high"]:
            scale, unit = (100, f" {known['unit']}") if known["unit"] else (1, "")
            low, high = _plain(scale * known["low"]), _plain(scale * known["high"])
            found[item.name] = f"{known['label']}: a number from {low} to {high}{unit}."
    if found or any(values.get(name) is None for name in ("conditions", "participants", "photos", "trials")):
        return found
    if values["trials"] > values["photos"]:
        found["trials"] = (
            f"Nobody sees a photo twice: {values['trials']} test trials need as many photos, "
            f"not {values['photos']}."
        )
    mixed = values.get("mixed", True)
    if mixed and values["trials"] < values["conditions"]:
        found["trials"] = (
            f"To see each of {values['conditions']} conditions takes as many test trials, "
            f"not {values['trials']}."
        )
    if not mixed and values["participants"] < 2 * values["conditions"]:
        found["participants"] = (
            f"Each of {values['conditions']} conditions needs 2 participants at least: "
            f"{2 * values['conditions']} in all."
        )
    return found


def _plain(number: float) -> str:
    """A number as people write it: 1,000,000 and 0.5."""
    return f"{number:,.6f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Size:
    """What a study of so many people and photos would show; rates and differences as shares."""

    participants: int
    photos: int
    low: float
    high: float
    detectable: float | None
    power: float | None

    @property
    def half_width(self) -> float:
        """Half the width of the interval around one condition's rate."""
        return (self.high - self.low) / 2


@dataclass(frozen=True)
class Need:
    """How many people it takes; None where no number is enough."""

    photos: int
    for_precision: int | None
    for_difference: int | None
    floor: float


class Planner:
    """Answers a question for any number of people and photos."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.compares = question.conditions > 1

    @cached_property
    def parts(self) -> Components:
        """Variance of one trial by its sources."""
        q = self.question
        return Components.around(q.rate, q.sd_people, q.sd_photos)

    @property
    def trials_each(self) -> int:
        """Test trials of one participant under one condition."""
        q = self.question
        return q.trials // q.conditions if q.mixed else q.trials

    @property
    def _arms(self) -> int:
        return 1 if self.question.mixed else self.question.conditions

    def size(self, participants: int | None = None, photos: int | None = None) -> Size:
        """What a study would show; without numbers, the one in the question."""
        q = self.question
        people, supply = participants or q.participants, photos or q.photos
        plan = self._plan(max(2, people // self._arms), supply)
        n_eff = q.rate * (1 - q.rate) / planned_variance(plan, self.parts)
        low, high = score_interval(q.rate, n_eff, t_quantile(0.025, plan.df))
        return Size(
            participants=people,
            photos=supply,
            low=low,
            high=high,
            detectable=minimal_detectable_difference(
                plan, self.parts, q.power, q.shared, self._alpha, same_people=q.mixed
            )
            if self.compares
            else None,
            power=self._power(plan) if self.compares else None,
        )

    def need(self, photos: int | None = None) -> Need:
        """How many people it takes with so many photos."""
        q, supply = self.question, photos or self.question.photos
        each = participants_for(2 * q.half_width, supply, self.trials_each, self.parts)
        most = self._plan(MANY, supply)
        return Need(
            photos=supply,
            for_precision=None if each is None else each * self._arms,
            for_difference=self._people_for_difference(supply) if self.compares else None,
            floor=interval_width(most, self.parts) / 2,
        )

    def sizes(self) -> list[Size]:
        """The photos of the question judged by few people and by many."""
        least = 2 * self._arms
        crowds = {n for n in CROWDS if n >= least} | {self.question.participants}
        return [self.size(participants=n) for n in sorted(crowds)]

    def needs(self) -> list[Need]:
        """How many people it takes with few photos and with many."""
        supplies = {n for n in SUPPLIES if n >= max(2, self.question.trials)} | {self.question.photos}
        return [self.need(n) for n in sorted(supplies)]

    def spreads(self) -> list[tuple[str, Question, Need]]:
        """The same need if people and photos differ less or more than assumed."""
        q = self.question
        found = []
        for words, factor in SPREADS:
            other = replace(
                q, sd_people=min(3.0, factor * q.sd_people), sd_photos=min(3.0, factor * q.sd_photos)
            )
            found.append((words, other, Planner(other).need()))
        return found

    def simulated(self, studies: int, seed: int) -> Json:
        """The same size asked of simulated studies: mean width and coverage of the default interval."""
        q = self.question
        plan = self._plan(q.participants // self._arms, q.photos)
        logit = log_odds(q.rate, q.sd_people, q.sd_photos)
        shape = Shape(plan.participants, plan.photos, plan.trials, logit, q.sd_people, q.sd_photos)
        found = coverage(shape, studies=studies, seed=seed)["default"]
        return {"studies": studies, "seed": seed, "half_width": found.width / 2, "coverage": found.share}

    def as_json(self) -> Json:
        """Question and answer as plain values."""
        q, now, need = self.question, self.size(), self.need()
        return {
            "question": {item.name: getattr(q, item.name) for item in fields(q)},
            "trials_each": self.trials_each,
            "half_width": now.half_width,
            "interval": [now.low, now.high],
            "detectable_difference": now.detectable,
            "power": now.power,
            "participants_for_precision": need.for_precision,
            "participants_for_difference": need.for_difference,
            "half_width_with_any_number_of_people": need.floor,
        }

    @property
    def _alpha(self) -> float:
        """The level of one comparison: Holm's correction begins with that of Bonferroni."""
        pairs = self.question.conditions * (self.question.conditions - 1) // 2
        return 0.05 / max(1, pairs)

    def _plan(self, people: int, photos: int) -> Plan:
        return Plan(people, photos, self.trials_each)

    def _power(self, plan: Plan) -> float:
        q = self.question
        return power(plan, self.parts, q.difference, q.shared, self._alpha, same_people=q.mixed)

    def _people_for_difference(self, photos: int) -> int | None:
        each = _fewest(lambda people: self._power(self._plan(people, photos)) >= self.question.power)
        return None if each is None else each * self._arms


def _fewest(enough: Callable[[int], bool]) -> int | None:
    """The fewest people that are enough, if more people are never worse; None if no number is."""
    low, high = 2, MANY
    if not enough(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low
