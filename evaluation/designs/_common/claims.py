"""What the intervals of a report are about, by the rule and in the shape under which it was made."""

from __future__ import annotations

from evaluation.report.section import Definition
from evaluation.report.wording import NBSP, count
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


def wilson_intervals(analysis: Json) -> str:
    """How the intervals of rates were made, for the methods paragraph."""
    text = (
        f"95{NBSP}% intervals are Wilson intervals with an effective number of trials from a guarded two-way "
        f"cluster variance (participants, photographs) and a t quantile with {degrees_of_freedom(analysis)}; "
        f"they hold for new participants and new photographs."
    )
    clusters = analysis.get("photo_clusters")
    if clusters:
        text += f" Crops of one photograph count as one ({count(clusters, 'photograph')} in all)."
    return text


def default_meaning(analysis: Json, name: str = "rate") -> Definition:
    """What the default interval of a rate is, and how it is made."""
    return Definition(
        "default",
        "New participants × new photos (the default interval)",
        f"95{NBSP}% interval for the {name} that other participants like these would show on other photos "
        "like these. Trials of one person are similar, and so are trials on one photo. The variance is "
        "clustered by both, with a guard against values that are too small, and enters a Wilson interval "
        f"with an effective number of trials and a t quantile with {degrees_of_freedom(analysis)}. With one "
        "participant or one photo there is no such interval.",
    )
