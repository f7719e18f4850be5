import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evaluation.statistics.always_valid import beta_mixture_sequence
from evaluation.statistics.chance import exact_equivalence
from evaluation.statistics.comparisons import holm
from evaluation.statistics.intervals import Interval, clopper_pearson, jeffreys, wilson
from evaluation.statistics.side import even_odds_p, mid_p
from evaluation.statistics.signal_detection import dprime_2afc_loglinear
from evaluation.statistics.two_proportions import fisher_p, newcombe_interval, pooled_z_p
from tests.evaluation.oracles import expected

SINGLE = expected("intervals")["single"]


@pytest.mark.parametrize("case", SINGLE, ids=lambda case: f"{case['k']} of {case['n']}")
@pytest.mark.parametrize("method", [wilson, clopper_pearson, jeffreys], ids=lambda method: method.__name__)
def test_the_interval_agrees_with_r(method, case):
    assert method(case["k"], case["n"]) == pytest.approx(case[method.__name__], abs=1e-6)


@pytest.mark.parametrize("case", SINGLE, ids=lambda case: f"{case['k']} of {case['n']}")
def test_tests_against_chance_and_sensitivity_agree_with_r(case):
    k, n = case["k"], case["n"]
    assert even_odds_p(k, n) == pytest.approx(case["p_vs_half_exact"], abs=1e-6)
    assert mid_p(k, n) == pytest.approx(case["p_vs_half_mid"], abs=1e-6)
    assert beta_mixture_sequence(k, n) == pytest.approx(case["anytime_cs_95"], abs=1e-6)
    assert exact_equivalence(k, n) == pytest.approx(case["tost_05_exact"], abs=1e-6)
    assert dprime_2afc_loglinear(k, n) == pytest.approx(case["dprime_2afc_loglinear"], abs=1e-6)


@pytest.mark.parametrize("case", [c for c in expected("intervals")["two"] if c["chisq_p_nocorr"] != "NaN"])
def test_the_pooled_comparison_agrees_with_r(case):
    p = pooled_z_p(case["k1"], case["n1"], case["k2"], case["n2"])
    assert p == pytest.approx(case["chisq_p_nocorr"], rel=1e-6)


@pytest.mark.parametrize("case", expected("intervals")["two"])
def test_two_proportions_agree_with_r(case):
    counts = case["k1"], case["n1"], case["k2"], case["n2"]
    assert newcombe_interval(*counts) == pytest.approx(case["newcombe_hybrid_score"], abs=1e-6)
    assert fisher_p(*counts) == pytest.approx(case["fisher_p"], abs=1e-6)


def test_equal_constant_arms_show_no_difference():
    assert pooled_z_p(20, 20, 20, 20) == 1.0


def test_holm_agrees_with_r():
    case = expected("intervals")["holm"]
    assert holm(case["p"]) == pytest.approx(case["adj"], abs=1e-12)
    assert holm([]) == []


counts = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts)
def test_intervals_hold_the_rate_lie_in_zero_to_one_and_mirror(pair):
    k, n = pair
    for method in (wilson, clopper_pearson, jeffreys):
        low, high = method(k, n)
        assert 0 <= low <= k / n <= high <= 1
        mirrored_low, mirrored_high = method(n - k, n)
        assert (low, high) == pytest.approx((1 - mirrored_high, 1 - mirrored_low), abs=1e-9)


@given(counts, st.sampled_from([0.01, 0.05, 0.2]))
def test_clopper_pearson_agrees_with_scipy(pair, alpha):
    found = stats.binomtest(*pair).proportion_ci(1 - alpha, method="exact")
    assert clopper_pearson(*pair, alpha) == pytest.approx((found.low, found.high), abs=1e-9)


@pytest.mark.parametrize(("k", "n"), [(1, 0), (-1, 5), (6, 5)])
def test_impossible_counts_are_refused(k, n):
    for method in (wilson, clopper_pearson, jeffreys):
        with pytest.raises(ValueError, match="0 <= successes <= trials"):
            method(k, n)


def test_an_interval_that_does_not_exist_has_a_reason_and_no_ends():
    nothing = Interval.none("naive", "none", 0.95, "no trials")
    assert nothing.ends is None
    assert nothing.as_json()["reason"] == "no trials"
