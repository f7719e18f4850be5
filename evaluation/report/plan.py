"""The planner's answer in words and cells, the same on the page and on the terminal."""

from __future__ import annotations

from dataclasses import dataclass

from colorizers.tools.command_line import MANAGE
from evaluation.designs._pair.study_plan import Need, Planner, Question, Size
from evaluation.report.wording import NBSP, NONE, count, number, percent, percent_range, points
from evaluation.views.plan_form import ASKED, in_units
from studies.rules.vigilance import Filter

NEVER = "no number is enough"


@dataclass(frozen=True)
class SizeRow:
    """One number of participants; `own` marks the one that was asked about."""

    participants: str
    interval: str
    half_width: str
    detectable: str
    power: str
    own: bool


@dataclass(frozen=True)
class NeedRow:
    """One number of photos, or one assumption about the spread, with the people that it takes."""

    label: str
    for_precision: str
    for_difference: str
    floor: str
    own: bool


@dataclass(frozen=True)
class Checks:
    """The vigilance trials of a study: whom they let through, and their minutes of a participation."""

    filter: Filter
    minutes: float
    of_minutes: int


class PlanPage:
    """What a planner says, ready to be set in a page."""

    def __init__(self, planner: Planner, checks: Checks | None = None) -> None:
        self.planner = planner
        self.checks = checks
        self.question = planner.question
        self.compares = planner.compares
        self.now = planner.size()
        self.need = planner.need()

    @property
    def rate(self) -> str:
        return percent(self.question.rate, _places(self.question.rate))

    @property
    def precision(self) -> str:
        """The precision wanted: “± 3 points”."""
        return f"±{NBSP}{_short(self.question.half_width)}{NBSP}points"

    @property
    def difference(self) -> str:
        """The difference wanted: “5 points”."""
        return f"{_short(self.question.difference)}{NBSP}points"

    @property
    def power(self) -> str:
        return percent(self.question.power, _places(self.question.power))

    @property
    def headline(self) -> str:
        """What the study as planned would show of one rate."""
        q = self.question
        return (
            f"{count(q.participants, 'participant')} on {count(q.photos, 'photo')} give "
            f"±{NBSP}{points(self.now.half_width)}{NBSP}points: a fool rate of {self.rate} would come with "
            f"the interval {percent_range(self.now.low, self.now.high)}."
        )

    @property
    def trials(self) -> str:
        """How the trials are shared out."""
        q, each = self.question, self.planner.trials_each
        if not self.compares:
            return f"{count(each, 'test trial')} a participant."
        text = f"{count(q.trials, 'test trial')} a participant"
        if q.mixed:
            return f"{text}, {each} under each of {q.conditions} conditions."
        return f"{text}; {q.participants // q.conditions:,} under each of {q.conditions} conditions."

    @property
    def attention(self) -> str:
        """What the vigilance trials let through, and what they cost."""
        if self.checks is None:
            return ""
        minutes = self.checks.minutes
        hours = minutes * self.question.participants / 60
        return (
            f"Attention checks: {self.checks.filter.sentence} They take {number(round(minutes, 1))} of about "
            f"{count(self.checks.of_minutes, 'minute')}, {number(round(hours, 1))} hours over all people."
        )

    @property
    def for_precision(self) -> str:
        """What the precision wanted takes."""
        if self.need.for_precision is None:
            return (
                f"{self.precision[0].upper()}{self.precision[1:]} cannot be had with "
                f"{count(self.question.photos, 'photo')}, however many people take part: they end at "
                f"±{NBSP}{points(self.need.floor)}. It takes more photos."
            )
        return f"{self.precision} takes {count(self.need.for_precision, 'participant')} with these photos."

    @property
    def for_difference(self) -> str:
        """What the difference wanted takes; nothing where one condition is all there is."""
        now = self.now
        if now.power is None or now.detectable is None:
            return ""
        text = (
            f"A true difference of {self.difference} would be found in {percent(now.power, 0)} of such "
            f"studies; it takes one of {points(now.detectable)}{NBSP}points to be found in {self.power}."
        )
        if self.need.for_difference is None:
            return (
                f"{text} To find {self.difference} in {self.power} of studies takes more photos: with "
                f"{self.question.photos:,} no number of participants is enough."
            )
        return (
            f"{text} To find {self.difference} that often takes "
            f"{count(self.need.for_difference, 'participant')} with these photos."
        )

    @property
    def command(self) -> str:
        """The same question on the terminal; what is as usual is left out."""
        usual = Question()
        parts = [f"{MANAGE} plan_study"]
        for name in ASKED:
            value = getattr(self.question, name)
            if value == getattr(usual, name):
                continue
            if name == "mixed":
                parts.append("--one-condition-each")
            else:
                parts.append(f"--{name.replace('_', '-')} {in_units(name, value)}")
        return " ".join(parts)

    @property
    def sizes(self) -> list[SizeRow]:
        """Fewer and more participants with the photos of the question."""
        return [self._size(size) for size in self.planner.sizes()]

    @property
    def needs(self) -> list[NeedRow]:
        """Fewer and more photos."""
        return [
            self._need(number(need.photos), need, need.photos == self.question.photos)
            for need in self.planner.needs()
        ]

    @property
    def spreads(self) -> list[NeedRow]:
        """People and photos that differ less or more than assumed."""
        return [
            self._need(
                f"{words}: people {number(q.sd_people, 2)}, photos {number(q.sd_photos, 2)}", need, index == 1
            )
            for index, (words, q, need) in enumerate(self.planner.spreads())
        ]

    def _size(self, size: Size) -> SizeRow:
        return SizeRow(
            participants=number(size.participants),
            interval=percent_range(size.low, size.high),
            half_width=f"±{NBSP}{points(size.half_width)}",
            detectable=NONE if size.detectable is None else points(size.detectable),
            power=NONE if size.power is None else percent(size.power, 0),
            own=size.participants == self.question.participants,
        )

    def _need(self, label: str, need: Need, own: bool) -> NeedRow:
        return NeedRow(
            label=label,
            for_precision=NEVER if need.for_precision is None else number(need.for_precision),
            for_difference=NEVER if need.for_difference is None else number(need.for_difference),
            floor=f"±{NBSP}{points(need.floor)}",
            own=own,
        )


def _short(share: float) -> str:
    return f"{round(100 * share, 6):g}"


def _places(share: float) -> int:
    return 0 if abs(100 * share - round(100 * share)) < 1e-9 else 1
