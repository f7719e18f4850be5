"""The fool rate of each photo, drawn towards the mean where few judged it: beta-binomial empirical Bayes.

Morris, JASA 78 (1983) 47-55; Griffiths, Biometrics 29 (1973) 637-648. Raw rates of photos with few trials
fill the ends of any list: the best and worst of many photos would be those that were judged least.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import betaln, digamma, polygamma

from evaluation.statistics.arrays import AnyCodes, Flags, Floats, Ints, Json, Rows
from evaluation.statistics.distributions import beta_quantile, beta_upper_quantile
from evaluation.statistics.intervals import THIS_PHOTO, check_alpha

GALLERY = 5
LARGEST = 1e6
"""Above this sum of alpha and beta the photos show no differences beyond chance."""


@dataclass(frozen=True)
class BetaBinomial:
    """Beta(alpha, beta) of the photos' rates; without `converged` no spread between photos was found."""

    alpha: float
    beta: float
    loglik_kernel: float
    converged: bool


def fit_beta_binomial(k: Ints, n: Ints) -> BetaBinomial:
    """Maximum likelihood over photos: fooled and judged trials of each, shape (photos,), n >= 1.

    Newton steps on the logarithms of alpha and beta, halved until the likelihood grows. Not converged where
    the likelihood grows without end (no more spread than chance gives), at 0 % and 100 %, and where no photo
    was judged twice: the likelihood then is the same for every spread, and the first guess would stand.
    """
    pairs, weights = np.unique(np.stack((k, n)), axis=1, return_counts=True)
    k, n, total = pairs[0], pairs[1], float(weights @ pairs[1])
    rate = float(weights @ k) / total
    if rate in (0.0, 1.0) or n.max() < 2:
        return BetaBinomial(rate * LARGEST, (1 - rate) * LARGEST, 0.0, converged=False)

    def loglik(theta: Floats) -> float:
        a, b = np.exp(theta)
        return float(weights @ (betaln(a + k, b + n - k) - betaln(a, b)))

    theta = np.log(np.array([rate, 1 - rate]) * 10.0)
    best, converged = loglik(theta), False
    for _ in range(200):
        step = _newton_step(theta, k, n, weights)
        while loglik(theta + step) < best and np.abs(step).max() > 1e-12:
            step = step / 2
        theta, best = theta + step, loglik(theta + step)
        if np.exp(theta).sum() > LARGEST:
            break
        if np.abs(step).max() < 1e-9:
            converged = True
            break
    return BetaBinomial(float(np.exp(theta[0])), float(np.exp(theta[1])), best, converged)


def _newton_step(theta: Floats, k: Ints, n: Ints, weights: Ints) -> Floats:
    """An ascending step of at most 2 in the logarithms."""
    a, b = np.exp(theta)
    common = digamma(a + b) - digamma(a + b + n)
    slope = np.array(
        [
            a * float(weights @ (digamma(a + k) - digamma(a) + common)),
            b * float(weights @ (digamma(b + n - k) - digamma(b) + common)),
        ]
    )
    shared = float(weights @ (polygamma(1, a + b) - polygamma(1, a + b + n)))
    own_a = float(weights @ (polygamma(1, a + k) - polygamma(1, a)))
    own_b = float(weights @ (polygamma(1, b + n - k) - polygamma(1, b)))
    curve = np.array([[a * a * (own_a + shared), a * b * shared], [a * b * shared, b * b * (own_b + shared)]])
    curve += np.diag(slope)
    values, vectors = np.linalg.eigh(curve)
    # Where the likelihood is not concave yet, curvature counts by its size: the step still goes uphill.
    size = np.maximum(np.abs(values), 1e-8 * max(1.0, float(np.abs(values).max())))
    step = vectors @ ((vectors.T @ slope) / size)
    return np.asarray(step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300)))


@dataclass(frozen=True)
class PhotoRates:
    """The photos of one condition that somebody judged, sorted by label; columns of shape (photos,)."""

    fit: BetaBinomial
    labels: tuple[str, ...]
    k: Ints
    n: Ints
    posterior_mean: Floats

    def rows(self, places: Iterable[int], alpha: float = 0.05) -> list[Json]:
        """k, n, posterior mean and interval of the photos at these places.

        The interval ignores that alpha and beta are estimated, and that a photo's judges may be lenient:
        it is for sorting pictures, not for claims about one. Without a fitted spread there is none.
        """
        check_alpha(alpha)
        return [
            {
                "image_id": self.labels[place],
                "n": int(self.n[place]),
                "k": int(self.k[place]),
                "posterior_mean": float(self.posterior_mean[place]),
                "ci": self._interval(place, alpha),
                "estimand": THIS_PHOTO,
            }
            for place in places
        ]

    def _interval(self, place: int, alpha: float) -> list[float] | None:
        if not self.fit.converged:
            return None
        a = self.fit.alpha + float(self.k[place])
        b = self.fit.beta + float(self.n[place] - self.k[place])
        return [beta_quantile(alpha / 2, a, b), beta_upper_quantile(alpha / 2, a, b)]


def photo_rates(fooled: Flags, photo: AnyCodes, labels: tuple[str, ...]) -> PhotoRates:
    """The photos of one condition; `fooled` and `photo` shape (n,), n >= 1, `labels` by code of the photo.

    Without a fitted spread every photo has the common rate.
    """
    judged = np.bincount(photo, minlength=len(labels))
    taken = np.bincount(photo, fooled, minlength=len(labels)).astype(np.int64)
    in_order = _in_order(labels)
    codes = in_order[judged[in_order] > 0]
    k, n = taken[codes], judged[codes]
    fit = fit_beta_binomial(k, n)
    common = np.full(len(k), k.sum() / n.sum())
    means = (fit.alpha + k) / (fit.alpha + fit.beta + n) if fit.converged else common
    return PhotoRates(fit, tuple(map(labels.__getitem__, codes.tolist())), k, n, means)


@lru_cache(maxsize=1)
def _in_order(labels: tuple[str, ...]) -> Rows:
    """Codes by their label; kept, as each condition asks for the same photos."""
    return np.array(sorted(range(len(labels)), key=labels.__getitem__), dtype=np.intp)


def eb_beta_binomial(fooled: Flags, photo: AnyCodes, labels: tuple[str, ...], alpha: float = 0.05) -> Json:
    """The fit, the first photos by name, and those that fooled most and least."""
    found = photo_rates(fooled, photo, labels)
    fit = found.fit
    # Stable sorts: photos with the same mean stay in the order of their names.
    top = np.argsort(-found.posterior_mean, kind="stable")[:GALLERY]
    bottom = np.argsort(found.posterior_mean, kind="stable")[:GALLERY]
    return {
        "alpha": fit.alpha,
        "beta": fit.beta,
        "mu": fit.alpha / (fit.alpha + fit.beta),
        "rho": 1 / (1 + fit.alpha + fit.beta),
        "loglik_kernel": fit.loglik_kernel,
        "converged": fit.converged,
        "reason": "" if fit.converged else "photos differ no more than chance explains: all share one rate",
        "first5": found.rows(range(min(GALLERY, len(found.k))), alpha),
        "top5": found.rows(top, alpha) if fit.converged else [],
        "bottom5": found.rows(bottom, alpha) if fit.converged else [],
    }
