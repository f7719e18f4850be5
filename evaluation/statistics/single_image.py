"""One picture at a time, "real or fake?": error rates, sensitivity and criterion.

HYPE-infinity of Zhou et al., NeurIPS 2019; Macmillan & Creelman, Detection Theory (2005); variance of d':
Gourevitch & Galanter, Psychometrika 32 (1967) 25-33.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, pi, sqrt

import numpy as np
from scipy.special import ndtri

from evaluation.statistics.arrays import AnyCodes, Bools, Json
from evaluation.statistics.distributions import t_quantile
from evaluation.statistics.intervals import wilson


@dataclass(frozen=True)
class Judgements:
    """One row for each judged picture, all of shape (n,), n >= 1."""

    participant: AnyCodes
    is_fake: Bools
    called_fake: Bools


def single_image(judgements: Judgements, alpha: float = 0.05) -> Json:
    """Error rates over trials and participants, and sensitivity, of one condition with its real pictures.

    `hype_infinity_error_rate` counts both kinds of errors: 50 % is chance if half the pictures are fake.
    `fake_error_rate`: fakes called real. `participant_t_ci` is over participants' own error rates: a claim
    about these pictures. d' is z(hits) - z(false alarms), hit = fake called fake, with half a trial added to
    each outcome; a positive criterion leans to "real".
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
        "participant_mean": mean,
        "participant_sd": sd,
        "participant_t_ci": None if half is None else [mean - half, mean + half],
        "dprime_loglinear": None,
        "criterion_loglinear": None,
        "dprime_se_gourevitch": None,
    }
    if not (n_fake and n_real):
        return result
    hit = (float(np.count_nonzero(called & fake)) + 0.5) / (n_fake + 1)
    false = (float(np.count_nonzero(called & ~fake)) + 0.5) / (n_real + 1)
    z_hit, z_false = float(ndtri(hit)), float(ndtri(false))
    return result | {
        "balanced_error_rate": (result["fake_error_rate"] + result["real_error_rate"]) / 2,
        "dprime_loglinear": z_hit - z_false,
        "criterion_loglinear": -(z_hit + z_false) / 2,
        "dprime_se_gourevitch": sqrt(_variance_of_z(hit, n_fake) + _variance_of_z(false, n_real)),
    }


def _variance_of_z(share: float, n: int) -> float:
    density = exp(-(float(ndtri(share)) ** 2) / 2) / sqrt(2 * pi)
    return share * (1 - share) / (n * density**2)
