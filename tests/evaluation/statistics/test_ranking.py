import numpy as np
import pytest

from evaluation.statistics.comparisons import _compare, residual_totals
from evaluation.statistics.distributions import t_quantile
from evaluation.statistics.filters import valid_responses
from evaluation.statistics.ranking import guarded_variances, joint_covariance, ranking
from evaluation.statistics.rules import CGM_TWO_WAY
from evaluation.statistics.table import ResponseTable


def totals(rates, people=60, photos=80, seed=1):
    """Everybody judges each photo under one condition at random."""
    rng = np.random.default_rng(seed)
    who, what = np.divmod(np.arange(people * photos), photos)
    arm = rng.integers(0, len(rates), len(who))
    chance = np.asarray(list(rates.values()))[arm] + rng.normal(0, 0.05, people)[who]
    return residual_totals(
        valid_responses(
            ResponseTable.from_columns(
                participant=who.tolist(),
                condition=[list(rates)[code] for code in arm],
                photo=what.tolist(),
                fake_side=["L"] * len(who),
                chosen_side=["R" if fooled else "L" for fooled in rng.random(len(who)) < chance],
            )
        )
    )


def test_conditions_far_apart_have_certain_ranks():
    found = ranking(totals({"a": 0.1, "b": 0.5, "c": 0.3}))
    assert [row["model"] for row in found] == ["b", "c", "a"]
    assert [row["rank_set"] for row in found] == [[1, 1], [2, 2], [3, 3]]
    assert found[0]["p_first"] > 0.999


def test_equal_conditions_share_the_first_place_and_all_ranks():
    shares = {"a": [], "b": [], "c": []}
    wide = 0
    for seed in range(60):
        for row in ranking(totals(dict.fromkeys("abc", 0.3), people=20, photos=30, seed=seed)):
            shares[row["model"]].append(row["p_first"])
            wide += row["rank_set"] == [1, 3]
    assert all(np.mean(own) == pytest.approx(1 / 3, abs=0.12) for own in shares.values())
    assert wide / 180 > 0.9
    assert sum(own[0] for own in shares.values()) == pytest.approx(1)


def test_the_same_rows_give_the_same_ranking():
    rows = totals({"a": 0.3, "b": 0.35})
    assert ranking(rows) == ranking(rows)


def test_the_joint_covariance_is_never_negative():
    for seed in range(10):
        found = joint_covariance(totals({"a": 0.3, "b": 0.3}, people=4, photos=5, seed=seed))
        assert np.linalg.eigvalsh(found)[0] > -1e-12


def small_studies():
    """So small that some differences vary less over people and photos than over one of the two."""
    for seed in range(25):
        rows = totals({"a": 0.3, "b": 0.6}, people=5, photos=6, seed=seed)
        yield rows, _compare(0, 1, rows, 0.05)


def test_no_difference_varies_less_in_the_ranking_than_in_its_comparison():
    unguarded = 0
    for rows, pair in small_studies():
        covariance = joint_covariance(rows)
        varies = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
        assert varies >= pair["se_guarded"] ** 2 * (1 - 1e-9)
        assert guarded_variances(rows)[0, 1] == pytest.approx(pair["recommended"]["se"] ** 2)
        assert guarded_variances(rows, CGM_TWO_WAY)[0, 1] == pytest.approx(pair["se_guarded"] ** 2)
        unguarded += pair["var_two_way"] < 0.99 * pair["se_guarded"] ** 2
    assert unguarded > 3


def test_two_ranks_are_certain_where_the_interval_of_their_difference_leaves_out_zero():
    decided = set()
    for rows, pair in small_studies():
        certain = ranking(rows)[0]["rank_set"] == [1, 1]
        # The bar is drawn, so close calls may differ.
        clearly = abs(pair["recommended"]["t"]) / t_quantile(0.025, pair["recommended"]["df"])
        if not 0.93 < clearly < 1.07:
            assert certain == (clearly > 1)
            decided.add(certain)
    assert decided == {True, False}


def test_there_is_no_ranking_of_one_condition():
    assert totals({"a": 0.3}) is None
    assert ranking(None) == []
