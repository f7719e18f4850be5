"""Sets without truth: black-and-white photographs go in as they are, colour ones do not."""

from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from colorizers.models import ImportOutcome, Photo, PhotoSet
from colorizers.pictures import images
from colorizers.pictures.colour import rgb_to_lab, rgb_to_lightness
from colorizers.pictures.images import PhotoRefused
from colorizers.pictures.monochrome import check_without_colour, colour_spread, without_colour
from colorizers.services import (
    importing,
    registering,
)
from tests.builders import fill_catalogue, make_colorizer, with_rights
from tests.conftest import colourful_pixels, png_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def ada(ada):
    """Ada, who makes pictures too."""
    return with_rights(ada)


def grey_pixels(seed: int) -> np.ndarray:
    levels = colourful_pixels(seed, width=120, height=100)[..., 0]
    return np.repeat(levels[..., None], 3, axis=-1)


def toned(pixels: np.ndarray, tint: tuple[float, float, float] = (1.0, 0.86, 0.66)) -> np.ndarray:
    """The same picture on yellowed paper."""
    return np.rint(pixels * np.array(tint)).astype(np.uint8)


@pytest.fixture
def old_photos(tmp_path: Path) -> Path:
    """Two grey photographs, a sepia one and one with colours."""
    folder = tmp_path / "attic"
    folder.mkdir()
    for seed in (1, 2):
        (folder / f"grey {seed}.png").write_bytes(png_bytes(grey_pixels(seed)))
    (folder / "sepia.png").write_bytes(png_bytes(toned(grey_pixels(3))))
    (folder / "colour.png").write_bytes(png_bytes(colourful_pixels(4)))
    (folder / "photos.csv").write_text(
        "file,licence,author,year,source,title\nsepia.png,Public Domain,L. Hine,1908,an attic,The mill\n"
    )
    return folder


@pytest.fixture
def history(old_photos) -> PhotoSet:
    photo_set = PhotoSet(name="history", title="Predict the history", is_monochrome=True)
    importing.import_photos(old_photos, photo_set=photo_set)
    return photo_set


# --- pixels ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("tint", [(1, 1, 1), (1, 0.86, 0.66), (0.6, 0.8, 1)], ids=["grey", "sepia", "blue"])
def test_one_tint_over_a_photo_is_not_colour(tint):
    assert check_without_colour(toned(grey_pixels(1), tint)) < 3


def test_a_small_object_of_a_colour_of_its_own_is_colour():
    pixels = grey_pixels(1)
    pixels[40:60, 40:60] = (190, 40, 40)
    with pytest.raises(PhotoRefused, match="has colours of its own: they spread by"):
        check_without_colour(pixels)


def test_noise_of_a_compression_is_not_colour():
    noise = np.random.default_rng(5).integers(-6, 7, grey_pixels(1).shape)
    assert colour_spread(np.clip(grey_pixels(1) + noise, 0, 255).astype(np.uint8)) < 10


def test_taking_the_tint_away_keeps_the_lightness_and_leaves_no_colour():
    sepia = toned(grey_pixels(2))
    grey = without_colour(sepia)
    assert np.abs(rgb_to_lab(grey)[..., 1:]).max() < 1e-3
    assert np.abs(rgb_to_lightness(grey) - rgb_to_lightness(sepia)).max() < 0.5


def test_every_grey_level_stays_what_it_is():
    levels = np.repeat(np.arange(256, dtype=np.uint8).reshape(16, 16, 1), 3, axis=-1)
    assert (without_colour(levels) == levels).all()


# --- imports ---------------------------------------------------------------------------------------


def test_grey_and_sepia_go_in_without_a_tint_and_colour_is_refused_by_name(history):
    outcomes = {file.name: file for file in history.imports.get().files.all()}
    assert outcomes["colour.png"].outcome == ImportOutcome.REFUSED
    assert "set of colour photographs" in outcomes["colour.png"].reason
    assert history.photos.count() == 3
    for photo in history.photos.all():
        rgb = photo.read_rgb()
        assert (rgb == rgb[..., :1]).all()
        assert photo.is_monochrome
        assert photo.mean_chroma == 0
        assert images.pixel_digest(rgb) == photo.digest


