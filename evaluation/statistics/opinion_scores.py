"""Mean opinion scores: how natural on a scale of 5 or 9 points, by condition, with crossed intervals.

Absolute category rating, with and without a hidden reference: ITU-T P.910 (10/2023). The scores of that
recommendation have an interval over ratings as if all were independent, which is shown as naive beside ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Bools, Floats, Ints, Json, cells_of, sums
from evaluation.statistics.crossed import NO_PHOTOS
from evaluation.statistics.distributions import normal_quantile
from evaluation.statistics.intervals import NAIVE, check_alpha
from evaluation.statistics.joint import Joint

SCALES = (5, 9)


@dataclass(frozen=True)
class Ratings:
    """One row for each rating, all of shape (n,): `rating` from 1 to `scale`, `arm` codes into `labels`.

    `reference` is the label of the hidden reference (the photograph itself), where there was one. `photo` is
    None where nobody knows it.
    """

    participant: AnyCodes
    arm: AnyCodes
    rating: Ints
    labels: tuple[str, ...]
    scale: int = 5
    photo: AnyCodes | None = None
    reference: str | None = None
    pairing: AnyCodes | None = None
    """The photos of which a rating and that of the reference must be the same; `photo` where it is None.

    They differ where several photos are crops of one, which is then one photo of the variance.
    """

    def __post_init__(self) -> None:
        if self.scale not in SCALES:
            raise ValueError(f"a scale has {' or '.join(map(str, SCALES))} points, not {self.scale}")
        if len(self.rating) == 0:
            raise ValueError("no ratings: a mean score needs at least one")
        wrong = (self.rating != np.round(self.rating)) | (self.rating < 1) | (self.rating > self.scale)
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise ValueError(
                f"rating {row + 1} is {self.rating[row]}, expected a whole number from 1 to {self.scale}"
            )
        if self.reference is not None and self.reference not in self.labels:
            raise ValueError(f"the hidden reference {self.reference!r} is none of {', '.join(self.labels)}")

    @property
    def cell(self) -> AnyCodes | None:
        """Pairs of participant and photo."""
        return None if self.photo is None else cells_of(self.participant, self.photo)


def opinion_scores(ratings: Ratings, alpha: float = 0.05) -> Json:
    """Mean score of each condition, its distribution, and all differences.

    `arms` in the order of the labels: `mos` with the interval for new participants × new photos and the
    naive one, `sd` of the ratings, `counts` of each point from 1 on, and shares at both ends of the scale.
    `pairwise` has Holm's p and simultaneous intervals, `order` how sure the ranking is. `differential` is
    there with a hidden reference (see `differential_scores`). `one_point` counts people who gave the same
    rating throughout. Conditions without ratings are left out.
    """
    check_alpha(alpha)
    rated = _rated(ratings)
    joint = opinion_joint(rated)
    judged = sums(rated.participant)
    lowest = np.full(len(judged), rated.scale)
    highest = np.zeros(len(judged), dtype=np.int64)
    np.minimum.at(lowest, rated.participant, rated.rating)
    np.maximum.at(highest, rated.participant, rated.rating)
    return {
        "n": len(rated.rating),
        "participants": int(np.count_nonzero(judged)),
        "photos": None if rated.photo is None else int(np.count_nonzero(sums(rated.photo))),
        "scale": rated.scale,
        "reference": rated.reference,
        "estimand": joint.estimand,
        "reason": "" if rated.photo is not None else NO_PHOTOS,
        "arms": [_arm(rated, joint, place, alpha) for place in range(len(rated.labels))],
        "pairwise": joint.pairs(alpha),
        "order": joint.order(alpha),
        "one_point": int(np.count_nonzero((judged > 1) & (lowest == highest))),
        "differential": None if rated.reference is None else differential_scores(rated, alpha),
    }


def differential_scores(ratings: Ratings, alpha: float = 0.05) -> Json:
    """Each rating less that of the same person for the hidden reference of the same photo, plus the scale.

    `dmos` = scale: as natural as the photograph; above it, more natural (left as it is, not crushed). Ratings
    whose person did not rate the reference of that photo are left out and counted in `unpaired`. Needs the
    photos. ITU-T P.910 (10/2023), differential viewer score; several ratings of one reference count by their
    mean.
    """
    check_alpha(alpha)
    rated = _rated(ratings)
    if rated.reference is None or rated.photo is None or rated.cell is None:
        return {"reason": "a differential score needs a hidden reference and the photos", "arms": []}
    code = rated.labels.index(rated.reference)
    of_reference = rated.arm == code
    cells = cells_of(rated.participant, rated.photo if rated.pairing is None else rated.pairing)
    seen = np.bincount(cells[of_reference], minlength=int(cells.max()) + 1)
    total = np.bincount(cells[of_reference], rated.rating[of_reference], minlength=len(seen))
    paired = ~of_reference & (seen[cells] > 0)
    result: Json = {
        "reason": "",
        "best": rated.scale,
        "unpaired": int(np.count_nonzero(~of_reference & ~paired)),
        "arms": [],
    }
    if not paired.any():
        return result | {"reason": "nobody rated a picture and the hidden reference of the same photo"}
    against = total[cells[paired]] / seen[cells[paired]]
    kept, arm = np.unique(rated.arm[paired], return_inverse=True)
    joint = Joint.means(
        tuple(rated.labels[code] for code in kept),
        np.asarray(rated.rating[paired] - against + rated.scale, dtype=np.float64),
        np.asarray(arm.reshape(-1)),
        rated.participant[paired],
        rated.photo[paired],
        rated.cell[paired],
    )
    n = np.bincount(arm.reshape(-1))
    rows: list[Json] = [
        {"label": label, "n": int(n[place])}
        | _named("dmos", joint.one(place, alpha, null=float(rated.scale)))
        for place, label in enumerate(joint.labels)
    ]
    return result | {"estimand": joint.estimand, "arms": rows, "pairwise": joint.pairs(alpha)}


def opinion_joint(ratings: Ratings) -> Joint:
    """The mean scores of the conditions that have ratings, and how they vary together."""
    rated = _rated(ratings)
    return Joint.means(
        rated.labels,
        rated.rating.astype(np.float64),
        rated.arm,
        rated.participant,
        rated.photo,
        rated.cell,
    )


def _rated(ratings: Ratings) -> Ratings:
    """Without the conditions that nobody rated."""
    kept = np.bincount(ratings.arm, minlength=len(ratings.labels)) > 0
    if kept.all():
        return ratings
    labels = tuple(label for label, own in zip(ratings.labels, kept, strict=True) if own)
    return Ratings(
        ratings.participant,
        (np.cumsum(kept) - 1)[ratings.arm],
        ratings.rating,
        labels,
        ratings.scale,
        ratings.photo,
        ratings.reference if ratings.reference in labels else None,
        ratings.pairing,
    )


def _arm(rated: Ratings, joint: Joint, place: int, alpha: float) -> Json:
    """One condition's score, with its interval kept within the scale."""
    own: Floats = rated.rating[rated.arm == place].astype(np.float64)
    found = _named("mos", joint.one(place, alpha))
    if found["ci"] is not None:
        found["ci"] = [max(1.0, found["ci"][0]), min(float(rated.scale), found["ci"][1])]
    sd = float(own.std(ddof=1)) if len(own) > 1 else None
    half = None if sd is None else normal_quantile(alpha / 2) * sd / sqrt(len(own))
    mean = found["mos"]
    return {
        "label": rated.labels[place],
        "n": len(own),
        **found,
        "sd": sd,
        "naive": {"estimand": NAIVE, "ci": None if half is None else [mean - half, mean + half]},
        "counts": np.bincount(own.astype(np.int64), minlength=rated.scale + 1)[1:].tolist(),
        "lowest_share": _share(own == 1),
        "highest_share": _share(own == rated.scale),
    }


def _named(name: str, found: Json) -> Json:
    """With the estimate under its own name."""
    return {name if key == "estimate" else key: value for key, value in found.items()}


def _share(marked: Bools) -> float:
    return float(marked.mean())
