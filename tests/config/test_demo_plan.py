"""The demonstration's test is as long as its photographs allow, and its study file is a valid one."""

from pathlib import Path

import pytest
from django.conf import settings

from colorizers import methods
from config.demo import own_photos
from config.demo.arms import ARMS, WeightsMissing, check_weights, missing_weights
from config.demo.own_photos import folder_slug
from config.demo.photos import TooFewPhotos
from config.demo.plan import plan_for, spares, study_file, trials_for, vigilance_trials
from studies.models import Study
from studies.services import study_file_format
from studies.texts import languages
from studies.texts.study import TEXTS


@pytest.mark.parametrize("photos", range(10, 80))
def test_no_photo_is_needed_twice(photos: int):
    practice, test = trials_for(photos)
    assert practice + test + vigilance_trials(test) + spares(test) <= photos
    assert spares(test) >= 1
    assert practice >= 2
    assert vigilance_trials(test) >= 1


def test_the_test_grows_with_the_photos_up_to_forty_trials():
    assert [trials_for(photos) for photos in (11, 38, 100)] == [(2, 7), (4, 27), (4, 40)]


def test_too_few_photos_are_refused():
    with pytest.raises(ValueError, match="at least 10 photographs, not 9"):
        trials_for(9)


@pytest.mark.parametrize("folder", [None, Path('/home/ada/Pictures "of" spring')])
def test_the_study_file_is_read_without_an_error(folder):
    plan = plan_for(folder)
    text = study_file(plan, photos=38, participants=60, colorizers=[(arm, arm.slug) for arm in ARMS])
    document = study_file_format.read(text)
    assert document.errors == []
    assert document.study["photo_set"] == plan.photo_set
    assert [condition["kind"] for condition in document.conditions].count("vigilance") == 1
    assert [condition["colorizer"] for condition in document.conditions] == [
        *("efficientnet-lite-class", "efficientnet-lite-l2", "zhang2016-class", "zhang2016-l2"),
        "random",
    ]


@pytest.mark.parametrize("folder", [None, Path("/home/ada/Pictures")])
def test_the_demonstration_speaks_every_language_of_the_survey(folder):
    text = study_file(
        plan_for(folder), photos=38, participants=60, colorizers=[(arm, arm.slug) for arm in ARMS]
    )
    made = study_file_format.read(text).study
    study = Study(**{name: made[name] for name in ("languages", "translations", *TEXTS) if name in made})
    assert study.languages == [code for code, _name in settings.LANGUAGES]
    assert languages.missing(study) == {}
    for texts in study.translations.values():
        assert texts["title"].endswith(" (Pictures)") == bool(folder)


# --- the colorizers ------------------------------------------------------------------------------


@pytest.mark.parametrize("arm", ARMS, ids=lambda arm: arm.slug)
def test_every_colorizer_is_one_that_its_method_can_be(arm):
    method = methods.get(arm.method)
    method.parse_settings(arm.settings)
    if arm.variant:
        assert method.parse_variant(arm.variant) == arm.variant
    assert method.needs_weights == bool(arm.weights)


def test_names_of_colorizers_and_of_weights_are_their_own():
    assert len({arm.slug for arm in ARMS}) == len(ARMS)
    weights = [arm.weights for arm in ARMS if arm.weights]
    assert len(set(weights)) == len(weights)


def test_the_study_asks_about_classes_and_l2_and_the_baselines_are_in_the_catalogue_only():
    tested = [(arm.method, arm.variant) for arm in ARMS if arm.is_in_study and not arm.is_vigilance]
    assert tested == [(name, kind) for name in ("efficientnet_lite", "zhang2016") for kind in ("class", "l2")]
    assert {arm.method for arm in ARMS if not arm.is_in_study} == {
        *("grey", "constant_mean", "sepia", "luminance_table", "welsh2002")
    }


def test_both_networks_decode_their_classes_alike():
    assert [dict(arm.settings) for arm in ARMS if arm.variant == "class"] == [
        {"temperature": 0.38, "rebalance": 0.7}
    ] * 2


def test_the_trained_networks_of_the_demonstration_are_in_the_repository():
    check_weights()


def test_missing_weights_are_named_with_the_way_out(tmp_path: Path):
    (tmp_path / "zhang2016-l2.safetensors").write_bytes(b"weights")
    assert "zhang2016-l2.safetensors" not in missing_weights(folder=tmp_path)
    with pytest.raises(
        WeightsMissing, match=r"efficientnet-lite-class\.safetensors.* are not in .*git clone"
    ):
        check_weights(folder=tmp_path)


def test_own_folders_of_one_name_have_studies_of_their_own():
    one, two = plan_for(Path("/a/Pictures")), plan_for(Path("/b/Pictures"))
    assert one.study != two.study
    assert one.colorizer(ARMS[-1], needs_reference=True) != two.colorizer(ARMS[-1], needs_reference=True)
    assert folder_slug(Path("/")).startswith("photos-")


def make_pictures(folder: Path, count: int) -> Path:
    (folder / "trip").mkdir(parents=True)
    for n in range(count):
        (folder / "trip" / f"{n:03d}.JPG").write_bytes(b"picture")
    (folder / "trip" / "notes.txt").write_text("no picture")
    (folder / ".thumbnails").mkdir()
    (folder / ".thumbnails" / "hidden.jpg").write_bytes(b"picture")
    return folder


def test_a_small_folder_is_used_as_it_is(tmp_path: Path):
    folder = make_pictures(tmp_path / "mine", 12)
    assert own_photos.choose(folder, tmp_path / "copy") == folder


def test_of_a_large_folder_some_are_taken_evenly_with_their_facts(tmp_path: Path):
    folder = make_pictures(tmp_path / "mine", 200)
    (folder / "trip" / "photos.csv").write_text("file,licence\n000.JPG,CC0\n")
    chosen = own_photos.choose(folder, tmp_path / "copy", most=20)
    names = sorted(path.name for path in chosen.rglob("*.JPG"))
    assert len(names) == 20
    assert (names[0], names[-1]) == ("000.JPG", "190.JPG")
    assert (chosen / "trip" / "photos.csv").is_file()


def test_too_few_own_pictures_are_counted(tmp_path: Path):
    folder = make_pictures(tmp_path / "mine", 4)
    with pytest.raises(TooFewPhotos, match="holds 4 pictures; at least 10 colour photographs are needed"):
        own_photos.pictures_in(folder)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(TooFewPhotos, match="There is no folder"):
        own_photos.pictures_in(tmp_path / "nowhere")
