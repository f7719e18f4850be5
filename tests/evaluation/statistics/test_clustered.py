import numpy as np
import pytest

from evaluation.statistics.clustered import (
    cluster_variance,
    clustered_rate,
    default_interval,
    naive_interval,
    these_photos_interval,
    this_participant_interval,
)
from evaluation.statistics.rules import CGM_TWO_WAY
from evaluation.statistics.simulation import Shape, coverage


def crossed(people, photos, fooled):
    """Everybody judges every photo."""
    who, what = np.divmod(np.arange(people * photos), photos)
    return clustered_rate(np.asarray(fooled, dtype=np.int8), who, what)


def test_the_variance_equals_the_definition_written_out():
    rng = np.random.default_rng(1)
    fooled, who = rng.integers(0, 2, 60).astype(np.int8), rng.integers(3, 12, 60)
    residuals = fooled - fooled.mean()
    groups = np.unique(who)
    by_hand = sum(residuals[who == g].sum() ** 2 for g in groups) / 60**2 * len(groups) / (len(groups) - 1)
    assert cluster_variance(residuals, who, 60) == (pytest.approx(by_hand), len(groups))


def test_repeated_cells_are_taken_together():
    fooled = np.array([1, 1, 0, 0, 1, 0], dtype=np.int8)
    who, what = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 0, 1, 0, 1, 1])
    alone = clustered_rate(fooled, who, what)
    together = clustered_rate(fooled, who, what, who * 2 + what)
    assert together.v_cell != pytest.approx(alone.v_cell)
    assert together.v_participant == alone.v_participant


def test_a_negative_two_way_variance_falls_back_on_the_binomial_one():
    # Everybody is fooled by exactly one photo, each photo fools one: less spread than chance gives.
    found = crossed(4, 4, np.eye(4).ravel())
    assert found.two_way < 0
    assert found.guarded == pytest.approx(found.binomial_variance)
    assert found.n_eff == pytest.approx(found.n)


@pytest.mark.parametrize("answer", [0, 1])
def test_unanimous_answers_get_an_interval_that_ends_at_the_boundary(answer):
    found = crossed(5, 6, [answer] * 30)
    for interval in (default_interval(found), these_photos_interval(found)):
        low, high = interval.ends
        assert (low, high)[answer] == answer
        assert high - low > naive_interval(found).high - naive_interval(found).low


def test_one_photo_leaves_the_interval_for_this_photo_only():
    found = crossed(6, 1, [0, 1, 0, 0, 1, 0])
    assert "only one photo" in default_interval(found).reason
    assert these_photos_interval(found).ends is not None


def test_one_participant_leaves_an_exact_interval_for_this_participant():
    found = crossed(1, 6, [0, 1, 0, 0, 1, 0])
    assert default_interval(found).ends is None
    assert these_photos_interval(found).ends is None
    assert this_participant_interval(found).ends is not None
    assert "6 participants" in this_participant_interval(crossed(6, 1, [0, 1, 0, 0, 1, 0])).reason


def test_participants_with_equal_rates_give_no_interval_for_these_photos_and_say_why():
    found = crossed(4, 4, np.eye(4).ravel())
    assert "same rate" in these_photos_interval(found).reason


def test_no_trials_are_refused():
    empty = np.zeros(0, dtype=np.int64)
    with pytest.raises(ValueError, match="at least one"):
        clustered_rate(empty.astype(np.int8), empty, empty)


def test_the_default_interval_covers_the_planted_rate_and_the_naive_one_does_not():
    # 40 people x 20 trials; with 600 studies the share covered has a standard error of 0.9 points.
    measured = coverage(Shape(participants=40, photos=200, trials=20), studies=600, seed=20)
    assert 0.925 <= measured["default"].share <= 0.985
    assert measured["naive"].share < 0.90
    assert measured["these_photos"].share < measured["default"].share


def test_few_photos_and_many_people_are_where_ignoring_photos_fails():
    measured = coverage(Shape(participants=150, photos=40, trials=20), studies=300, seed=21)
    assert 0.92 <= measured["default"].share <= 0.985
    assert measured["naive"].share < 0.75
    assert measured["these_photos"].share < 0.85


def test_very_unequal_numbers_of_trials_are_where_the_earlier_rule_fails():
    shape = Shape(participants=20, photos=80, trials=20, log_sd_trials=1.0).with_rate(0.3)
    measured = coverage(shape, studies=300, seed=22)
    assert 0.93 <= measured["default"].share <= 0.985
    assert measured["cgm_two_way"].share < 0.94
    assert measured["cgm_two_way"].share < measured["default"].share


def test_equal_numbers_of_trials_give_the_interval_of_the_earlier_rule():
    rng = np.random.default_rng(9)
    found = crossed(12, 15, (rng.random(180) < rng.random(12).repeat(15)).astype(int))
    now, before = default_interval(found), default_interval(found, rule=CGM_TWO_WAY)
    assert (now.low, now.high) == pytest.approx((before.low, before.high), rel=1e-12)
    assert found.basis().df == found.basis(CGM_TWO_WAY).df == 11
