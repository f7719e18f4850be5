"""Differences of fool rates within one study, with Holm's correction over all pairs.

Two rules give variance and degrees of freedom (see `rules.py`). `cgm_two_way` takes a pair for judged by the
same people as soon as one person judged both; the rule of Bell and McCaffrey follows the trials that each
person and photo has under either condition, and so grades by overlap.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import sqrt

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Bools, Floats, Ints, Json
from evaluation.statistics.bootstraps import Resampling
from evaluation.statistics.clustered import Basis, two_way_basis
from evaluation.statistics.distributions import normal_tail, t_quantile, t_tail
from evaluation.statistics.filters import ValidResponses
from evaluation.statistics.intervals import DEFAULT, NAIVE
from evaluation.statistics.pair_spreads import Judges, PairSpreads, pair_spreads, squared_differences
from evaluation.statistics.rules import CGM_TWO_WAY, CURRENT_RULE
from evaluation.statistics.sign_flip import sign_flip
from evaluation.statistics.two_proportions import newcombe_interval, pooled_z_p

NO_TEST = "no test"
SAME_PEOPLE = 0.5
"""Share of the people (photos) of the smaller of two conditions that must have judged both, for the pair to
count as judged by the same ones in `p_t`."""


@dataclass(frozen=True)
class ResidualTotals:
    """Sums over clusters of each condition's residuals, divided by the condition's trials.

    `people`, `photos` and `cells` have shape (clusters that occur, conditions); conditions sorted by name.
    `trials_by` and `trials_on`, of the same shapes as people and photos, are the numbers of trials.
    """

    codes: tuple[int, ...]
    labels: tuple[str, ...]
    counts: tuple[tuple[int, int], ...]
    people: Floats
    photos: Floats
    cells: Floats
    trials_by: Floats
    trials_on: Floats

    @property
    def judged_by(self) -> Bools:
        """Which people judged which condition."""
        return np.asarray(self.trials_by > 0)

    @property
    def judged_on(self) -> Bools:
        """Which photos were judged under which condition."""
        return np.asarray(self.trials_on > 0)

    @property
    def rates(self) -> list[float]:
        """The fool rate of each condition."""
        return [k / n for n, k in self.counts]

    def basis(self, a: int, b: int, rule: str = CURRENT_RULE) -> Basis | None:
        """Guarded variance and degrees of freedom of the difference a - b; None where there is no test."""
        by_person, by_photo, by_cell = self.variances(a, b)
        if rule == CGM_TWO_WAY:
            df = self.df(a, b)
            return Basis(max(by_person + by_photo - by_cell, by_person, by_photo), df) if df >= 1 else None
        people, photos = (spreads.between(a, b) for spreads in self._spreads)
        return two_way_basis(people, photos, by_cell, least=0.0)

    def overlap(self, a: int, b: int) -> float:
        """Share of the smaller condition's people that judged both, or of its photos if that is less."""
        return min(judges.overlap(a, b) for judges in self._judges)

    def df(self, a: int, b: int) -> int:
        """Degrees of freedom of a pair under `cgm_two_way`, by participants or photos, whichever are fewer.

        The study's participants - 1, or photos - 1, while some judged both conditions. Two separate groups
        have a mean each, and whoever judged neither says nothing of their difference: both groups - 2.
        """
        return min(judges.df(a, b) for judges in self._judges)

    def variances(self, a: int, b: int) -> tuple[float, float, float]:
        """Of the difference a - b: by participant, by photo and by cell.

        A sum of squares of the clusters' differences, each side with the factor G / (G - 1) of its group.
        """
        by_person, by_photo, by_cell = (float(found[a, b]) for found in self._variances)
        return by_person, by_photo, by_cell

    # All pairs at once: one by one, 200 conditions took half a minute.

    @cached_property
    def _judges(self) -> tuple[Judges, Judges]:
        """People and photos."""
        return Judges.of(self.judged_by), Judges.of(self.judged_on)

    @cached_property
    def _variances(self) -> tuple[Floats, Floats, Floats]:
        people, photos = self._judges
        cells = len(self.cells)
        of_cells = np.full((len(self.codes),) * 2, cells / max(cells - 1, 1))
        return (
            squared_differences(self.people, people.factors()),
            squared_differences(self.photos, photos.factors()),
            squared_differences(self.cells, of_cells),
        )

    @cached_property
    def _spreads(self) -> tuple[PairSpreads, PairSpreads]:
        """Over people and over photos."""
        counts = np.array(self.counts, dtype=np.float64)
        return (
            pair_spreads(self.people, self.trials_by, counts),
            pair_spreads(self.photos, self.trials_on, counts),
        )


