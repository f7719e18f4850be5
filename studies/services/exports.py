"""The per-trial table of a study: the columns of the reference cases first, then ours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from studies.designs._design import FAKE
from studies.models import Participation, ParticipationState, Source, Study, Trial, TrialKind, TrialPicture
from studies.rules.exposure import exposure_faults, plausible_refresh, worst_error_ms
from studies.services.protocol import photo_clusters

# Previews belong to no population.
POPULATIONS: dict[str, tuple[str, ...]] = {
    "people": (Source.PERSON,),
    "simulated": (Source.SIMULATED,),
    "pooled": (Source.PERSON, Source.SIMULATED),
}
PHASES = {TrialKind.PRACTICE: "practice", TrialKind.TEST: "test", TrialKind.VIGILANCE: "attention"}
SIDES = {"left": "L", "right": "R"}
CHUNK = 2000

COLUMNS = (
    "row_id", "participant_id", "trial_index", "phase", "model", "image_id", "fake_side", "chosen_side",
    "fooled", "rt_ms", "exposure_ms", "attention_passed",
    "source", "participation_state", "photo", "photo_digest", "colorizer", "order", "input", "layout",
    "exposure_measured_ms", "exposure_error_ms", "frames_dropped", "refresh_ms", "faults",
    "shown_before", "voided", "void_reasons", "too_soon", "replaces", "arrangement",
    "real_digest", "fake_digest", "study", "study_digest", "seed", "answered_at", "photo_cluster",
)  # fmt: skip


def trial_rows(study: Study, population: str = "people") -> Iterator[dict[str, Any]]:
    """Every planned trial of a population, by participation and number; None is an empty field.

    A trial without an answer stays as a row without one. Withdrawn participations are left out.
    Population is people, simulated or pooled.
    """
    if population not in POPULATIONS:
        raise ValueError(f"population must be one of {', '.join(POPULATIONS)}, not {population!r}.")
    facts = _Facts.of(study, POPULATIONS[population])
    clusters = photo_clusters(study)
    row_id = 0
    for trials in _chunks(study, POPULATIONS[population]):
        digests = _digests(trials)
        for trial in trials:
            if trial.participation not in facts.participations:
                # It began after this table.
                continue
            row_id += 1
            shown = _presentation(trial, study, digests.get(trial.pk, {}))
            row = {"row_id": row_id} | _identity(trial, facts) | _judgement(trial) | shown
            yield row | {"photo_cluster": clusters.get(row["photo_digest"], "")[:12] or None}


class _Planned(NamedTuple):
    """One planned trial with its response; plain values, as a row for each would take three times as long."""

    pk: int
    participation: int
    number: int
    kind: str
    condition: int
    photo: int
    spec: dict[str, Any]
    key: str
    arrangement: str
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

    @property
    def too_soon(self) -> int | None:
        """Whether the answer came sooner than possible; None where nobody can know."""
        if self.answered_at is None or self.possible_from is None:
            return None
        return int(self.answered_at < self.possible_from)

    @property
    def answered(self) -> bool:
        """Whether there is a response, be it that the time ran out."""
        return self.answered_at is not None


_FIELDS = (
    "pk", "participation_id", "number", "kind", "condition_id", "photo_id", "spec", "key", "arrangement",
    "replaces__number", "response__answer", "response__rt_ms", "response__input", "response__layout",
    "response__frames", "response__events", "response__refresh_ms", "response__shown_before",
    "response__voided", "response__void_reasons", "response__received_at",
    "response__possible_from",
)  # fmt: skip


@dataclass(frozen=True)
class _Facts:
    """What many trials have in common, by the number of its row: looked up rather than joined."""

    participations: dict[int, tuple[UUID, str, str, str, int]]
    conditions: dict[int, tuple[str, str]]
    photos: dict[int, tuple[str, str]]

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


def _digests(trials: Iterable[_Planned]) -> dict[int, dict[tuple[int, str], str]]:
    """By trial, the digests of its pictures by frame and slot."""
    found: dict[int, dict[tuple[int, str], str]] = defaultdict(dict)
    pictures = TrialPicture.objects.filter(trial__in=[trial.pk for trial in trials])
    for trial, frame, slot, digest in pictures.values_list("trial_id", "frame", "slot", "stimulus__digest"):
        found[trial][frame, slot] = digest
    return found


def _identity(trial: _Planned, facts: _Facts) -> dict[str, Any]:
    # The participation's own code opens its page, so it goes into no table.
    participant, source, state, study_digest, seed = facts.participations[trial.participation]
    model, colorizer = facts.conditions[trial.condition]
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


def _judgement(trial: _Planned) -> dict[str, Any]:
    chosen = trial.answer or None
    fooled = None if chosen is None else int(chosen != trial.key)
    is_check = trial.kind == TrialKind.VIGILANCE
    return {
        "fake_side": SIDES.get(trial.key, trial.key),
        "chosen_side": None if chosen is None else SIDES.get(chosen, chosen),
        "fooled": fooled,
        "rt_ms": trial.rt_ms,
        # A vigilance trial whose time ran out was not passed.
        "attention_passed": int(fooled == 0) if is_check and trial.answered else None,
        "input": trial.input,
        "layout": trial.layout,
        "answered_at": trial.answered_at.isoformat() if trial.answered_at else None,
        "voided": None if trial.voided is None else int(trial.voided),
        "too_soon": trial.too_soon,
        "void_reasons": "; ".join(trial.void_reasons) if trial.answered else None,
    }


def _presentation(trial: _Planned, study: Study, digests: dict[tuple[int, str], str]) -> dict[str, Any]:
    frames = list(enumerate(trial.spec["frames"]))
    planned = [(index, frame) for index, frame in frames if frame["kind"] == "images"]
    places = [(index, picture) for index, frame in frames for picture in frame["images"]]
    shown = {picture["face"]: digests.get((index, picture["slot"])) for index, picture in places}
    return {
        "exposure_ms": next((frame["duration_ms"] for _, frame in planned), None),
        "order": _order([frame for _, frame in planned]),
        "real_digest": shown.get("real"),
        "fake_digest": shown.get("fake"),
        "study": study.slug,
    } | (_measured(trial, {index for index, _ in planned}) if trial.answered else {})


def _measured(response: _Planned, picture_frames: set[int]) -> dict[str, Any]:
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


def _order(frames: list[dict[str, Any]]) -> str | None:
    """Whether the fake came first or second; None when both were shown at once."""
    faces = [picture["face"] for frame in frames for picture in frame["images"]]
    if len(frames) != 2 or len(faces) != 2:
        return None
    return "fake_first" if faces[0] == FAKE else "fake_second"
