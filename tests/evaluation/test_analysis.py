"""What the analysis says beside the numbers of the reference cases (see test_reference_cases.py)."""

import json
from itertools import pairwise

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from evaluation.designs._pair.analysis import analyse
from evaluation.reading.files.response_files import read_responses
from evaluation.statistics.table import ResponseTable
from tests.evaluation.oracles import responses


def test_each_filter_step_says_what_it_dropped():
    steps = analyse(read_responses(responses("p09_dirty")).table)["filters"]
    assert [step["step"] for step in steps] == ["S1", "S2", "S3", "T1", "T2"]
    assert [step["rows_out"] for step in steps[:3]] == [1102, 1074, 1054]
    assert steps[-1]["rows_out"] == 896
    for before, after in pairwise(steps):
        assert after["rows_in"] == before["rows_out"]
    assert steps[1]["fake_side_unknown"] + steps[1]["chosen_side_unknown"] == steps[1]["dropped"]
    assert steps[4]["missing"] + steps[4]["too_fast"] + steps[4]["too_slow"] == steps[4]["dropped"]


def test_the_three_intervals_name_what_they_are_about():
    model = analyse(read_responses(responses("p01_tiny60")).table)["models"]["L2"]
    intervals = model["intervals"]
    assert intervals["default"]["estimand"] == "new participants × new photos"
    assert intervals["these_photos"]["estimand"] == "these photos only"
    assert intervals["naive"]["estimand"] == "naive"
    assert [intervals["default"]["low"], intervals["default"]["high"]] == model["recommended"][
        "wilson_neff_t_ci"
    ]
    assert [intervals["naive"]["low"], intervals["naive"]["high"]] == model["wilson"]


def test_one_participant_gets_an_exact_interval_and_no_claim_about_others():
    model = analyse(read_responses(responses("p07_oneparticipant")).table)["models"]["L2"]
    assert model["recommended"] is None
    assert model["intervals"]["default"]["low"] is None
    assert "only one participant" in model["intervals"]["default"]["reason"]
    only = model["intervals"]["this_participant"]
    assert [only["low"], only["high"]] == model["clopper_pearson"]


@pytest.mark.parametrize("case", ["p05_zero", "p07_oneparticipant", "p14_negative_twoway"])
def test_the_result_is_plain_json_without_nan(case):
    json.dumps(analyse(read_responses(responses(case)).table), allow_nan=False)


def test_people_and_simulated_participants_are_not_mixed_unasked():
    table = study(source=["people"] * 2 + ["simulated"] * 2)
    with pytest.raises(ValueError, match=r"mixes responses from \['people', 'simulated'\]"):
        analyse(table)
    assert analyse(table, mix_sources=True)["sources"] == {"people": 2, "simulated": 2}
    assert analyse(table.of_source("people"))["rows"] == 2


def test_a_table_without_any_valid_row_gives_counts_and_no_rates():
    found = analyse(study(phase=["practice"] * 4))
    assert (found["rows"], found["test_rows"], found["models"], found["pairwise"]) == (4, 0, {}, [])
    json.dumps(found, allow_nan=False)


def test_a_strict_view_that_leaves_nothing_says_so():
    strict = analyse(study(rt_ms=[50.0] * 4))["models"]["L2"]["strict"]
    assert (strict["n"], strict["wilson"]) == (0, None)


def test_our_own_vigilance_trials_decide_who_is_attentive():
    found = analyse(
        ResponseTable.from_columns(
            participant=["ada", "ada", "ben", "ben"],
            condition=["L2", "random", "L2", "random"],
            photo=["a", "b", "a", "b"],
            phase=["test", "vigilance", "test", "vigilance"],
            fake_side=["left", "left", "right", "right"],
            chosen_side=["left", "left", "right", None],
            rt_ms=[900.0] * 4,
        )
    )
    assert found["attention_excluded"] == ["ben"]
    assert (found["valid_rows"], found["strict_rows"]) == (2, 1)
    assert found["vigilance"] == {"participants": 2, "mean_share": 0.5, "lowest_share": 0.0}


def test_metrics_are_averaged_over_photos_for_each_condition():
    found = analyse(study(), metrics={"L2": {"psnr": np.array([20.0, 22.0, np.inf])}})
    psnr = found["metrics"]["L2"]["psnr"]
    assert (psnr["n"], psnr["mean"], psnr["infinite"]) == (2, 21.0, 1)
    assert psnr["ci"][0] == pytest.approx(21 - 12.706204736)


def test_an_error_rate_outside_zero_to_one_is_refused():
    with pytest.raises(ValueError, match=r"between 0 and 1, not 95"):
        analyse(study(), alpha=95)


def study(**columns):
    """Four answers by two people to two photos."""
    return ResponseTable.from_columns(
        participant=["ada", "ada", "ben", "ben"],
        condition=["L2"] * 4,
        photo=["a", "b", "a", "b"],
        fake_side=["left", "right", "left", "right"],
        chosen_side=["left", "left", "left", "right"],
        **columns,
    )


def test_the_number_of_cores_changes_no_digit():
    rng = np.random.default_rng(5)
    rows = 60_000
    who, what = np.divmod(np.arange(rows), 200)
    table = ResponseTable.from_columns(
        participant=who.tolist(),
        condition=rng.choice(["l2", "classes", "grey"], rows).tolist(),
        photo=what.tolist(),
        fake_side=["L"] * rows,
        chosen_side=rng.choice(["L", "R"], rows, p=[0.7, 0.3]).tolist(),
        rt_ms=rng.lognormal(7, 0.4, rows).tolist(),
    )
    found = []
    for threads in (1, 2):
        with threadpool_limits(limits=threads, user_api="blas"):
            found.append(json.dumps(analyse(table)))
    assert found[0] == found[1]
