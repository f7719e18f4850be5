"""Counts for several rows of a page at once: one query, however many rows the page has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count

from colorizers.models import (
    Colorization,
    FilesImport,
    GenerationRun,
    PhotoSet,
)
from colorizers.tools.progress import Progress


def progress_of(runs: Sequence[GenerationRun]) -> dict[int, Progress]:
    """The progress of each run, by its key."""
    rows = Colorization.objects.filter(run__in=[run.pk for run in runs]).order_by()
    counts: dict[int, dict[str, int]] = {run.pk: {} for run in runs}
    for run, state, count in rows.values_list("run", "state").annotate(n=Count("pk")):
        counts[run][state] = count
    return {run: Progress.of(found) for run, found in counts.items()}


def outcomes_of(imports: Sequence[FilesImport]) -> dict[int, dict[str, int]]:
    """How many files of each import, by its key, came to which outcome; every outcome is named."""
    found = {one.pk: dict.fromkeys(one.outcomes.values, 0) for one in imports}
    if imports:
        model: Any = type(imports[0])
        rows = model.objects.filter(pk__in=found).exclude(files=None).order_by()
        for one, outcome, count in rows.values_list("pk", "files__outcome").annotate(n=Count("files")):
            found[one][outcome] = count
    return found


def pictures_of(photo_sets: Sequence[PhotoSet]) -> dict[int, dict[str, int]]:
    """Of how many photos of these sets each colorizer, by its key, has pictures in each state.

    A photo in two of the sets counts twice; several samples of one count once.
    """
    rows = Colorization.objects.filter(photo__photo_sets__in=photo_sets).order_by()
    counts = rows.values_list("colorizer", "state", "photo__photo_sets").annotate(
        n=Count("photo", distinct=True)
    )
    found: dict[int, dict[str, int]] = {}
    for colorizer, state, _, count in counts:
        states = found.setdefault(colorizer, {})
        states[state] = states.get(state, 0) + count
    return found


def photos_of(photo_sets: Sequence[PhotoSet]) -> int:
    """How many photos these sets hold; one in two of them counts twice."""
    return PhotoSet.photos.through.objects.filter(photoset__in=photo_sets).count()
