"""From rows of the database to the arrays that the statistics work on."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import numpy as np
from django.db.models import Count, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from evaluation.models import Exclusion, Population
from evaluation.reading.exposure import Exposures
from evaluation.reading.memory import without_collecting
from evaluation.reading.outcomes import PARTS, SEPARATOR, Outcomes
from evaluation.reading.recorded import RecordedTrials, encode, in_order, named, part_of, spelled
from evaluation.reading.showings import NOTHING, Showings
from evaluation.statistics.arrays import Bools, Codes, Flags, Floats, Ints, Json
from evaluation.statistics.table import UNKNOWN, Factor, ResponseTable, phase_label
from studies.models import Participation, ParticipationState, Study, Trial, TrialKind
from studies.services.planning import design_of
from studies.services.protocol import photo_clusters

CHUNK = 5000
TRUE = ("1", "true")
"""Yes as text, on SQLite and on PostgreSQL: a text needs no conversion for each row."""


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
    outcomes = Outcomes(design_of(study))
    columns, exposures, vigilance = _Columns(), Exposures(), _Vigilance()
    sha = hashlib.sha256()
    recorded = 0
    faulty: list[int] = []
    with without_collecting():
        for block in recorded_trials(study, population, outcomes):
            sha.update(block.facts())
            row_ids = np.arange(recorded + 1, recorded + 1 + len(block))
            kept = statements.keep(block)
            columns.extend(block, row_ids, kept)
            faulty += row_ids[kept & (block.showings.faults > 0)].tolist()
            _add_exposures(exposures, block, kept)
            vigilance.add(block, kept, outcomes.passed()[block.outcomes.codes])
            recorded += len(block)
            watch(recorded)
    counts = participations_by_state(study, population)
    planned = _planned(study, population)
    sha.update(encode([study.slug, study.digest, population.value, planned, counts]).encode())
    sha.update(encode(statements.facts).encode())
    return StudyRows(
        table=columns.table(photo_clusters(study), outcomes),
        exposures=exposures,
        exclusions=statements.steps(recorded),
        planned=planned,
        recorded=recorded,
        participations=counts,
        vigilance=vigilance.summary(),
        digest=sha.hexdigest(),
        faulty=faulty,
    )


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


def recorded_trials(study: Study, population: Population, outcomes: Outcomes) -> Iterator[RecordedTrials]:
    """Every trial with a response, by participation and number: the same order on every database.

    Names are looked up here rather than joined, which saves the database six columns of text a row; JSON is
    read as text, and in columns. `outcomes` grow by what the trials mean.
    """
    participations = participations_in(study, population).values_list("pk", "participant__code", "source")
    people, sources = dict[int, str](), dict[int, str]()
    for pk, code, source in participations:
        people[pk], sources[pk] = str(code), source
    conditions = {0: "", **dict(study.conditions.values_list("pk", "slug"))}
    photos = dict(study.study_photos.values_list("photo_id", "photo__digest"))
    rows = (
        Trial.objects.filter(participation__in=participations_in(study, population))
        .filter(response__isnull=False)
        .order_by("participation_id", "number")
        .values_list(
            "pk", "participation_id", "number", "condition_id", "photo_id", _told(),
            Cast("response__more", TextField()), "response__rt_ms", Cast("response__voided", TextField()),
            Cast("response__void_reasons", TextField()), "replaces_id",
            Cast("response__frames", TextField()), Cast("response__events", TextField()),
            "response__refresh_ms", "response__shown_before",
        )
        .iterator(CHUNK)
    )  # fmt: skip
    while block := list(islice(rows, CHUNK)):
        # Whoever began since the names were read is in the next report.
        known = [row for row in block if row[1] in people]
        if known:
            yield _in_columns(known, people, sources, conditions, photos, outcomes)


def _told() -> Concat:
    """PARTS of a trial as one text."""
    parts: list[Any] = []
    for name in PARTS:
        parts += [Value(SEPARATOR), Cast(name, TextField())]
    return Concat(*parts[1:], output_field=TextField())


def _in_columns(
    rows: Iterable[tuple[Any, ...]],
    people: Mapping[int, str],
    sources: Mapping[int, str],
    conditions: Mapping[int, str],
    photos: Mapping[int, str],
    outcomes: Outcomes,
) -> RecordedTrials:
    """Rows as `recorded_trials` asks for them, with the names of what they point to."""
    (
        pks, owners, numbers, arms, pictures, texts, more, rt_ms, voided, reasons, replaced, frames, events,
        refresh_ms, shown_before,
    ) = zip(*rows, strict=True)  # fmt: skip
    who = np.array(owners)
    told = spelled(texts)
    about = named(np.array([arm or 0 for arm in arms]), conditions)
    places = outcomes.places(told, about, more)
    again = np.array([bool(count) for count in shown_before])
    shown = Showings.of(frames, events, refresh_ms)
    return RecordedTrials(
        pks=np.array(pks),
        participations=who,
        participants=named(who, people),
        sources=named(who, sources),
        numbers=np.array(numbers),
        kinds=part_of(told, "kind"),
        conditions=about,
        photos=named(np.array(pictures), photos),
        keys=part_of(told, "key"),
        answers=part_of(told, "response__answer"),
        arrangements=part_of(told, "arrangement"),
        rt_ms=np.array(rt_ms, dtype=np.float64),
        voided=np.array([text in TRUE for text in voided]),
        void_reasons=reasons,
        repeats=np.array([pk is not None for pk in replaced]),
        again=again,
        # Pictures that are seen a second time are a fault like any other.
        showings=replace(shown, faults=shown.faults + again),
        outcomes=Factor(places.astype(np.int32), tuple(one.further for one in outcomes.known)),
    )


def _add_exposures(exposures: Exposures, block: RecordedTrials, kept: Bools) -> None:
    """Count the showings of all but practice trials."""
    rows = kept & ~block.kinds.is_label(TrialKind.PRACTICE)
    shown = block.showings
    exposures.add(
        shown.worst_ms()[rows],
        shown.refresh_ms[rows],
        shown.faults[rows],
        again=block.again[rows],
        voided=block.voided[rows],
        repeats=block.repeats[rows],
    )
    for place in np.flatnonzero(rows).tolist():
        if block.void_reasons[place] != NOTHING:
            exposures.add_reasons(json.loads(block.void_reasons[place]))


def _planned(study: Study, population: Population) -> int:
    return Trial.objects.filter(participation__in=participations_in(study, population)).count()


class _Names:
    """A column of names that grows block by block; labels in the order in which they first occur."""

    def __init__(self, spell: Callable[[str], str] = str) -> None:
        self._spell = spell
        self._known: dict[str, int] = {"": UNKNOWN}
        self._codes: list[Codes] = []

    def extend(self, column: Factor) -> None:
        labels = [self._spell(label) for label in column.labels]
        codes = [self._known.setdefault(label, len(self._known) - 1) for label in labels]
        self._codes.append(np.array(codes, dtype=np.int32)[column.codes])

    def factor(self) -> Factor:
        return Factor(np.concatenate([np.zeros(0, np.int32), *self._codes]), tuple(self._known)[1:])


class _Columns:
    """The columns of a ResponseTable, as they grow block by block."""

    def __init__(self) -> None:
        self._names = {
            "participant_id": _Names(), "model": _Names(), "image_id": _Names(), "source": _Names(),
            "arrangement": _Names(), "phase": _Names(phase_label),
        }  # fmt: skip
        self._numbers: dict[str, list[Floats]] = {
            name: [] for name in ("trial_index", "row_id", "rt_ms", "voided")
        }
        self._places: list[Codes] = []

    def extend(self, block: RecordedTrials, row_ids: Ints, kept: Bools) -> None:
        """Add the rows of a block that are kept."""
        names = block.participants, block.conditions, block.photos, block.sources, block.arrangements
        for own, column in zip(self._names.values(), (*names, block.kinds), strict=True):
            own.extend(column if kept.all() else in_order(column.take(kept)))
        numbers = block.numbers, row_ids, block.rt_ms, block.voided
        for parts, values in zip(self._numbers.values(), numbers, strict=True):
            parts.append(values[kept].astype(np.float64))
        self._places.append(block.outcomes.codes[kept])

    def table(self, clusters: Mapping[str, str], outcomes: Outcomes) -> ResponseTable:
        """All rows so far, with what the design says of them."""
        names = {name: column.factor() for name, column in self._names.items()}
        numbers = {name: np.concatenate([np.zeros(0), *parts]) for name, parts in self._numbers.items()}
        places = np.concatenate([np.zeros(0, np.int32), *self._places])
        photo = names["image_id"]
        if clusters:
            of_label = Factor.of(clusters.get(label) for label in photo.labels)
            names["photo_cluster"] = Factor(of_label.codes[photo.codes], of_label.labels)
        judged = {
            "attention_passed": outcomes.passed()[places], "exposure_ms": outcomes.exposures_ms()[places],
        }  # fmt: skip
        return ResponseTable.of(names | numbers | judged | outcomes.own(places))


@dataclass
class _Vigilance:
    """Vigilance trials asked and passed, over all and by participant."""

    asked: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    spoiled: set[str] = field(default_factory=set)
    """Who had one that was spoiled."""

    def add(self, block: RecordedTrials, kept: Bools, passed: Flags) -> None:
        """Count the vigilance trials of a block that are kept; a spoiled one was not asked."""
        checks = block.kinds.is_label(TrialKind.VIGILANCE) & kept
        asked = np.flatnonzero(checks & ~block.voided & (passed != UNKNOWN))
        people = block.participants
        for place in asked.tolist():
            who = people.labels[people.codes[place]]
            self.asked[who] += 1
            self.passed[who] += int(passed[place])
        self.spoiled |= {people.labels[code] for code in people.codes[checks & block.voided].tolist()}

    def summary(self) -> Json:
        """Counts; one without an answer has not been passed, and who saw none as planned is unjudged."""
        asked, passed = self.asked.total(), self.passed.total()
        return {
            "participants": len(self.asked),
            "asked": asked,
            "passed": passed,
            "share": passed / asked if asked else None,
            "all_passed": sum(self.passed[who] == n for who, n in self.asked.items()),
            "unjudged": len(self.spoiled - self.asked.keys()),
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

    def keep(self, block: RecordedTrials) -> Bools:
        """Which rows no statement names; those that one names are counted."""
        kept = np.ones(len(block), dtype=np.bool_)
        if not (self.participations or self.trials):
            return kept
        people = block.participants
        for place, (pk, owner) in enumerate(
            zip(block.pks.tolist(), block.participations.tolist(), strict=True)
        ):
            rule = self.participations.get(owner) or self.trials.get(pk)
            if rule is None:
                continue
            kept[place] = False
            self.rows[rule] += 1
            if owner in self.participations:
                self.people.setdefault(rule, set()).add(people.labels[people.codes[place]])
        return kept

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
