"""Differences of fool rates within one study, with Holm's correction over all pairs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import sqrt

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Floats, Ints, Json
from evaluation.statistics.bootstraps import Resampling
from evaluation.statistics.distributions import normal_tail, t_quantile, t_tail
from evaluation.statistics.filters import ValidResponses
from evaluation.statistics.sign_flip import sign_flip
from evaluation.statistics.two_proportions import newcombe_interval, pooled_z_p

NO_TEST = "no test"


@dataclass(frozen=True)
class ResidualTotals:
    """Sums over clusters of each condition's residuals, divided by the condition's trials.

    `people`, `photos` and `cells` have shape (clusters that occur, conditions); conditions sorted by name.
    """

    codes: tuple[int, ...]
    labels: tuple[str, ...]
    counts: tuple[tuple[int, int], ...]
    people: Floats
    photos: Floats
    cells: Floats

    @property
    def rates(self) -> list[float]:
        """The fool rate of each condition."""
        return [k / n for n, k in self.counts]

    @property
    def df(self) -> int:
        """Degrees of freedom of the study: min(participants, photos) - 1."""
        return min(len(self.people), len(self.photos)) - 1


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
    scores = np.zeros(len(valid))
    counts = []
    for code in codes:
        rows = table.condition.codes == code
        n, k = int(rows.sum()), int(valid.fooled[rows].sum())
        counts.append((n, k))
        scores[rows] = (valid.fooled[rows] - k / n) / n
    people, photos, cells = (
        _totals(clusters, table.condition.codes, scores, len(names))[:, codes]
        for clusters in (table.participant.codes, table.photo.codes, valid.cell)
    )
    labels = tuple(names[code] for code in codes)
    return ResidualTotals(tuple(codes), labels, tuple(counts), people, photos, cells)


def pairwise(
    valid: ValidResponses,
    alpha: float = 0.05,
    resampling: Resampling | None = None,
    totals: ResidualTotals | None = None,
) -> list[Json]:
    """Every pair of conditions: difference a - b, guarded two-way variance of the difference, t and Holm.

    df = min(participants, photos) - 1 of the study. Two constant arms get no test: the textbook formula would
    print a p value made of rounding noise. An empty list without at least two participants, photos and
    conditions. With more than a few participants the sign-flip test is drawn, where `resampling` asks for it.
    `totals` saves computing them again.
    """
    totals = totals or residual_totals(valid)
    if totals is None:
        return []
    people = _people(valid)
    results = [
        _compare(a, b, totals, alpha)
        | {"paired_participant": _paired(people, totals.codes[a], totals.codes[b], resampling)}
        for a, b in combinations(range(len(totals.codes)), 2)
    ]
    _correct(results)
    return results


def holm(p_values: list[float]) -> list[float]:
    """Holm's step-down adjusted p values, in the order given. Scandinavian J. Statistics 6 (1979) 65-70."""
    order = np.argsort(p_values, kind="stable")
    steps = np.asarray(p_values)[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return [float(p) for p in adjusted]


def _totals(clusters: AnyCodes, condition: AnyCodes, scores: Floats, conditions: int) -> Floats:
    """Sum of scores, shape (clusters that occur, conditions)."""
    width = int(clusters.max()) + 1
    flat = np.bincount(
        clusters.astype(np.int64) * conditions + condition, scores, minlength=width * conditions
    )
    return np.asarray(flat.reshape(width, conditions)[np.bincount(clusters, minlength=width) > 0])


def _people(valid: ValidResponses) -> tuple[Ints, Ints]:
    """Trials and fooled trials, each of shape (participants, conditions)."""
    table = valid.table
    shape = (len(table.participant.labels), len(table.condition.labels))
    where = table.participant.codes.astype(np.int64) * shape[1] + table.condition.codes
    size = shape[0] * shape[1]
    seen = np.bincount(where, minlength=size).reshape(shape)
    fooled = np.bincount(where[valid.fooled == 1], minlength=size).reshape(shape)
    return seen, fooled


def _compare(a: int, b: int, totals: ResidualTotals, alpha: float) -> Json:
    (n_a, k_a), (n_b, k_b) = totals.counts[a], totals.counts[b]
    v_part, v_img, v_cell = (
        _variance_of_difference(grid, a, b) for grid in (totals.people, totals.photos, totals.cells)
    )
    two_way = v_part + v_img - v_cell
    guarded = max(two_way, v_part, v_img)
    diff = k_a / n_a - k_b / n_b
    df = totals.df
    result: Json = {
        "a": totals.labels[a],
        "b": totals.labels[b],
        "diff": diff,
        "var_two_way": two_way,
        "se_participant": sqrt(v_part),
        "se_image": sqrt(v_img),
        "se_guarded": sqrt(guarded),
        "df": df,
        "z": None,
        "p_z": None,
        "p_t": None,
        "ci": None,
        "reason": "",
        "newcombe_naive_p": pooled_z_p(k_a, n_a, k_b, n_b),
        "newcombe_naive_ci": list(newcombe_interval(k_a, n_a, k_b, n_b, alpha)),
    }
    if k_a in (0, n_a) and k_b in (0, n_b):
        return result | {"reason": f"{NO_TEST}: both arms are constant, so no variance can be estimated"}
    if guarded < 1e-12:
        return result | {"reason": f"{NO_TEST}: the differences do not vary between people or photos"}
    z = diff / sqrt(guarded)
    half = t_quantile(alpha / 2, df) * sqrt(guarded)
    return result | {
        "z": z,
        "p_z": 2 * normal_tail(abs(z)),
        "p_t": 2 * t_tail(abs(z), df),
        "ci": [max(-1.0, diff - half), min(1.0, diff + half)],
    }


def _variance_of_difference(totals: Floats, a: int, b: int) -> float:
    groups = len(totals)
    difference = totals[:, a] - totals[:, b]
    return float(np.dot(difference, difference)) * groups / (groups - 1)


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


def _correct(results: list[Json]) -> None:
    """Add the Holm-adjusted p values over all pairs that have a test."""
    for key, name in (("p_z", "p_holm"), ("p_t", "p_t_holm")):
        tested = [result for result in results if result[key] is not None]
        for result, p in zip(tested, holm([result[key] for result in tested]), strict=True):
            result[name] = p
        for result in results:
            result.setdefault(name, None)
