"""Every two conditions: how often one is chosen rather than the other, and how far apart they are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from scipy.special import expit

from evaluation.designs._choices.report.arms import titles_of
from evaluation.designs._common.averaged import Averaged
from evaluation.designs._common.told import Told
from evaluation.report.section import Cell, Chart, Definition, Heading, Row, Section, Table
from evaluation.report.wording import NBSP, NONE, number, p_value, percent

TOGETHER = (
    "Intervals and p values are both corrected for the number of pairs: the intervals hold for all pairs "
    "simultaneously (multivariate t), the p values are Holm's. In close calls the two may disagree: an "
    f"interval may include 50{NBSP}% while p is below 0.05, or exclude it while p is not."
)
SHARE = Averaged("Higher preferred", "pair-share", mark=0.5)


@dataclass(frozen=True)
class Pair:
    """Two conditions, the stronger one first; counts of choices between them."""

    higher: str
    lower: str
    wins: int
    losses: int
    ties: int
    share: float | None
    ends: tuple[float, float] | None
    p: float | None
    reason: str

    @property
    def cell(self) -> Cell:
        """The chance of the stronger one by the model, with its interval."""
        if self.share is None:
            return Cell(NONE, note=self.reason)
        return SHARE.cell(self.share, self.ends, "" if self.ends else self.reason)

    @property
    def observed(self) -> str:
        """The plain share among the choices between the two."""
        decided = self.wins + self.losses
        return percent(self.wins / decided) if decided else NONE


def pairs_of(told: Told) -> list[Pair]:
    """Every two conditions, from those of the strongest one down, as far as there are answers."""
    analysis = told.findings["analysis"]
    tested = {frozenset((pair["a"], pair["b"])): pair for pair in analysis.get("pairwise") or []}
    strengths = {row["model"]: row for row in analysis.get("strengths") or []}
    counts = {}
    for row in analysis["win_matrix_pairs"]:
        counts[row["a"], row["b"]] = row["wins_a"], row["wins_b"], row.get("ties", 0)
        counts[row["b"], row["a"]] = row["wins_b"], row["wins_a"], row.get("ties", 0)
    found = []
    for a, b in combinations(analysis.get("ranking") or analysis["models"], 2):
        wins, losses, ties = counts[a, b]
        if not strengths and losses > wins:
            a, b, wins, losses = b, a, losses, wins
        test = tested.get(frozenset((a, b)))
        share, ends, reason = None, None, ""
        if strengths:
            share = float(expit(strengths[a]["estimate"] - strengths[b]["estimate"]))
            reason = test["reason"] if test else strengths[a]["reason"]
        if test and test["simultaneous_ci"]:
            sign = 1 if test["a"] == a else -1
            low, high = sorted(float(expit(sign * end)) for end in test["simultaneous_ci"])
            ends = low, high
        p = test["p_t_holm"] if test else None
        found.append(Pair(a, b, wins, losses, ties, share, ends, p, reason))
    return found


def pairs_section(told: Told, verb: str, meaning: str, *, ties: bool) -> list[Section]:
    """A chart and a table of all pairs; `verb` stands between two conditions: "preferred to".

    One pair has the table alone: its chance is the headline's.
    """
    pairs, titles = pairs_of(told), titles_of(told)
    if not pairs:
        return []
    several, known = len(pairs) > 1, [pair for pair in pairs if pair.share is not None]
    together = f"95{NBSP}% interval" + (" for all pairs together" if several else "")
    columns = [
        Heading(f"Higher {verb} lower", align="left"),
        Heading("By the model", "pair-share", together),
        Heading("p, Holm", "holm"),
        Heading("Observed", "observed"),
        Heading("Wins", "wins"),
        Heading("Losses", "wins"),
        *([Heading("No difference", "wins")] if ties else []),
    ]
    rows: tuple[Row, ...] = tuple(
        (
            f"{titles[pair.higher]} {verb} {titles[pair.lower]}", pair.cell, p_value(pair.p), pair.observed,
            number(pair.wins), number(pair.losses), *([number(pair.ties)] if ties else []),
        )
        for pair in pairs
    )  # fmt: skip
    caption = f"Choices between every two conditions: share in which the higher one was {verb} the lower one."
    table = Table("pairs-table", caption, tuple(columns), rows, TOGETHER if len(known) > 1 else "")
    return [
        Section(
            "pairs", "Every two conditions" if several else "The two conditions",
            charts=(_chart(known, titles, verb),) if len(known) > 1 else (), tables=(table,),
            definitions=_meanings(verb, meaning, len(pairs), ties=ties), folded=not several,
        )
    ]  # fmt: skip


def _chart(pairs: list[Pair], titles: dict[str, str], verb: str) -> Chart:
    rows = [
        {
            "title": titles[pair.higher],
            "tail": f"{verb} {titles[pair.lower]}",
            "value": pair.share,
            "low": pair.ends and pair.ends[0],
            "high": pair.ends and pair.ends[1],
            "label": pair.cell.value,
            "says": f"{titles[pair.higher]} {verb} {titles[pair.lower]}: {pair.cell.value}",
        }
        for pair in pairs
    ]
    ends = [end for pair in pairs for end in (pair.share, *(pair.ends or ()))]
    return Chart(
        "pairs",
        "intervals",
        {
            "rows": rows,
            "axis": SHARE.axis(
                ends, f"Higher {verb} lower, choices between the two", says=f"alike: 50{NBSP}%"
            ),
        },
        f"Dot: [share by the model](#pair-share). Bar: 95{NBSP}% interval for all pairs together, for new "
        f"participants and new photos. Dashed: 50{NBSP}%, no preference.",
        f"Chance of the stronger of every two conditions with 95{NBSP}% intervals.",
    )


def _meanings(verb: str, meaning: str, pairs: int, *, ties: bool) -> tuple[Definition, ...]:
    many = f"; p corrected by Holm’s method over {pairs} pairs" if pairs > 1 else ""
    tied = " No difference: trials in which neither was." if ties else ""
    return (
        Definition(
            "pair-share",
            "By the model",
            f"{meaning} The 95{NBSP}% interval is for new participants and new photos"
            + (", and holds for all pairs at once (multivariate t)." if pairs > 1 else "."),
        ),
        Definition(
            "holm",
            "p, Holm",
            "Two-sided t test of no difference of the two strengths, with the variance clustered by "
            f"participants and photos{many}.",
        ),
        Definition(
            "observed",
            "Observed",
            "Wins over wins and losses, without the model. Where it lies far from the model’s share, the "
            "conditions do not follow one order of strengths.",
        ),
        Definition(
            "wins",
            "Wins and losses",
            f"Number of choices in which the higher one was {verb} the lower one, and the reverse.{tied}",
        ),
    )
