"""All pairs at once against one pair at a time, and how much work the pairs of many conditions are."""

import sys
from itertools import combinations

import numpy as np
import pytest

from evaluation.statistics.comparisons import pairwise, residual_totals
from evaluation.statistics.filters import valid_responses
from evaluation.statistics.pair_spreads import Judges, squared_differences
from evaluation.statistics.satterthwaite import Scores, spread_over_clusters
from evaluation.statistics.table import ResponseTable


def study(seed, *, conditions=6, people=12, photos=25, rates=None, arms=None, log_sd=0.0):
    """Everybody judges photos under conditions drawn from `arms(person)`; all of them without it."""
    rng = np.random.default_rng(seed)
    rates = rng.uniform(0.1, 0.6, conditions) if rates is None else rates
    who, what, condition = [], [], []
    for person in range(people):
        amount = max(1, round(photos * np.exp(rng.normal(0, log_sd) - log_sd)))
        seen = rng.permutation(photos)[:amount]
        who += [person] * len(seen)
        what += seen.tolist()
        condition += rng.choice(arms(person) if arms else conditions, len(seen)).tolist()
    level = np.asarray(rates)[condition]
    chance = np.where(np.isin(level, (0, 1)), level, level + rng.normal(0, 0.1, people)[who])
    fooled = rng.random(len(who)) < chance
    return valid_responses(
        ResponseTable.from_columns(
            participant=who, condition=[f"c{arm:03d}" for arm in condition], photo=what,
            fake_side=["left"] * len(who), chosen_side=np.where(fooled, "right", "left").tolist(),
        )
    )  # fmt: skip


def one_by_one(totals, trials, counts, a, b):
    """The pair's scores written out, given to the rule for any contrast."""
    (n_a, k_a), (n_b, k_b) = counts[a], counts[b]
    supposed = (k_a + k_b + 0.5) / (n_a + n_b + 1)
    met = trials[:, [a, b]].any(axis=1)
    shares = trials[met][:, [a, b]] / [n_a, n_b]
    information, response = np.zeros((2, met.sum(), 2, 2))
    for place, n in enumerate((n_a, n_b)):
        response[:, place, place] = shares[:, place]
        information[:, place, place] = shares[:, place] / n * supposed * (1 - supposed)
    return spread_over_clusters(Scores(totals[met][:, [a, b]], information, response), np.array([1.0, -1.0]))


STUDIES = {
    "everybody sees all": study(1),
    "unequal numbers of trials": study(2, log_sd=1.0),
    "three groups of their own": study(3, arms=lambda person: [2 * (person % 3), 2 * (person % 3) + 1]),
    "one person of each condition": study(4, people=6, arms=lambda person: [person]),
    "few people and photos": study(5, people=3, photos=4, conditions=3),
    "constant arms": study(6, rates=[0, 0, 1, 1, 0.3, 0.5]),
    "one person holds a condition": study(7, arms=lambda person: [1, 2, 3, 4, 5] if person else [0, 1]),
    "one person holds nearly all of a condition": study(
        8, arms=lambda person: [1, 2, 3, 4, 5] + [0] * (person == 1) if person else [0] * 20 + [1]
    ),
}  # fmt: skip


UNKNOWN = {"one person of each condition": 15, "few people and photos": 0, "one person holds a condition": 5}
"""How many pairs have no spread over people: a person alone holds one of the two conditions."""


@pytest.mark.parametrize("name", STUDIES)
def test_all_pairs_at_once_equal_each_pair_alone(name):
    found = residual_totals(STUDIES[name])
    unknown = []
    for spreads, totals, trials in zip(
        found._spreads, (found.people, found.photos), (found.trials_by, found.trials_on), strict=True
    ):
        unknown.append(0)
        for a, b in combinations(range(len(found.labels)), 2):
            alone = one_by_one(totals, trials, found.counts, a, b)
            for together in (spreads.between(a, b), spreads.between(b, a)):
                if alone is None:
                    assert together is None
                else:
                    expected = pytest.approx((alone.variance, alone.df), rel=1e-9, abs=1e-15)
                    assert (together.variance, together.df) == expected
            unknown[-1] += alone is None
    assert unknown[0] == UNKNOWN.get(name, 0)


@pytest.mark.parametrize("rows", STUDIES.values(), ids=STUDIES)
def test_a_variance_is_the_sum_of_the_clusters_squared_differences(rows):
    found = residual_totals(rows)
    for grid, judged in ((found.people, found.judged_by), (found.photos, found.judged_on)):
        variances = squared_differences(grid, Judges.of(judged).factors())
        for a, b in combinations(range(len(found.labels)), 2):
            counts = [len(grid)] * 2 if (judged[:, a] & judged[:, b]).any() else judged[:, [a, b]].sum(axis=0)
            scaled = [grid[:, c] * np.sqrt(g / max(g - 1, 1)) for c, g in zip((a, b), counts, strict=True)]
            expected = np.square(scaled[0] - scaled[1]).sum()
            assert variances[a, b] == variances[b, a] == pytest.approx(expected, rel=1e-12, abs=1e-18)


def test_columns_that_are_alike_or_nearly_so_keep_their_digits():
    column = np.random.default_rng(1).normal(size=50)
    grid = np.stack((column, column, column + 1e-9 * np.arange(50)), axis=1)
    found = squared_differences(grid, np.ones((3, 3)))
    assert found[0, 1] == 0
    assert found[0, 2] == pytest.approx(np.square(grid[:, 0] - grid[:, 2]).sum(), rel=1e-12)


def calls(work):
    """How many functions were called, Python's and numpy's own: work that a busy machine does not change."""
    counted = 0

    def count(_frame, event, _argument):
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return counted


def test_a_pair_of_many_conditions_costs_a_few_hundred_calls_whatever_the_number_of_people():
    # One by one a pair took 1,200 calls, and its sums ran over every cell: 200 conditions, half a minute.
    rows = study(8, conditions=60, people=40, photos=200)
    totals = residual_totals(rows)
    pairs = 60 * 59 / 2
    assert calls(lambda: pairwise(rows, totals=totals)) < 300 * pairs
    wide = residual_totals(study(8, conditions=60, people=120, photos=200))
    assert calls(lambda: wide._spreads) < 10_000 > calls(lambda: wide._variances)
