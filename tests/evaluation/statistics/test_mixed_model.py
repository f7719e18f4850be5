import json
import math
from functools import cache

import numpy as np
import pytest
from scipy.special import expit

from evaluation.reading.files.response_files import read_responses
from evaluation.statistics.filters import valid_responses
from evaluation.statistics.mixed_crossed import CrossedTrials
from evaluation.statistics.mixed_laplace import LaplaceLikelihood
from evaluation.statistics.mixed_model import marginal_rate, mixed_model
from evaluation.statistics.table import ResponseTable
from tests.evaluation.oracles import PAIR_CASES, expected, responses

REFUSED = {"p05_zero": "GRAY", "p06_all": "REALCOPY", "p07_oneparticipant": "one participant"}
NO_PHOTO_EFFECT = {"p01_tiny60", "p14_negative_twoway", "p15_laplace_trap"}
FITTED = [case for case in PAIR_CASES if case not in {*REFUSED, "p15_laplace_trap"}]


@cache
def fitted_case(name):
    """The model of a reference case, fitted once; nobody may change it."""
    return mixed_model(valid_responses(read_responses(responses(name)).table))


def fitted(fooled, who, what, condition=None, **options):
    n = len(fooled)
    return mixed_model(
        valid_responses(
            ResponseTable.from_columns(
                participant=[f"p{k}" for k in who],
                condition=["L2"] * n if condition is None else condition,
                photo=[f"photo{k}" for k in what],
                fake_side=["L"] * n,
                chosen_side=np.where(fooled, "R", "L").tolist(),
            )
        ),
        **options,
    )


def planted(rng, people, photos, logits, sd_participant, sd_photo):
    """Everybody judges every photo under one condition, which is drawn anew for each answer."""
    person, photo = rng.normal(0, sd_participant, people), rng.normal(0, sd_photo, photos)
    who, what = (grid.ravel() for grid in np.mgrid[:people, :photos])
    arm = rng.integers(0, len(logits), people * photos)
    fooled = rng.random(len(who)) < expit(np.asarray(logits)[arm] + person[who] + photo[what])
    return fooled, who, what, [f"method{k}" for k in arm]


@pytest.mark.parametrize("name", FITTED)
def test_it_agrees_with_lme4_within_the_tolerances_of_the_reference_cases(name):
    wanted, found = expected(name)["glmm"], fitted_case(name)
    assert found["fitted"], found["reason"]
    assert found["fixef"] == pytest.approx(wanted["fixef"], abs=0.01)
    assert found["se"] == pytest.approx(wanted["se"], rel=0.03)
    assert found["sd_participant"] == pytest.approx(wanted["sd_participant"], abs=0.01)
    assert found["sd_image"] == pytest.approx(wanted["sd_image"], abs=0.01)
    assert found["logLik"] == pytest.approx(wanted["logLik"], abs=0.15)
    assert found["singular"] is wanted["singular"]
    assert found["marginal_fool_rate"] == pytest.approx(wanted["marginal_fool_rate"], abs=0.002)
    for term, ends in wanted["marginal_ci"].items():
        assert found["marginal_ci"][term] == pytest.approx(ends, abs=0.002)
    for key in ("icc_latent_participant", "icc_latent_image"):
        assert found[key] == pytest.approx(wanted[key], abs=0.002)


@pytest.mark.parametrize("name", FITTED)
def test_its_contrasts_agree_with_lme4s(name):
    wanted = expected(name)["glmm"].get("pairwise_log_odds_holm", [])
    found = fitted_case(name)["pairwise_log_odds_holm"]
    assert [pair["contrast"] for pair in found] == [pair["contrast"] for pair in wanted]
    for ours, theirs in zip(found, wanted, strict=True):
        assert ours["estimate"] == pytest.approx(theirs["estimate"], abs=0.01)
        assert ours["se"] == pytest.approx(theirs["se"], rel=0.03)
        both_tiny = max(ours["p_holm"], theirs["p_holm"]) < 1e-10
        assert both_tiny or abs(math.log10(ours["p_holm"] / theirs["p_holm"])) < 0.15


