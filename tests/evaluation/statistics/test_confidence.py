from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from evaluation.statistics.confidence import ConfidentAnswers, auc, confidence
from tests.evaluation import planted


def test_the_area_is_that_of_a_rank_test():
    answers = planted.confident(np.random.default_rng(1))
    found = confidence(answers)["type2_auc"]
    right, wrong = (answers.confidence[answers.right == kind] for kind in (True, False))
    statistic = mannwhitneyu(right, wrong).statistic
    assert found["estimate"] == pytest.approx(statistic / (len(right) * len(wrong)))
    assert found["estimate"] == auc(answers.confidence.astype(float), answers.right)


def test_people_who_know_when_they_are_right_are_right_more_often_the_surer_they_are():
    found = confidence(planted.confident(np.random.default_rng(2)))
    shares = [step["right"] for step in found["steps"]]
    assert shares == sorted(shares)
    assert sum(step["n"] for step in found["steps"]) == found["n"]
    for step in found["steps"]:
        assert step["interval"]["low"] < step["right"] < step["interval"]["high"]
    assert found["trend"]["p"] < 0.001
    assert found["within_people"]["estimand"] == "these photos only"
    assert found["within_people"]["ci"][0] > 0.5


def test_confidence_that_knows_nothing_has_an_area_of_a_half():
    answers = planted.confident(np.random.default_rng(3))
    blind = replace(answers, confidence=np.random.default_rng(4).integers(1, 5, len(answers.right)))
    low, high = confidence(blind)["type2_auc"]["ci"]
    assert low < 0.5 < high


def test_a_step_that_nobody_chose_and_answers_that_were_all_right_have_no_numbers():
    who = np.repeat(np.arange(3), 2)
    found = confidence(ConfidentAnswers(who, np.full(6, True), np.full(6, 2), 3, np.arange(6)))
    assert found["steps"][0] == {"confidence": 1, "n": 0, "right": None, "interval": None}
    assert found["type2_auc"] is found["trend"] is None
    assert found["within_people"]["participants"] == 0


@pytest.mark.parametrize(("steps", "level"), [(2, 1), (5, 1), (3, 4), (3, 0)])
def test_other_numbers_of_steps_and_answers_beside_them_are_refused(steps, level):
    with pytest.raises(ValueError, match="confidence"):
        ConfidentAnswers(np.zeros(1, int), np.array([True]), np.array([level]), steps)
