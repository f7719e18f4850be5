"""Mixed logistic model: how much people and photos differ, and rates with these differences averaged over.

y ~ 0 + condition + (1 | participant) + (1 | photo), by maximum likelihood with the Laplace approximation. A
sensitivity analysis beside the default interval, never in its place: its interval takes the SDs as known, and
its rate rests on normal effects.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import pi, sqrt

import numpy as np
from scipy.special import expit

from evaluation.statistics.arrays import Floats, Json
from evaluation.statistics.comparisons import holm
from evaluation.statistics.distributions import normal_quantile, normal_tail
from evaluation.statistics.filters import ValidResponses
from evaluation.statistics.intervals import DEFAULT, THESE_PHOTOS, check_alpha
from evaluation.statistics.mixed_crossed import CrossedTrials
from evaluation.statistics.mixed_fit import LARGEST_SD, NoMaximum, Optimum, SpreadTooLarge, maximise
from evaluation.statistics.mixed_gates import MOST_TRIALS, Refused, Study

METHOD = "mixed logistic model, maximum likelihood, Laplace approximation"
LATENT_VARIANCE = pi**2 / 3
QUADRATURE_NODES = 60


def mixed_model(valid: ValidResponses, alpha: float = 0.05, *, most_trials: int = MOST_TRIALS) -> Json:
    """The fitted model under the names of lme4's terms, or `fitted` false and the reason in words.

    The photo effect is fitted only with TRIALS_EACH trials and EVENTS_EACH fooled trials a photo on average;
    without it its SD is held at 0 and `photo_effect` says so. `marginal_fool_rate` averages over people and
    photos; it is not the rate of an average person with an average photo (the inverse logit of `fixef`).
    """
    check_alpha(alpha)
    try:
        study = Study.of(valid)
        study.check(most_trials)
        without_photos = study.no_photo_effect()
        return {"fitted": True, "reason": ""} | _described(
            study, _fit(study, without_photos), without_photos, alpha
        )
    except Refused as reason:
        return {"fitted": False, "reason": str(reason)}


@dataclass(frozen=True)
class _Fit:
    optimum: Optimum
    sd_participant: float
    sd_photo: float


def _fit(study: Study, without_photos: str) -> _Fit:
    people = study.valid.table.participant.codes
    photos = np.zeros_like(people) if without_photos else study.valid.table.photo.codes
    photos_are_more = not without_photos and study.photos >= study.people
    groupings = (photos, people) if photos_are_more else (people, photos)
    trials = CrossedTrials.from_codes(study.valid.fooled, study.arm, *groupings)
    try:
        optimum = maximise(trials, few_vary=not without_photos)
    except SpreadTooLarge as found:
        of_people, of_photos = _in_order(found.sd_many, found.sd_few, photos_are_more)
        raise Refused(
            f"the SD of people comes out at {of_people:.1f}, that of photos at {of_photos:.1f}: above "
            f"{LARGEST_SD:g} the approximation fails and its rates mean nothing; use the default interval"
        ) from found
    except NoMaximum as found:
        raise Refused(f"{found}; use the default interval") from found
    return _Fit(optimum, *_in_order(optimum.sd_many, optimum.sd_few, photos_are_more))


def _in_order(many: float, few: float, photos_are_more: bool) -> tuple[float, float]:
    return (few, many) if photos_are_more else (many, few)


def _described(study: Study, fit: _Fit, without_photos: str, alpha: float) -> Json:
    terms = [f"model{name}" for name in study.names] if len(study.names) > 1 else ["(Intercept)"]
    log_odds = fit.optimum.log_odds
    errors = np.sqrt(np.diag(fit.optimum.covariance))
    half = normal_quantile(alpha / 2) * errors
    spread = sqrt(fit.sd_participant**2 + fit.sd_photo**2)
    rates, low, high = (marginal_rate(odds, spread) for odds in (log_odds, log_odds - half, log_odds + half))
    latent = spread**2 + LATENT_VARIANCE
    fitted = [fit.sd_participant] if without_photos else [fit.sd_participant, fit.sd_photo]
    groups = "(1 | participant_id)" if without_photos else "(1 | participant_id) + (1 | image_id)"
    return {
        "method": METHOD,
        "formula": f"y ~ {'0 + model' if len(terms) > 1 else '1'} + {groups}",
        "estimand": THESE_PHOTOS if without_photos else DEFAULT,
        "photo_effect": {"fitted": not without_photos, "reason": without_photos},
        "trials": study.trials,
        "participants": study.people,
        "images": study.photos,
        "fixef": _named(terms, log_odds),
        "se": _named(terms, errors),
        "sd_participant": fit.sd_participant,
        "sd_image": fit.sd_photo,
        "logLik": fit.optimum.log_likelihood,
        "singular": min(fitted) == 0,
        "marginal_fool_rate": _named(terms, rates),
        "marginal_ci": {term: [float(a), float(b)] for term, a, b in zip(terms, low, high, strict=True)},
        "icc_latent_participant": fit.sd_participant**2 / latent,
        "icc_latent_image": fit.sd_photo**2 / latent,
        "pairwise_log_odds_holm": _contrasts(study.names, log_odds, fit.optimum.covariance),
    }


def marginal_rate(log_odds: Floats, spread: float) -> Floats:
    """Mean of the inverse logit over normal effects with the SD `spread`; shape of `log_odds`, in (0, 1).

    Gauss-Hermite quadrature; exact to 1e-5 up to the largest SDs that are fitted.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(QUADRATURE_NODES)
    return np.asarray(expit(np.add.outer(log_odds, spread * nodes)) @ weights / weights.sum())


def _contrasts(names: tuple[str, ...], log_odds: Floats, covariance: Floats) -> list[Json]:
    """Differences of log-odds between all pairs of conditions, normal p values, Holm over all pairs."""
    results: list[Json] = []
    for a, b in combinations(range(len(names)), 2):
        estimate = float(log_odds[a] - log_odds[b])
        se = sqrt(covariance[a, a] + covariance[b, b] - 2 * covariance[a, b])
        results.append(
            {"contrast": f"{names[a]} - {names[b]}", "estimate": estimate, "se": se, "z": estimate / se}
        )
    adjusted = holm([2 * normal_tail(abs(result["z"])) for result in results])
    for result, p in zip(results, adjusted, strict=True):
        result["p_holm"] = p
    return results


def _named(terms: list[str], values: Floats) -> dict[str, float]:
    return {term: float(value) for term, value in zip(terms, values, strict=True)}
