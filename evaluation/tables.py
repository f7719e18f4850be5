"""From rows of the database to the arrays that the statistics work on."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet, TextField
from django.db.models.functions import Cast

from evaluation.exposure import Exposures, Showing
from evaluation.models import Exclusion, Population
from evaluation.statistics.arrays import Json
from evaluation.statistics.table import ResponseTable
from studies.models import Participation, ParticipationState, Study, Trial, TrialKind

CHUNK = 5000

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class RecordedTrial(NamedTuple):
    """One answered (or timed-out) trial as the analysis needs it."""

    pk: int
    participation: int
    participant: str
    source: str
    number: int
    kind: str
    condition: str
    photo: str
    fake_side: str
    chosen_side: str
    rt_ms: float | None
    voided: bool
    void_reasons: list[str]
    repeats: bool
    """Whether it was shown in the place of a voided trial."""
    showing: Showing

    def facts(self) -> list[Any]:
        """Everything but the rows' numbers in this database."""
        return [*self[2:-1], *self.showing.facts()]


@dataclass(frozen=True)
class StudyRows:
    """The recorded trials of a study for one population, and what was left out before the analysis."""

    table: ResponseTable
    exposures: Exposures
    exclusions: list[Json]
    planned: int
    recorded: int
    participations: dict[str, int]
    vigilance: Json
    digest: str
    faulty: list[int]
    """The `row_id` of each trial whose exposure had a fault."""


def read_study(
    study: Study, population: Population, watch: Callable[[int], object] = lambda recorded: None
) -> StudyRows:
    """Read the rows of a study for one population, and digest all of them.

    The digest covers rows that an Exclusion leaves out as well as the statements of exclusion. `watch` is
    told every few thousand rows how many have been read.
    """
    statements = _Statements.of(study, population)
    columns, exposures, vigilance = _Columns(), Exposures(), _Vigilance()
    sha = hashlib.sha256()
    recorded = 0
    faulty = []
    for row in recorded_trials(study, population):
        recorded += 1
        if recorded % CHUNK == 0:
            watch(recorded)
        sha.update(_encode(row.facts()).encode())
        if statements.leave_out(row):
            continue
        columns.append(row, recorded)
        if row.showing.faults:
            faulty.append(recorded)
        if row.kind != TrialKind.PRACTICE:
            exposures.add(row.showing, voided=row.voided, reasons=row.void_reasons, repeats=row.repeats)
        if row.kind == TrialKind.VIGILANCE and not row.voided:
            vigilance.add(row)
    counts = participations_by_state(study, population)
    planned = _planned(study, population)
    sha.update(_encode([study.slug, study.digest, population.value, planned, counts]).encode())
    sha.update(_encode(statements.facts).encode())
    return StudyRows(
        table=ResponseTable.from_columns(**vars(columns)),
        exposures=exposures,
        exclusions=statements.steps(recorded),
        planned=planned,
        recorded=recorded,
        participations=counts,
        vigilance=vigilance.summary(),
        digest=sha.hexdigest(),
        faulty=faulty,
    )


def response_table(study: Study, population: Population) -> ResponseTable:
    """The recorded trials of a study for one population, without those that an Exclusion leaves out."""
    return read_study(study, population).table


def participations_in(study: Study, population: Population) -> QuerySet[Participation]:
    """The participations that a population holds; withdrawn ones are in none."""
    return Participation.objects.filter(study=study, source__in=population.sources).exclude(
        state=ParticipationState.WITHDRAWN
    )


def participations_by_state(study: Study, population: Population) -> dict[str, int]:
    """How many participations there are in each state, withdrawn ones included."""
    counted = (
        Participation.objects.filter(study=study, source__in=population.sources)
        .order_by("state")
        .values_list("state")
        .annotate(n=Count("pk"))
    )
    return dict(counted)


def recorded_trials(study: Study, population: Population) -> Iterator[RecordedTrial]:
    """Every trial with a response, by participation and number: the same order on every database.

    Names are looked up here rather than joined, which saves the database six columns of text a row.
    """
    participations = participations_in(study, population).values_list("pk", "participant__code", "source")
    people = {pk: (str(code), source) for pk, code, source in participations}
    conditions = dict(study.conditions.values_list("pk", "slug"))
    photos = dict(study.study_photos.values_list("photo_id", "photo__digest"))
    rows = (
        Trial.objects.filter(participation__in=participations_in(study, population))
        .filter(response__isnull=False)
        .order_by("participation_id", "number")
        .values_list(
            "pk", "participation_id", "number", "kind", "condition_id", "photo_id", "key",
            "response__answer", "response__rt_ms", "response__voided",
            Cast("response__void_reasons", TextField()), "replaces_id",
            "response__frames", Cast("response__events", TextField()), "response__refresh_ms",
        )
    )  # fmt: skip
    for (
        pk,
        who,
        number,
        kind,
        condition,
        photo,
        key,
        answer,
        rt_ms,
        voided,
        reasons,
        replaces,
        frames,
        events,
        refresh_ms,
    ) in rows.iterator(CHUNK):
        yield RecordedTrial(
            pk, who, *people[who], number, kind, conditions[condition], photos[photo],
            key, answer, rt_ms, voided, _parsed(reasons), replaces is not None,
            Showing.of(frames, _parsed(events), refresh_ms),
        )  # fmt: skip


