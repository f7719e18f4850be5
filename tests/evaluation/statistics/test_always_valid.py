import numpy as np
import pytest

from evaluation.statistics.always_valid import (
    beta_mixture_sequence,
    normal_mixture_radius,
    participant_sequence,
)
from evaluation.statistics.distributions import normal_quantile
from evaluation.statistics.intervals import wilson


def test_looking_after_every_participant_seldom_excludes_the_truth():
    rng = np.random.default_rng(1)
    wrong = naive_wrong = 0
    for _ in range(300):
        means = rng.binomial(20, rng.beta(3, 7, size=300)) / 20
        looks = range(10, 301, 5)
        found = [participant_sequence(means[:n]) for n in looks]
        wrong += any(not f.low <= 0.3 <= f.high for f in found)
        naive = [wilson(int(means[:n].sum() * 20), n * 20) for n in looks]
        naive_wrong += any(not low <= 0.3 <= high for low, high in naive)
    assert wrong / 300 < 0.06
    assert naive_wrong / 300 > 0.4


def test_the_exact_sequence_holds_at_every_look_of_independent_trials():
    rng = np.random.default_rng(2)
    wrong = 0
    for _ in range(200):
        taken = np.cumsum(rng.random(400) < 0.3)
        ends = [beta_mixture_sequence(int(taken[n - 1]), n) for n in range(5, 401, 20)]
        wrong += any(not low <= 0.3 <= high for low, high in ends)
    assert wrong / 200 < 0.05


def test_it_is_about_half_as_long_again_as_a_single_look():
    ratio = normal_mixture_radius(100, 0.05, 100) / (normal_quantile(0.025) / 10)
    assert ratio == pytest.approx(1.55, abs=0.01)


def test_few_or_equal_participants_get_no_interval_and_a_reason():
    assert "9 participants so far" in participant_sequence(np.linspace(0, 1, 9)).reason
    assert "the same rate" in participant_sequence(np.full(20, 0.25)).reason


@pytest.mark.parametrize(("k", "n"), [(1, 0), (6, 5), (-1, 5)])
def test_impossible_counts_are_refused(k, n):
    with pytest.raises(ValueError, match="successes <= trials"):
        beta_mixture_sequence(k, n)
