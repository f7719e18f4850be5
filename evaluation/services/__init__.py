"""What the concluding side does: score pictures, make reports, fulfil orders."""

from evaluation.services.makers import MAKERS
from evaluation.services.orders import (
    Outcome,
    cancel_order,
    fulfil,
    newest_order,
    place_order,
)
from evaluation.services.reports import (
    Newer,
    answers_by_population,
    make_report,
    newest_report,
    people_by_population,
    what_is_newer,
    withdrawn_since,
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
    "MAKERS",
    "Newer",
    "NoTruth",
    "NotYetPainted",
    "Outcome",
    "answers_by_population",
    "cancel_order",
    "colorizations_to_score",
    "fulfil",
    "make_report",
    "newest_order",
    "newest_report",
    "order_scores",
    "people_by_population",
    "place_order",
    "score_colorization",
    "served_size",
    "sizes_for",
    "what_is_newer",
    "withdrawn_since",
]
