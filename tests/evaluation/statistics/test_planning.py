import numpy as np
import pytest
from scipy import stats
from scipy.special import logit

from evaluation.statistics.clustered import clustered_rate, default_interval
from evaluation.statistics.planning import (
    Components,
    Plan,
    difference_df,
    difference_variance,
    interval_width,
    minimal_detectable_difference,
    next_study,
    participants_for,
    planned_by_simulation,
    planned_variance,
    power,
)
from evaluation.statistics.simulation import Shape, one_study

SHAPE = Shape(participants=40, photos=100, trials=20)


def test_the_formula_gives_the_variance_of_simulated_studies():
    parts = Components.of_shape(SHAPE)
    rng = np.random.default_rng(1)
    rates = [one_study(SHAPE, rng)[0].mean() for _ in range(1500)]
    assert np.mean(rates) == pytest.approx(parts.rate, abs=0.005)
    assert planned_variance(Plan(40, 100, 20), parts) == pytest.approx(np.var(rates), rel=0.12)


def test_the_components_are_recovered_from_the_answers_of_a_study():
    shape = Shape(participants=1500, photos=400, trials=30)
    wanted = Components.of_shape(shape)
    found = Components.of_trials(*one_study(shape, np.random.default_rng(3)))
    assert found.participant == pytest.approx(wanted.participant, rel=0.15)
    assert found.photo == pytest.approx(wanted.photo, rel=0.25)


def test_a_study_foretells_its_own_width():
    study = one_study(SHAPE, np.random.default_rng(4))
    found = next_study(*study)
    low, high = default_interval(clustered_rate(*study)).ends
    assert found["width"] == pytest.approx(high - low, rel=0.15)
    assert found["participants_for_3_points"] is None or found["participants_for_3_points"] > 40
    nobody = np.zeros(6, dtype=np.int8)
    assert next_study(nobody, np.arange(6) % 2, np.arange(6)) is None


def test_the_components_add_up():
    parts = Components.of_shape(SHAPE)
    assert parts.participant + parts.photo + parts.residual == pytest.approx(parts.rate * (1 - parts.rate))
    assert parts.rate == pytest.approx(SHAPE.true_rate(), abs=1e-6)


def test_few_photos_set_a_floor_that_people_do_not_lower():
    parts = Components.of_shape(Shape(10, 100, 40, logit=logit(0.3) - 0.1))
    many, few = (participants_for(0.06, photos, 40, parts) for photos in (1600, 100))
    assert few > 4 * many
    assert participants_for(0.01, 100, 40, parts) is None
    plan = Plan(many, 1600, 40)
    assert interval_width(plan, parts) <= 0.06 < interval_width(Plan(many - 1, 1600, 40), parts)


def test_the_detectable_difference_has_the_power_asked_for():
    parts, plan = Components.of_shape(SHAPE), Plan(40, 100, 20)
    for wanted in (0.8, 0.9):
        found = minimal_detectable_difference(plan, parts, wanted)
        assert power(plan, parts, found) == pytest.approx(wanted, abs=0.02)
    assert power(plan, parts, 0) == pytest.approx(0.05, abs=1e-6)


def test_simulated_studies_are_as_wide_as_the_formula_says():
    found = planned_by_simulation(SHAPE, studies=150, seed=2)
    assert found["formula_width"] == pytest.approx(found["width"], rel=0.1)
    assert found["coverage"] > 0.88


def test_impossible_plans_are_refused():
    with pytest.raises(ValueError, match="at least 2 participants"):
        Plan(1, 10, 5)
    with pytest.raises(ValueError, match="power must lie between"):
        minimal_detectable_difference(Plan(9, 9, 9), Components.of_shape(SHAPE), 1.2)


def test_the_power_of_few_people_is_that_of_the_noncentral_t():
    plan, parts = Plan(4, 60, 20), Components(0.25, 0.01, 0.01, 0.1675)
    effect = 0.3 / np.sqrt(difference_variance(plan, parts, 0.0, same_people=False))
    bar = stats.t.ppf(0.975, 6)
    wanted = stats.nct.sf(bar, 6, effect) + stats.nct.cdf(-bar, 6, effect)
    assert power(plan, parts, 0.3, 0.0, same_people=False) == pytest.approx(wanted, abs=1e-6)
    smallest = minimal_detectable_difference(plan, parts, 0.8, 0.0, same_people=False)
    assert power(plan, parts, smallest, 0.0, same_people=False) == pytest.approx(0.8, abs=1e-3)


def test_two_separate_groups_have_as_many_degrees_of_freedom_as_their_comparison():
    assert difference_df(Plan(5, 60, 20), same_people=False) == 8
    assert difference_df(Plan(5, 60, 20)) == 4
