"""One picture at a time, "real or fake?": error rates, sensitivity and criterion.

HYPE-infinity of Zhou et al., NeurIPS 2019; Macmillan & Creelman, Detection Theory (2005); variance of d':
Gourevitch & Galanter, Psychometrika 32 (1967) 25-33.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, pi, sqrt

import numpy as np
from scipy.special import ndtri

from evaluation.statistics.arrays import AnyCodes, Bools, Json, cells_of
from evaluation.statistics.clustered import clustered_rate, default_interval, these_photos_interval
from evaluation.statistics.crossed import Crossed, t_interval
from evaluation.statistics.distributions import t_quantile
from evaluation.statistics.intervals import NAIVE, THESE_PHOTOS, wilson


@dataclass(frozen=True)
class Judgements:
    """One row for each judged picture, all of shape (n,), n >= 1; `photo` is None where nobody knows it."""

    participant: AnyCodes
    is_fake: Bools
    called_fake: Bools
    photo: AnyCodes | None = None


def single_image(judgements: Judgements, alpha: float = 0.05) -> Json:
    """Error rates over trials and participants, and sensitivity, of one condition with its real pictures.

    `hype_infinity_error_rate` counts both kinds of errors: 50 % is chance if half the pictures are fake.
    `fake_error_rate`: fakes called real. `participant_t_ci` is over participants' own error rates: a claim
    about these pictures. d' is z(hits) - z(false alarms), hit = fake called fake, with half a trial added to
    each outcome; a positive criterion leans to "real". `intervals` holds one for each of these numbers, by
    people and photos where the photos are known.
    """
    fake, called = judgements.is_fake, judgements.called_fake
    wrong = fake != called
    n, errors = len(wrong), int(np.count_nonzero(wrong))
    seen = np.bincount(judgements.participant)
    own = np.bincount(judgements.participant, wrong)[seen > 0] / seen[seen > 0]
    people, mean = len(own), float(own.mean())
    sd = float(own.std(ddof=1)) if people > 1 else None
    half = None if sd is None else t_quantile(alpha / 2, people - 1) * sd / sqrt(people)
    n_fake, n_real = int(fake.sum()), int((~fake).sum())
    result: Json = {
        "participants": people,
        "n": n,
        "hype_infinity_error_rate": errors / n,
        "fake_error_rate": float(wrong[fake].mean()) if n_fake else None,
        "real_error_rate": float(wrong[~fake].mean()) if n_real else None,
        "balanced_error_rate": None,
        "wilson_error": list(wilson(errors, n, alpha)),
        "estimand": {"wilson_error": NAIVE, "participant_t_ci": THESE_PHOTOS},
        "participant_mean": mean,
        "participant_sd": sd,
        "participant_t_ci": None if half is None else [mean - half, mean + half],
        "dprime_loglinear": None,
        "criterion_loglinear": None,
        "dprime_se_gourevitch": None,
        "intervals": {
            "error_rate": _error_interval(judgements, np.ones(n, dtype=np.bool_), alpha),
            "fake_error_rate": _error_interval(judgements, fake, alpha),
            "real_error_rate": _error_interval(judgements, ~fake, alpha),
            "balanced_error_rate": None,
            "dprime": None,
            "criterion": None,
        },
    }
    if not (n_fake and n_real):
        return result
    hit = (float(np.count_nonzero(called & fake)) + 0.5) / (n_fake + 1)
    false = (float(np.count_nonzero(called & ~fake)) + 0.5) / (n_real + 1)
    z_hit, z_false = float(ndtri(hit)), float(ndtri(false))
    balanced = (result["fake_error_rate"] + result["real_error_rate"]) / 2
    dprime, criterion = z_hit - z_false, -(z_hit + z_false) / 2
    crossed = _shares(judgements, hit, false)
    per_answer = np.array([1 / (n_fake * density(hit)), 1 / (n_real * density(false))])
    # From the two shares "called fake": half of each kind of error, and z of each by the delta rule.
    contrasts = {
        "balanced_error_rate": (balanced, np.array([-0.5 / n_fake, 0.5 / n_real])),
        "dprime": (dprime, per_answer * [1, -1]),
        "criterion": (criterion, per_answer * [-0.5, -0.5]),
    }
    intervals = {
        name: t_interval(estimate, crossed.basis(contrast), crossed.estimand, alpha)
        for name, (estimate, contrast) in contrasts.items()
    }
    if ends := intervals["balanced_error_rate"]["ci"]:
        intervals["balanced_error_rate"]["ci"] = [max(0.0, ends[0]), min(1.0, ends[1])]
    return result | {
        "balanced_error_rate": balanced,
        "dprime_loglinear": dprime,
        "criterion_loglinear": criterion,
        "dprime_se_gourevitch": sqrt(_variance_of_z(hit, n_fake) + _variance_of_z(false, n_real)),
        "intervals": result["intervals"] | intervals,
    }


def _error_interval(judgements: Judgements, rows: Bools, alpha: float) -> Json | None:
    """For the share of wrong answers among some rows; None without any."""
    if not rows.any():
        return None
    wrong = (judgements.is_fake != judgements.called_fake)[rows].astype(np.int8)
    who = judgements.participant[rows]
    if judgements.photo is None:
        found = clustered_rate(wrong, who, np.zeros(len(wrong), dtype=np.int64))
        return these_photos_interval(found, alpha).as_json()
    photo = judgements.photo[rows]
    return default_interval(clustered_rate(wrong, who, photo, cells_of(who, photo)), alpha).as_json()


def _shares(judgements: Judgements, hit: float, false: float) -> Crossed:
    """The shares of fakes and of real pictures that were called fake, as two means."""
    fake, called = judgements.is_fake, judgements.called_fake
    design = np.column_stack((fake, ~fake)).astype(np.float64)
    means = np.array([called[fake].mean(), called[~fake].mean()])
    supposed = np.array([hit * (1 - hit), false * (1 - false)])
    residual = called - design @ means
    who, photo = judgements.participant, judgements.photo
    cell = None if photo is None else cells_of(who, photo)
    return Crossed(design, residual, design @ supposed, np.ones(len(called)), who, photo, cell)


def density(share: float) -> float:
    """Of the standard normal where that share lies below."""
    return exp(-(float(ndtri(share)) ** 2) / 2) / sqrt(2 * pi)


def _variance_of_z(share: float, n: int) -> float:
    return share * (1 - share) / (n * density(share) ** 2)
