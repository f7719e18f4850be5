"""Each condition against 50 %, where real and fake cannot be told apart, and as sensitivity to the fake."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from scipy.special import ndtri

from evaluation.report.arms import Arm
from evaluation.report.differences import p_value, points
from evaluation.report.wording import NBSP, NONE, number, number_range


@dataclass(frozen=True)
class Chance:
    """One condition; intervals are those of its fool rate, moved or transformed."""

    title: str
    points: str
    interval: str
    p: str
    p_equivalent: str
    dprime: str
    dprime_interval: str
    criterion: str


def chances_of(arms: Iterable[Arm]) -> list[Chance]:
    """One line a judged condition of which the analysis knows as much."""
    return [_chance(arm) for arm in arms if arm.model and "chance" in arm.model and "sdt_side" in arm.model]


def _chance(arm: Arm) -> Chance:
    assert arm.model is not None
    assert arm.rate is not None
    chance, tost = arm.model["chance"], arm.model.get("tost_05") or {}
    # Reports of earlier shapes hold the tests of the first rule alone.
    equivalent = tost.get("recommended") or tost.get("cluster_t")
    recommended = chance.get("recommended") or {"p": chance["p_cluster_t"]}
    ends = dprime_ends = ""
    if arm.low is not None and arm.high is not None:
        ends = f"[{points(arm.low - 0.5)},{NBSP}{points(arm.high - 0.5)}]"
        # A rate of 0 or 1 has no finite d′; the interval ends where there is one.
        if arm.low > 0 and arm.high < 1:
            dprime_ends = number_range([_dprime(arm.high), _dprime(arm.low)], 2)
    return Chance(
        title=arm.title,
        points=points(arm.rate - 0.5),
        interval=ends,
        p=p_value(recommended["p"]),
        p_equivalent=p_value(equivalent["p"]) if equivalent else NONE,
        dprime=number(_dprime(arm.rate), 2) if 0 < arm.rate < 1 else NONE,
        dprime_interval=dprime_ends,
        criterion=number(arm.model["sdt_side"]["criterion_loglinear"], 2),
    )


def _dprime(rate: float) -> float:
    return sqrt(2) * float(ndtri(1 - rate))
