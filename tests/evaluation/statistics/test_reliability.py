import numpy as np
import pytest

from evaluation.statistics.filters import valid_responses
from evaluation.statistics.reliability import (
    complete_design,
    cronbach_alpha,
    intraclass_correlations,
    krippendorff_alpha,
    pearson,
    split_half,
)
from evaluation.statistics.table import ResponseTable


def test_split_half_recovers_the_reliability_of_rates():
    # People's rates have variance 0.02; 20 trials a half add p(1-p)/20 on average: reliability is known.
    rng = np.random.default_rng(1)
    rates = np.clip(rng.normal(0.5, np.sqrt(0.02), 3000), 0.01, 0.99)
    who, trial = np.divmod(np.arange(3000 * 40), 40)
    fooled = (rng.random(len(who)) < rates[who]).astype(np.int8)
    found = split_half(fooled, who, trial.astype(float))
    expected = rates.var() / (rates.var() + np.mean(rates * (1 - rates)) / 20)
    assert found["r"] == pytest.approx(expected, abs=0.04)
    assert found["spearman_brown"] == pytest.approx(2 * expected / (1 + expected), abs=0.04)


def test_people_without_a_trial_in_one_half_are_left_out():
    found = split_half(np.array([1, 0, 1], dtype=np.int8), np.array([0, 0, 1]), np.array([1.0, 2.0, 3.0]))
    assert found == {"n": 1, "r": None, "spearman_brown": None}


def test_full_agreement_is_one_and_coin_tosses_are_zero():
    unit = np.repeat(np.arange(200), 6)
    alike = np.repeat(np.arange(200) % 2, 6).astype(np.int8)
    assert krippendorff_alpha(alike, unit)["alpha"] == pytest.approx(1)
    tossed = np.random.default_rng(2).integers(0, 2, 1200).astype(np.int8)
    assert krippendorff_alpha(tossed, unit)["alpha"] == pytest.approx(0, abs=0.05)


def test_units_judged_once_say_nothing():
    found = krippendorff_alpha(np.array([1, 0, 1, 1], dtype=np.int8), np.array([0, 0, 1, 2]))
    assert (found["units"], found["pairable"]) == (1, 2)
    nobody = krippendorff_alpha(np.zeros(4, dtype=np.int8), np.array([0, 0, 1, 1]))
    assert nobody["alpha"] is None


def test_the_intraclass_correlation_is_recovered():
    rng = np.random.default_rng(3)
    grid = rng.normal(0, 1, (400, 1)) + rng.normal(0, 0.5, (1, 8)) + rng.normal(0, 1, (400, 8))
    found = {row["type"]: row for row in intraclass_correlations(grid)}
    assert found["ICC3"]["icc"] == pytest.approx(0.5, abs=0.05)
    assert found["ICC2"]["icc"] < found["ICC3"]["icc"]
    assert found["ICC3"]["lo"] < 0.5 < found["ICC3"]["hi"]
    assert cronbach_alpha(grid) == pytest.approx(found["ICC3k"]["icc"])
    assert intraclass_correlations(np.zeros((3, 3))) == []
    assert cronbach_alpha(np.zeros((3, 3))) is None


@pytest.mark.parametrize(("rows", "complete"), [(4, True), (3, False)])
def test_a_design_is_complete_if_everybody_judged_everything(rows, complete):
    table = ResponseTable.from_columns(
        participant=["ada", "ada", "ben", "ben"][:rows],
        condition=["L2"] * rows,
        photo=["a", "b", "b", "a"][:rows],
        fake_side=["L"] * rows,
        chosen_side=["L", "R", "L", "L"][:rows],
    )
    grid = complete_design(valid_responses(table))
    assert (grid is not None) == complete
    if grid is not None:
        assert grid.tolist() == [[0, 0], [1, 0]]


def test_two_pairs_or_equal_values_have_no_correlation():
    assert pearson(np.array([1.0, 2.0]), np.array([1.0, 2.0])) is None
    assert pearson(np.ones(5), np.arange(5.0)) is None
