"""The gallery of the demonstration: photographs without colour out of packages and of a visitor's folder."""

from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from colorizers.models import Colorizer, PhotoSet
from config.demo import history, packages, photos, steps
from config.demo.arms import ARMS, Arm
from config.demo.photos import TooFewPhotos
from config.demo.plan import plan_for
from tests.conftest import colourful_pixels, png_bytes


def grey_picture(seed: int) -> bytes:
    return png_bytes(np.repeat(colourful_pixels(seed, width=320, height=300)[..., :1], 3, axis=-1))


def not_fetched(package: str, version: str, into: Path) -> Path:
    raise packages.NotFetched(f"{package} could not be fetched (no route)")


class Shelf:
    """Packages that hold every photograph of the list."""

    def __call__(self, package: str, version: str, into: Path) -> Path:
        for seed, photo in enumerate(photos.catalogue(history.LIST)):
            target = into / "tree" / photo.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(grey_picture(seed))
        return into / "tree"


@pytest.fixture
def away(monkeypatch):
    monkeypatch.setattr(packages, "FETCHERS", {"PyPI": not_fetched, "npm": not_fetched})


@pytest.fixture
def at_hand(monkeypatch):
    monkeypatch.setattr(packages, "FETCHERS", {"PyPI": Shelf(), "npm": Shelf()})


@pytest.fixture
def attic(tmp_path: Path) -> Path:
    folder = tmp_path / "attic"
    folder.mkdir()
    (folder / "mill.png").write_bytes(grey_picture(50))
    (folder / "colour.png").write_bytes(png_bytes(colourful_pixels(51, width=320, height=300)))
    (folder / "photos.csv").write_text("file,author,year\nmill.png,L. Hine,1908\n")
    return folder


@pytest.fixture
def demonstrate(tmp_path: Path):
    def make(old_photos: Path | None = None) -> tuple[steps.Demo, list[str]]:
        demo = steps.Demo(plan_for(None), old_photos, tmp_path / "data", Console(quiet=True))
        said: list[str] = []
        object.__setattr__(demo, "say", said.append)
        return demo, said

    return make


def test_the_list_names_licence_and_author_of_at_least_three_photographs():
    listed = photos.catalogue(history.LIST)
    assert len(listed) >= 3
    assert all(photo.licence and photo.author and photo.title and photo.version for photo in listed)
    assert not {photo.path for photo in listed} & {photo.path for photo in photos.catalogue()}


@pytest.mark.django_db
def test_photographs_of_packages_make_the_gallery_and_the_second_time_nothing_is_imported(
    at_hand, demonstrate
):
    demo, said = demonstrate()
    gallery = demo.load_history()
    assert gallery.is_monochrome
    assert gallery.photos.count() == len(photos.catalogue(history.LIST))
    assert gallery.photos.get(title="Man with a camera").credit == "Lav Varshney, CC0"
    demo, said = demonstrate()
    assert demo.load_history() == gallery
    assert said == []
    assert gallery.imports.count() == 1


@pytest.mark.django_db
def test_a_folder_of_ones_own_joins_them_and_its_colour_photographs_are_refused_by_name(
    at_hand, demonstrate, attic
):
    demo, said = demonstrate(attic)
    gallery = demo.load_history()
    assert gallery.photos.get(name="mill.png").credit == "L. Hine, 1908"
    assert not gallery.photos.filter(name="colour.png").exists()
    assert "refused: colour.png: The photo has colours of its own" in "\n".join(said)
    demo, said = demonstrate(attic)
    demo.load_history()
    assert gallery.imports.count() == 2


@pytest.mark.django_db
def test_without_the_packages_and_a_folder_there_is_no_gallery_and_no_error(away, demonstrate):
    demo, said = demonstrate()
    assert demo.load_history() is None
    assert any("no route" in text for text in said)


@pytest.mark.django_db
def test_a_folder_makes_a_gallery_without_the_packages(away, demonstrate, attic):
    demo, _ = demonstrate(attic)
    assert [photo.name for photo in demo.load_history().photos.all()] == ["mill.png"]


def test_a_folder_without_a_picture_is_refused_with_an_example(tmp_path: Path):
    with pytest.raises(TooFewPhotos, match="at least 1 photograph is needed"):
        history.check(tmp_path)
    with pytest.raises(TooFewPhotos, match="HISTORY="):
        history.check(tmp_path / "nowhere")


def test_three_trained_networks_colour_it():
    assert [arm.slug for arm in ARMS if arm.is_in_history] == [
        *("efficientnet-lite-class", "efficientnet-lite-l2", "zhang2016-class")
    ]


@pytest.mark.django_db
def test_other_weights_under_a_name_that_has_painted_get_a_name_of_their_own(
    tmp_path: Path, monkeypatch, demonstrate
):
    asked: list[str] = []
    (tmp_path / "net.safetensors").write_bytes(b"new weights")
    monkeypatch.setattr(steps, "WEIGHTS", tmp_path)
    monkeypatch.setattr(steps.registering, "register_colorizer", lambda *, slug, **_: asked.append(slug))
    arm = Arm("net-l2", "zhang2016", "A net", variant="l2", weights="net.safetensors")
    demo, _ = demonstrate()
    photo_set = PhotoSet.objects.create(name="photos")
    demo._colorizer(arm, photo_set)
    Colorizer.objects.create(slug="net-l2", method="zhang2016", variant="l2", weights_digest="0" * 64)
    demo._colorizer(arm, photo_set)
    assert asked[0] == "net-l2"
    assert asked[1].startswith("net-l2-")
