"""What the concluding side does: score pictures, make reports."""

from evaluation.services.reports import (
    Newer,
    answers_by_population,
    make_report,
    newest_report,
    what_is_newer,
)
from evaluation.services.scores import (
    NoTruth,
    NotYetPainted,
    colorizations_to_score,
    order_scores,
    score_colorization,
    served_size,
    sizes_for,
)

__all__ = [
    "Newer",
    "NoTruth",
    "NotYetPainted",
    "answers_by_population",
    "colorizations_to_score",
    "make_report",
    "newest_report",
    "order_scores",
    "score_colorization",
    "served_size",
    "sizes_for",
    "what_is_newer",
]
