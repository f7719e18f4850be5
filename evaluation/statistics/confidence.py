"""Do people know when they are right? Accuracy by confidence, and the area under the type-2 ROC.

Type-2 sensitivity: Galvin, Podd, Drga & Whitmore, Psychonomic Bulletin & Review 10 (2003) 843-876; Fleming &
Lau, Frontiers in Human Neuroscience 8 (2014) 443. The area under a ROC with clusters: Obuchowski, Biometrics
53 (1997) 567-578, here clustered by people and photos.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Bools, Floats, Ints, Json, cells_of
from evaluation.statistics.clustered import Basis, clustered_rate, default_interval, these_photos_interval
from evaluation.statistics.correlation import ranks
from evaluation.statistics.crossed import NO_PHOTOS, Crossed, t_interval
from evaluation.statistics.intervals import THESE_PHOTOS, check_alpha
from evaluation.statistics.joint import Joint

FEWEST, MOST = 3, 4


@dataclass(frozen=True)
class ConfidentAnswers:
    """One row for each answer, all of shape (n,): whether it was right, and a confidence from 1 to `steps`.

    `photo` is None where nobody knows it.
    """

    participant: AnyCodes
    right: Bools
    confidence: Ints
    steps: int
    photo: AnyCodes | None = None

    def __post_init__(self) -> None:
        if not FEWEST <= self.steps <= MOST:
            raise ValueError(f"a confidence answer has {FEWEST} or {MOST} steps, not {self.steps}")
        if len(self.right) == 0:
            raise ValueError("no answers: a share needs at least one")
        if self.confidence.min() < 1 or self.confidence.max() > self.steps:
            raise ValueError(f"a confidence lies between 1 and {self.steps}")

    @property
    def cell(self) -> AnyCodes | None:
        """Pairs of participant and photo."""
        return None if self.photo is None else cells_of(self.participant, self.photo)


def confidence(answers: ConfidentAnswers, alpha: float = 0.05) -> Json:
    """Share of right answers at each confidence step, and how well confidence tells right from wrong.

    `trend` is the change of the share per step, against 0. `type2_auc` is the chance that a right answer was
    given with more confidence than a wrong one (ties as half): 0.5 says nothing, 1 everything. Over all
    trials it mixes in that confident people may be the better ones; `within_people` is the mean of people's
    own areas, for these photos only, over those who were both right and wrong.
    """
    check_alpha(alpha)
    steps: list[Json] = []
    for step in range(1, answers.steps + 1):
        rows = np.asarray(answers.confidence == step)
        steps.append({"confidence": step, "n": int(rows.sum())} | _share(answers, rows, alpha))
    return {
        "n": len(answers.right),
        "right": float(answers.right.mean()),
        "reason": "" if answers.photo is not None else NO_PHOTOS,
        "steps": steps,
        "trend": _trend(answers, alpha),
        "type2_auc": _area(answers, alpha),
        "within_people": _within(answers, alpha),
    }


def auc(score: Floats, positive: Bools) -> float | None:
    """The chance that a positive has the higher score, ties as half; both (n,). None without either kind."""
    n, m = int(positive.sum()), int((~positive).sum())
    if not (n and m):
        return None
    return float((ranks(score)[positive].sum() - n * (n + 1) / 2) / (n * m))


def _share(answers: ConfidentAnswers, rows: Bools, alpha: float) -> Json:
    """Of right answers among some rows."""
    if not rows.any():
        return {"right": None, "interval": None}
    right, who = answers.right[rows].astype(np.int8), answers.participant[rows]
    if answers.photo is None:
        found = clustered_rate(right, who, np.zeros(len(right), dtype=np.int64))
        return {"right": found.rate, "interval": these_photos_interval(found, alpha).as_json()}
    photo = answers.photo[rows]
    found = clustered_rate(right, who, photo, cells_of(who, photo))
    return {"right": found.rate, "interval": default_interval(found, alpha).as_json()}


def _trend(answers: ConfidentAnswers, alpha: float) -> Json | None:
    """Least squares of right on the step; None where everybody was equally confident."""
    x = answers.confidence - answers.confidence.mean()
    information = float(np.dot(x, x))
    if information == 0:
        return None
    y = answers.right - answers.right.mean()
    slope = float(np.dot(x, y)) / information
    residual = y - slope * x
    noise = np.full(len(x), float(np.dot(residual, residual)) / len(x))
    crossed = Crossed(
        x[:, None], residual, noise, np.ones(len(x)), answers.participant, answers.photo, answers.cell
    )
    joint = Joint(("slope",), np.array([slope]), np.array([[1 / information]]), crossed)
    return joint.one(0, alpha, null=0.0)


def _area(answers: ConfidentAnswers, alpha: float) -> Json | None:
    """Over all trials, by the placements of right answers among wrong ones and of wrong among right ones."""
    score, right = answers.confidence.astype(np.float64), answers.right
    area = auc(score, right)
    if area is None:
        return None
    placed = np.where(right, _below(score, score[~right]), 1 - _below(score, score[right]))
    design = np.column_stack((right, ~right)).astype(np.float64)
    n = design.sum(axis=0)
    spread = np.array([placed[right].var(), placed[~right].var()])
    crossed = Crossed(
        design,
        placed - area,
        design @ spread,
        np.ones(len(score)),
        answers.participant,
        answers.photo,
        answers.cell,
    )
    return t_interval(area, crossed.basis(1 / n), crossed.estimand, alpha, null=0.5)


def _below(values: Floats, others: Floats) -> Floats:
    """The share of the others that each value exceeds, ties as half."""
    ordered = np.sort(others)
    low, high = (np.searchsorted(ordered, values, side=side) for side in ("left", "right"))
    return np.asarray((low + high) / 2 / len(others))


def _within(answers: ConfidentAnswers, alpha: float) -> Json:
    """The mean of people's own areas with a t interval over people."""
    own = [
        found
        for person in np.unique(answers.participant)
        if (rows := answers.participant == person).any()
        and (found := auc(answers.confidence[rows].astype(np.float64), answers.right[rows])) is not None
    ]
    if not own:
        return {"participants": 0, "estimate": None, "ci": None, "reason": "nobody was both right and wrong"}
    areas = np.array(own)
    basis = Basis(float(areas.var(ddof=1)) / len(areas), len(areas) - 1) if len(areas) > 1 else None
    return {"participants": len(areas)} | t_interval(
        float(areas.mean()), basis, THESE_PHOTOS, alpha, null=0.5
    )
