import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evaluation.statistics.correlation import (
    correlation,
    inversions,
    kendall_tau_b,
    metric_correlation,
    ranks,
)
from evaluation.statistics.filters import valid_responses
from evaluation.statistics.table import ResponseTable

columns = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=5, max_size=60)


@given(columns)
def test_both_coefficients_agree_with_scipy(pairs):
    x, y = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    found = correlation(x, y)
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert found["spearman"] is None
        return
    assert found["spearman"] == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-9)
    assert found["kendall_tau_b"] == pytest.approx(stats.kendalltau(x, y).statistic, abs=1e-9)


@given(st.lists(st.integers(0, 30), max_size=50))
def test_inversions_are_counted_as_by_hand(values):
    by_hand = sum(a > b for place, a in enumerate(values) for b in values[place + 1 :])
    assert inversions(np.array(values, dtype=np.int64)) == by_hand


def test_equal_values_share_their_rank():
    assert ranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [3.5, 1, 3.5, 2]
    assert kendall_tau_b(np.ones(4), np.arange(4.0)) is None


def test_a_perfect_order_has_no_interval():
    found = correlation(np.arange(6.0), np.arange(6.0))
    assert (found["spearman"], found["p"], found["ci_bonett_wright"]) == (1.0, 0.0, None)


def test_metrics_are_compared_within_each_condition_and_missing_scores_left_out():
    rows = [(c, photo, who) for c in ("L2", "MCL") for photo in range(6) for who in range(4)]
    condition, photo, who = zip(*rows, strict=True)
    valid = valid_responses(
        ResponseTable.from_columns(
            participant=who,
            condition=condition,
            photo=photo,
            fake_side=["L"] * len(rows),
            chosen_side=["R" if w < p * (1 if c == "L2" else -1) + 2 else "L" for c, p, w in rows],
        )
    )
    psnr = {str(p): 20.0 + p for p in range(6)}
    scores = {"L2": {"psnr": psnr | {"5": np.nan}}, "MCL": {"psnr": psnr}, "absent": {"psnr": psnr}}
    found = metric_correlation(valid, scores)
    assert [(row["model"], row["n"]) for row in found] == [("L2", 5), ("MCL", 6)]
    assert found[0]["spearman"] > 0 > found[1]["spearman"]
    assert all(row["p_holm"] >= row["p"] for row in found)


def test_an_infinite_score_keeps_its_rank():
    x = np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    found = correlation(x, np.array([1.0, 2.0, 3.0, 4.0, np.inf]))
    assert found["spearman"] == pytest.approx(1)
    assert found["pearson"] is None
