"""Preferences between colorizations: Bradley-Terry abilities with clustered errors.

Bradley & Terry, Biometrika 39 (1952) 324-345. The logarithm of the odds that a is preferred to b is the
difference of their abilities.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import sqrt

import numpy as np
from scipy.special import expit

from evaluation.statistics.arrays import AnyCodes, Bools, Floats, Ints, Json
from evaluation.statistics.comparisons import holm
from evaluation.statistics.distributions import t_quantile, t_tail
from evaluation.statistics.intervals import check_alpha


@dataclass(frozen=True)
class Preferences:
    """One row for each choice between two conditions, all of shape (n,); codes point into `labels`."""

    participant: AnyCodes
    left: AnyCodes
    right: AnyCodes
    chose_left: Bools
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.left) == 0:
            raise ValueError("no preferences: abilities need at least one choice between two conditions")
        if np.any(self.left == self.right):
            row = int(np.flatnonzero(self.left == self.right)[0]) + 1
            raise ValueError(f"choice {row} is between a condition and itself; leave it out")

    def wins(self) -> Ints:
        """How often the condition of the row was preferred to that of the column."""
        winner = np.where(self.chose_left, self.left, self.right).astype(np.int64)
        loser = np.where(self.chose_left, self.right, self.left)
        k = len(self.labels)
        return np.asarray(np.bincount(winner * k + loser, minlength=k * k).reshape(k, k))


def bradley_terry(choices: Preferences, alpha: float = 0.05) -> Json:
    """Abilities relative to the first condition by name, their errors, the differences and the ranking.

    `se` takes choices as independent, `se_cluster_participant` (HC0 times G/(G-1)) does not; intervals and
    tests use the latter with G - 1 degrees of freedom: a claim about these photos. `with_left_side_effect`
    adds a habit of choosing left. Without a path of wins between all conditions no abilities exist (Ford,
    American Math. Monthly 64 (1957) 28-33): then `connected` is False and `reason` names the groups.
    """
    check_alpha(alpha)
    order = sorted(range(len(choices.labels)), key=lambda code: choices.labels[code])
    models = [choices.labels[code] for code in order]
    wins = choices.wins()[np.ix_(order, order)]
    result: Json = {
        "n": len(choices.left),
        "participants": int(np.count_nonzero(np.bincount(choices.participant))),
        "models": models,
        "reference": models[0],
        "win_matrix_pairs": [
            {"a": models[a], "b": models[b], "wins_a": int(wins[a, b]), "wins_b": int(wins[b, a])}
            for a, b in combinations(range(len(models)), 2)
        ],
    }
    from scipy.sparse import csgraph  # Only here: it takes longer to load than to answer.

    groups, member = csgraph.connected_components(
        (wins > 0).astype(np.float64), directed=True, connection="strong"
    )
    if groups > 1:
        sets = [[m for m, own in zip(models, member, strict=True) if own == group] for group in range(groups)]
        names = "; ".join(", ".join(group) for group in sets)
        return result | {
            "connected": False,
            "reason": f"no path of wins leads both ways between these groups: {names}",
            "log_ability": None,
            "ranking": None,
        }
    place = np.argsort(order)
    design = np.zeros((len(choices.left), len(models)))
    rows = np.arange(len(design))
    design[rows, place[choices.left]] = 1
    design[rows, place[choices.right]] = -1
    y = choices.chose_left.astype(np.float64)
    plain = _Fit.of(design[:, 1:], y, choices.participant)
    # The first column is the condition that all others are measured against; its place takes the left side.
    sided = _Fit.of(np.column_stack((np.ones(len(y)), design[:, 1:])), y, choices.participant)
    ability = np.concatenate(([0.0], plain.theta))
    ranked = sorted(range(len(models)), key=lambda place: -ability[place])
    return result | {
        "connected": True,
        "reason": "",
        "log_ability": ability.tolist(),
        "se": [0.0, *np.sqrt(np.diag(plain.covariance)).tolist()],
        "se_cluster_participant": np.sqrt(np.diag(plain.clustered)).tolist(),
        "with_left_side_effect": {
            "left_logit": float(sided.theta[0]),
            "se": float(np.sqrt(sided.covariance[0, 0])),
            "log_ability": sided.theta[1:].tolist(),
        },
        "ranking": [models[place] for place in ranked],
        "pairwise": _differences(models, ability, plain, alpha),
    }


@dataclass(frozen=True)
class _Fit:
    """A logistic regression without intercept: estimates, inverse information and clustered covariance."""

    theta: Floats
    covariance: Floats
    clustered: Floats
    clusters: int

    @classmethod
    def of(cls, design: Floats, y: Floats, participant: AnyCodes) -> _Fit:
        """Newton's method; the likelihood has one maximum as long as the wins are connected."""
        theta = np.zeros(design.shape[1])
        for _ in range(100):
            rates = np.asarray(expit(design @ theta))
            bread = np.linalg.inv(design.T @ (design * (rates * (1 - rates))[:, None]))
            step = bread @ (design.T @ (y - rates))
            theta = theta + step
            if np.abs(step).max() < 1e-12:
                break
        scores = np.stack([np.bincount(participant, column * (y - rates)) for column in design.T], axis=1)
        people = int(np.count_nonzero(np.bincount(participant)))
        factor = people / (people - 1) if people > 1 else np.nan
        clustered = np.asarray(bread @ (scores.T @ scores) @ bread * factor, dtype=np.float64)
        return cls(theta, np.asarray(bread, dtype=np.float64), clustered, people)


def _differences(models: list[str], ability: Floats, fit: _Fit, alpha: float) -> list[Json]:
    if fit.clusters < 2:
        return []
    covariance = np.zeros((len(models), len(models)))
    covariance[1:, 1:] = fit.clustered
    results: list[Json] = []
    for a, b in combinations(range(len(models)), 2):
        difference = float(ability[a] - ability[b])
        se = sqrt(max(0.0, covariance[a, a] + covariance[b, b] - 2 * covariance[a, b]))
        half = t_quantile(alpha / 2, fit.clusters - 1) * se
        results.append(
            {
                "a": models[a],
                "b": models[b],
                "diff": difference,
                "se": se,
                "ci": [difference - half, difference + half],
                "share_a": float(expit(difference)),
                "p_t": 2 * t_tail(abs(difference) / se, fit.clusters - 1) if se > 0 else 1.0,
            }
        )
    for result, p in zip(results, holm([result["p_t"] for result in results]), strict=True):
        result["p_t_holm"] = p
    return results
