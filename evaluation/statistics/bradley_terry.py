"""Preferences between colorizations: Bradley-Terry abilities with errors clustered by people and photos.

Bradley & Terry, Biometrika 39 (1952) 324-345. The logarithm of the odds that a is preferred to b is the
difference of their abilities. A photo on which one condition happens to do well is shown to many people:
clustered by people alone, conditions that do not differ come out significant in half of all large studies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from math import sqrt

import numpy as np
from scipy.special import expit

from evaluation.statistics.arrays import AnyCodes, Bools, Floats, Ints, Json, cells_of
from evaluation.statistics.comparisons import add_holm
from evaluation.statistics.crossed import NO_PHOTOS, Crossed, t_interval
from evaluation.statistics.intervals import check_alpha


@dataclass(frozen=True)
class Preferences:
    """One row for each choice between two conditions, all of shape (n,); codes point into `labels`.

    `photo` codes the photo that both pictures were made of; None where the file does not say.
    """

    participant: AnyCodes
    left: AnyCodes
    right: AnyCodes
    chose_left: Bools
    labels: tuple[str, ...]
    photo: AnyCodes | None = None

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

    `se` takes choices as independent, `se_cluster_participant` (HC0 times G/(G-1)) lets those of a person
    depend on each other, `se_two_way` those of a photo as well, with the guard of every other two-way
    variance (`se_two_way_G_adj`: as other software has it, without the guard). The intervals and tests in
    `pairwise` use the two-way variance where the photos are known; `these_photos` of each pair clusters by
    people only. `with_left_side_effect` adds a habit of choosing left.
    Without a path of wins between all conditions no abilities exist (Ford, American Math. Monthly 64 (1957)
    28-33): then `connected` is False and `reason` names the groups.
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
    plain = _Fit.of(design[:, 1:], y, choices.participant, choices.photo)
    # The first column is the condition that all others are measured against; its place takes the left side.
    sided = _Fit.of(np.column_stack((np.ones(len(y)), design[:, 1:])), y, choices.participant, choices.photo)
    ability = np.concatenate(([0.0], plain.theta))
    ranked = sorted(range(len(models)), key=lambda place: -ability[place])
    moved = [plain.covariance @ row for row in np.eye(len(plain.theta))]
    return result | {
        "photos": None if choices.photo is None else int(np.count_nonzero(np.bincount(choices.photo))),
        "connected": True,
        "reason": "" if choices.photo is not None else NO_PHOTOS,
        "estimand": plain.crossed.estimand,
        "log_ability": ability.tolist(),
        "se": [0.0, *np.sqrt(np.diag(plain.covariance)).tolist()],
        "se_cluster_participant": np.sqrt(np.diag(plain.clustered)).tolist(),
        **_two_way_errors(plain.crossed, moved),
        "with_left_side_effect": {
            "estimand": plain.crossed.estimand,
            "left_logit": float(sided.theta[0]),
            "left_logit_interval": t_interval(
                float(sided.theta[0]),
                sided.crossed.basis(sided.covariance[:, 0]),
                sided.crossed.estimand,
                alpha,
                null=0.0,
            ),
            "se": float(np.sqrt(sided.covariance[0, 0])),
            "log_ability": sided.theta[1:].tolist(),
        },
        "ranking": [models[place] for place in ranked],
        "pairwise": _differences(models, ability, plain, alpha),
    }


def _two_way_errors(crossed: Crossed, moved: list[Floats]) -> Json:
    """Of the abilities beside the first: as the intervals have them, and as other software prints them."""
    if crossed.photo is None:
        return {"se_two_way": None, "se_two_way_G_adj": None}
    bases = [crossed.basis(contrast) for contrast in moved]
    variances = [crossed.textbook_variance(contrast) for contrast in moved]
    return {
        "se_two_way": [None if basis is None else sqrt(basis.variance) for basis in bases],
        "se_two_way_G_adj": [None if variance is None else sqrt(variance) for variance in variances],
    }


@dataclass(frozen=True)
class _Fit:
    """A logistic regression without intercept: estimates, inverse information and clustered covariance."""

    theta: Floats
    covariance: Floats
    clustered: Floats
    clusters: int
    crossed: Crossed

    @classmethod
    def of(cls, design: Floats, y: Floats, participant: AnyCodes, photo: AnyCodes | None) -> _Fit:
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
        weights = rates * (1 - rates)
        cell = None if photo is None else cells_of(participant, photo)
        crossed = Crossed(design, y - rates, weights, weights, participant, photo, cell)
        return cls(theta, np.asarray(bread, dtype=np.float64), clustered, people, crossed)


def _differences(models: list[str], ability: Floats, fit: _Fit, alpha: float) -> list[Json]:
    if fit.clusters < 2:
        return []
    contrasts = np.eye(len(models))[:, 1:]
    by_people = replace(fit.crossed, photo=None, cell=None)
    results: list[Json] = []
    for a, b in combinations(range(len(models)), 2):
        difference = float(ability[a] - ability[b])
        contrast = fit.covariance @ (contrasts[a] - contrasts[b])
        results.append(
            {
                "a": models[a],
                "b": models[b],
                "diff": difference,
                "share_a": float(expit(difference)),
                **_tested(difference, fit.crossed, contrast, alpha),
                "these_photos": _tested(difference, by_people, contrast, alpha),
            }
        )
    add_holm(results, "p_t", "p_t_holm")
    add_holm([result["these_photos"] for result in results], "p_t", "p_t_holm")
    return results


def _tested(difference: float, crossed: Crossed, contrast: Floats, alpha: float) -> Json:
    found = t_interval(difference, crossed.basis(contrast), crossed.estimand, alpha, null=0.0)
    named = ("estimand", "se", "df", "ci", "reason")
    return {name: found[name] for name in named} | {"p_t": found["p"]}
