"""The per-trial table of a study: the columns of the reference cases first, then ours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from studies.designs._design import Design
from studies.designs._trial import TrialSpec
from studies.models import Participation, ParticipationState, Source, Study, Trial, TrialKind, TrialPicture
from studies.rules.exposure import exposure_faults, plausible_refresh, worst_error_ms
from studies.rules.trial_columns import with_own
from studies.services import samples
from studies.services.planning import design_of
from studies.services.protocol import photo_clusters

# Previews belong to no population.
POPULATIONS: dict[str, tuple[str, ...]] = {
    "people": (Source.PERSON,),
    "simulated": (Source.SIMULATED,),
    "pooled": (Source.PERSON, Source.SIMULATED),
}
PHASES = {TrialKind.PRACTICE: "practice", TrialKind.TEST: "test", TrialKind.VIGILANCE: "attention"}
CHUNK = 2000


def columns_of(study: Study) -> tuple[str, ...]:
    """The names of the columns of a study's table, in their order."""
    own = (*design_of(study).columns(), *samples.columns(study))
    return tuple(column.name for column in with_own(own))


def trial_rows(study: Study, population: str = "people") -> Iterator[dict[str, Any]]:
    """Every planned trial of a population, by participation and number; None is an empty field.

    A trial without an answer stays as a row without one. Withdrawn participations are left out.
    Population is people, simulated or pooled.
    """
    if population not in POPULATIONS:
        raise ValueError(f"population must be one of {', '.join(POPULATIONS)}, not {population!r}.")
    facts = _Facts.of(study, POPULATIONS[population])
    clusters, design, several = photo_clusters(study), design_of(study), samples.has_several(study)
    row_id = 0
    for trials in _chunks(study, POPULATIONS[population]):
        pictures = _pictures(trials)
        for trial in trials:
            if trial.participation not in facts.participations:
                # It began after this table.
                continue
            row_id += 1
            spec = facts.spec_of(trial)
            of_trial = pictures.get(trial.pk, {})
            places = {show.arm: (at, show.slot) for at, show in spec.shows}
            shown = {arm: of_trial.get(place, _NONE)[0] for arm, place in places.items()}
            more = {one["name"]: one["answer"] for one in trial.more or ()}
            row = (
                {"row_id": row_id, "study": study.slug} | _identity(trial, facts) | _presentation(trial, spec)
            )
            row |= _judgement(trial, spec, more, design) | design.record(spec, trial.chosen, more, shown)
            if several:
                drawn = {arm: of_trial.get(place, _NONE)[1] for arm, place in places.items()}
                row["sample"] = samples.in_words(spec, drawn)
            yield row | {"photo_cluster": clusters.get(spec.photo, "")[:12] or None}


class _Planned(NamedTuple):
    """One planned trial with its response; plain values, as a row for each would take three times as long."""

    pk: int
    participation: int
    number: int
    kind: str
    condition: int | None
    photo: int
    script: dict[str, Any]
    key: str
    arrangement: str
    treatment: str
    facts: dict[str, Any]
    replaces: int | None
    answer: str | None
    rt_ms: float | None
    input: str | None
    layout: str | None
    frames: list[dict[str, Any]]
    events: list[dict[str, Any]]
    refresh_ms: float | None
    shown_before: int | None
    voided: bool | None
    void_reasons: list[str]
    answered_at: datetime | None
    possible_from: datetime | None
    more: list[dict[str, Any]] | None

    @property
    def too_soon(self) -> int | None:
        """Whether the answer came sooner than possible; None where nobody can know."""
        if self.answered_at is None or self.possible_from is None:
            return None
        return int(self.answered_at < self.possible_from)

    @property
    def chosen(self) -> str | None:
        """The answer; None where there is none, or the time ran out."""
        return self.answer or None

    @property
    def answered(self) -> bool:
        """Whether there is a response, be it that the time ran out."""
        return self.answered_at is not None


_FIELDS = (
    "pk", "participation_id", "number", "kind", "condition_id", "photo_id", "spec", "key", "arrangement",
    "treatment", "facts", "replaces__number", "response__answer", "response__rt_ms", "response__input",
    "response__layout",
    "response__frames", "response__events", "response__refresh_ms", "response__shown_before",
    "response__voided", "response__void_reasons", "response__received_at",
    "response__possible_from", "response__more",
)  # fmt: skip


