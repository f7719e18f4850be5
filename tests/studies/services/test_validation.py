"""Readiness: each thing that may be missing is named, with what to do; a sound study has no problems."""

import pytest

from colorizers.models import Photo
from colorizers.tools.command_line import MANAGE
from studies import designs
from studies.models import Allocation, Condition, ConditionKind
from studies.services import validation
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def problems(study) -> list[str]:
    return [str(finding) for finding in validation.check(study).problems]


def warnings(study) -> list[str]:
    return [str(finding) for finding in validation.check(study).warnings]


def with_settings(study, **settings):
    study.design_settings = study.design_settings | settings
    study.save()
    return study


def test_a_sound_study_has_no_problems():
    assert problems(builders.make_study()) == []


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": " "}, "The title is empty."),
        ({"information": ""}, "The study information is empty."),
        ({"consent": ""}, "The consent text is empty."),
        ({"design": "pear"}, "Design: there is no 'pear'; did you mean 'pair'?"),
        ({"design_settings": {"test_trial": 3}}, "there is no 'test_trial'; did you mean 'test_trials'?"),
        ({"design_settings": {"test_trials": "many"}}, "test_trials must be a whole number, not 'many'."),
        ({"exclusion_rules": {"vigilance_pass": 3}}, "Strict view: vigilance_pass must be between 0 and 1"),
        ({"planned_participants": 0}, "planned_participants: "),
        ({"image_px": 81}, "14 photos are smaller than 81 pixels on the shorter side"),
    ],
)
def test_one_spoiled_field_is_one_problem(fields, sentence):
    [problem] = problems(builders.make_study(**fields))
    assert sentence in problem


def test_everything_that_is_wrong_is_listed_together():
    study = builders.make_study(title="", consent="", image_px=90, design_settings={"test_trials": 0})
    assert len(problems(study)) == 4


def test_an_incomplete_catalogue_names_the_colorizer_the_number_and_the_command():
    study = builders.make_study(catalogue=False)
    builders.fill_catalogue(study.photo_set, study.conditions.get(slug="sepia").colorizer, leave_out=3)
    found = [finding for finding in validation.check(study).problems if finding.about == "catalogue"]
    assert "3 of 14 photos have no picture by the colorizer 'sepia'" in found[0].text
    assert found[0].command == f"{MANAGE} colorize --set meadow --colorizer sepia --wait"
    assert len(found) == 3


@pytest.mark.parametrize(
    ("photos", "voiding", "words"),
    [
        # Two for practice, eight for test, two for vigilance: one of ten to spare is enough.
        (13, {}, None),
        (
            12,
            {},
            "No photo is left over to take the place of spoiled trials: a participation uses 10 of the 10",
        ),
        (12, {"repeat": False}, None),
        (12, {"most_repeats": 0}, None),
    ],
)
def test_a_study_without_photos_to_spare_is_told_and_not_refused(photos, voiding, words):
    readiness = validation.check(builders.make_study(photos=photos, voiding=voiding))
    found = [finding.text for finding in readiness.warnings if "spoiled" in finding.text]
    assert readiness.ok
    assert [text[: len(words or "")] for text in found] == ([words] if words else [])


def test_few_photos_to_spare_are_counted():
    study = with_settings(builders.make_study(photos=24), test_trials=18, vigilance_share=0.1)
    assert any("Only 2 photos are left over" in words for words in warnings(study)) is False
    study = with_settings(study, test_trials=19)
    assert any("Only 1 photo is left over" in words for words in warnings(study))


def test_one_thing_is_not_counted_as_several():
    study = with_settings(builders.make_study(vigilance=False, planned_participants=1), vigilance_share=0.1)
    assert any(words.startswith("1 vigilance trial is planned, but") for words in problems(study))
    assert any(words.startswith("1 participant is few") for words in warnings(study))


def test_a_study_without_a_condition_under_test_is_refused():
    [problem] = problems(builders.make_study(colorizers=()))
    assert "no condition under test" in problem


def test_vigilance_trials_need_a_vigilance_condition():
    study = builders.make_study(vigilance=False)
    [problem] = problems(study)
    assert "2 vigilance trials are planned, but there is no vigilance condition" in problem
    assert problems(with_settings(study, vigilance_share=0)) == []


def test_two_vigilance_conditions_are_one_too_many():
    study = builders.make_study()
    study.conditions.filter(slug="sepia").update(kind=ConditionKind.VIGILANCE)
    assert "There are 2 vigilance conditions; keep one." in problems(study)


