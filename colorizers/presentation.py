"""Progress as the pages show it: the same facts for the first rendering and for each poll."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from colorizers.models import GenerationRun, ImportOutcome, PhotoImport, WorkState

MAX_FAILURES = 200
MAX_ROWS = 500


def of_run(run: GenerationRun) -> dict[str, Any]:
    """A run's progress: counts, texts, failures, and which buttons make sense."""
    progress = run.progress()
    parts = [f"{progress.done} of {progress.total} pictures"]
    parts += [
        f"{getattr(progress, state)} {state}"
        for state in ("running", "failed", "cancelled")
        if getattr(progress, state)
    ]
    failures = run.colorizations.failed().select_related("photo")[:MAX_FAILURES]
    return {
        "state": run.state,
        "label": run.get_state_display(),
        "active": run.is_active,
        "percent": progress.percent,
        "summary": ", ".join(parts) if progress.total else _empty(run),
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


def of_import(photo_import: PhotoImport, *, after: int = -1) -> dict[str, Any]:
    """An import's progress, with the files that were settled after the given position."""
    counts = photo_import.counts()
    settled = sum(counts.values())
    total = photo_import.total
    parts = [f"{settled} of {total} files"]
    parts += [f"{counts[outcome]} {outcome.label}" for outcome in ImportOutcome if counts[outcome]]
    rows = photo_import.files.filter(position__gt=after, position__lt=MAX_ROWS).select_related("photo")
    active = photo_import.state in (WorkState.QUEUED, WorkState.RUNNING)
    return {
        "state": photo_import.state,
        "label": photo_import.get_state_display(),
        "active": active,
        "percent": 100 * settled // total if total else (0 if active else 100),
        "summary": ", ".join(parts) if total else "waiting for a worker" if active else "no files",
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