def test_year_author_and_what_was_done_are_kept(history):
    sepia = history.photos.get(name="sepia.png")
    assert sepia.credit == "L. Hine, 1908, Public Domain"
    assert sepia.conversions[-1] == "tint taken away, lightness kept"
    assert history.photos.get(name="grey 1.png").conversions == []


def test_the_same_folder_again_adds_nothing(history, old_photos):
    again = importing.import_photos(old_photos, photo_set=history)
    assert again.counts()["duplicate"] == 3
    assert Photo.objects.count() == 3


def test_a_set_of_colour_photographs_refuses_grey_ones_as_ever(old_photos):
    photo_set = PhotoSet(name="colours")
    importing.import_photos(old_photos, photo_set=photo_set)
    assert not photo_set.photos.filter(name__startswith="grey").exists()
    assert not photo_set.photos.get(name="colour.png").is_monochrome


def test_the_command_makes_such_a_set(old_photos):
    call_command("import_photos", str(old_photos), "--set", "attic", "--without-colour")
    assert PhotoSet.objects.get(name="attic").is_monochrome
    call_command("import_photos", str(old_photos), "--set", "attic")
    assert PhotoSet.objects.get(name="attic").photos.count() == 3


def test_the_command_does_not_turn_a_set_of_colour_photographs_into_one(old_photos):
    PhotoSet.objects.create(name="colours")
    with pytest.raises(CommandError, match="'colours' holds colour photographs"):
        call_command("import_photos", str(old_photos), "--set", "colours", "--without-colour")


# --- colorizers and pages --------------------------------------------------------------------------


def test_a_method_takes_no_colours_from_photographs_that_have_none(history):
    with pytest.raises(registering.ColorizerRefused, match="has no colours to take"):
        registering.register_colorizer(slug="random", method="random", reference_set=history)


def test_the_form_offers_the_flag_until_the_first_import(client, root, history):
    client.force_login(root)
    new = client.get(reverse("admin:colorizers_photoset_add")).content.decode()
    assert 'name="is_monochrome"' in new
    old = client.get(reverse("admin:colorizers_photoset_change", args=[history.pk])).content.decode()
    assert 'name="is_monochrome"' not in old


@pytest.fixture
def gallery(client, ada, history) -> str:
    fill_catalogue(history, make_colorizer())
    client.force_login(ada)
    return client.get(reverse("colorizers:catalogue", args=["history"])).content.decode()


def test_the_gallery_shows_each_photo_large_beside_its_colorizations(gallery, history):
    assert gallery.count('class="exhibit"') == 3
    for photo in history.photos.all():
        assert reverse("colorizers:photo_large", args=[photo.digest]) in gallery
        picture = photo.colorizations.get()
        assert reverse("colorizers:colorization_large", args=[picture.digest]) in gallery


def test_the_gallery_says_what_is_known_and_that_nobody_knows_the_colours(gallery):
    assert "L. Hine, 1908, Public Domain" in gallery
    assert "The mill" in gallery
    assert "an attic" in gallery
    assert "Nobody knows their true colours" in gallery


def test_the_gallery_has_no_inline_style_or_script(gallery):
    assert "style=" not in gallery
    assert "<script>" not in gallery


def test_large_pictures_are_for_staff_only(client, gallery, history):
    photo = history.photos.first()
    addresses = [
        reverse("colorizers:photo_large", args=[photo.digest]),
        reverse("colorizers:colorization_large", args=[photo.colorizations.get().digest]),
    ]
    for address in addresses:
        reply = client.get(address)
        assert reply.status_code == 200
        assert reply.headers["Content-Type"] == "image/jpeg"
    client.logout()
    assert all(client.get(address).status_code == 302 for address in addresses)


def test_the_index_tells_which_set_is_a_gallery(client, gallery):
    page = client.get(reverse("colorizers:catalogue_index")).content.decode()
    assert "gallery without truth" in page
