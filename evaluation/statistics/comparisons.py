"""Differences of fool rates within one study, with Holm's correction over all pairs."""

from __future__ import annotations

from itertools import combinations
from math import sqrt

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Floats, Ints, Json
from evaluation.statistics.distributions import normal_tail, t_quantile, t_tail
from evaluation.statistics.filters import ValidResponses

NO_TEST = "no test"


def pairwise(valid: ValidResponses, alpha: float = 0.05) -> list[Json]:
    """Every pair of conditions: difference a - b, guarded two-way variance of the difference, t and Holm.

    df = min(participants, photos) - 1 of the study. Two constant arms get no test: the textbook formula would
    print a p value made of rounding noise. An empty list without at least two participants, photos and
    conditions.
    """
    table = valid.table
    present = np.flatnonzero(np.bincount(table.condition.codes, minlength=len(table.condition.labels)))
    codes = sorted((int(code) for code in present), key=lambda code: table.condition.labels[code])
    participants = np.count_nonzero(np.bincount(table.participant.codes))
    images = np.count_nonzero(np.bincount(table.photo.codes))
    if len(codes) < 2 or min(participants, images) < 2:
        return []
    scores = np.zeros(len(valid))
    counts: dict[int, tuple[int, int]] = {}
    for code in codes:
        rows = table.condition.codes == code
        n, k = int(rows.sum()), int(valid.fooled[rows].sum())
        counts[code] = (n, k)
        scores[rows] = (valid.fooled[rows] - k / n) / n
    grids = [
        _totals(clusters, table.condition.codes, scores, len(table.condition.labels))
        for clusters in (table.participant.codes, table.photo.codes, valid.cell)
    ]
    people = _people(valid)
    df = int(min(participants, images)) - 1
    results = [
        _compare(a, b, table.condition.labels, counts, grids, people, df, alpha)
        for a, b in combinations(codes, 2)
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


def pooled_z_p(k1: int, n1: int, k2: int, n2: int) -> float:
    """Two-sided p of the pooled score test for two proportions; ignores clustering."""
    pooled = (k1 + k2) / (n1 + n2)
    se = sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    return 1.0 if se == 0 else 2 * normal_tail(abs(k1 / n1 - k2 / n2) / se)


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


def _compare(
    a: int,
    b: int,
    labels: tuple[str, ...],
    counts: dict[int, tuple[int, int]],
    grids: list[Floats],
    people: tuple[Ints, Ints],
    df: int,
    alpha: float,
) -> Json:
    (n_a, k_a), (n_b, k_b) = counts[a], counts[b]
    v_part, v_img, v_cell = (_variance_of_difference(grid, a, b) for grid in grids)
    two_way = v_part + v_img - v_cell
    guarded = max(two_way, v_part, v_img)
    diff = k_a / n_a - k_b / n_b
    result: Json = {
        "a": labels[a],
        "b": labels[b],
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
        "paired_participant": _paired(people, a, b),
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


def _paired(people: tuple[Ints, Ints], a: int, b: int) -> Json:
    """Difference of rates within each participant who saw both conditions, and its t test."""
    seen, fooled = people
    both = (seen[:, a] > 0) & (seen[:, b] > 0)
    differences = fooled[both, a] / seen[both, a] - fooled[both, b] / seen[both, b]
    n = len(differences)
    sd = float(differences.std(ddof=1)) if n > 1 else None
    mean = float(differences.mean()) if n else None
    p = None
    if sd is not None and mean is not None and sd > 1e-12:
        p = 2 * t_tail(abs(mean) / (sd / sqrt(n)), n - 1)
    return {"n": n, "mean": mean, "sd": sd, "t_p": p}


def _correct(results: list[Json]) -> None:
    """Add the Holm-adjusted p values over all pairs that have a test."""
    for key, name in (("p_z", "p_holm"), ("p_t", "p_t_holm")):
        tested = [result for result in results if result[key] is not None]
        for result, p in zip(tested, holm([result[key] for result in tested]), strict=True):
            result[name] = p
        for result in results:
            result.setdefault(name, None)
