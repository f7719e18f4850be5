import numpy as np
import pytest

from evaluation.statistics.single_image import Judgements, single_image


def test_sensitivity_and_criterion_are_recovered():
    rng = np.random.default_rng(1)
    fake = np.arange(40_000) % 2 == 0
    called = rng.normal(np.where(fake, 1.0, 0.0)) > 0.8
    found = single_image(Judgements(rng.integers(0, 50, 40_000), fake, called))
    assert found["dprime_loglinear"] == pytest.approx(1.0, abs=4 * found["dprime_se_gourevitch"])
    assert found["criterion_loglinear"] == pytest.approx(0.3, abs=0.03)
    low, high = found["participant_t_ci"]
    assert low < found["hype_infinity_error_rate"] < high


def test_fakes_alone_have_an_error_rate_and_no_sensitivity():
    found = single_image(Judgements(np.zeros(4, dtype=int), np.ones(4, bool), np.array([1, 1, 0, 1], bool)))
    assert (found["fake_error_rate"], found["real_error_rate"]) == (0.25, None)
    assert found["dprime_loglinear"] is found["participant_t_ci"] is found["balanced_error_rate"] is None