def residual_totals(valid: ValidResponses) -> ResidualTotals | None:
    """The sums that comparisons rest on; None without two participants, photos and conditions."""
    table = valid.table
    names = table.condition.labels
    present = np.flatnonzero(np.bincount(table.condition.codes, minlength=len(names)))
    codes = sorted((int(code) for code in present), key=lambda code: names[code])
    participants = np.count_nonzero(np.bincount(table.participant.codes))
    images = np.count_nonzero(np.bincount(table.photo.codes))
    if len(codes) < 2 or min(participants, images) < 2:
        return None
    condition = table.condition.codes.astype(np.intp)
    of_trials = np.bincount(condition, minlength=len(names))
    of_fooled = np.bincount(condition, valid.fooled, minlength=len(names))
    counts = [(int(of_trials[code]), int(of_fooled[code])) for code in codes]
    divisor = np.maximum(of_trials, 1)
    scores = (valid.fooled - (of_fooled / divisor)[condition]) / divisor[condition]
    people, trials_by = _totals(table.participant.codes, condition, scores, len(names))
    photos, trials_on = _totals(table.photo.codes, condition, scores, len(names))
    # Cells have no gaps, and there may be a million of them: nobody counts their rows.
    cells = _table(valid.cell, condition, scores, len(names))
    grids = (grid[:, codes] for grid in (people, photos, cells, trials_by, trials_on))
    labels = tuple(names[code] for code in codes)
    return ResidualTotals(tuple(codes), labels, tuple(counts), *grids)


def pairwise(
    valid: ValidResponses,
    alpha: float = 0.05,
    resampling: Resampling | None = None,
    totals: ResidualTotals | None = None,
    rule: str = CURRENT_RULE,
) -> list[Json]:
    """Every pair of conditions: difference a - b, guarded two-way variance of the difference, t and Holm.

    `recommended` holds what the rule gives, `cgm_two_way` what the older rule gives. Two constant arms get no
    test: the textbook formula would print a p value made of rounding noise. An empty list without at least
    two participants, photos and conditions. With more than a few participants the sign-flip test is drawn,
    where `resampling` asks for it. `totals` saves computing them again.
    """
    totals = totals or residual_totals(valid)
    if totals is None:
        return []
    people = _people(valid)
    results = [
        _compare(a, b, totals, alpha, rule)
        | {"paired_participant": _paired(people, totals.codes[a], totals.codes[b], resampling)}
        for a, b in combinations(range(len(totals.codes)), 2)
    ]
    add_holm(results, "p_z", "p_holm")
    add_holm(results, "p_t", "p_t_holm")
    for part in ("recommended", "cgm_two_way"):
        add_holm([result[part] for result in results], "p", "p_holm")
    return results


