"""What the concluding side does: score pictures, make reports."""

from evaluation.services.scores import (
    NotYetPainted,
    colorizations_to_score,
    order_scores,
    score_colorization,
    served_size,
    sizes_for,
)

__all__ = [
    "NotYetPainted",
    "colorizations_to_score",
    "order_scores",
    "score_colorization",
    "served_size",
    "sizes_for",
]
