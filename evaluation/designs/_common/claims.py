"""What the intervals of a report are about, by the rule and in the shape under which it was made."""

from __future__ import annotations

from evaluation.statistics.arrays import Json
from evaluation.statistics.intervals import DEFAULT, THESE_PHOTOS
from evaluation.statistics.rules import CGM_TWO_WAY

ABOUT = {
    DEFAULT: "new participants and new photos (clustered by both)",
    THESE_PHOTOS: "new participants and these photos only (clustered by participant)",
}


def claims_of(analysis: Json) -> dict[str, str]:
    """Degrees of freedom in words, and what the intervals of lapses, order and response times claim."""
    analysis = under_its_rule(analysis)
    order, times = analysis.get("order") or {}, analysis.get("response_times") or {}
    return {
        "degrees": degrees_of_freedom(analysis),
        "lapse": ABOUT[estimand_of(analysis.get("lapse") or {})],
        "order": ABOUT[estimand_of(order.get("two_way") or {})],
        "response_times": ABOUT[estimand_of(times.get("two_way") or {})],
    }


def under_its_rule(analysis: Json) -> Json:
    """Without the two-way intervals of order and response times where the earlier rule is in force.

    They stand in the data beside those by participant, which the page of a study launched earlier keeps.
    """
    if analysis.get("rule", CGM_TWO_WAY) != CGM_TWO_WAY:
        return analysis
    order, times = analysis.get("order"), analysis.get("response_times")
    if order:
        order = order | {"two_way": None, "halves": order["halves"] | {"two_way": None}}
    return analysis | {"order": order, "response_times": times and times | {"two_way": None}}


def estimand_of(found: Json) -> str:
    """What an interval is about; reports of earlier shapes do not say and are about these photos."""
    return DEFAULT if found.get("estimand") == DEFAULT else THESE_PHOTOS


def degrees_of_freedom(analysis: Json) -> str:
    """The degrees of freedom of the default interval under the report's rule."""
    if analysis.get("rule", CGM_TWO_WAY) == CGM_TWO_WAY:
        return "min(participants, photographs) − 1 degrees of freedom"
    return (
        "the degrees of freedom of Bell and McCaffrey (2002), which follow the numbers of trials per "
        "participant and per photograph"
    )
