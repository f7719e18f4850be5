"""Study files: everything in, everything out, every error named."""

import pytest

from studies.models import Condition, Source, Study
from studies.rules import study_settings
from studies.services import lifecycle, participations, study_files
from studies.services.study_files import StudyFileRefused
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SMALLEST = """
slug = "meadow-study"
title = "Meadow"
information = "Pairs of photographs."
consent = "I agree."
photo_set = "meadow"
[[conditions]]
colorizer = "sepia"
"""


@pytest.fixture
def ground():
    """A photo set and a colorizer to refer to."""
    builders.make_photo_set(3)
    builders.make_colorizer("sepia")


def errors_of(text: str, **options) -> list[str]:
    with pytest.raises(StudyFileRefused) as refusal:
        study_files.create_study(text, **options)
    return refusal.value.errors


def test_the_smallest_file_makes_a_draft_with_every_default_written_out(ground):
    study, is_new = study_files.create_study(SMALLEST)
    assert is_new
    assert study.is_draft
    assert study.design_settings["practice_trials"] == 10
    assert study.design_settings["answer_limit_ms"] is None
    assert study.exclusion_rules == {
        "vigilance_pass": 0.75, "rt_min_ms": 200, "rt_max_ms": 30000, "too_soon_share": 0.05,
    }  # fmt: skip
    assert [(c.slug, c.kind) for c in study.conditions.all()] == [("sepia", "test")]


def test_what_is_exported_makes_the_same_study_again():
    text = study_files.export_study(
        builders.make_study(
            information='Two paragraphs.\n\nWith "quotes", a \\ and umlauts: äöü.\n',
            design_settings=builders.DESIGN_SETTINGS | {"answer_limit_ms": None},
        )
    )
    Study.objects.all().delete()
    study_files.create_study(text)
    again = Study.objects.get()
    exported = study_files.export_study(again)
    study_files.create_study(exported, replace=True)
    assert study_files.export_study(Study.objects.get()) == exported
    assert again.information == 'Two paragraphs.\n\nWith "quotes", a \\ and umlauts: äöü.\n'
    assert again.seed == 7
    assert [c.slug for c in again.conditions.all()] == ["sepia", "luminance-table", "random"]


def test_an_exported_study_file_says_the_same_as_the_rows():
    study = builders.make_study()
    before = study_files.as_document(study)
    text = study_files.export_study(study)
    study_files.create_study(text, replace=True)
    after = study_files.as_document(Study.objects.get())
    # Settings that were left to their defaults are written out; nothing else may differ.
    tables = dict.fromkeys(study_settings.TITLES)
    assert after | tables == before | tables
    for table in tables:
        assert after[table].items() >= before[table].items()


def test_an_unknown_key_names_the_nearest_known_one_and_its_table(ground):
    text = SMALLEST.replace("title =", "titel =") + 'kindd = "test"\n[design_settings]\nexposure = 5\n'
    errors = errors_of(text)
    assert "there is no 'titel'; did you mean 'title'?" in errors
    assert "title is missing; it must be a text." in errors
    assert "In [[conditions]] number 1: there is no 'kindd'; did you mean 'kind'?" in errors
    assert "In [design_settings]: there is no 'exposure'; did you mean 'exposure_ms'?" in errors


def test_a_wrong_type_says_what_was_expected(ground):
    text = SMALLEST.replace('"Meadow"', "3") + '\n[exclusion_rules]\nrt_min_ms = "fast"\nrt_max_ms = true\n'
    errors = errors_of(text)
    assert "title must be a text, not 3." in errors
    assert "In [exclusion_rules]: rt_min_ms must be a whole number, not 'fast'." in errors
    assert "In [exclusion_rules]: rt_max_ms must be a whole number, not True." in errors


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"meadow-study"', '"Meadow Study"', "slug: Use small letters"),
        ('= "meadow"', '= "medow"', "photo_set: there is no 'medow'; did you mean 'meadow'?"),
        ('"sepia"', '"sepai"', "colorizer: there is no 'sepai'; did you mean 'sepia'?"),
        ("[[conditions]]", 'image_px = 32\n[[conditions]]', "image_px: Ensure this value is greater than"),
        ("[[conditions]]", 'show_score = 1\n[[conditions]]', "show_score must be true or false, not 1."),
        ("[[conditions]]", 'allocation = "all"\n[[conditions]]', "allocation must be one of"),
        ("[[conditions]]", 'design = "pear"\n[[conditions]]', "design: there is no 'pear'; did you mean"),
        ("[[conditions]]", "[conditions]", "conditions must be a list of tables"),
        ('colorizer = "sepia"', 'kind = "test"', "number 1: colorizer is missing; it must be a text."),
        ('colorizer = "sepia"', 'colorizer = "sepia"\n[[conditions]]\ncolorizer = "sepia"', "slug 'sepia'"),
        ("slug =", "slug", "It is not TOML"),
    ],
)  # fmt: skip
def test_one_spoiled_line_is_one_clear_error(ground, old, new, sentence):
    errors = errors_of(SMALLEST.replace(old, new))
    assert any(sentence in error for error in errors), errors
    assert not Study.objects.exists()


def test_two_errors_of_the_same_table_are_both_reported(ground):
    errors = errors_of(SMALLEST + "[design_settings]\ntest_trials = 0\nvigilance_share = 0.9\n")
    assert any("test_trials must be between" in error for error in errors)
    assert any("vigilance_share must be between" in error for error in errors)


def test_a_slug_that_is_taken_is_refused_unless_told_to_replace(ground):
    first, _ = study_files.create_study(SMALLEST)
    assert errors_of(SMALLEST) == [
        "slug: there is a draft called 'meadow-study' already; --replace rewrites it."
    ]
    second, is_new = study_files.create_study(SMALLEST.replace("Meadow", "Lawn"), replace=True)
    assert not is_new
    assert second.pk == first.pk
    assert Study.objects.get().title == "Lawn"
    assert Condition.objects.count() == 1


def test_replacing_a_draft_discards_its_previews():
    study = builders.make_study()
    lifecycle.prepare(study=study)
    participations.begin_participation(study=study, source=Source.PREVIEW)
    study_files.create_study(study_files.export_study(study), replace=True)
    assert not study.participations.exists()


def test_a_study_that_was_launched_is_never_replaced():
    study = builders.launched_study()
    [error] = errors_of(study_files.export_study(study), replace=True)
    assert "is live and its protocol is fixed" in error


def test_the_owner_is_kept_when_a_draft_is_replaced(ground, ada):
    study_files.create_study(SMALLEST, owner=ada)
    study_files.create_study(SMALLEST, replace=True)
    assert Study.objects.get().owner == ada
