"""An interval without a named estimand is a fault: the JSON of every task and reference case is walked."""

import pytest

from evaluation.designs._pair.analysis import analyse
from evaluation.reading.files.response_files import read_metrics, read_photo_scores, read_responses
from evaluation.statistics.bootstraps import Resampling
from tests.evaluation.by_design import analysis_of
from tests.evaluation.oracles import COPIES, PAIR_CASES, responses

TASK_CASES = ["p11_preference", "p12_single", "p13_staircase"]
ENDS = ({"low", "high"}, {"lo", "hi"})


def without_estimand(value, path="", *, named=False):
    """Where two ascending numbers, or a low and a high end, stand without an `estimand` beside them."""
    if isinstance(value, dict):
        estimand = value.get("estimand")
        if any(ends <= value.keys() for ends in ENDS) and not estimand:
            yield path
        for key, inner in value.items():
            told = isinstance(estimand, str) or (isinstance(estimand, dict) and key in estimand)
            # One interval for each name, such as the conditions', is named by the mapping that holds them.
            through = named and not isinstance(inner, dict)
            yield from without_estimand(inner, f"{path}.{key}", named=told or through)
    elif isinstance(value, list):
        numbers = [each for each in value if isinstance(each, int | float) and not isinstance(each, bool)]
        if len(value) == len(numbers) == 2 and value[0] <= value[1] and not named:
            yield path
        for place, inner in enumerate(value):
            yield from without_estimand(inner, f"{path}[{place}]")


@pytest.mark.parametrize("case", [case for case in PAIR_CASES if case != "p03_li23520"])
def test_every_interval_of_a_pair_test_names_what_it_is_about(case):
    scores = COPIES / f"{case}_metrics.csv"
    more = {}
    if scores.is_file():
        more = {"metrics": read_metrics(scores), "photo_scores": read_photo_scores(scores)}
    found = analyse(read_responses(responses(case)).table, resampling=Resampling(100, seed=1), **more)
    assert list(without_estimand(found)) == []


def test_the_mixed_model_names_what_its_intervals_are_about():
    found = analyse(read_responses(responses("p08_unbalanced")).table, with_mixed_model=True)
    assert found["glmm"]["fitted"]
    assert list(without_estimand(found["glmm"])) == []


@pytest.mark.parametrize("case", TASK_CASES)
def test_every_interval_of_the_other_tasks_names_what_it_is_about(case):
    assert list(without_estimand(analysis_of(responses(case)))) == []


def test_an_interval_without_an_estimand_is_noticed():
    assert list(without_estimand({"a": {"ci": [0.1, 0.2]}, "b": {"low": 0.1, "high": 0.2}})) == [
        ".a.ci",
        ".b",
    ]
    assert list(without_estimand({"ci": [0.1, 0.2], "estimand": {"wilson": "naive"}})) == [".ci"]
    assert list(without_estimand({"ci": [0.1, 0.2], "wilson": [0, 1], "estimand": "naive"})) == []
