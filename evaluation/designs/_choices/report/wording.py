"""Sentences of the methods paragraph that designs of choices share."""

from __future__ import annotations

from evaluation.designs._common.told import Told
from evaluation.report.wording import NBSP, count
from evaluation.statistics.arrays import Json


def counting(told: Told) -> str:
    """What was analysed."""
    analysis = told.findings["analysis"]
    stated = [step["rule"] for step in told.findings.get("filters", []) if step["step"].startswith("E")]
    left_out = f", after exclusions ({'; '.join(stated)})" if stated else ""
    return (
        f"{count(analysis['valid_rows'], 'valid test trial')} on {count(analysis['images'], 'photograph')} "
        f"were analysed{left_out}."
    )


def together(analysis: Json) -> str:
    """How intervals and p values come about."""
    text = (
        "Variances are those of the scores clustered by participants and photographs (guarded two-way), with "
        "t quantiles whose degrees of freedom follow the numbers of trials per participant and photograph "
        f"(Bell and McCaffrey 2002); 95{NBSP}% intervals hold for new participants and new photographs."
    )
    clusters = analysis.get("photo_clusters")
    if clusters:
        text += f" Crops of one photograph count as one ({count(clusters, 'photograph')} in all)."
    pairs = len(analysis.get("pairwise") or [])
    if pairs > 1:
        text += (
            f" p values of differences are corrected by Holm's method over {pairs} comparisons, and their "
            "intervals hold simultaneously (multivariate t)."
        )
    return text