def _parsed(text: str) -> Any:
    """A JSON column that was read as text, as it is nearly always empty."""
    return [] if text == "[]" else json.loads(text)


def _planned(study: Study, population: Population) -> int:
    return Trial.objects.filter(participation__in=participations_in(study, population)).count()


@dataclass
class _Columns:
    """The columns that `ResponseTable.from_columns` takes."""

    participant: list[str] = field(default_factory=list)
    condition: list[str] = field(default_factory=list)
    photo: list[str] = field(default_factory=list)
    phase: list[str] = field(default_factory=list)
    fake_side: list[str | None] = field(default_factory=list)
    chosen_side: list[str | None] = field(default_factory=list)
    trial_index: list[float | None] = field(default_factory=list)
    row_id: list[float | None] = field(default_factory=list)
    rt_ms: list[float | None] = field(default_factory=list)
    voided: list[bool] = field(default_factory=list)
    source: list[str] = field(default_factory=list)

    def append(self, row: RecordedTrial, row_id: int) -> None:
        self.participant.append(row.participant)
        self.condition.append(row.condition)
        self.photo.append(row.photo)
        self.phase.append(row.kind)
        self.fake_side.append(row.fake_side)
        self.chosen_side.append(row.chosen_side)
        self.trial_index.append(row.number)
        self.row_id.append(row_id)
        self.rt_ms.append(row.rt_ms)
        self.voided.append(row.voided)
        self.source.append(row.source)


@dataclass
class _Vigilance:
    """Vigilance trials asked and passed, over all and by participant."""

    asked: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)

    def add(self, row: RecordedTrial) -> None:
        self.asked[row.participant] += 1
        self.passed[row.participant] += row.chosen_side == row.fake_side

    def summary(self) -> Json:
        """Counts; an unanswered vigilance trial has not been passed."""
        asked, passed = self.asked.total(), self.passed.total()
        return {
            "participants": len(self.asked),
            "asked": asked,
            "passed": passed,
            "share": passed / asked if asked else None,
            "all_passed": sum(self.passed[who] == n for who, n in self.asked.items()),
        }


@dataclass
class _Statements:
    """The Exclusions of a study, and how many rows each rule has left out so far."""

    participations: dict[int, str]
    trials: dict[int, str]
    facts: list[list[Any]]
    reasons: dict[str, str]
    rows: Counter[str] = field(default_factory=Counter)
    people: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, study: Study, population: Population) -> _Statements:
        """The first statement about a participation or trial is the one that counts its rows."""
        own = participations_in(study, population)
        stated = Exclusion.objects.filter(
            Q(participation__in=own) | Q(trial__participation__in=own), study=study
        )
        found = cls({}, {}, [], {})
        for statement in stated.select_related("participation__participant", "trial"):
            found.reasons.setdefault(statement.rule, statement.reason)
            if statement.participation:
                found.participations.setdefault(statement.participation.pk, statement.rule)
                found.facts.append(
                    ["participation", str(statement.participation.participant.code), statement.rule]
                )
            elif statement.trial:
                found.trials.setdefault(statement.trial.pk, statement.rule)
                found.facts.append(["trial", str(statement.trial.code), statement.rule])
        return found

    def leave_out(self, row: RecordedTrial) -> bool:
        """Whether a statement names this row; if so it is counted."""
        rule = self.participations.get(row.participation) or self.trials.get(row.pk)
        if rule is None:
            return False
        self.rows[rule] += 1
        if row.participation in self.participations:
            self.people.setdefault(rule, set()).add(row.participant)
        return True

    def steps(self, recorded: int) -> list[Json]:
        """One filter step a rule, in the order in which the rules were stated."""
        steps = []
        left = recorded
        for number, (rule, reason) in enumerate(self.reasons.items(), start=1):
            dropped = self.rows[rule]
            steps.append(
                {
                    "step": f"E{number}",
                    "rule": rule,
                    "reason": reason,
                    "rows_in": left,
                    "rows_out": left - dropped,
                    "dropped": dropped,
                    "participants_dropped": len(self.people.get(rule, ())),
                }
            )
            left -= dropped
        return steps
