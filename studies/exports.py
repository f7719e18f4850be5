"""The per-trial table of a study: the columns of the reference cases first, then ours."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from studies.designs._design import FAKE
from studies.exposure import exposure_faults, plausible_refresh, worst_error_ms
from studies.models import ParticipationState, Source, Study, Trial, TrialKind

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
    "voided", "void_reasons", "replaces", "arrangement",
    "real_digest", "fake_digest", "study", "study_digest", "seed", "answered_at",
)  # fmt: skip


def trial_rows(study: Study, population: str = "people") -> Iterator[dict[str, Any]]:
    """Every planned trial of a population, by participation and number; None is an empty field.

    A trial without an answer stays as a row without one. Withdrawn participations are left out.
    Population is people, simulated or pooled.
    """
    if population not in POPULATIONS:
        raise ValueError(f"population must be one of {', '.join(POPULATIONS)}, not {population!r}.")
    trials = _trials(study, POPULATIONS[population])
    for row_id, trial in enumerate(trials.iterator(chunk_size=CHUNK), start=1):
        yield {"row_id": row_id} | _identity(trial) | _judgement(trial) | _presentation(trial, study)


def csv_lines(rows: Iterable[dict[str, Any]], columns: Sequence[str] = COLUMNS) -> Iterator[str]:
    """Rows as lines of CSV, header first, one by one: a large study need not fit into memory."""
    writer = csv.DictWriter(_Echo(), columns, lineterminator="\n")
    yield writer.writerow(dict(zip(columns, columns, strict=True)))
    for row in rows:
        yield writer.writerow({name: _harmless(value) for name, value in row.items()})


def _harmless(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


class _Echo:
    """A file that hands back what is written, which is all that the csv writer asks of one."""

    def write(self, line: str) -> str:
        return line


def _trials(study: Study, sources: Iterable[str]) -> QuerySet[Trial]:
    return (
        Trial.objects.filter(participation__study=study, participation__source__in=list(sources))
        .exclude(participation__state=ParticipationState.WITHDRAWN)
        .select_related("participation__participant", "condition__colorizer", "photo", "response", "replaces")
        .prefetch_related("pictures__stimulus")
        .order_by("participation_id", "number")
    )


def _identity(trial: Trial) -> dict[str, Any]:
    participation = trial.participation
    return {
        # The participation's own code opens its page, so it goes into no table.
        "participant_id": str(participation.participant.code),
        "trial_index": trial.number - 1,
        "phase": PHASES[TrialKind(trial.kind)],
        "model": trial.condition.slug,
        "image_id": trial.photo.digest[:12],
        "source": participation.source,
        "participation_state": participation.state,
        "arrangement": trial.arrangement or None,
        "replaces": trial.replaces.number - 1 if trial.replaces else None,
        "photo": trial.photo.name,
        "photo_digest": trial.photo.digest,
        "colorizer": trial.condition.colorizer.slug,
        "study_digest": participation.study_digest,
        "seed": participation.seed,
    }


def _judgement(trial: Trial) -> dict[str, Any]:
    response = getattr(trial, "response", None)
    chosen = (response.answer or None) if response else None
    fooled = None if chosen is None else int(chosen != trial.key)
    is_check = trial.kind == TrialKind.VIGILANCE
    answered_at: datetime | None = response.received_at if response else None
    return {
        "fake_side": SIDES.get(trial.key, trial.key),
        "chosen_side": None if chosen is None else SIDES.get(chosen, chosen),
        "fooled": fooled,
        "rt_ms": response.rt_ms if response else None,
        # A vigilance trial whose time ran out was not passed.
        "attention_passed": int(fooled == 0) if is_check and response else None,
        "input": response.input if response else None,
        "layout": response.layout if response else None,
        "answered_at": answered_at.isoformat() if answered_at else None,
        "voided": int(response.voided) if response else None,
        "void_reasons": "; ".join(response.void_reasons) if response else None,
    }


def _presentation(trial: Trial, study: Study) -> dict[str, Any]:
    response = getattr(trial, "response", None)
    planned = [
        (index, frame) for index, frame in enumerate(trial.spec["frames"]) if frame["kind"] == "images"
    ]
    digests = _digests(trial)
    return {
        "exposure_ms": next((frame["duration_ms"] for _, frame in planned), None),
        "order": _order([frame for _, frame in planned]),
        "real_digest": digests.get("real"),
        "fake_digest": digests.get("fake"),
        "study": study.slug,
    } | (_measured(response, {index for index, _ in planned}) if response else {})


def _measured(response: Any, picture_frames: set[int]) -> dict[str, Any]:
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
        "faults": "; ".join(exposure_faults(response.frames, response.events, response.refresh_ms)),
    }


def _order(frames: list[dict[str, Any]]) -> str | None:
    """Whether the fake came first or second; None when both were shown at once."""
    faces = [picture["face"] for frame in frames for picture in frame["images"]]
    if len(frames) != 2 or len(faces) != 2:
        return None
    return "fake_first" if faces[0] == FAKE else "fake_second"


def _digests(trial: Trial) -> dict[str, str]:
    faces = {
        (index, picture["slot"]): picture["face"]
        for index, frame in enumerate(trial.spec["frames"])
        for picture in frame["images"]
    }
    return {faces[picture.frame, picture.slot]: picture.stimulus.digest for picture in trial.pictures.all()}
