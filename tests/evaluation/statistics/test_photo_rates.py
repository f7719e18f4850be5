import numpy as np
import pytest

from evaluation.statistics.photo_influence import photo_influence
from evaluation.statistics.photo_rates import eb_beta_binomial, fit_beta_binomial, photo_rates


def judged(rates, times, seed):
    photo = np.repeat(np.arange(len(rates)), times)
    fooled = (np.random.default_rng(seed).random(len(photo)) < np.asarray(rates)[photo]).astype(np.int8)
    return fooled, photo, tuple(f"photo{code:04}" for code in range(len(rates)))


def test_the_spread_between_photos_is_recovered():
    rates = np.random.default_rng(1).beta(2, 6, 4000)
    fit = photo_rates(*judged(rates, 12, 2)).fit
    assert fit.converged
    assert (fit.alpha, fit.beta) == (pytest.approx(2, rel=0.1), pytest.approx(6, rel=0.1))


def test_shrunken_rates_are_nearer_to_the_truth_than_raw_ones():
    rates = np.random.default_rng(3).beta(2, 6, 500)
    found = photo_rates(*judged(rates, 8, 4))
    raw, shrunken = (np.mean((one - rates) ** 2) for one in (found.k / found.n, found.posterior_mean))
    assert shrunken < 0.6 * raw
    ends = np.array([row["ci"] for row in found.rows(range(500))])
    assert np.mean((ends[:, 0] <= rates) & (rates <= ends[:, 1])) == pytest.approx(0.95, abs=0.04)


def test_photos_that_differ_by_chance_only_share_one_rate():
    photo = np.repeat(np.arange(40), 10)
    fooled = np.tile([1, 0, 0, 0, 1, 0, 0, 1, 0, 0], 40).astype(np.int8)
    found = eb_beta_binomial(fooled, photo, tuple(map(str, range(40))))
    assert not found["converged"]
    assert found["top5"] == []
    assert {(row["posterior_mean"], row["ci"]) for row in found["first5"]} == {(0.3, None)}


@pytest.mark.parametrize("answer", [0, 1])
def test_unanimous_answers_give_no_spread(answer):
    fit = fit_beta_binomial(np.full(5, 4 * answer), np.full(5, 4))
    assert not fit.converged


def test_the_galleries_are_sorted_and_ties_go_by_name():
    found = eb_beta_binomial(*judged([0.05, 0.9, 0.5, 0.05, 0.95, 0.3, 0.9], 30, 5))
    means = [row["posterior_mean"] for row in found["top5"]]
    assert means == sorted(means, reverse=True)
    assert found["bottom5"][0]["image_id"] in ("photo0000", "photo0003")
    assert all(row["n"] == 30 and 0 <= row["k"] <= 30 for row in found["top5"])


def test_photos_that_were_judged_once_each_show_no_spread():
    # Their likelihood is flat: it once converged at the guess that it began with.
    found = eb_beta_binomial(np.array([1, 0, 0, 1, 0], np.int8), np.arange(5), tuple("abcde"))
    assert not found["converged"]
    assert found["top5"] == found["bottom5"] == []
    assert found["mu"] == pytest.approx(0.4)
    assert {row["posterior_mean"] for row in found["first5"]} == {0.4}


def test_the_photo_on_which_a_rate_hangs_is_named():
    photo = np.repeat(np.arange(5), 4)
    fooled = np.zeros(20, dtype=np.int8)
    fooled[8:12] = 1
    found = photo_influence(fooled, photo, ("e", "d", "c", "b", "a"))
    assert (found["lowest_without"], found["highest_without"]) == (0.0, 0.25)
    assert found["most"][0] == {"image_id": "c", "n": 4, "k": 4, "rate_without": 0.0, "change": -0.2}
    assert [row["image_id"] for row in found["most"][1:]] == ["a", "b"]
    assert photo_influence(fooled[:4], photo[:4], ("e",))["most"] == []
