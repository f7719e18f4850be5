"""The conditions of a study of choices, and the real photo where it takes part, in words."""

from __future__ import annotations

from evaluation.designs._common.told import Told
from evaluation.report.wording import listed
from evaluation.statistics.arrays import Json
from studies.designs._base import REAL_PHOTO

REAL_TITLE = "Real photo"


def titles_of(told: Told) -> dict[str, str]:
    """Titles by name: the conditions in their order, then the real photo, then what only a file names."""
    compared = told.findings["analysis"]["models"]
    titles = dict(told.titles)
    if REAL_PHOTO in compared or told.study.get("settings", {}).get("with_truth"):
        titles[REAL_PHOTO] = REAL_TITLE
    return titles | {name: name for name in compared if name not in titles}


def quoted(told: Told, name: str) -> str:
    """A condition within a sentence."""
    return "the real photo" if name == REAL_PHOTO else f"“{titles_of(told)[name]}”"


def quotes(told: Told, names: list[str]) -> str:
    """Several of them."""
    return listed([quoted(told, name) for name in names])


def one_way_groups(told: Told) -> str:
    """Between which groups of conditions no strengths exist; "" where that is not the reason."""
    groups: list[list[str]] = told.findings["analysis"].get("groups") or []
    return "; ".join(quotes(told, group) for group in groups)


def shown_counts(told: Told) -> dict[str, Json]:
    """How often each was shown and preferred, by name."""
    return {row["model"]: row for row in told.findings["analysis"]["counts"]}
