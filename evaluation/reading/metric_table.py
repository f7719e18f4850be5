"""Scores of the photos of a study, by condition and metric."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from evaluation import metrics
from evaluation.models import Score
from evaluation.statistics.arrays import Floats, Json
from studies.models import ConditionKind, PhotoRole, Study


@dataclass(frozen=True)
class MetricTable:
    """`values[condition][metric]` holds one number a test photo, in the order of `digests`.

    NaN: not scored yet; infinite: identical pictures. Of several samples of a model it is the mean.
    """

    digests: tuple[str, ...]
    values: dict[str, dict[str, list[float]]]

    @property
    def photos(self) -> int:
        """How many test photos there are."""
        return len(self.digests)

    @property
    def missing(self) -> int:
        """How many recoloured pictures of the study lack a score."""
        return sum(
            any(math.isnan(column[photo]) for column in by_metric.values())
            for by_metric in self.values.values()
            for photo in range(self.photos)
        )

    def arrays(self) -> dict[str, dict[str, Floats]]:
        """The values as the statistics take them."""
        return {
            condition: {metric: np.asarray(column, dtype=np.float64) for metric, column in by_metric.items()}
            for condition, by_metric in self.values.items()
        }

    def by_photo(self) -> dict[str, dict[str, dict[str, float]]]:
        """The values by the digest of the photo."""
        return {
            condition: {
                metric: dict(zip(self.digests, column, strict=True)) for metric, column in by_metric.items()
            }
            for condition, by_metric in self.values.items()
        }

    def facts(self) -> Json:
        """The values for a digest, where JSON knows neither NaN nor infinity."""
        return {
            condition: {metric: [str(value) for value in column] for metric, column in by_metric.items()}
            for condition, by_metric in self.values.items()
        }


def metric_table(study: Study) -> MetricTable:
    """The scores of all test photos under all test conditions, at the size that participants see."""
    photos = list(
        study.study_photos.filter(role=PhotoRole.TEST)
        .order_by("photo__digest")
        .values_list("photo_id", "photo__width", "photo__height", "photo__digest")
    )
    sizes = {pk: min(study.image_px, width, height) for pk, width, height, _ in photos}
    arms = list(study.conditions.filter(kind=ConditionKind.TEST).values_list("slug", "colorizer_id"))
    found: dict[tuple[int, str], dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    scores = Score.objects.filter(
        colorization__photo__in=list(sizes), colorization__colorizer__in=[colorizer for _, colorizer in arms]
    ).order_by("colorization__sample")
    facts = ("colorization__colorizer", "metric", "colorization__photo", "image_px", "value")
    for colorizer, metric, photo, image_px, value in scores.values_list(*facts):
        if image_px == sizes[photo]:
            found[colorizer, metric][photo].append(math.inf if value is None else value)
    return MetricTable(
        digests=tuple(digest for *_, digest in photos),
        values={
            slug: {
                metric: [_mean(found[colorizer, metric].get(photo, [])) for photo in sizes]
                for metric in metrics.names()
            }
            for slug, colorizer in arms
        },
    )


def _mean(scores: list[float]) -> float:
    """The mean over the samples of a photo; of one it is that very number."""
    if len(scores) < 2:
        return scores[0] if scores else math.nan
    return math.fsum(scores) / len(scores)
