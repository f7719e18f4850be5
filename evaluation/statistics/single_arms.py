"""Single pictures by condition: errors over fakes and over real pictures apart, d', and hyper-realism.

HYPE-infinity of Zhou et al., NeurIPS 2019: above 50 % errors the fakes look more real than real pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from evaluation.statistics.arrays import AnyCodes, Bools, Floats, Ints, Json, cells_of
from evaluation.statistics.chance import against_chance
from evaluation.statistics.clustered import clustered_rate, default_interval
from evaluation.statistics.crossed import NO_PHOTOS, Crossed
from evaluation.statistics.intervals import check_alpha
from evaluation.statistics.joint import Joint
from evaluation.statistics.single_image import Judgements, density, single_image

NO_ARM = -1


@dataclass(frozen=True)
class ArmJudgements:
    """One row for each judged picture, all of shape (n,); `arm` codes into `labels`.

    A real picture has the code of the condition among whose fakes it was shown, or NO_ARM: then it counts for
    every condition of which the same person judged fakes. `photo` is None where nobody knows it.
    """

    participant: AnyCodes
    arm: AnyCodes
    is_fake: Bools
    called_fake: Bools
    labels: tuple[str, ...]
    photo: AnyCodes | None = None

    def __post_init__(self) -> None:
        if np.any(self.is_fake & (self.arm == NO_ARM)):
            raise ValueError("a fake picture belongs to a condition")

    def of_arm(self, code: int) -> Bools:
        """The fakes of a condition, and the real pictures that belong to it."""
        fakes = self.is_fake & (self.arm == code)
        judged = np.bincount(self.participant[fakes], minlength=int(self.participant.max()) + 1) > 0
        shared = ~self.is_fake & (self.arm == NO_ARM) & judged[self.participant]
        return np.asarray(fakes | shared | (~self.is_fake & (self.arm == code)))

    def take(self, rows: Bools) -> Judgements:
        """Some of the rows, without their conditions."""
        photo = None if self.photo is None else self.photo[rows]
        return Judgements(self.participant[rows], self.is_fake[rows], self.called_fake[rows], photo)


def single_arms(judged: ArmJudgements, alpha: float = 0.05) -> Json:
    """Each condition by `single_image` and `hyper_realism`, and the differences between conditions.

    `fake_error_rate` holds differences of the share of fakes called real and their order, `dprime` those of
    the sensitivity (log-linear), both with Holm's p and simultaneous intervals. Conditions without fakes are
    left out; those without real pictures have no d', and then no condition is compared by it. Without any
    fakes there is nothing to compare.
    """
    check_alpha(alpha)
    counts = np.bincount(judged.arm[judged.is_fake], minlength=len(judged.labels))
    codes = [code for code in range(len(judged.labels)) if counts[code]]
    arms = []
    for code in codes:
        own = judged.take(judged.of_arm(code))
        arms.append(
            {"label": judged.labels[code]}
            | single_image(own, alpha)
            | {"hyper_realism": hyper_realism(own, alpha)}
        )
    dprimes = _dprimes(judged, codes)
    return {
        "reason": "" if judged.photo is not None else NO_PHOTOS,
        "arms": arms,
        "fake_error_rate": _compared(called_real(judged), alpha) if codes else None,
        "dprime": None if dprimes is None else _compared(dprimes, alpha),
    }


def hyper_realism(judgements: Judgements, alpha: float = 0.05) -> Json:
    """Whether errors are above 50 %: over all pictures (HYPE-infinity), and over fakes (called real).

    `above_half` is True where the whole interval is above 50 %, `p` tests against 50 % from both sides, with
    the guarded two-way variance. Both need the photos; without, they are None.
    """
    wrong = judgements.is_fake != judgements.called_fake
    everything = np.ones(len(wrong), dtype=np.bool_)
    return {
        name: _against_half(judgements, wrong, rows, alpha)
        for name, rows in (("error_rate", everything), ("fake_error_rate", judgements.is_fake))
    }


def _against_half(judgements: Judgements, wrong: Bools, rows: Bools, alpha: float) -> Json | None:
    if not rows.any():
        return None
    result: Json = {"rate": float(wrong[rows].mean()), "above_half": None, "p": None}
    if judgements.photo is None:
        return result | {"reason": NO_PHOTOS}
    who, photo = judgements.participant[rows], judgements.photo[rows]
    found = clustered_rate(wrong[rows].astype(np.int8), who, photo, cells_of(who, photo))
    interval, tested = default_interval(found, alpha), against_chance(found)["recommended"]
    return result | {
        "above_half": None if interval.low is None else interval.low > 0.5,
        "p": None if tested is None else tested["p"],
        "interval": interval.as_json(),
        "reason": interval.reason,
    }


def _compared(joint: Joint, alpha: float) -> Json:
    return {"pairwise": joint.pairs(alpha), "order": joint.order(alpha)}


def called_real(judged: ArmJudgements) -> Joint:
    """The shares of fakes called real, of each condition that has fakes."""
    fakes = judged.is_fake
    codes = np.unique(judged.arm[fakes])
    photo = None if judged.photo is None else judged.photo[fakes]
    who = judged.participant[fakes]
    return Joint.means(
        tuple(judged.labels[code] for code in codes),
        (~judged.called_fake[fakes]).astype(np.float64),
        np.searchsorted(codes, judged.arm[fakes]),
        who,
        photo,
        None if photo is None else cells_of(who, photo),
    )


def _dprimes(judged: ArmJudgements, codes: list[int]) -> Joint | None:
    """Sensitivities; real pictures that several conditions have in common count once. None without some.

    Where conditions share only part of their real pictures, the guard takes that part for independent, which
    makes a difference less sure rather than surer.
    """
    if not codes:
        return None
    rows: list[Ints] = []
    columns: dict[bytes, int] = {}
    hit, false = [], []
    for code in codes:
        own = judged.of_arm(code)
        reals = own & ~judged.is_fake
        if not reals.any():
            return None
        hit.append(len(rows))
        rows.append(np.flatnonzero(own & judged.is_fake))
        if reals.tobytes() not in columns:
            columns[reals.tobytes()] = len(rows)
            rows.append(np.flatnonzero(reals))
        false.append(columns[reals.tobytes()])
    taken = np.concatenate(rows)
    column = np.repeat(np.arange(len(rows)), [len(each) for each in rows])
    called = judged.called_fake[taken].astype(np.float64)
    n = np.bincount(column).astype(np.float64)
    total = np.bincount(column, called)
    supposed = (total + 0.5) / (n + 1)
    design = np.eye(len(rows))[column]
    who = judged.participant[taken]
    photo = None if judged.photo is None else judged.photo[taken]
    crossed = Crossed(
        design,
        called - (total / n)[column],
        (supposed * (1 - supposed))[column],
        np.ones(len(taken)),
        who,
        photo,
        None if photo is None else cells_of(who, photo),
    )
    z = ndtri(supposed)
    per_answer = np.array([1 / (own * density(share)) for own, share in zip(n, supposed, strict=True)])
    moves = np.zeros((len(codes), len(rows)))
    values: Floats = z[hit] - z[false]
    moves[np.arange(len(codes)), hit] = per_answer[hit]
    moves[np.arange(len(codes)), false] = -per_answer[false]
    labels = tuple(judged.labels[code] for code in codes)
    return Joint(labels, values, moves, crossed, separate=True)
