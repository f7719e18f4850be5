"""Whom the vigilance trials let through, exactly, and where researchers are told."""

import pytest
from scipy.stats import binom

from evaluation.designs._pair.plan import Question
from evaluation.services.study_plans import checks_of
from studies import designs
from studies.designs._example import passing_by_chance
from studies.designs.pair import Pair
from studies.models import Study
from studies.rules import vigilance
from studies.rules.strict_view import StrictRules
from studies.services import validation
from tests.builders import make_study


def default():
    return vigilance.Filter(Pair().needs().vigilance, StrictRules().vigilance_pass)


def test_the_default_stops_guessers_and_lets_attentive_people_through():
    assert default().trials == 16
    assert default().guessers <= 0.05
    assert all(share >= 0.95 for share in default().attentive)


@pytest.mark.parametrize(
    ("name", "chosen", "share"),
    [
        ("pair", {}, 1 / 2), ("single", {}, 1 / 2), ("staircase", {}, 1 / 2), ("preference", {}, 1 / 2),
        ("preference", {"ties": True}, 1 / 3), ("rank", {}, 3 / 4), ("rank", {"pictures": 6}, 5 / 6),
    ],
)  # fmt: skip
def test_guessers_pass_a_trial_as_often_as_its_answers_let_them(name, chosen, share):
    assert passing_by_chance(designs.get(name).configured(chosen)) == pytest.approx(share)


def test_where_guessers_pass_more_trials_more_are_needed_and_attentive_people_pass_more_too():
    assert default().right == pytest.approx((0.87, 0.95))
    of_four = vigilance.fewest(3 / 4)
    assert of_four.right == pytest.approx((0.935, 0.975))
    assert (of_four.trials, round(of_four.share * of_four.trials)) == (40, 35)


def test_no_rule_on_fewer_trials_would_do():
    best = vigilance.fewest()
    assert (best.trials, best.share) == (16, 0.75)


@pytest.mark.parametrize("trials", [1, 4, 9, 16, 33])
@pytest.mark.parametrize("share", [0, 0.5, 0.6, 0.75, 1])
def test_the_shares_are_binomial(trials, share):
    needed = next(k for k in range(trials + 1) if k / trials >= share)
    for right in (0.5, 0.87, 0.95):
        expected = binom.sf(needed - 1, trials, right)
        assert vigilance.share_passing(trials, share, right) == pytest.approx(expected)


@pytest.mark.django_db
def test_the_readiness_panel_says_the_shares_of_the_study():
    study = make_study(catalogue=False)
    texts = [finding.text for finding in validation.check(study).warnings]
    (found,) = [text for text in texts if text.startswith("Attention")]
    assert "2 of 2 vigilance trials" in found
    assert "25.0% of people who only guess pass" in found
    assert "With 16 vigilance trials and vigilance_pass = 0.75" in found
    study.design_settings = {"practice_trials": 2, "test_trials": 40}
    study.save()
    (note,) = validation.check(study).notes
    assert "12 of 16" in note.text
    assert "3.8% of people who only guess pass, and 95.3% to 99.9% of attentive people" in note.text


def test_the_planner_says_what_they_cost():
    checks = checks_of("pair", Question(trials=40))
    assert checks.filter.trials == 16
    assert checks.minutes == pytest.approx(16 * 5.0 / 60)
    assert checks_of("pair", Question(), Study(design_settings={"vigilance_share": 0})) is None


def test_where_nearly_every_answer_passes_no_number_of_trials_is_named():
    assert vigilance.fewest(1.0, most=30) is None
