"""Do several studies of one catalogue put its conditions in the same order? Kendall's tau-b with an interval.

Kendall, Biometrika 33 (1945) 239-251. The values of a study are drawn again and again as its joint covariance
says, and the tau of each draw is taken; photos that two studies share move both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from evaluation.statistics.arrays import Floats, Json
from evaluation.statistics.correlation import kendall_tau_b
from evaluation.statistics.intervals import DEFAULT, check_alpha
from evaluation.statistics.joint import Joint

FEWEST = 3
DRAWS = 4_000


@dataclass(frozen=True)
class Standing:
    """A study's values by condition, larger for what looks more real, and how sure they are.

    `covariance` (k, k) is the joint covariance, `df` its degrees of freedom; `photos` (photos, k) is by how
    much each photo's trials moved each value, for the labels in `photo_labels`; empty where not known.
    """

    name: str
    labels: tuple[str, ...]
    values: Floats
    covariance: Floats
    df: float
    photo_labels: tuple[str, ...] = ()
    photos: Floats | None = None
    estimand: str = DEFAULT

    @classmethod
    def of(
        cls, name: str, joint: Joint, photo_labels: Sequence[str] = (), *, more_is_real: bool = True
    ) -> Standing:
        """From jointly estimated values; `photo_labels` by photo code, `more_is_real` False for d'."""
        sign = 1.0 if more_is_real else -1.0
        known = joint.crossed.photo is not None and len(photo_labels) > 0
        influence = sign * joint.photo_influence() if known else None
        return cls(
            name,
            joint.labels,
            sign * joint.values,
            joint.compared.covariance,
            joint.compared.df,
            tuple(photo_labels[: len(influence)]) if influence is not None else (),
            influence,
            joint.estimand,
        )

    def as_json(self) -> Json:
        """All of it as plain values."""
        return {
            "name": self.name,
            "labels": list(self.labels),
            "values": self.values.tolist(),
            "covariance": self.covariance.tolist(),
            "df": self.df,
            "photo_labels": list(self.photo_labels),
            "photos": None if self.photos is None else self.photos.tolist(),
            "estimand": self.estimand,
        }

    @classmethod
    def from_json(cls, data: Json) -> Standing:
        """What `as_json` wrote."""
        numbers: dict[str, Any] = {
            name: np.array(data[name], dtype=np.float64) for name in ("values", "covariance")
        }
        photos = None if data["photos"] is None else np.array(data["photos"], dtype=np.float64)
        labels: dict[str, Any] = {name: tuple(data[name]) for name in ("labels", "photo_labels")}
        return cls(data["name"], df=data["df"], estimand=data["estimand"], photos=photos, **labels, **numbers)

    def called(self, name: str, labels: Mapping[str, str]) -> Standing:
        """The same under the name of its study, with these names for its conditions, as far as there are."""
        known = tuple(labels.get(label, label) for label in self.labels)
        return replace(self, name=name, labels=known)

    def at(self, labels: Sequence[str]) -> Standing:
        """The conditions named, in that order."""
        places = [self.labels.index(label) for label in labels]
        photos = None if self.photos is None else self.photos[:, places]
        return Standing(
            self.name,
            tuple(labels),
            self.values[places],
            self.covariance[np.ix_(places, places)],
            self.df,
            self.photo_labels,
            photos,
            self.estimand,
        )


def rank_agreement(studies: Sequence[Standing], seed: int, alpha: float = 0.05) -> list[Json]:
    """Kendall's tau-b of every two studies over the conditions that both have, with interval.

    1 is the same order, -1 the reverse. The interval is about the order that the studies would show with new
    people and new photos (or with these photos, where a study knows no photos: `estimand`), by the quantiles
    of DRAWS draws from streams keyed by the seed and the studies' places. With few conditions tau takes few
    values, and the interval is wide. `pairs_alike`: how many pairs of conditions both put in the same order.
    Fewer than three conditions in common have no tau. **Wrong** as a measure of how near the values are.
    """
    check_alpha(alpha)
    results: list[Json] = []
    for a, b in combinations(range(len(studies)), 2):
        labels = sorted(set(studies[a].labels) & set(studies[b].labels))
        result: Json = {"a": studies[a].name, "b": studies[b].name, "conditions": labels, "tau": None}
        result |= {"ci": None, "pairs_alike": None, "pairs": None, "reason": "", "estimand": DEFAULT}
        if len(labels) < FEWEST:
            result["reason"] = f"{len(labels)} conditions in common: an order needs at least {FEWEST}"
            results.append(result)
            continue
        one, other = studies[a].at(labels), studies[b].at(labels)
        tau = kendall_tau_b(one.values, other.values)
        alike, pairs = _alike(one.values, other.values)
        taus = _drawn(one, other, np.random.default_rng([seed, a, b]))
        estimand = other.estimand if one.estimand == DEFAULT else one.estimand
        low, high = np.quantile(taus, [alpha / 2, 1 - alpha / 2])
        result |= {
            "tau": tau,
            "ci": [float(low), float(high)],
            "pairs_alike": alike,
            "pairs": pairs,
            "estimand": estimand,
        }
        results.append(result)
    return results


def _drawn(one: Standing, other: Standing, rng: np.random.Generator) -> Floats:
    """Tau of each draw, shape (DRAWS,)."""
    k = len(one.labels)
    shared = _shared(one, other)
    covariance = np.block([[one.covariance, shared], [shared.T, other.covariance]])
    values, vectors = np.linalg.eigh(covariance)
    if values[0] < -1e-12 * max(1.0, values[-1]):
        # More in common than either varies: then none of it is taken for granted.
        covariance[:k, k:] = covariance[k:, :k] = 0.0
        values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    noise = rng.standard_normal((DRAWS, 2 * k)) @ root.T
    scales = [np.sqrt(study.df / rng.chisquare(study.df, size=(DRAWS, 1))) for study in (one, other)]
    drawn_one = one.values + noise[:, :k] * scales[0]
    drawn_other = other.values + noise[:, k:] * scales[1]
    # Draws have no ties, so that tau is the mean sign over pairs.
    found = np.zeros(DRAWS)
    for a, b in combinations(range(k), 2):
        found += np.sign((drawn_one[:, a] - drawn_one[:, b]) * (drawn_other[:, a] - drawn_other[:, b]))
    return np.asarray(found / (k * (k - 1) / 2))


def _shared(one: Standing, other: Standing) -> Floats:
    """Covariance of the values of two studies by the photos that both used, shape (k, k)."""
    k = len(one.labels)
    if one.photos is None or other.photos is None:
        return np.zeros((k, k))
    where = {label: place for place, label in enumerate(other.photo_labels)}
    both = [(place, where[label]) for place, label in enumerate(one.photo_labels) if label in where]
    if len(both) < 2:
        return np.zeros((k, k))
    rows = np.array(both)
    return np.asarray(one.photos[rows[:, 0]].T @ other.photos[rows[:, 1]] * len(both) / (len(both) - 1))


def _alike(x: Floats, y: Floats) -> tuple[int, int]:
    """How many pairs stand in the same order, of how many."""
    k = len(x)
    signs = [np.sign(x[a] - x[b]) * np.sign(y[a] - y[b]) for a, b in combinations(range(k), 2)]
    return int(sum(sign > 0 for sign in signs)), len(signs)
