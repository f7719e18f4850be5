import numpy as np
import pytest
from scipy.stats import kendalltau

from evaluation.statistics.agreement import Standing, rank_agreement
from evaluation.statistics.joint import Joint
from tests.evaluation import planted

QUALITY = np.array([2.2, 2.6, 3.0, 3.3, 3.7])


def standing(rng, name, quality=QUALITY, people=30, *, names=None, **more):
    rated = planted.ratings(rng, quality, people)
    joint = Joint.means(
        names or rated.labels,
        rated.rating.astype(float),
        rated.arm,
        rated.participant,
        rated.photo,
        rated.cell,
    )
    return Standing.of(name, joint, tuple(str(photo) for photo in range(40)), **more)


def test_studies_that_agree_have_a_tau_near_1_and_reversed_ones_near_minus_1():
    rng = np.random.default_rng(1)
    same, other, reverse = (
        standing(rng, name, quality, 80)
        for name, quality in (("one", QUALITY), ("two", QUALITY), ("three", QUALITY[::-1]))
    )
    found = rank_agreement([same, other, reverse], seed=1)
    assert [(row["a"], row["b"]) for row in found] == [("one", "two"), ("one", "three"), ("two", "three")]
    assert found[0]["tau"] == pytest.approx(kendalltau(same.values, other.values).statistic)
    assert found[0]["tau"] == pytest.approx(1.0)
    assert found[0]["ci"][0] > 0.5
    assert found[1]["ci"][1] < -0.5
    assert found[0]["pairs_alike"] == found[0]["pairs"] == 10


def test_the_same_seed_gives_the_same_interval_and_d_prime_is_turned_round():
    rng = np.random.default_rng(2)
    one = standing(rng, "one")
    turned = standing(np.random.default_rng(3), "two", -QUALITY + 6, more_is_real=False)
    first, second = (rank_agreement([one, turned], seed=7) for _ in range(2))
    assert first == second
    assert first[0]["tau"] > 0.5


def test_only_conditions_that_both_have_count_and_three_are_needed():
    rng = np.random.default_rng(4)
    one = standing(rng, "one", QUALITY[:4])
    other = standing(rng, "two", QUALITY[:4], names=("b", "c", "d", "x"))
    (found,) = rank_agreement([one, other], seed=1)
    assert found["conditions"] == ["b", "c", "d"]
    far = standing(rng, "two", QUALITY[:4], names=("c", "d", "x", "y"))
    (found,) = rank_agreement([one, far], seed=1)
    assert found["tau"] is None
    assert "2 conditions in common" in found["reason"]


def test_photos_that_two_studies_share_move_both_the_same_way():
    from evaluation.statistics.agreement import _shared

    rng = np.random.default_rng(5)
    one = standing(rng, "one")
    again = Standing(
        "two", one.labels, one.values, one.covariance, one.df, one.photo_labels, one.photos, one.estimand
    )
    assert np.all(np.diag(_shared(one, again)) > 0)
    apart = Standing(
        "two", one.labels, one.values, one.covariance, one.df, tuple("x" + name for name in one.photo_labels),
        one.photos,
    )  # fmt: skip
    assert not _shared(one, apart).any()


def test_a_study_without_photos_makes_the_claim_one_about_these_photos():
    rated = planted.ratings(np.random.default_rng(6), QUALITY)
    joint = Joint.means(rated.labels, rated.rating.astype(float), rated.arm, rated.participant, None)
    bare = Standing.of("bare", joint)
    (found,) = rank_agreement([standing(np.random.default_rng(7), "one"), bare], seed=1)
    assert found["estimand"] == "these photos only"
