"""Which condition is how surely the first, for studies of every design. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evaluation.designs._common.averaged import Averaged
from evaluation.report.section import Definition, Heading, Section, Table
from evaluation.report.wording import NBSP, percent
from evaluation.statistics.arrays import Json


def ranking_section(
    titles: Mapping[str, str], order: Sequence[Json], averaged: Averaged, value: str = "value"
) -> list[Section]:
    """The conditions from the highest value down, as `Compared.order` has them, where there are several.

    Where their order is not known to be sure of anything there is no section.
    """
    if len(order) < 2 or order[0]["p_first"] is None:
        return []
    table = Table(
        "ranking",
        "Ranking of the conditions.",
        (
            Heading("Condition", align="left"),
            Heading(averaged.title, averaged.key),
            Heading("Ranked first, share of draws", "first"),
            Heading(f"95{NBSP}% rank range", "rank-set"),
        ),
        tuple(
            (
                titles.get(_label(row), _label(row)),
                averaged.text(row[value]),
                _chance(row["p_first"]),
                _places(*row["rank_set"]),
            )
            for row in order
        ),
    )
    return [
        Section("ranking", "Ranking and its uncertainty", tables=(table,), definitions=_meanings(averaged))
    ]


def _label(row: Json) -> str:
    """Of a condition; the pair test calls it a model."""
    return str(row["label"] if "label" in row else row["model"])


def _chance(share: float) -> str:
    """In whole per cent; what rounds to certainty or impossibility is neither."""
    if share >= 0.995:
        return f">{NBSP}99{NBSP}%"
    return f"<{NBSP}1{NBSP}%" if share < 0.005 else percent(share, 0)


def _places(best: int, worst: int) -> str:
    return f"{best}" if best == worst else f"{best} to {worst}"


def _meanings(averaged: Averaged) -> tuple[Definition, ...]:
    name, extremes = "value", ""
    if averaged.share:
        name = "rate"
        extremes = (
            f" Conditions at 0{NBSP}% or 100{NBSP}% have no estimated variance and look more certain than "
            "they are."
        )
    return (
        Definition(
            "first",
            "Ranked first, share of draws",
            f"All {name}s are drawn together from a multivariate t distribution around the estimates, with "
            "their joint clustered covariance. This is the share of draws in which the condition has the "
            f"highest {name}. It describes sampling uncertainty; it is not the probability that the "
            f"condition is best.{extremes}",
        ),
        Definition(
            "rank-set",
            f"95{NBSP}% rank range",
            f"Best and worst rank, with 95{NBSP}% confidence for all conditions simultaneously (Mogstad, "
            "Romano, Shaikh and Wilhelm 2024). Conditions that share a rank cannot be told apart.",
        ),
    )
