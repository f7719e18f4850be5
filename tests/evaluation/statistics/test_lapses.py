import numpy as np
import pytest

from evaluation.statistics.lapses import attentive_rate, lapse_estimate


def test_a_planted_lapse_rate_is_recovered():
    rng = np.random.default_rng(1)
    who = np.repeat(np.arange(300), 5)
    lapsed = rng.random(1500) < rng.beta(1, 9, 300)[who]
    found = lapse_estimate((lapsed & (rng.random(1500) < 0.5)).astype(np.int8), who)
    assert found["ci"][0] < 0.1 < found["ci"][1]
    assert found["rate"] == pytest.approx(0.1, abs=0.04)


def test_no_vigilance_trials_give_no_estimate():
    nothing = np.zeros(0, dtype=np.int8)
    assert lapse_estimate(nothing, nothing)["reason"] == "no vigilance trials"


def test_who_fails_everything_lapses_always():
    found = lapse_estimate(np.ones(6, dtype=np.int8), np.array([0, 0, 1, 1, 2, 2]))
    assert found["rate"] == 1
    assert found["ci"][1] == 1


def test_lapses_drag_the_rate_towards_one_half():
    assert attentive_rate(0.2 * 0.8 + 0.5 * 0.2, 0.2) == pytest.approx(0.2)
    assert attentive_rate(0.01, 0.4) == 0
    assert attentive_rate(0.5, 1.0) is None
