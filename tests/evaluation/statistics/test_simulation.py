import numpy as np
import pytest

from evaluation.statistics.simulation import Shape, coverage, one_study


def test_nobody_sees_a_photo_twice():
    _, who, what = one_study(Shape(participants=7, photos=12, trials=5), np.random.default_rng(3))
    assert len(set(zip(who, what, strict=True))) == len(who) == 35


def test_the_true_rate_is_what_many_trials_show():
    shape = Shape(participants=3000, photos=300, trials=30, sd_participant=1.2)
    fooled, _, _ = one_study(shape, np.random.default_rng(4))
    assert fooled.mean() == pytest.approx(shape.true_rate(), abs=0.03)
    assert Shape(5, 5, 5, logit=0.0).true_rate() == pytest.approx(0.5)


def test_the_same_seed_gives_the_same_coverage():
    shape = Shape(participants=6, photos=9, trials=9)
    assert coverage(shape, studies=20, seed=5) == coverage(shape, studies=20, seed=5)


def test_more_trials_than_photos_are_refused():
    with pytest.raises(ValueError, match="at least as many photos"):
        Shape(participants=5, photos=4, trials=5)


def test_a_shape_can_be_asked_for_its_rate():
    assert Shape(10, 20, 5, 0.0, 0.8, 2.0).with_rate(0.1).true_rate() == pytest.approx(0.1, abs=1e-9)


def test_unequal_numbers_of_trials_have_the_mean_asked_for_and_no_photo_twice():
    shape = Shape(400, 200, 20, log_sd_trials=0.8)
    _, who, what = one_study(shape, np.random.default_rng(3))
    numbers = np.bincount(who)
    assert numbers.mean() == pytest.approx(20, rel=0.15)
    assert numbers.max() > 60
    assert len(np.unique(who * 200 + what)) == len(who)
