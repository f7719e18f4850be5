from itertools import product

import numpy as np
import pytest

from evaluation.statistics.sign_flip import exact_p, monte_carlo_p, sign_flip


def test_the_exact_p_counts_every_pattern():
    differences = np.array([0.2, -0.1, 0.3, 0.1, 0.1, 0.0])
    sums = [abs(np.dot(signs, differences)) for signs in product([1, -1], repeat=6)]
    assert exact_p(differences) == np.mean([s >= abs(differences.sum()) - 1e-12 for s in sums])


def test_the_drawn_p_is_near_the_exact_one_and_repeats():
    differences = np.random.default_rng(1).normal(0.4, 1, 18)
    p, se = monte_carlo_p(differences, 20_000, seed=2)
    assert p == pytest.approx(exact_p(differences), abs=4 * se)
    assert monte_carlo_p(differences, 20_000, seed=2) == (p, se)


def test_the_drawn_p_is_never_zero():
    p, _ = monte_carlo_p(np.ones(40), 999, seed=1)
    assert p == pytest.approx(1 / 1000)


def test_under_the_hypothesis_one_test_in_twenty_rejects():
    rng = np.random.default_rng(3)
    p_values = np.array([exact_p(rng.normal(size=11)) for _ in range(800)])
    assert np.mean(p_values <= 0.05) == pytest.approx(0.05, abs=0.025)


def test_many_differences_are_tested_only_when_drawing_is_asked_for():
    many = np.random.default_rng(4).normal(size=30)
    assert sign_flip(many) == {}
    assert sign_flip(np.zeros(0)) == {}
    assert set(sign_flip(many, 500)) == {"signflip_mc_p", "signflip_mc_se"}
    assert sign_flip(np.zeros(4)) == {"signflip_exact_p": 1.0}
    with pytest.raises(ValueError, match="1 to 20 differences, not 30"):
        exact_p(many)
