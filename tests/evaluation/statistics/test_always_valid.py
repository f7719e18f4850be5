import numpy as np
import pytest
from scipy.special import expit

from evaluation.statistics.always_valid import beta_mixture_sequence, excluded_at, participant_sequence
from evaluation.statistics.early_looks import early_looks
from evaluation.statistics.filters import valid_responses
from evaluation.statistics.intervals import wilson
from evaluation.statistics.simulation import normal_nodes
from evaluation.statistics.table import ResponseTable


def people(rate, sd, count, rng, trials=20):
    """Rates of people whose log-odds have the SD and whose mean is the rate planted; by bisection."""
    nodes, weights = normal_nodes(60)
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if weights @ expit(middle + sd * nodes) > rate else (middle, high)
    return rng.binomial(trials, expit(low + rng.normal(0, sd, count))) / trials


@pytest.mark.parametrize(("rate", "sd"), [(0.01, 0.0), (0.03, 0.0), (0.03, 1.5), (0.3, 0.8), (0.5, 1.5)])
def test_looking_after_every_person_seldom_excludes_the_truth_also_at_low_rates(rate, sd):
    rng = np.random.default_rng(3)
    wrong = sum(bool(excluded_at(rate, people(rate, sd, 300, rng)).any()) for _ in range(300))
    assert wrong <= 0.05 * 300


def test_all_looks_at_once_say_what_each_look_says():
    means = people(0.1, 0.8, 40, np.random.default_rng(8))
    for rate in (0.02, 0.08, 0.3):
        found = [participant_sequence(means[:n]) for n in range(1, 41)]
        assert excluded_at(rate, means).tolist() == [not f.low <= rate <= f.high for f in found]


def test_naive_intervals_exclude_the_truth_at_some_look_in_many_studies():
    rng = np.random.default_rng(1)
    wrong = 0
    for _ in range(40):
        means = people(0.3, 0.8, 300, rng)
        naive = [wilson(round(means[:n].sum() * 20), n * 20) for n in range(10, 301, 5)]
        wrong += any(not low <= 0.3 <= high for low, high in naive)
    assert wrong > 16


def test_it_narrows_down_to_less_than_twice_the_length_of_a_single_look():
    means = people(0.3, 0.8, 400, np.random.default_rng(2))
    found = participant_sequence(means)
    single = 2 * 1.96 * means.std(ddof=1) / 20
    assert single < found.high - found.low < 2 * single


def test_it_begins_with_the_first_participant_and_the_order_means_nothing():
    assert "no participant is through" in participant_sequence(np.zeros(0)).reason
    first = participant_sequence(np.array([0.25]))
    assert first.low < 0.01
    assert first.high > 0.95
    means = np.random.default_rng(4).random(50)
    assert participant_sequence(means) == participant_sequence(means[::-1])


def test_equal_rates_and_the_boundaries_have_intervals_too():
    assert participant_sequence(np.zeros(30)).low == 0
    assert participant_sequence(np.zeros(30)).high < 0.2
    assert participant_sequence(np.ones(30)).high == 1
    assert participant_sequence(np.full(40, 0.25)).low < 0.25 < participant_sequence(np.full(40, 0.25)).high


def test_very_many_different_rates_are_counted_on_the_careful_side():
    means = np.random.default_rng(5).random(6000)
    few = participant_sequence(means[:4000]), participant_sequence(np.repeat(means[:4000], 2))
    assert few[0].low < few[1].low < 0.5 < few[1].high < few[0].high
    many = participant_sequence(means)
    assert many.low < means.mean() < many.high


def test_rates_outside_zero_to_one_are_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        participant_sequence(np.array([0.2, 1.2]))


def test_an_early_look_counts_only_people_who_are_through():
    valid = valid_responses(
        ResponseTable.from_columns(
            participant=["ada", "ada", "ben", "ben"],
            condition=["L2"] * 4,
            photo=["a", "b", "a", "b"],
            fake_side=["L"] * 4,
            chosen_side=["L", "R", "R", "R"],
        )
    )
    found = early_looks(valid, ["ada"])["L2"]
    assert (found["participants"], found["mean"]) == (1, 0.5)
    assert found["interval"]["estimand"] == "these photos only"
    assert early_looks(valid, [])["L2"]["mean"] is None


def test_the_exact_sequence_holds_at_every_look_of_independent_trials():
    rng = np.random.default_rng(2)
    wrong = 0
    for _ in range(200):
        taken = np.cumsum(rng.random(400) < 0.3)
        ends = [beta_mixture_sequence(int(taken[n - 1]), n) for n in range(5, 401, 20)]
        wrong += any(not low <= 0.3 <= high for low, high in ends)
    assert wrong / 200 < 0.05


@pytest.mark.parametrize(("k", "n"), [(1, 0), (6, 5), (-1, 5)])
def test_impossible_counts_are_refused(k, n):
    with pytest.raises(ValueError, match="successes <= trials"):
        beta_mixture_sequence(k, n)
