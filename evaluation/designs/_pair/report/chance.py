"""Each condition against 50 %, where real and fake cannot be told apart, and as sensitivity to the fake."""

from __future__ import annotations

from math import sqrt

from scipy.special import ndtri

from evaluation.designs._pair.report.arms import Arm
from evaluation.report.section import Cell, Definition, Heading, Row, Section, Table
from evaluation.report.wording import NBSP, NONE, number, number_range, p_value, points, points_range

COLUMNS = (
    Heading("Condition", align="left"),
    Heading(f"Fool rate minus 50{NBSP}%, points", "chance", "new participants × new photos"),
    Heading(f"p, difference from 50{NBSP}%", "chance"),
    Heading("Equivalence p (TOST)", "equivalence"),
    Heading("d′", "dprime"),
    Heading("Criterion", "criterion"),
)


def chance(judged: list[Arm]) -> list[Section]:
    """One line a condition of which the analysis knows as much."""
    rows = tuple(_row(arm) for arm in judged if arm.model and {"chance", "sdt_side"} <= arm.model.keys())
    if not rows:
        return []
    caption = f"Fool rate against 50{NBSP}%, d′ and criterion by condition."
    remark = (
        f"A non-significant difference from 50{NBSP}% is not equivalence. A significant equivalence test is: "
        f"it shows that the rate lies within 5 points of 50{NBSP}%."
    )
    return [
        Section(
            "chance", f"Comparison with 50{NBSP}%, and sensitivity",
            tables=(Table("chance", caption, COLUMNS, rows),), remarks=(remark,), definitions=MEANINGS,
        )
    ]  # fmt: skip


def _row(arm: Arm) -> Row:
    assert arm.model is not None
    assert arm.rate is not None
    tests, tost = arm.model["chance"], arm.model.get("tost_05") or {}
    # Reports of earlier shapes hold the tests of the first rule alone.
    equivalent = tost.get("recommended") or tost.get("cluster_t")
    recommended = tests.get("recommended") or {"p": tests["p_cluster_t"]}
    (low, high), ends = arm.ends, ("", "")
    if low is not None and high is not None:
        # A rate of 0 or 1 has no finite d′; the interval ends where there is one.
        inside = low > 0 and high < 1
        dprime = number_range([_dprime(high), _dprime(low)], 2) if inside else ""
        ends = points_range(low - 0.5, high - 0.5), dprime
    return (
        arm.title,
        Cell(points(arm.rate - 0.5), ends[0]),
        p_value(recommended["p"]),
        p_value(equivalent["p"]) if equivalent else NONE,
        Cell(number(_dprime(arm.rate), 2) if 0 < arm.rate < 1 else NONE, ends[1]),
        number(arm.model["sdt_side"]["criterion_loglinear"], 2),
    )


def _dprime(rate: float) -> float:
    return sqrt(2) * float(ndtri(1 - rate))


MEANINGS = (
    Definition(
        "chance",
        f"Against 50{NBSP}%",
        f"The fool rate minus 50{NBSP}%, with the default interval, and the two-sided t test with the same "
        "clustered variance. Below 0: people tell the fakes better than by guessing. Not corrected for the "
        "number of conditions.",
    ),
    Definition(
        "equivalence",
        "Equivalence p (TOST)",
        "Two one-sided t tests with the same variance; the p value is the larger of the two. A small one "
        f"shows that the rate lies within five points of 50{NBSP}%: on average people cannot tell by more "
        "than that. The margin is fixed in the program, before any data.",
    ),
    Definition(
        "dprime",
        "d′",
        "Sensitivity to the fake in a test of two alternatives: √2 times the normal quantile of the share "
        "not fooled, with the ends of the default interval transformed in the same way. 0 is chance, about 1 "
        f"is 76{NBSP}% right. Pooled over people, which draws it towards 0 where they differ much. None at "
        f"0{NBSP}% and 100{NBSP}%.",
    ),
    Definition(
        "criterion",
        "Criterion",
        "Preference for a side in units of the same scale, from the calls of “left” with the fake on the "
        "left and on the right. 0: none; above 0: people lean to calling the right one fake.",
    ),
)
