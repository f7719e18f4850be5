import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from evaluation.designs.pair import CONCLUDES
from tests import builders


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("plan_study", *arguments, stdout=out)
    return out.getvalue().replace("\N{NO-BREAK SPACE}", " ")


def test_it_answers_without_a_study_and_without_options():
    text = said()
    assert "100 participants on 200 photos give ± 3.9 points" in text
    assert "± 3 points requires 209 participants" in text
    assert "* 100" in text


def test_options_are_in_per_cent_and_points(tmp_path):
    file = tmp_path / "plan.json"
    text = said("--rate", "20", "--half-width", "5", "--difference", "8", "--json", str(file))
    found = json.loads(file.read_text())
    assert found["question"]["rate"] == 0.2
    assert f"± 5 points requires {found['participants_for_precision']} participants" in text
    assert "A true difference of 8 points" in text


def test_one_condition_each_is_said_by_its_name():
    assert "50 under each of 2 conditions" in said("--mixed", "one")
    with pytest.raises(CommandError, match="--mixed: Allocation: one of all, one, not 'some'"):
        said("--mixed", "some")
    with pytest.raises(CommandError, match="--photos: Photos: a whole number, not 'many'"):
        said("--photos", "many")


def test_simulated_studies_are_asked_as_well():
    assert "20 simulated studies of this size" in said("--participants", "20", "--simulate", "20")


@pytest.mark.django_db
def test_a_study_brings_its_own_size(ada):
    study = builders.make_study("sky", owner=ada)
    study.planned_participants = 77
    study.save()
    text = said("sky")
    assert "77 participants on " in text
    assert "8 test trials a participant" in text


@pytest.mark.django_db
def test_a_study_of_a_design_that_nobody_plans_is_refused(ada, monkeypatch):
    builders.make_study("sky", owner=ada, catalogue=False)
    monkeypatch.setattr(CONCLUDES, "planning", None)
    with pytest.raises(CommandError, match="There is no planner for the design “pair”"):
        said("sky")


@pytest.mark.django_db
def test_an_unknown_study_is_refused_with_those_that_there_are(ada):
    builders.make_study("sky", owner=ada, catalogue=False)
    with pytest.raises(CommandError, match=r"There is no study “sea”\. There are: sky"):
        said("sea")


def test_what_does_not_fit_is_refused_by_the_option_to_blame():
    with pytest.raises(CommandError, match="--trials: Nobody sees a photo twice"):
        said("--trials", "400")
