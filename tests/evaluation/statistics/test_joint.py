import numpy as np
import pytest

from evaluation.statistics.joint import Joint


def means(rng, people=20, photos=15, arms=3, trials=12):
    who = np.repeat(np.arange(people), trials)
    what, arm = rng.integers(0, photos, len(who)), rng.integers(0, arms, len(who))
    values = arm + rng.normal(0, 0.5, people)[who] + rng.normal(size=len(who))
    return Joint.means(("a", "b", "c")[:arms], values, arm, who, what)


def test_a_value_has_the_variance_of_its_own_trials_whatever_the_others_are():
    joint = means(np.random.default_rng(1))
    rows = joint.crossed.design[:, 0] == 1
    crossed = joint.crossed
    alone = Joint.means(
        ("a",),
        crossed.residual[rows] + joint.values[0],
        np.zeros(rows.sum(), dtype=int),
        crossed.participant[rows],
        crossed.photo[rows],
    )
    for name, value in alone.one(0, 0.05).items():
        assert joint.one(0, 0.05)[name] == (value if isinstance(value, str) else pytest.approx(value))


def test_intervals_of_all_pairs_together_are_wider_than_those_of_one_and_hold_them():
    joint = means(np.random.default_rng(2))
    for pair in joint.pairs(0.05):
        low, high = pair["ci"]
        wide_low, wide_high = pair["simultaneous_ci"]
        assert wide_low < low < pair["diff"] < high < wide_high
        assert pair["p_t_holm"] >= pair["p_t"]
    two = means(np.random.default_rng(2), arms=2).pairs(0.05)[0]
    assert two["ci"] == two["simultaneous_ci"]


def test_the_order_is_sure_where_the_values_are_far_apart():
    order = means(np.random.default_rng(3), people=60).order(0.05)
    assert [row["label"] for row in order] == ["c", "b", "a"]
    assert [row["rank_set"] for row in order] == [[1, 1], [2, 2], [3, 3]]
    assert order[0]["p_first"] > 0.999


def test_no_difference_varies_less_in_the_joint_covariance_than_in_its_comparison():
    compared = means(np.random.default_rng(4), people=5, photos=4).compared
    own = np.diag(compared.covariance)
    drawn = own[:, None] + own[None, :] - 2 * compared.covariance
    assert np.all(drawn >= compared.variances - 1e-12)


def test_one_condition_with_a_single_person_spoils_no_other_pair():
    who = np.array([0, 0, 1, 1, 2, 2, 0])
    what = np.array([0, 1, 1, 2, 2, 0, 2])
    arm = np.array([0, 1, 0, 1, 0, 1, 2])
    joint = Joint.means(("a", "b", "c"), np.array([1.0, 2, 3, 5, 4, 4, 2]), arm, who, what)
    by_pair = {(pair["a"], pair["b"]): pair for pair in joint.pairs(0.05)}
    assert by_pair["a", "b"]["ci"] is not None
    assert by_pair["a", "c"]["ci"] is None
    assert "single participant or photo" in by_pair["a", "c"]["reason"]
    assert joint.order(0.05)[0]["rank_set"] is None


def test_a_mean_of_nothing_is_refused():
    with pytest.raises(ValueError, match="none of: b"):
        Joint.means(("a", "b"), np.ones(2), np.zeros(2, dtype=int), np.arange(2), np.arange(2))