@pytest.mark.parametrize("name", ["p02_2000", "p03_li23520", "p08_unbalanced", "p09_dirty", "p10_complete"])
def test_it_agrees_closely_with_glmmtmb(name):
    wanted, found = expected(name)["glmm"]["second_implementation"]["glmmTMB"], fitted_case(name)
    assert found["fixef"] == pytest.approx(wanted["fixef"], abs=1e-3)
    assert found["se"] == pytest.approx(wanted["se"], rel=2e-3)
    assert found["sd_participant"] == pytest.approx(wanted["sd_participant"], abs=1e-3)
    assert found["sd_image"] == pytest.approx(wanted["sd_image"], abs=1e-3)
    assert found["logLik"] == pytest.approx(wanted["logLik"], abs=1e-3)


@pytest.mark.parametrize("name", REFUSED)
def test_a_constant_arm_or_a_single_participant_is_refused_in_words(name):
    found = fitted_case(name)
    assert set(found) == {"fitted", "reason"}
    assert found["fitted"] is False
    assert REFUSED[name] in found["reason"]


@pytest.mark.parametrize("name", sorted(NO_PHOTO_EFFECT))
def test_photos_with_few_trials_get_no_effect_and_the_result_says_so(name):
    found = fitted_case(name)
    assert found["photo_effect"]["fitted"] is False
    assert "8 and 0.4 are needed" in found["photo_effect"]["reason"]
    assert found["sd_image"] == 0
    assert found["formula"].endswith("(1 | participant_id)")
    assert found["estimand"] == "these photos only"


def test_the_trap_of_the_approximation_is_not_stepped_into():
    found = fitted_case("p15_laplace_trap")
    assert found["marginal_fool_rate"]["(Intercept)"] == pytest.approx(45 / 800, abs=0.005)
    assert found["sd_participant"] < 1


def test_an_sd_above_three_is_refused():
    rng = np.random.default_rng(6)
    fooled, who, what, _ = planted(rng, 40, 60, [0.0], 0.5, 30.0)
    found = fitted(fooled, who, what)
    assert found["fitted"] is False
    assert "above 3 the approximation fails" in found["reason"]
    assert "that of photos" in found["reason"]


def test_people_with_too_few_trials_are_refused():
    who, what = np.repeat(np.arange(30), 4), np.tile(np.arange(4), 30)
    found = fitted(who % 3 == what % 3, who, what)
    assert found["fitted"] is False
    assert "4.0 trials" in found["reason"]


def test_one_photo_leaves_the_photo_effect_out():
    who = np.repeat(np.arange(6), 10)
    condition = [f"method{k}" for k in np.tile(np.arange(10), 6)]
    fooled = (who + np.tile(np.arange(10), 6)) % 2 == 0
    found = fitted(fooled, who, np.zeros(60, dtype=int), condition)
    assert found["photo_effect"] == {
        "fitted": False,
        "reason": "only one photo: nothing shows how much photos differ",
    }


def test_more_trials_than_the_limit_are_refused_with_the_limit():
    rng = np.random.default_rng(7)
    fooled, who, what, _ = planted(rng, 20, 20, [-0.5], 0.5, 0.5)
    found = fitted(fooled, who, what, most_trials=399)
    assert found["fitted"] is False
    assert "400 trials are more than the 399" in found["reason"]


def test_no_rows_are_refused_and_not_a_crash():
    assert fitted(np.zeros(0, dtype=bool), [], [])["reason"] == "no valid trials"


def test_the_marginal_rate_is_not_the_inverse_logit_of_the_intercept():
    draws = np.random.default_rng(8).normal(size=400_000)
    for log_odds, spread in ((-1.6, 0.0), (-1.6, 1.4), (0.7, 3.0)):
        mean = marginal_rate(np.array([log_odds]), spread)[0]
        assert mean == pytest.approx(expit(log_odds + spread * draws).mean(), abs=0.003)
    assert marginal_rate(np.array([-1.6]), 1.4)[0] > expit(-1.6) + 0.05