def test_a_colorizer_has_one_condition():
    study = builders.make_study()
    sepia = study.conditions.get(slug="sepia").colorizer
    Condition.objects.create(study=study, slug="again", colorizer=sepia)
    assert any("2 conditions have the colorizer 'sepia'" in problem for problem in problems(study))


def test_photos_for_practice_test_and_vigilance_must_all_be_different():
    study = builders.make_study(photos=14)
    with_settings(study, practice_trials=4, test_trials=8, vigilance_share=0.25)
    assert problems(study) == []
    with_settings(study, practice_trials=5)
    [problem] = problems(study)
    assert "takes 15 photos and shows none twice: 5 for practice, 8 for test and 2 for vigilance" in problem


def test_one_condition_per_participation_needs_no_trial_for_every_condition():
    study = with_settings(builders.make_study(), test_trials=1, vigilance_share=0)
    [problem] = problems(study)
    assert "there are 2 of them and only 1 test trials" in problem
    study.allocation = Allocation.ONE
    assert problems(study) == []


def test_crops_of_one_photograph_count_as_photos_only_if_the_study_says_so():
    study = builders.make_study()
    first, second = Photo.objects.filter(photo_sets=study.photo_set)[:2]
    Photo.objects.filter(pk=second.pk).update(source_digest=first.source_digest)
    [problem] = problems(study)
    assert "1 picture is cut from the same file" in problem
    study.allow_crops = True
    assert problems(study) == []


def test_a_limit_per_condition_is_told_to_have_no_effect_where_everybody_sees_all():
    readiness = validation.check(builders.make_study(arm_quota=2))
    assert "has no effect" in " ".join(str(one) for one in readiness.warnings)
    assert readiness.ok


def test_what_is_unwise_is_a_warning_and_refuses_nothing():
    study = builders.make_study(planned_participants=3, contact="", question="")
    found = warnings(with_settings(study, practice_trials=0, vigilance_share=0))
    for words in (
        "3 participants are few",
        "Nobody is named",
        "No practice",
        "No vigilance",
        "photos are judged",
    ):
        assert any(words in warning for warning in found), words


def test_a_control_that_might_fool_people_is_warned_about():
    study = builders.make_study(vigilance=False)
    colorizer = builders.make_colorizer("welsh2002")
    builders.fill_catalogue(study.photo_set, colorizer)
    Condition.objects.create(study=study, slug="easy", kind=ConditionKind.VIGILANCE, colorizer=colorizer)
    assert problems(study) == []
    assert any("any attentive person" in warning for warning in warnings(study))


def test_a_design_that_nobody_concludes_from_is_not_offered(monkeypatch):
    monkeypatch.setattr(designs, "_concluded", [lambda: ["pair"]])
    assert designs.choices() == [("pair", "Pair test")]
    study = builders.make_study(photos=40, design="preference")
    assert "Design: there is no 'preference'; known are: pair." in problems(study)


def test_a_qualification_needs_a_vigilance_condition(every_design):
    study = builders.make_study(vigilance=False, photos=40, design="single")
    with_settings(study, test_trials=8, vigilance_share=0, practice_trials=2, qualification_trials=4)
    [problem] = problems(study)
    assert "A qualification is planned, but there is no vigilance condition" in problem
    assert problems(with_settings(study, qualification_trials=0)) == []


def test_the_real_photo_of_single_pictures_is_no_condition(every_design):
    study = builders.make_study(photos=40, design="single")
    few = {"practice_trials": 2, "qualification_trials": 0, "vigilance_share": 0}
    assert problems(with_settings(study, test_trials=4, **few)) == []
    [problem] = problems(with_settings(study, test_trials=2, **few))
    assert "there are 2 of them and only 1 test trials" in problem
    assert any("About 10 judgements" in words for words in warnings(with_settings(study, test_trials=4)))


def test_sets_of_pictures_may_be_more_than_one_participant_sees(every_design):
    study = builders.make_study(photos=40, design="preference")
    few = {"test_trials": 2, "vigilance_share": 0}
    assert problems(with_settings(study, with_truth=True, **few)) == []


def test_a_design_says_what_it_cannot_do(every_design):
    study = builders.make_study(photos=40, design="rank", allocation="one_condition_per_participation")
    found = problems(with_settings(study, test_trials=8, pictures=6))
    assert any("The best of several cannot do" in problem for problem in found)
    assert any("shows 6 pictures" in problem for problem in found)
