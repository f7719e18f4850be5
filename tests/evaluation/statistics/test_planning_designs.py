import numpy as np
import pytest
from scipy.special import expit

from evaluation.statistics import planning_designs as planning
from evaluation.statistics.bradley_terry import bradley_terry
from evaluation.statistics.opinion_scores import opinion_scores
from evaluation.statistics.planning import Plan
from evaluation.statistics.ranked_choice import ranked_choice
from evaluation.statistics.single_arms import single_arms
from evaluation.statistics.staircase import staircases
from tests.evaluation import planted


def simulated(studies, ends):
    """Half the mean width of some intervals."""
    rng = np.random.default_rng(1)
    return np.mean([np.diff(ends(rng))[0] for _ in range(studies)]) / 2


@pytest.mark.parametrize(
    ("planned", "ends"),
    [
        (
            planning.strength_half_width(Plan(40, 60, 30), 3, planning.Spread(0.4, 0.6)),
            lambda rng: bradley_terry(planted.preferences(rng))["pairwise"][1]["ci"],
        ),
        (
            planning.strength_half_width(Plan(40, 60, 20), 4, planning.Spread(0.3, 0.5), shown=3, worst=True),
            lambda rng: ranked_choice(planted.ranked(rng))["pairwise"][1]["ci"],
        ),
        (
            planning.score_half_width(Plan(24, 40, 10), planning.Spread(0.5, 0.4), 0.95),
            lambda rng: opinion_scores(planted.ratings(rng))["arms"][0]["ci"],
        ),
        (
            planning.dprime_half_width(Plan(30, 60, 30), 1.2, planning.Spread(0, 0.5), 1 / 3),
            lambda rng: single_arms(planted.single(rng))["arms"][0]["intervals"]["dprime"]["ci"],
        ),
        (
            planning.threshold_half_width(Plan(20, 40, 40), planning.Spread(60, 50), 55, blocks=2),
            lambda rng: staircases(planted.staircase_steps(rng, people=40))["models"][0]["interval"]["ci"],
        ),
    ],
    ids=["preference", "best and worst", "mean score", "d'", "staircase"],
)
def test_the_planned_width_is_that_of_simulated_studies_within_a_fifth(planned, ends):
    assert planned == pytest.approx(simulated(12, ends), rel=0.2)


def test_more_of_anything_makes_it_narrower_and_the_photos_set_a_floor():
    spread = planning.Spread(0.4, 0.6)
    width = planning.strength_half_width(Plan(40, 60, 30), 3, spread)
    assert planning.strength_half_width(Plan(80, 60, 30), 3, spread) < width
    assert planning.strength_half_width(Plan(40, 120, 30), 3, spread) < width
    assert planning.strength_half_width(Plan(40, 60, 60), 3, spread) < width
    many = planning.strength_half_width(Plan(10**6, 60, 30), 3, spread)
    assert many > 0.9 * planning.strength_half_width(Plan(10**5, 60, 30), 3, spread) > 0.1
    assert planning.share_half_width(Plan(40, 60, 30), 3, spread) == pytest.approx(expit(width) - 0.5)
    assert planning.strength_half_width(Plan(40, 60, 30), 3, spread, ties=0.5) > width
    small = planning.score_difference_variance(Plan(24, 40, 10), planning.Spread(0.5, 0.4), 0.9, 0.9)
    large = planning.score_difference_variance(Plan(24, 40, 10), planning.Spread(0.5, 0.4), 0.9, 0.1)
    apart = planning.score_difference_variance(
        Plan(24, 40, 10), planning.Spread(0.5, 0.4), 0.9, 0.9, same_people=False
    )
    assert small < large
    assert apart == pytest.approx(small + 2 * 0.9 * 0.5**2 / 24)
    level = planning.level_half_width(Plan(40, 60, 40), 4, 0.3, spread)
    assert level == planning.error_half_width(Plan(40, 60, 10), 0.3, spread)


@pytest.mark.parametrize(
    ("ask", "wrong"),
    [
        (lambda: planning.strength_half_width(Plan(9, 9, 9), 3, planning.Spread(1, 1), shown=4), "2 to 3"),
        (lambda: planning.strength_half_width(Plan(9, 9, 9), 3, planning.Spread(1, 1), ties=1), "ties"),
        (lambda: planning.Spread(-1, 0), "not below 0"),
        (lambda: planning.share_half_width(Plan(9, 9, 9), 3, planning.Spread(1, 1), 1.0), "between 0 and 1"),
        (lambda: planning.level_half_width(Plan(9, 9, 2), 3, 0.3, planning.Spread(1, 1)), "balanced"),
        (lambda: planning.dprime_half_width(Plan(9, 9, 2), 1, planning.Spread(1, 1), 0.0), "fakes and real"),
        (lambda: planning.threshold_half_width(Plan(9, 9, 2), planning.Spread(1, 1), 1, 0), "one block"),
        (
            lambda: planning.score_difference_variance(Plan(9, 9, 2), planning.Spread(1, 1), 1, 1.0),
            "correlation",
        ),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(ask, wrong):
    with pytest.raises(ValueError, match=wrong):
        ask()