def small_likelihood():
    rng = np.random.default_rng(9)
    fooled, arm = (rng.random(300) < 0.3).astype(np.int8), rng.integers(0, 2, 300)
    trials = CrossedTrials.from_codes(fooled, arm, rng.integers(0, 20, 300), rng.integers(0, 12, 300))
    return trials, LaplaceLikelihood(trials)


def test_the_likelihood_equals_its_definition_with_full_matrices():
    trials, likelihood = small_likelihood()
    loadings = np.zeros((300, trials.manys + trials.fews))
    loadings[np.arange(300), trials.many] = 0.7
    loadings[np.arange(300), trials.manys + trials.few] = 0.9
    offsets, effects = np.array([-0.5, -1.2])[trials.arm], np.zeros(loadings.shape[1])
    for _ in range(30):
        rate = expit(offsets + loadings @ effects)
        precision = np.eye(len(effects)) + loadings.T @ ((rate * (1 - rate))[:, None] * loadings)
        effects += np.linalg.solve(precision, loadings.T @ (trials.fooled - rate) - effects)
    odds = offsets + loadings @ effects
    answers = np.sum(trials.fooled * odds - np.logaddexp(0, odds))
    by_hand = answers - effects @ effects / 2 - np.linalg.slogdet(precision)[1] / 2
    assert likelihood(0.7, 0.9, np.array([-0.5, -1.2]))[0] == pytest.approx(by_hand, abs=1e-8)


def test_the_slope_of_the_likelihood_is_that_of_its_differences():
    _, likelihood = small_likelihood()
    point = np.array([0.7, 0.9, -0.5, -1.2])

    def value(at):
        return likelihood(at[0], at[1], at[2:])[0]

    steps = 1e-5 * np.eye(4)
    differences = [(value(point + step) - value(point - step)) / 2e-5 for step in steps]
    assert likelihood(point[0], point[1], point[2:])[1] == pytest.approx(differences, abs=1e-4)


def test_swapping_people_and_photos_swaps_their_sds():
    rng = np.random.default_rng(10)
    fooled, who, what, condition = planted(rng, 25, 60, [-1.0, 0.2], 0.4, 0.9)
    one, other = fitted(fooled, who, what, condition), fitted(fooled, what, who, condition)
    assert one["sd_participant"] == pytest.approx(other["sd_image"], abs=1e-4)
    assert one["sd_image"] == pytest.approx(other["sd_participant"], abs=1e-4)
    assert one["marginal_fool_rate"] == pytest.approx(other["marginal_fool_rate"], abs=1e-5)


def test_the_same_answers_give_the_same_bytes():
    rng = np.random.default_rng(11)
    study = planted(rng, 30, 30, [-1.0, 0.2], 0.5, 0.5)
    assert json.dumps(fitted(*study), allow_nan=False) == json.dumps(fitted(*study))


def test_it_recovers_planted_sds_and_rates():
    """Thirty studies: each mean is within 3 Monte Carlo errors of the truth, plus 0.02 for Laplace's bias."""
    logits, sd_participant, sd_photo = (-1.2, -0.4), 0.6, 0.8
    truth = {
        "sd_participant": sd_participant,
        "sd_image": sd_photo,
        **dict(enumerate(marginal_rate(np.array(logits), math.hypot(sd_participant, sd_photo)))),
    }
    rng = np.random.default_rng(12)
    found, inside = {key: [] for key in truth}, []
    for _ in range(30):
        result = fitted(*planted(rng, 60, 60, logits, sd_participant, sd_photo))
        for key in ("sd_participant", "sd_image"):
            found[key].append(result[key])
        for arm, rate in enumerate(result["marginal_fool_rate"].values()):
            found[arm].append(rate)
        ends = result["marginal_ci"].values()
        inside += [low <= truth[arm] <= high for arm, (low, high) in enumerate(ends)]
    for key, values in found.items():
        error = np.std(values, ddof=1) / math.sqrt(len(values))
        assert np.mean(values) == pytest.approx(truth[key], abs=3 * error + 0.02), key
    assert np.mean(inside) > 0.85
