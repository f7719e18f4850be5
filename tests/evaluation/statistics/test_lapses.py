import numpy as np
import pytest
from scipy.special import expit

from evaluation.statistics.clustered import clustered_rate, default_interval
from evaluation.statistics.intervals import DEFAULT, Interval
from evaluation.statistics.lapses import attentive_interval, attentive_rate, lapse_estimate
from evaluation.statistics.rules import CGM_TWO_WAY
from evaluation.statistics.simulation import normal_nodes


def test_a_planted_lapse_rate_is_recovered():
    rng = np.random.default_rng(1)
    who = np.repeat(np.arange(300), 5)
    lapsed = rng.random(1500) < rng.beta(1, 9, 300)[who]
    found = lapse_estimate((lapsed & (rng.random(1500) < 0.5)).astype(np.int8), who)
    assert found["ci"][0] < 0.1 < found["ci"][1]
    assert found["rate"] == pytest.approx(0.1, abs=0.04)


def test_no_vigilance_trials_give_no_estimate():
    nothing = np.zeros(0, dtype=np.int8)
    assert lapse_estimate(nothing, nothing)["reason"] == "no vigilance trials"


def test_who_fails_everything_lapses_always():
    found = lapse_estimate(np.ones(6, dtype=np.int8), np.array([0, 0, 1, 1, 2, 2]))
    assert found["rate"] == 1
    assert found["ci"][1] == 1


def test_lapses_drag_the_rate_towards_one_half():
    assert attentive_rate(0.2 * 0.8 + 0.5 * 0.2, 0.2) == pytest.approx(0.2)
    assert attentive_rate(0.01, 0.4) == 0
    assert attentive_rate(0.5, 1.0) is None


def test_the_interval_of_the_attentive_rate_holds_the_planted_one():
    rng = np.random.default_rng(9)
    held = 0
    for _ in range(100):
        who = np.repeat(np.arange(60), 30)
        what = np.tile(np.arange(30), 60)
        lapses = rng.beta(1, 9, 60)
        own = expit(-1.4 + rng.normal(0, 0.5, 60)[who] + rng.normal(0, 0.5, 30)[what])
        lapsed = rng.random(len(who)) < lapses[who]
        fooled = (rng.random(len(who)) < np.where(lapsed, 0.5, own)).astype(np.int8)
        checks = np.repeat(np.arange(60), 8)
        failed = (rng.random(480) < lapses[checks] / 2).astype(np.int8)
        lapse = lapse_estimate(failed, checks, np.tile(np.arange(8), 60))
        found = clustered_rate(fooled, who, what)
        interval = attentive_interval(found.rate, default_interval(found), lapse)
        nodes, weights = normal_nodes(60)
        planted = float(weights @ expit(-1.4 + np.hypot(0.5, 0.5) * nodes))
        held += interval.low <= planted <= interval.high
    assert held >= 91
    none = Interval.none(DEFAULT, "", 0.95, "")
    assert "all trials are lapses" in attentive_interval(0.5, none, {"rate": 1.0, "ci": [0.9, 1.0]}).reason


@pytest.mark.parametrize("answer", [0, 1])
def test_where_nobody_or_everybody_was_fooled_the_attentive_interval_has_a_width(answer):
    who, what = np.divmod(np.arange(120), 6)
    found = clustered_rate(np.full(120, answer, dtype=np.int8), who, what)
    lapse = lapse_estimate(np.zeros(120, dtype=np.int8), who, what)
    plain, interval = default_interval(found), attentive_interval(answer, default_interval(found), lapse)
    assert (interval.low, interval.high)[answer] == answer
    assert interval.high - interval.low >= plain.high - plain.low > 0.01


def test_a_fool_rate_below_what_lapses_alone_give_has_no_attentive_interval():
    rate = Interval(0.0, 0.01, DEFAULT, "", 0.95)
    interval = attentive_interval(0.0, rate, {"rate": 0.3, "ci": [0.2, 0.4]})
    assert interval.ends is None
    assert "contradict" in interval.reason
    unsure = attentive_interval(
        0.04, Interval(0.02, 0.08, DEFAULT, "", 0.95), {"rate": 0.1, "ci": [0.0, 0.3]}
    )
    assert unsure.low == 0
    assert unsure.high > 0.01
    assert attentive_interval(0.3, rate, {"rate": 0.5, "ci": [0.1, 1.0]}).low == 0


def test_vigilance_photos_count_as_clusters_where_they_are_known():
    rng = np.random.default_rng(10)
    who, what = np.divmod(np.arange(240), 6)
    failed = (rng.random(240) < 0.1).astype(np.int8)
    assert lapse_estimate(failed, who, what)["estimand"] == "new participants × new photos"
    assert lapse_estimate(failed, who)["estimand"] == "these photos only"


def test_under_the_earlier_rule_lapses_are_clustered_by_participant_as_they_were():
    rng = np.random.default_rng(11)
    who, what = np.divmod(np.arange(240), 6)
    failed = (rng.random(240) < 0.1).astype(np.int8)
    assert lapse_estimate(failed, who, what, rule=CGM_TWO_WAY) == lapse_estimate(failed, who)
