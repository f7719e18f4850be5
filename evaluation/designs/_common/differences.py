"""Differences between conditions from their joint covariance, for studies of every design. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluation.designs._common.averaged import Averaged
from evaluation.report.section import Cell, Chart, Definition, Heading, Section, Table
from evaluation.report.wording import NBSP, count, p_value
from evaluation.statistics.arrays import Json

TOGETHER = (
    "Intervals and p values are both corrected for the number of pairs: the intervals hold for "
    "all pairs simultaneously (multivariate t), the p values are Holm's. In close calls "
    "the two may disagree: an interval may include 0 while p is below 0.05, or exclude 0 while p "
    "is not."
)


@dataclass(frozen=True)
class Difference:
    """The higher value minus the lower one."""

    higher: str
    lower: str
    value: float
    ends: tuple[float, float] | None
    p: float | None
    reason: str = ""

    @classmethod
    def of(cls, pair: Json, titles: Mapping[str, str]) -> Difference:
        """A pair of `Compared.pairs`, the higher value first."""
        a, b, sign = (pair["a"], pair["b"], 1) if pair["diff"] >= 0 else (pair["b"], pair["a"], -1)
        ends = pair["simultaneous_ci"]
        low, high = sorted(sign * end for end in ends) if ends else (0.0, 0.0)
        return cls(
            titles.get(a, a), titles.get(b, b), sign * pair["diff"], (low, high) if ends else None,
            pair["p_t_holm"], pair.get("reason", ""),
        )  # fmt: skip

    def cell(self, averaged: Averaged) -> Cell:
        """The difference with its interval."""
        return averaged.change(self.value, self.ends, self.reason)


def differences_section(
    titles: Mapping[str, str],
    pairs: Sequence[Json],
    averaged: Averaged,
    about: str,
    further: Sequence[Table] = (),
) -> list[Section]:
    """A chart and a table of all pairs of conditions, as `Compared.pairs` has them.

    `about` ends the definition: what the variance accounts for. `further` tables come below.
    """
    if not pairs:
        return []
    note = TOGETHER if len(pairs) > 1 else ""
    return [
        Section(
            "differences", "Differences between conditions", charts=(_chart(titles, pairs, averaged),),
            tables=(differences_table(titles, pairs, averaged, note=note), *further),
            definitions=_meanings(len(pairs), about), folded=False,
        )
    ]  # fmt: skip


def differences_table(
    titles: Mapping[str, str],
    pairs: Sequence[Json],
    averaged: Averaged,
    name: str = "pairs",
    note: str = "",
) -> Table:
    """All pairs of conditions by one of the things that are averaged."""
    several = len(pairs) > 1
    found = [Difference.of(pair, titles) for pair in pairs]
    unit = averaged.change_unit
    return Table(
        name,
        f"Differences between conditions{unit and f', in {unit}'}: {averaged.name}.",
        (
            Heading("Higher above lower", align="left"),
            Heading(f"Difference{unit and f', {unit}'}", "difference",
                    f"95{NBSP}% interval" + (" for all pairs together" if several else "")),
            Heading("p, Holm", "holm"),
        ),
        tuple((f"{pair.higher} above {pair.lower}", pair.cell(averaged), p_value(pair.p)) for pair in found),
        note,
    )  # fmt: skip


def _chart(titles: Mapping[str, str], pairs: Sequence[Json], averaged: Averaged) -> Chart:
    found = [Difference.of(pair, titles) for pair in pairs]
    rows = [
        {
            "title": pair.higher,
            "tail": f"above {pair.lower}",
            "value": pair.value,
            "low": ends and ends[0],
            "high": ends and ends[1],
            "label": pair.cell(averaged).value,
            "says": f"{pair.higher} above {pair.lower}: {pair.cell(averaged).value} "
            f"{averaged.change_unit}".rstrip(),
        }
        for pair in found
        for ends in [averaged.change_ends(pair.ends)]
    ]
    ends = [end for pair in found for end in (pair.value, *(averaged.change_ends(pair.ends) or ()))]
    return Chart(
        "differences",
        "intervals",
        {"rows": rows, "axis": averaged.change_axis(f"Difference: {averaged.name}", ends)},
        f"Dot: [higher minus lower value](#difference). Bar: 95{NBSP}% interval. Dashed: no difference.",
        f"Differences of conditions with 95{NBSP}% intervals: {averaged.name}.",
    )


def _meanings(pairs: int, about: str) -> tuple[Definition, ...]:
    many = f" over {count(pairs, 'pair')} of conditions" if pairs > 1 else ""
    return (
        Definition(
            "difference",
            "Difference",
            f"Higher value minus lower one, with its 95{NBSP}% interval. {about}",
        ),
        Definition(
            "holm",
            "p, Holm",
            f"Two-sided t test of no difference with the same variance, corrected by Holm's method{many}.",
        ),
    )
