"""Which condition is how surely the first."""

from __future__ import annotations

from evaluation.designs._common.told import Told
from evaluation.report.section import Definition, Heading, Section, Table
from evaluation.report.wording import NBSP, percent


def ranking(told: Told) -> list[Section]:
    """The conditions from the highest rate down, where there are several."""
    found = told.findings["analysis"].get("ranking") or []
    if len(found) < 2:
        return []
    table = Table(
        "ranking",
        "Ranking of the conditions.",
        (
            Heading("Condition", align="left"),
            Heading("Fool rate", "fool-rate"),
            Heading("Ranked first, share of draws", "first"),
            Heading(f"95{NBSP}% rank range", "rank-set"),
        ),
        tuple(
            (
                told.titles.get(row["model"], row["model"]),
                percent(row["fool_rate"]),
                _chance(row["p_first"]),
                _places(*row["rank_set"]),
            )
            for row in found
        ),
    )
    return [Section("ranking", "Ranking and its uncertainty", tables=(table,), definitions=MEANINGS)]


def _chance(share: float) -> str:
    """In whole per cent; what rounds to certainty or impossibility is neither."""
    if share >= 0.995:
        return f">{NBSP}99{NBSP}%"
    return f"<{NBSP}1{NBSP}%" if share < 0.005 else percent(share, 0)


def _places(best: int, worst: int) -> str:
    return f"{best}" if best == worst else f"{best} to {worst}"


MEANINGS = (
    Definition(
        "first",
        "Ranked first, share of draws",
        "All rates are drawn together from a multivariate t distribution around the estimates, with their "
        "joint clustered covariance. This is the share of draws in which the condition has the highest rate. "
        "It describes sampling uncertainty; it is not the probability that the condition is best. Conditions "
        f"at 0{NBSP}% or 100{NBSP}% have no estimated variance and look more certain than they are.",
    ),
    Definition(
        "rank-set",
        f"95{NBSP}% rank range",
        f"Best and worst rank, with 95{NBSP}% confidence for all conditions simultaneously (Mogstad, Romano, "
        "Shaikh and Wilhelm 2024). Conditions that share a rank cannot be told apart.",
    ),
)
