"""Which of several samples of a model a trial shows: the one that was shown least often, else by lot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from django.db.models import Count

from studies.designs._columns import TEXT, Column
from studies.designs._trial import TrialSpec
from studies.models import Participation, Stimulus, Study, TrialPicture
from studies.services import places

# An independent random stream of a participation's seed; the others are in `planning`.
SAMPLE_STREAM = 3
COLUMN = Column(
    "sample",
    TEXT,
    "Which of several pictures by its condition was shown; of several conditions with | between them, in the "
    "order of the treatment",
    after="colorizer",
)


def columns(study: Study) -> tuple[Column, ...]:
    """The column of the per-trial table, in a study of which some model has several pictures of a photo."""
    return (COLUMN,) if has_several(study) else ()


def has_several(study: Study) -> bool:
    """Whether the study shows more than one picture of a photo by one of its conditions."""
    shown = Stimulus.objects.filter(
        photo__in=study.study_photos.values("photo"),
        image_px=study.image_px,
        colorization__colorizer__in=study.conditions.values("colorizer"),
    )
    counted = shown.order_by().values("photo", "colorization__colorizer").annotate(n=Count("pk"))
    return counted.filter(n__gt=1).exists()


class Draw:
    """Draws among stimuli that differ in their sample only, for the trials of one participation.

    Each of them is to be shown equally often over participations of one source that hold a place.
    """

    def __init__(self, participation: Participation, several: Iterable[Sequence[int]], number: int) -> None:
        self._rng = np.random.default_rng([participation.seed, SAMPLE_STREAM, number])
        among = [stimulus for stimuli in several for stimulus in stimuli]
        self._shown: Counter[int] = Counter()
        if among:
            pictures = TrialPicture.objects.filter(
                places.held("trial__participation__"),
                trial__participation__study=participation.study,
                trial__participation__source=participation.source,
                stimulus__in=among,
            ).exclude(trial__response__voided=True)
            counted = pictures.order_by().values_list("stimulus").annotate(n=Count("trial", distinct=True))
            self._shown.update(dict(counted))

    def one_of(self, stimuli: Sequence[int]) -> int:
        """The stimulus that was shown least often, by lot among several such; it then counts as shown."""
        least = min(self._shown[stimulus] for stimulus in stimuli)
        rarest = [stimulus for stimulus in stimuli if self._shown[stimulus] == least]
        chosen = rarest[int(self._rng.integers(len(rarest)))]
        self._shown[chosen] += 1
        return chosen


def in_words(spec: TrialSpec, shown: dict[str, int | None]) -> str | None:
    """The samples of a trial as its row has them; `shown` has that of each arm."""
    arms = [arm for arm in spec.treatment.split("|") if arm in shown] or sorted(filter(None, shown))
    return "|".join("" if shown[arm] is None else str(shown[arm]) for arm in arms) or None
