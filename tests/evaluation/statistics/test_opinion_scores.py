from dataclasses import replace

import numpy as np
import pytest

from evaluation.statistics.opinion_scores import Ratings, differential_scores, opinion_scores
from evaluation.statistics.rater_bias import corrected_scores
from tests.evaluation import planted


def few(rating, arm, who, what, **more):
    return Ratings(np.array(who), np.array(arm), np.array(rating), ("a", "b"), 5, np.array(what), **more)


def test_each_condition_has_its_mean_its_counts_and_two_intervals():
    found = opinion_scores(few([5, 4, 1, 3], [0, 0, 0, 1], [0, 1, 2, 0], [0, 1, 2, 0]))
    arm = found["arms"][0]
    assert (arm["mos"], arm["n"], arm["counts"]) == (pytest.approx(10 / 3), 3, [1, 0, 0, 1, 1])
    assert arm["lowest_share"] == arm["highest_share"] == pytest.approx(1 / 3)
    assert arm["estimand"] == "new participants × new photos"
    assert arm["naive"]["estimand"] == "naive"
    assert found["arms"][1]["ci"] is None
    assert arm["ci"][0] >= 1


def test_the_crossed_interval_is_wider_than_the_naive_one_where_photos_differ():
    found = opinion_scores(planted.ratings(np.random.default_rng(1), sds=(0.6, 0.8)))
    for arm in found["arms"]:
        crossed, naive = np.diff(arm["ci"]), np.diff(arm["naive"]["ci"])
        assert crossed > 1.5 * naive
    assert found["order"][0]["label"] == "c"


@pytest.mark.parametrize(
    ("rating", "scale", "wrong"),
    [
        ([0, 3], 5, "rating 1 is 0"),
        ([3, 6], 5, "from 1 to 5"),
        ([3, 3.5], 5, "whole number"),
        ([1], 7, "5 or 9"),
    ],
)
def test_ratings_beside_the_scale_are_refused(rating, scale, wrong):
    n = len(rating)
    with pytest.raises(ValueError, match=wrong):
        Ratings(np.zeros(n, int), np.zeros(n, int), np.array(rating), ("a",), scale)


def test_nine_points_are_a_scale():
    found = opinion_scores(
        Ratings(np.arange(4), np.zeros(4, int), np.array([9, 1, 5, 5]), ("a",), 9, np.arange(4))
    )
    assert found["arms"][0]["counts"] == [1, 0, 0, 0, 2, 0, 0, 0, 1]


def test_a_differential_score_compares_with_the_same_persons_rating_of_the_reference():
    # Person 0 rates the reference of photo 0 with 4, person 1 with 5; photo 1's reference nobody.
    ratings = few(
        [4, 3, 5, 5, 2], [1, 0, 1, 0, 0], [0, 0, 1, 1, 0], [0, 0, 0, 0, 1], reference="b"
    )  # fmt: skip
    found = differential_scores(ratings)
    assert found["unpaired"] == 1
    assert found["arms"][0]["dmos"] == pytest.approx((4 + 5) / 2)
    assert found["best"] == 5


def test_a_hidden_reference_takes_off_what_people_lean_to():
    ratings = planted.ratings(
        np.random.default_rng(2), people=40, trials=20, sds=(1.0, 0.1), reference="photo"
    )
    found = opinion_scores(ratings)
    plain = {row["label"]: np.diff(row["ci"])[0] for row in found["arms"]}
    against = {row["label"]: np.diff(row["ci"])[0] for row in found["differential"]["arms"]}
    assert set(against) == {"a", "b", "c"}
    assert all(against[label] < 0.6 * plain[label] for label in against)
    assert all(row["p"] < 0.001 for row in found["differential"]["arms"])


def test_without_a_reference_or_its_pairs_there_is_no_differential_score():
    ratings = few([4, 3], [0, 1], [0, 1], [0, 1])
    assert opinion_scores(ratings)["differential"] is None
    assert "nobody rated" in differential_scores(replace(ratings, reference="b"))["reason"]
    with pytest.raises(ValueError, match="hidden reference 'z'"):
        replace(ratings, reference="z")


def test_conditions_without_ratings_are_left_out_and_people_of_one_rating_counted():
    ratings = Ratings(np.array([0, 0, 1, 1]), np.array([0, 2, 0, 2]), np.array([3, 3, 2, 4]), ("a", "b", "c"))
    found = opinion_scores(ratings)
    assert [arm["label"] for arm in found["arms"]] == ["a", "c"]
    assert found["one_point"] == 1
    assert found["estimand"] == "these photos only"


def test_a_strict_person_who_saw_one_condition_more_often_is_corrected_for():
    rng = np.random.default_rng(3)
    who, photo = np.repeat(np.arange(20), 40), np.tile(np.arange(40), 20)
    strict = who < 10
    arm = (rng.random(800) < np.where(strict, 0.8, 0.2)).astype(int)
    rating = np.clip(np.round(3 - 1.2 * strict + 0.6 * arm + rng.normal(0, 0.6, 800)), 1, 5).astype(int)
    plain = {row["label"]: row["mos"] for row in opinion_scores(
        Ratings(who, arm, rating, ("a", "b"), 5, photo))["arms"]}  # fmt: skip
    found = corrected_scores(rating, who, arm, photo, ("a", "b"))
    fair = {row["label"]: row["mos"] for row in found["p910"]}
    assert plain["b"] < plain["a"]
    assert fair["b"] - fair["a"] == pytest.approx(0.6, abs=0.15)
    assert found["bias_sd"] == pytest.approx(0.6, abs=0.15)


def test_bias_is_not_told_from_quality_by_single_ratings():
    once = corrected_scores(np.array([3, 4]), np.arange(2), np.zeros(2, int), np.arange(2), ("a",))
    assert once["p910"] is once["p913"] is None
    assert "too few" in once["reason"]
