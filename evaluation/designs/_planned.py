"""A planner's answer as sections: words and tables that designs share, each with its own. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evaluation.designs._asked import Asked, Draft, items
from evaluation.designs._planner import AS_ASSUMED, Need, Planner, Size
from evaluation.report.section import Cell, Definition, Heading, Row, Section, Table
from evaluation.report.wording import NBSP, NONE, count, number, percent
from evaluation.statistics.arrays import Json
from studies.rules.vigilance import Filter

NEVER = "not attainable"
AS_PLANNED = "as planned"
POWER = Definition(
    "power",
    "Power",
    "How often that test finds a true difference of the size wanted. Approximate: both conditions are taken "
    "to vary as the one expected does.",
)
NEEDED = Definition(
    "needed",
    "Participants that it takes",
    "The fewest, over all conditions, for the precision or the power wanted. Add some for those who leave or "
    "are left out.",
)
FLOOR = Definition(
    "floor",
    "Floor",
    "Half the width of the interval that these photos would still leave if everybody in the world took part.",
)


@dataclass(frozen=True)
class Checks:
    """The vigilance trials of a study: whom they let through, and their minutes of a participation."""

    filter: Filter
    minutes: float
    of_minutes: int


@dataclass(frozen=True)
class Scale:
    """How a width or a difference is said: in `unit`, after multiplication."""

    unit: str
    times: float = 1
    digits: int = 1

    def bare(self, value: float) -> str:
        return number(self.times * value, self.digits)

    def width(self, value: float) -> str:
        """Half a width without its unit: “± 3.9”."""
        return f"±{NBSP}{self.bare(value)}"

    def wanted(self, value: float) -> str:
        """What somebody asked for, with no more digits than they gave: “3 points”."""
        return f"{round(self.times * value, 6):g}{NBSP}{self.unit}"


POINTS = Scale("points", 100)


@dataclass(frozen=True)
class Further:
    """One more column of the table by participants."""

    heading: Heading
    cells: tuple[str, ...]


class Answer:
    """What a planner says. A design fills in `headline`, `assumed`, `meanings`, and more if it likes."""

    scale: Scale = POINTS

    def __init__(self, planner: Any, checks: Checks | None = None) -> None:
        self.planner: Planner = planner
        self.checks = checks
        self.question = planner.question

    def sections(self) -> list[Section]:
        """The answer first, then fewer and more people, fewer and more photos, and other assumptions."""
        q, remarks = self.question, f"{self.trials()} {self.assumed()}"
        texts = (self.for_precision(), self.for_difference(), *self.further_sentences(), self.attention())
        answer = Section(
            "answer", "The answer", lead=self.headline(), paragraphs=tuple(filter(None, texts)),
            remarks=(remarks,), definitions=self.definitions(), folded=False,
        )  # fmt: skip
        people = Section(
            "people", f"Fewer or more participants, with {count(q.photos, 'photo')}",
            tables=(self._people(),), folded=False,
        )  # fmt: skip
        needs = [
            self._need_row(number(need.photos), need, mark=need.photos == q.photos, note=AS_PLANNED)
            for need in self.planner.needs()
        ]
        photos = Section(
            "photos", "Fewer or more photos: the participants that it takes",
            tables=(self._needs("photos", Heading("Photos", align="left"), needs),),
            remarks=(
                "Photos set a floor: below the last column no number of people comes. Those for practice and "
                "vigilance come on top.",
            ), folded=False,
        )  # fmt: skip
        return [answer, people, photos, self._spread()]

    def headline(self) -> str:
        """What the study as planned would show, in a sentence."""
        raise NotImplementedError

    def assumed(self) -> str:
        """How much people and photos are taken to differ, with a link to the definition “assumed”."""
        raise NotImplementedError

    def meanings(self) -> tuple[Definition, ...]:
        """What “interval” and “assumed” mean, and what the design adds."""
        raise NotImplementedError

    def further_sentences(self) -> tuple[str, ...]:
        """More of what the study would show."""
        return ()

    def further_columns(self, sizes: list[Size]) -> tuple[Further, ...]:
        """More columns of the table by participants, after their number."""
        return ()

    def between(self) -> str:
        """What is compared, to stand after “difference of 5 points”: empty, or with a space before it."""
        return ""

    def spread_label(self, question: Any) -> str:
        """The SDs of a question in words."""
        return f"people {number(question.sd_people, 2)}, photos {number(question.sd_photos, 2)}"

    def trials(self) -> str:
        """How the trials are shared out."""
        q = self.question
        text = f"{count(q.trials, 'test trial')} a participant"
        if self.planner.groups > 1:
            each = q.participants // q.conditions
            return f"{text}; {each:,} under each of {q.conditions} conditions."
        return f"{text}."

    @property
    def precision(self) -> str:
        """The precision wanted: “± 3 points”."""
        return f"±{NBSP}{self.scale.wanted(self.question.half_width)}"

    @property
    def difference(self) -> str:
        """The difference wanted: “5 points”."""
        return self.scale.wanted(self.question.difference)

    @property
    def power(self) -> str:
        return percent(self.question.power, places(self.question.power))

    def for_precision(self) -> str:
        """What the precision wanted requires."""
        need, precision = self.planner.need(), self.precision
        if need.for_precision is None:
            return (
                f"With {count(self.question.photos, 'photo')} the half-width cannot fall below "
                f"{self.scale.bare(need.floor)}{NBSP}{self.scale.unit}, whatever the number of participants: "
                f"{precision} requires more photos."
            )
        return f"{precision} requires {count(need.for_precision, 'participant')} with these photos."

    def for_difference(self) -> str:
        """What the difference wanted requires; nothing where one condition is all there is."""
        now, need = self.planner.now, self.planner.need()
        if now.power is None or now.detectable is None:
            return ""
        text = (
            f"A true difference of {self.difference}{self.between()} is found with {percent(now.power, 0)} "
            f"power; {self.power} power requires {self.scale.bare(now.detectable)}{NBSP}{self.scale.unit}."
        )
        wanted = f"{self.difference} with {self.power} power"
        if need.for_difference is None:
            return f"{text} {wanted} requires more photos: with {self.question.photos:,} it is {NEVER}."
        return f"{text} {wanted} requires {count(need.for_difference, 'participant')} with these photos."

    def attention(self) -> str:
        """What the vigilance trials let through, and what they cost."""
        if self.checks is None:
            return ""
        minutes = self.checks.minutes
        hours = minutes * self.question.participants / 60
        return (
            f"Attention checks: {self.checks.filter.sentence} They take {number(minutes, 1)} of about "
            f"{count(self.checks.of_minutes, 'minute')}, {number(hours, 1)} hours over all people."
        )

    def definitions(self) -> tuple[Definition, ...]:
        """What every column means."""
        own = {one.key: one for one in self.meanings()}
        first, last = own.pop("interval"), own.pop("assumed")
        compared = (self._detectable(), POWER) if self.planner.compares else ()
        return (first, *own.values(), *compared, NEEDED, FLOOR, last)

    def _detectable(self) -> Definition:
        pairs = ", divided by the number of pairs of conditions, as Holm’s correction begins"
        level = f"5{NBSP}%{pairs if self.planner.comparisons > 1 else ''}"
        return Definition(
            "detectable",
            "Difference found",
            "The true difference between two conditions that the report’s t test finds as often as the power "
            f"wanted says, at the level of {level}.",
        )

    def _people(self) -> Table:
        sizes, scale = self.planner.sizes(), self.scale
        further = self.further_columns(sizes)
        columns = [
            Heading("Participants", align="left"),
            *(one.heading for one in further),
            Heading(f"Half its width, {scale.unit}", "interval"),
        ]
        if self.planner.compares:
            columns += [
                Heading(f"Difference found in {self.power}, {scale.unit}", "detectable"),
                Heading(f"Power for {self.difference}", "power"),
            ]
        rows = []
        for place, size in enumerate(sizes):
            own = size.participants == self.question.participants
            row: list[Cell | str] = [
                Cell(number(size.participants), note=AS_PLANNED if own else "", strong=own),
                *(one.cells[place] for one in further),
                scale.width(size.half_width),
            ]
            if self.planner.compares:
                row += [
                    NONE if size.detectable is None else scale.bare(size.detectable),
                    percent(size.power, 0),
                ]
            rows.append(tuple(row))
        return Table("people", "", tuple(columns), tuple(rows), compact=True)

    def _needs(self, name: str, first: Heading, rows: list[Row]) -> Table:
        columns = [first, Heading(f"Participants for {self.precision}", "needed")]
        if self.planner.compares:
            columns.append(Heading(f"Participants to find {self.difference} in {self.power}", "needed"))
        columns.append(Heading(f"Floor, {self.scale.unit}", "floor"))
        return Table(name, "", tuple(columns), tuple(rows), compact=True)

    def _need_row(self, label: str, need: Need, *, mark: bool, note: str = "") -> Row:
        found = [need.for_precision, *([need.for_difference] if self.planner.compares else [])]
        cells = (NEVER if one is None else number(one) for one in found)
        return (Cell(label, note=note if mark else "", strong=mark), *cells, self.scale.width(need.floor))

    def _spread(self) -> Section:
        rows = [
            self._need_row(f"{words}: {self.spread_label(question)}", need, mark=words == AS_ASSUMED)
            for words, question, need in self.planner.spreads()
        ]
        return Section(
            "spread", "If people and photos differ less or more than assumed",
            tables=(self._needs("spread", Heading("SDs", "assumed", align="left"), rows),),
            remarks=(
                "The answer depends strongly on these numbers. If the rows are far apart, run a small "
                "study first, make its report, and plan with the SDs that it found.",
            ), folded=False,
        )  # fmt: skip


class Planning:
    """How a design's concluding half plans: what it asks, and what it answers.

    A design names its question, planner and answer; the rest is overridden where it differs.
    """

    Question: type[Asked]
    Planner: type[Planner]
    Answer: type[Answer]

    seen_in: str = ""
    """The part of a report's `analysis` in which `seen` finds the SDs; empty: the design estimates none."""

    def question(self, draft: Draft) -> dict[str, Any]:
        """What a draft has settled of the question, by name; whatever fits no range is moved into it."""
        settled = draft.settled()
        return {item.name: settled[item.name] for item in items(self.Question) if item.name in settled}

    def plan(self, question: Any, checks: Checks | None = None) -> list[Section]:
        """The answer as sections, first of all the headline."""
        return self.Answer(self.Planner(question), checks).sections()

    def numbers(self, question: Any) -> Json:
        """The answer as plain values."""
        return self.Planner(question).as_json()

    def simulated(self, question: Any, studies: int, seed: int) -> tuple[Json, str] | None:
        """The same size asked of simulated studies, in numbers and a sentence; None: it has none."""
        return None

    def seen(self, part: Json) -> dict[str, float | None]:
        """SDs that an earlier study found, by their names in the question; empty: none."""
        return {}


def places(share: float) -> int:
    """Decimals of a percentage that somebody gave: none where it is whole."""
    return 0 if abs(100 * share - round(100 * share)) < 1e-9 else 1
