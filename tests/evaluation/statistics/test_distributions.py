import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evaluation.statistics import distributions as ours


@pytest.mark.parametrize("z", [-8.0, -1.0, 0.0, 1.96, 12.0, 35.0])
def test_normal_tails_agree_with_scipy(z):
    assert ours.normal_tail(z) == pytest.approx(stats.norm.sf(z), rel=1e-12)


@pytest.mark.parametrize("df", [1, 4, 587, 4999])
@pytest.mark.parametrize("t", [-3.0, 0.0, 2.5, 30.0])
def test_t_tails_agree_with_scipy(t, df):
    assert ours.t_tail(t, df) == pytest.approx(stats.t.sf(t, df), rel=1e-9)


@pytest.mark.parametrize("upper", [0.4, 0.025, 1e-6])
def test_quantiles_agree_with_scipy(upper):
    assert ours.normal_quantile(upper) == pytest.approx(stats.norm.isf(upper), rel=1e-12)
    assert ours.t_quantile(upper, 7) == pytest.approx(stats.t.isf(upper, 7), rel=1e-9)
    assert ours.beta_quantile(upper, 3, 9) == pytest.approx(stats.beta.ppf(upper, 3, 9), rel=1e-9)
    assert ours.beta_upper_quantile(upper, 3, 9) == pytest.approx(stats.beta.isf(upper, 3, 9), rel=1e-9)


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.01, 0.99))
def test_binomial_tails_agree_with_scipy(pair, p):
    k, n = pair
    assert ours.binomial_at_most(k, n, p) == pytest.approx(stats.binom.cdf(k, n, p), rel=1e-9, abs=1e-300)
    assert ours.binomial_at_least(k, n, p) == pytest.approx(stats.binom.sf(k - 1, n, p), rel=1e-9, abs=1e-300)


def test_binomial_tails_outside_the_range_are_certain():
    assert ours.binomial_at_most(-1, 5, 0.5) == 0
    assert ours.binomial_at_least(6, 5, 0.5) == 0