def holm(p_values: list[float]) -> list[float]:
    """Holm's step-down adjusted p values, in the order given. Scandinavian J. Statistics 6 (1979) 65-70."""
    order = np.argsort(p_values, kind="stable")
    steps = np.asarray(p_values)[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return [float(p) for p in adjusted]


def add_holm(results: list[Json], key: str, name: str) -> None:
    """Add the Holm-adjusted p values over all results that have a p value, None to the others."""
    tested = [result for result in results if result[key] is not None]
    for result, p in zip(tested, holm([result[key] for result in tested]), strict=True):
        result[name] = p
    for result in results:
        result.setdefault(name, None)


def _totals(
    clusters: AnyCodes, condition: AnyCodes, scores: Floats, conditions: int
) -> tuple[Floats, Floats]:
    """Sums of scores and numbers of rows, each of shape (clusters that occur, conditions)."""
    totals, rows = (_table(clusters, condition, weights, conditions) for weights in (scores, None))
    occurs = rows.any(axis=1)
    return totals[occurs], rows[occurs].astype(np.float64)


def _table(clusters: AnyCodes, condition: AnyCodes, weights: Floats | None, conditions: int) -> Floats:
    """Sums of the weights (numbers of rows, without), shape (largest cluster's code + 1, conditions)."""
    shape = int(clusters.max()) + 1, conditions
    where = clusters.astype(np.intp) * conditions + condition
    return np.asarray(np.bincount(where, weights, minlength=shape[0] * conditions).reshape(shape))


def _people(valid: ValidResponses) -> tuple[Ints, Ints]:
    """Trials and fooled trials, each of shape (participants, conditions)."""
    table = valid.table
    shape = (len(table.participant.labels), len(table.condition.labels))
    where = table.participant.codes.astype(np.int64) * shape[1] + table.condition.codes
    size = shape[0] * shape[1]
    seen = np.bincount(where, minlength=size).reshape(shape)
    fooled = np.bincount(where[valid.fooled == 1], minlength=size).reshape(shape)
    return seen, fooled


def _compare(a: int, b: int, totals: ResidualTotals, alpha: float, rule: str = CURRENT_RULE) -> Json:
    (n_a, k_a), (n_b, k_b) = totals.counts[a], totals.counts[b]
    v_part, v_img, v_cell = totals.variances(a, b)
    diff = k_a / n_a - k_b / n_b
    constant = k_a in (0, n_a) and k_b in (0, n_b)
    older = _tested(diff, totals.basis(a, b, CGM_TWO_WAY), alpha, constant=constant)
    recommended = _tested(diff, totals.basis(a, b, rule), alpha, constant=constant)
    # The textbook's form of one study's people is no test of two groups that hardly share anybody.
    shown = older if rule == CGM_TWO_WAY or totals.overlap(a, b) >= SAME_PEOPLE else recommended
    guarded = max(v_part + v_img - v_cell, v_part, v_img)
    z = shown["t"]
    return {
        "a": totals.labels[a],
        "b": totals.labels[b],
        "diff": diff,
        "var_two_way": v_part + v_img - v_cell,
        "se_participant": sqrt(v_part),
        "se_image": sqrt(v_img),
        "se_guarded": sqrt(guarded),
        "df": totals.df(a, b) if shown is older else shown["df"],
        "z": z,
        "p_z": None if z is None else 2 * normal_tail(abs(z)),
        "p_t": shown["p"],
        "ci": shown["ci"],
        "reason": recommended["reason"],
        "estimand": {"ci": DEFAULT, "newcombe_naive_ci": NAIVE},
        "recommended": recommended,
        "cgm_two_way": older,
        "newcombe_naive_p": pooled_z_p(k_a, n_a, k_b, n_b),
        "newcombe_naive_ci": list(newcombe_interval(k_a, n_a, k_b, n_b, alpha)),
    }


def _tested(diff: float, basis: Basis | None, alpha: float, *, constant: bool) -> Json:
    """The difference against 0 with its interval, or the reason why there is neither."""
    result: Json = {
        "estimand": DEFAULT,
        "se": None if basis is None else sqrt(basis.variance),
        "df": None if basis is None else basis.df,
        "t": None,
        "p": None,
        "ci": None,
        "reason": "",
    }
    if constant:
        return result | {"reason": f"{NO_TEST}: both arms are constant, so no variance can be estimated"}
    if basis is None:
        return result | {
            "reason": f"{NO_TEST}: a condition that others did not judge has a single participant or photo"
        }
    if basis.variance < 1e-12:
        return result | {"reason": f"{NO_TEST}: the differences do not vary between people or photos"}
    se = sqrt(basis.variance)
    half = t_quantile(alpha / 2, basis.df) * se
    return result | {
        "t": diff / se,
        "p": 2 * t_tail(abs(diff / se), basis.df),
        "ci": [max(-1.0, diff - half), min(1.0, diff + half)],
    }


def _paired(people: tuple[Ints, Ints], a: int, b: int, resampling: Resampling | None) -> Json:
    """Difference of rates within each participant who saw both conditions, its t and its sign-flip test."""
    seen, fooled = people
    both = (seen[:, a] > 0) & (seen[:, b] > 0)
    differences = fooled[both, a] / seen[both, a] - fooled[both, b] / seen[both, b]
    n = len(differences)
    sd = float(differences.std(ddof=1)) if n > 1 else None
    mean = float(differences.mean()) if n else None
    p = None
    if sd is not None and mean is not None and sd > 1e-12:
        p = 2 * t_tail(abs(mean) / (sd / sqrt(n)), n - 1)
    flips = (None, 1) if resampling is None else (resampling.replicates, resampling.seed)
    return {"n": n, "mean": mean, "sd": sd, "t_p": p} | sign_flip(differences, *flips)