@dataclass(frozen=True)
class _Facts:
    """What many trials have in common, by the number of its row: looked up rather than joined."""

    participations: dict[int, tuple[UUID, str, str, str, int]]
    conditions: dict[int, tuple[str, str]]
    photos: dict[int, tuple[str, str]]

    def spec_of(self, trial: _Planned) -> TrialSpec:
        """A trial as the design planned it."""
        return TrialSpec.from_script(
            trial.script, kind=trial.kind, photo=self.photos[trial.photo][1],
            condition=self.conditions[trial.condition][0] if trial.condition else "",
            key=trial.key, arrangement=trial.arrangement, treatment=trial.treatment, facts=trial.facts,
        )  # fmt: skip

    @classmethod
    def of(cls, study: Study, sources: Iterable[str]) -> _Facts:
        people = Participation.objects.filter(study=study, source__in=list(sources)).order_by("pk")
        facts = ("participant__code", "source", "state", "study_digest", "seed")
        return cls(
            {pk: tuple(row) for pk, *row in people.values_list("pk", *facts).iterator(CHUNK)},
            {
                pk: (own, made)
                for pk, own, made in study.conditions.values_list("pk", "slug", "colorizer__slug")
            },
            {
                pk: (name, digest)
                for pk, name, digest in study.study_photos.values_list(
                    "photo_id", "photo__name", "photo__digest"
                )
            },
        )


def _chunks(study: Study, sources: Iterable[str]) -> Iterator[list[_Planned]]:
    rows = (
        Trial.objects.filter(participation__study=study, participation__source__in=list(sources))
        .exclude(participation__state=ParticipationState.WITHDRAWN)
        .order_by("participation_id", "number")
        .values_list(*_FIELDS)
        .iterator(CHUNK)
    )
    while chunk := [_Planned(*row) for row in islice(rows, CHUNK)]:
        yield chunk


_NONE: tuple[str | None, int | None] = (None, None)


def _pictures(trials: Iterable[_Planned]) -> dict[int, dict[tuple[int, str], tuple[str | None, int | None]]]:
    """By trial, the digests and samples of its pictures by frame and slot; the real photo has no sample."""
    found: dict[int, dict[tuple[int, str], tuple[str | None, int | None]]] = defaultdict(dict)
    pictures = TrialPicture.objects.filter(trial__in=[trial.pk for trial in trials])
    facts = ("stimulus__digest", "stimulus__colorization__sample")
    for trial, frame, slot, digest, sample in pictures.values_list("trial_id", "frame", "slot", *facts):
        found[trial][frame, slot] = digest, sample
    return found


def _identity(trial: _Planned, facts: _Facts) -> dict[str, Any]:
    # The participation's own code opens its page, so it goes into no table.
    participant, source, state, study_digest, seed = facts.participations[trial.participation]
    model, colorizer = facts.conditions[trial.condition] if trial.condition else (None, None)
    photo, photo_digest = facts.photos[trial.photo]
    return {
        "participant_id": str(participant),
        "trial_index": trial.number - 1,
        "phase": PHASES[TrialKind(trial.kind)],
        "model": model,
        "image_id": photo_digest[:12],
        "source": source,
        "participation_state": state,
        "arrangement": trial.arrangement or None,
        "replaces": None if trial.replaces is None else trial.replaces - 1,
        "photo": photo,
        "photo_digest": photo_digest,
        "colorizer": colorizer,
        "study_digest": study_digest,
        "seed": seed,
    }


def _judgement(trial: _Planned, spec: TrialSpec, more: Mapping[str, str], design: Design) -> dict[str, Any]:
    is_check = trial.kind == TrialKind.VIGILANCE
    passed = design.passed(spec, trial.chosen, more) if is_check and trial.answered else None
    return {
        "rt_ms": trial.rt_ms,
        "attention_passed": None if passed is None else int(passed),
        "input": trial.input,
        "layout": trial.layout,
        "answered_at": trial.answered_at.isoformat() if trial.answered_at else None,
        "voided": None if trial.voided is None else int(trial.voided),
        "too_soon": trial.too_soon,
        "void_reasons": "; ".join(trial.void_reasons) if trial.answered else None,
    }


def _presentation(trial: _Planned, spec: TrialSpec) -> dict[str, Any]:
    planned = {index: frame for index, frame in enumerate(spec.frames) if frame.kind == "images"}
    exposures = [frame.duration_ms for frame in planned.values()]
    return {"exposure_ms": next(iter(exposures), None)} | (
        _measured(trial, planned.keys()) if trial.answered else {}
    )


def _measured(response: _Planned, picture_frames: Collection[int]) -> dict[str, Any]:
    """Of the picture frames: mean exposure, largest error, and frames dropped, by the callback clock."""
    refresh = plausible_refresh(response.refresh_ms)
    shown = [frame for frame in response.frames if frame.get("index") in picture_frames]
    timed = [frame for frame in shown if None not in (frame.get("onset_now"), frame.get("offset_now"))]
    errors: list[float] = [error for frame in shown if (error := worst_error_ms(frame, refresh)) is not None]
    worst = max(errors, key=abs, default=None)
    exposures = [frame["offset_now"] - frame["onset_now"] for frame in timed]
    return {
        "exposure_measured_ms": round(sum(exposures) / len(exposures), 2) if exposures else None,
        "exposure_error_ms": round(worst, 2) if worst is not None else None,
        "frames_dropped": sum(frame.get("dropped") or 0 for frame in shown),
        "refresh_ms": response.refresh_ms,
        "shown_before": response.shown_before,
        "faults": "; ".join(
            exposure_faults(
                response.frames, response.events, response.refresh_ms, shown_before=response.shown_before
            )
        ),
    }
