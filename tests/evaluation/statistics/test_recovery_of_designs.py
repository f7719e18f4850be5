"""Planted values against each design's headline interval; benchmarks/coverage_designs.py has many more."""

import numpy as np
import pytest

from evaluation.statistics.bradley_terry import bradley_terry
from evaluation.statistics.confidence import confidence
from evaluation.statistics.exposure_levels import by_exposure
from evaluation.statistics.opinion_scores import opinion_scores
from evaluation.statistics.ranked_choice import ranked_choice
from evaluation.statistics.single_arms import single_arms
from tests.evaluation import planted

STUDIES = 80
SHAPE = {"people": 15, "photos": 20, "trials": 20}


def preference(rng):
    return bradley_terry(planted.preferences(rng, (0.0, 0.5, 1.0), sds=(0.4, 0.6), **SHAPE))["pairwise"][1]


def best_and_worst(rng):
    return ranked_choice(planted.ranked(rng, (0.0, 0.5, 1.0, 0.2), sds=(0.3, 0.5), **SHAPE))["pairwise"][1]


def mean_score(rng):
    return opinion_scores(planted.ratings(rng, (2.6, 3.2), sds=(0.5, 0.4), rest=0.9, **SHAPE))["arms"][0]


def sensitivity(rng):
    return single_arms(planted.single(rng, (1.2,), sds=(0.3, 0.5), **SHAPE))["arms"][0]["intervals"]["dprime"]


def trend(rng):
    trials = planted.exposed(rng, (-0.4,), -0.3, sds=(0.5, 0.6), levels=(500.0, 4000.0), **SHAPE)
    return by_exposure(trials)["trend"]


def type2(rng):
    return confidence(planted.confident(rng, sds=(0.3, 0.5), **SHAPE))["type2_auc"]


def difference_of_abilities():
    return -planted.averaged_abilities((0.0, 0.5, 1.0), (0.4, 0.6))[2]


def difference_of_strengths():
    strengths = planted.averaged_strengths((0.0, 0.5, 1.0, 0.2), (0.3, 0.5))
    return strengths[0] - strengths[2]


@pytest.mark.parametrize(
    ("study", "truth"),
    [
        (preference, difference_of_abilities),
        (best_and_worst, difference_of_strengths),
        (mean_score, lambda: planted.mean_rating(2.6, (0.5, 0.4), 0.9)),
        (sensitivity, lambda: planted.averaged_dprime(1.2, (0.3, 0.5))[0]),
        (trend, lambda: planted.averaged_trend((-0.4,), -0.3, (0.5, 0.6), (500.0, 4000.0))),
        (type2, lambda: planted.averaged_area((0.3, 0.5), count=400_000)),
    ],
)
def test_the_interval_for_new_people_and_new_photos_holds_the_planted_value(study, truth):
    rng, value = np.random.default_rng(11), truth()
    found = [study(rng) for _ in range(STUDIES)]
    held = sum(each["ci"][0] <= value <= each["ci"][1] for each in found)
    # 95 % of 80 is 76; 70 and fewer happen by chance once in a hundred times.
    assert held >= 71
    assert {each["estimand"] for each in found} == {"new participants × new photos"}
