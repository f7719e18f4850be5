"""What stands beside a headline in any design: how much was judged, and why there is no interval. Pure."""

from __future__ import annotations

from evaluation.report.wording import count
from evaluation.statistics.arrays import Json


def counts(analysis: Json) -> str:
    """How much was judged, in one line."""
    return (
        f"{count(analysis['valid_rows'], 'valid test trial')} by "
        f"{count(analysis['participants'], 'participant')} on {count(analysis['images'], 'photo')}"
    )


def why_no_interval(analysis: Json, otherwise: str) -> str:
    """The reason where there is none at all, as part of a sentence."""
    answers = {1: "the only answer comes", 2: "both answers come"}.get(
        analysis["valid_rows"], f"all {analysis['valid_rows']:,} answers come"
    )
    if analysis["participants"] == 1:
        return f"{answers} from one participant, who cannot tell how others would answer"
    if analysis["images"] == 1:
        return f"{answers} from one photo, which cannot tell how others would fare"
    return otherwise
