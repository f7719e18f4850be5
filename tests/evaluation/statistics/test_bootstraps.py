import time

import numpy as np
import pytest

from evaluation.statistics import bootstraps
from evaluation.statistics.bootstraps import (
    Resampling,
    bootstrap,
    participant_rates,
    pigeonhole_linearised,
    pigeonhole_rates,
)
from evaluation.statistics.clustered import clustered_rate
from evaluation.statistics.simulation import Shape, one_study


@pytest.fixture(params=[(150, 200), (12, 200), (150, 12), (12, 15)], ids=str)
def study(request):
    people, photos = request.param
    return one_study(Shape(people, photos, trials=10), np.random.default_rng(1))


def test_every_replicate_equals_the_rows_gathered_one_by_one(study):
    fooled, who, what = study
    found = pigeonhole_rates(fooled, who, what, Resampling(100, seed=3))
    people = bootstraps._weights(who.max() + 1, np.unique(who), 3, 0, 0).astype(int)
    photos = bootstraps._weights(what.max() + 1, np.unique(what), 3, 0, 1).astype(int)
    weights = people[who][:, :100] * photos[what][:, :100]
    assert found == pytest.approx((weights * fooled[:, None]).sum(axis=0) / weights.sum(axis=0), abs=1e-12)


def test_people_with_many_trials_do_not_overflow_the_eight_bits():
    # 1,000 fooled trials of one person: sums of weights go far beyond 255.
    who, what = np.divmod(np.arange(120_000), 1000)
    fooled = (who % 2 == 0).astype(np.int8)
    found = pigeonhole_rates(fooled, who, what, Resampling(500))
    assert found.mean() == pytest.approx(0.5, abs=0.02)
    assert found.std() == pytest.approx(np.sqrt(0.25 / 120), rel=0.1)


def test_the_pigeonhole_bootstrap_approaches_its_closed_form(study):
    fooled, who, what = study
    closed = pigeonhole_linearised(clustered_rate(*study))
    found = bootstrap(fooled, who, what, Resampling(4000))
    assert found["pigeonhole_se"] == pytest.approx(closed["se_multinomial"], rel=0.08)
    raw = np.sqrt(clustered_rate(*study).v_participant * (1 - 1 / len(np.unique(who))))
    assert found["participant_se"] == pytest.approx(raw, rel=0.06)


def test_the_eight_bit_weights_have_mean_and_variance_one():
    weights = np.frombuffer(bootstraps._POISSON, dtype=np.uint8)
    assert (len(weights), weights.mean(), weights.var()) == (256, 1, 1)


def test_more_replicates_begin_with_the_same_ones(study):
    few, many = (pigeonhole_rates(*study, Resampling(n, seed=7)) for n in (600, 1500))
    assert np.array_equal(few, many[:600])
    assert not np.array_equal(few, pigeonhole_rates(*study, Resampling(600, seed=8)))


def test_conditions_of_a_study_see_the_same_people_drawn():
    # Two conditions with the same answers stay equal in every replicate, so differences are paired.
    fooled, who, what = one_study(Shape(120, 150, trials=10), np.random.default_rng(2))
    one = participant_rates(fooled, who, Resampling(500))
    assert np.array_equal(one, participant_rates(fooled, who, Resampling(500)))
    assert np.corrcoef(one, pigeonhole_rates(fooled, who, what, Resampling(500)))[0, 1] > 0.3


def test_replicates_without_a_trial_are_counted_and_left_out():
    # Each person saw a photo of their own, so a replicate may draw people and photos that never met.
    who = what = np.arange(3)
    found = bootstrap(np.array([0, 1, 1], dtype=np.int8), who, what, Resampling(1000))
    assert 0 < found["undefined_replicates"] < 500
    assert np.isfinite(found["pigeonhole_se"])


@pytest.mark.parametrize(("replicates", "seed"), [(99, 1), (1000, -1)])
def test_senseless_settings_are_refused(replicates, seed):
    with pytest.raises(ValueError, match=r"not -?\d+"):
        Resampling(replicates, seed)


def test_a_large_study_takes_half_a_second_of_one_core():
    fooled, who, what = one_study(Shape(588, 1600, trials=40), np.random.default_rng(4))
    start = time.process_time()
    pigeonhole_rates(fooled, who, what, Resampling(10_000))
    assert time.process_time() - start <= 0.5
