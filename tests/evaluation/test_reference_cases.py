"""Every reference case, computed in R and Python, against our analysis at the manifest's tolerances."""

import pytest

from evaluation.designs._pair.analysis import analyse
from evaluation.reading.files.response_files import read_metrics, read_photo_scores, read_responses
from evaluation.statistics.bootstraps import Resampling
from tests.evaluation.by_design import analysis_of
from tests.evaluation.oracles import COPIES, FULL, PAIR_CASES, expected, responses
from tests.evaluation.reference import NOT_NUMBERS_OF_THE_ANALYSIS, disagreements

TASK_CASES = ["p11_preference", "p12_single", "p13_staircase"]


def scores(case):
    """The case's metrics, where it has any."""
    for folder in (FULL, COPIES):
        path = folder / f"{case}_metrics.csv"
        if path.is_file():
            return {"metrics": read_metrics(path), "photo_scores": read_photo_scores(path)}
    return {}


@pytest.mark.parametrize("case", PAIR_CASES)
def test_every_number_agrees_with_the_reference_case(case):
    table = read_responses(responses(case)).table
    found = analyse(table, resampling=Resampling(10_000, seed=1), **scores(case))
    assert list(disagreements(expected(case), found)) == []


@pytest.mark.slow
def test_a_million_responses_agree_with_the_reference_case():
    table = read_responses(responses("p04_1M", ".csv.gz")).table
    found = analyse(table, resampling=Resampling(1000, seed=1))
    assert list(disagreements(expected("p04_1M"), found)) == []


@pytest.mark.parametrize("case", TASK_CASES)
def test_the_other_tasks_agree_with_their_reference_cases(case):
    found = analysis_of(responses(case))
    # The number of participants has that name in every analysis.
    found |= {"participants": found["people"]} if "people" in found else {}
    assert list(disagreements(expected(case), found)) == []


def test_what_is_not_compared_has_a_reason_and_only_the_mixed_model_is_compared_elsewhere():
    elsewhere = [key for key, why in NOT_NUMBERS_OF_THE_ANALYSIS.items() if "compared in" in why]
    assert elsewhere == ["glmm", "glmm_trap"]


def test_a_missing_and_a_wrong_number_are_noticed():
    wanted = {"n": 3, "wilson": [0.1, 0.2], "fool_rate": 0.5}
    assert list(disagreements(wanted, {"n": 3, "wilson": [0.1, 0.2 + 2e-6]})) == [
        ".wilson[1]: 0.200002 instead of 0.2",
        ".fool_rate is missing",
    ]
