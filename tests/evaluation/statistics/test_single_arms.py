from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtri

from evaluation.statistics.single_arms import ArmJudgements, hyper_realism, single_arms
from evaluation.statistics.single_image import single_image
from tests.evaluation import planted


def test_each_condition_is_judged_with_the_real_pictures_of_its_people():
    judged = planted.single(np.random.default_rng(1))
    found = single_arms(judged)
    rows = ~judged.is_fake | (judged.arm == 0)
    alone = single_image(judged.take(rows))
    assert found["arms"][0]["dprime_loglinear"] == alone["dprime_loglinear"]
    assert [arm["label"] for arm in found["arms"]] == ["a", "b"]
    (errors,) = found["fake_error_rate"]["pairwise"]
    rates = [arm["fake_error_rate"] for arm in found["arms"]]
    assert errors["diff"] == pytest.approx(rates[0] - rates[1])
    (dprime,) = found["dprime"]["pairwise"]
    values = [arm["dprime_loglinear"] for arm in found["arms"]]
    assert dprime["diff"] == pytest.approx(values[0] - values[1])


def test_real_pictures_that_conditions_share_do_not_blur_their_difference():
    judged = planted.single(np.random.default_rng(2), people=60)
    found = single_arms(judged)
    alone = [arm["intervals"]["dprime"]["se"] for arm in found["arms"]]
    (pair,) = found["dprime"]["pairwise"]
    assert pair["se"] < 0.9 * np.hypot(*alone)
    assert pair["p_t"] < 0.001


def test_real_pictures_may_belong_to_a_condition():
    judged = planted.single(np.random.default_rng(3), shared=False)
    arm = single_arms(judged)["arms"][1]
    reals = ~judged.is_fake & (judged.arm == 1)
    false = (judged.called_fake[reals].sum() + 0.5) / (reals.sum() + 1)
    fakes = judged.is_fake & (judged.arm == 1)
    hit = (judged.called_fake[fakes].sum() + 0.5) / (fakes.sum() + 1)
    assert arm["dprime_loglinear"] == pytest.approx(ndtri(hit) - ndtri(false))


def test_fakes_that_look_more_real_than_real_pictures_are_hyper_realistic():
    judged = planted.single(np.random.default_rng(4), dprimes=(-0.8,), people=60, criterion=-0.3)
    found = single_arms(judged)["arms"][0]["hyper_realism"]
    assert found["error_rate"]["rate"] > 0.5
    assert found["error_rate"]["above_half"]
    assert found["error_rate"]["p"] < 0.01
    assert found["error_rate"]["interval"]["estimand"] == "new participants × new photos"
    plain = single_arms(planted.single(np.random.default_rng(5)))["arms"][0]["hyper_realism"]
    assert not plain["fake_error_rate"]["above_half"]


def test_without_photos_nothing_is_said_of_new_ones():
    judged = replace(planted.single(np.random.default_rng(6)), photo=None)
    found = single_arms(judged)
    assert found["fake_error_rate"]["pairwise"][0]["estimand"] == "these photos only"
    assert found["arms"][0]["hyper_realism"]["error_rate"]["above_half"] is None
    assert "photos are not known" in found["reason"]


def test_fakes_alone_have_no_sensitivity_and_a_condition_without_fakes_is_left_out():
    who, photo = np.repeat(np.arange(3), 4), np.tile(np.arange(4), 3)
    judged = ArmJudgements(
        who, np.tile([0, 0, 1, 1], 3), np.full(12, True), np.arange(12) % 3 == 0, ("a", "b", "c"), photo
    )
    found = single_arms(judged)
    assert [arm["label"] for arm in found["arms"]] == ["a", "b"]
    assert found["dprime"] is None
    assert hyper_realism(judged.take(~judged.is_fake))["error_rate"] is None
    with pytest.raises(ValueError, match="belongs to a condition"):
        replace(judged, arm=np.full(12, -1))
