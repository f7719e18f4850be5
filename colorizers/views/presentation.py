"""Progress as the pages show it: the same facts for the first rendering and for each poll."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from colorizers.models import (
    OPEN_STATES,
    Colorization,
    FilesImport,
    GenerationRun,
    PhotoImport,
    PictureImport,
    WorkState,
)
from colorizers.pictures.delivered import AS_DELIVERED
from colorizers.tools.progress import Progress

MAX_FAILURES = 200
MAX_ROWS = 500


def summary_of_run(run: GenerationRun, progress: Progress) -> str:
    """How many pictures came to what, in a line."""
    if not progress.total:
        return _empty(run)
    parts = [f"{progress.done} of {progress.total} pictures"]
    parts += [
        f"{getattr(progress, state)} {state}"
        for state in ("running", "failed", "cancelled")
        if getattr(progress, state)
    ]
    return ", ".join(parts)


def of_run(run: GenerationRun) -> dict[str, Any]:
    """A run's progress: counts, texts, failures, and which buttons make sense."""
    progress = run.progress()
    failures = run.colorizations.failed().select_related("photo")[:MAX_FAILURES]
    return {
        "state": run.state,
        "label": run.get_state_display(),
        "active": run.is_active,
        "percent": progress.percent,
        "summary": summary_of_run(run, progress),
        "finished": _finished(run.finished_at),
        "error": run.error,
        "failures": [{"name": row.photo.name, "error": row.error} for row in failures],
        "can_cancel": run.is_active,
        "can_resume": not run.is_active and progress.done < progress.total,
    }


def _finished(moment: datetime | None) -> str:
    return f"Finished {date_format(timezone.localtime(moment), 'DATETIME_FORMAT')}" if moment else ""


def _empty(run: GenerationRun) -> str:
    if run.total:
        return f"A later run has taken over its {run.total} pictures."
    return "Nothing to do: the catalogue held every picture already."


def of_difference(colorization: Colorization) -> list[tuple[str, str]]:
    """How an imported picture differs from its photo besides colour, as labels and values."""
    delivery = colorization.delivery
    if delivery is None:
        return []
    found = [
        ("L* differs", "", delivery.lightness_shift, ".1f"),
        ("sharpness", "", delivery.sharpness, ".2f"),
        ("grain", " L*", delivery.noise, "+z.1f"),
        ("lies off", " px", delivery.displacement, ".1f"),
    ]
    if colorization.colorizer.settings.get("treatment") != AS_DELIVERED:
        found = found[-1:]  # The picture has the photo's own lightness.
    return [(label, f"{value:{form}}{unit}") for label, unit, value, form in found if value is not None]


def summary_of_import(files_import: FilesImport, counts: dict[str, int]) -> str:
    """How many files came to what, in a line."""
    if not files_import.total:
        return "waiting for a worker" if files_import.state in OPEN_STATES else "no files"
    parts = [f"{sum(counts.values())} of {files_import.total} files"]
    parts += [f"{counts[value]} {label}" for value, label in files_import.outcomes.choices if counts[value]]
    return ", ".join(parts)


def label_of(picture_import: PictureImport) -> str:
    """Its state in words."""
    if picture_import.state == WorkState.DONE:
        return _("kept") if picture_import.kept_at else _("looked at, not kept yet")
    return str(picture_import.get_state_display())


def of_picture_import(picture_import: PictureImport) -> dict[str, Any]:
    """How far the look at finished pictures is."""
    counts = picture_import.counts()
    active = picture_import.state in OPEN_STATES
    total = picture_import.total
    return {
        "state": picture_import.state,
        "label": label_of(picture_import),
        "active": active,
        "percent": 100 * sum(counts.values()) // total if total else (0 if active else 100),
        "summary": summary_of_import(picture_import, counts),
        "finished": "" if picture_import.is_ready else _finished(picture_import.kept_at),
        "error": picture_import.error,
        "can_resume": bool(picture_import.upload) and picture_import.state == WorkState.FAILED,
        "can_discard": picture_import.kept_at is None,
    }


def of_import(photo_import: PhotoImport, *, after: int = -1) -> dict[str, Any]:
    """An import's progress, with the files that were settled after the given position."""
    counts = photo_import.counts()
    settled = sum(counts.values())
    total = photo_import.total
    rows = photo_import.files.filter(position__gt=after, position__lt=MAX_ROWS).select_related("photo")
    active = photo_import.state in OPEN_STATES
    return {
        "state": photo_import.state,
        "label": photo_import.get_state_display(),
        "active": active,
        "percent": 100 * settled // total if total else (0 if active else 100),
        "summary": summary_of_import(photo_import, counts),
        "finished": _finished(photo_import.finished_at),
        "error": photo_import.error,
        "can_cancel": False,
        "can_resume": bool(photo_import.upload) and photo_import.state == WorkState.FAILED,
        "rows": [
            {
                "position": row.position,
                "name": row.name,
                "outcome": row.outcome,
                "label": row.get_outcome_display(),
                "reason": row.reason,
                "thumbnail": reverse("colorizers:photo_thumbnail", args=[row.photo.digest])
                if row.photo
                else "",
            }
            for row in rows
        ],
    }
