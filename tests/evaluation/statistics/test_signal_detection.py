import numpy as np
import pytest

from evaluation.statistics.means import mean_over_photos
from evaluation.statistics.side import even_odds_p, side_preference
from evaluation.statistics.signal_detection import dprime_2afc, dprime_2afc_loglinear, sdt_side


def test_chance_has_no_sensitivity_and_certainty_has_no_number():
    assert dprime_2afc(50, 100) == pytest.approx(0)
    assert dprime_2afc(0, 100) is None
    assert dprime_2afc_loglinear(0, 100) > 3


def test_a_habit_of_choosing_left_moves_the_criterion_and_not_the_sensitivity():
    fake = np.array([0, 1] * 200, dtype=np.int8)
    always_left = np.zeros(400, dtype=np.int8)
    found = sdt_side(fake, always_left)
    assert found["dprime_bias_free_loglinear"] == pytest.approx(0)
    assert found["criterion_loglinear"] < -2


def test_fakes_on_one_side_only_allow_no_bias_free_number():
    left = np.zeros(5, dtype=np.int8)
    assert sdt_side(left, left)["dprime_bias_free_loglinear"] is None


def test_side_counts_without_trials_have_no_p():
    nothing = np.zeros(0, dtype=np.int8)
    assert side_preference(nothing, nothing)["p_chosen"] is None
    assert even_odds_p(5, 10) == 1.0


def test_a_mean_of_one_photo_has_no_interval_and_says_why():
    found = mean_over_photos(np.array([21.0, np.nan]))
    assert (found["mean"], found["ci"], found["missing"]) == (21.0, None, 1)
    assert "at least two" in found["reason"]
