"""Folders and archives of other systems, and what photos.csv says of the files in them."""

import os
import unicodedata
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from colorizers.models import Photo
from colorizers.pictures import images
from colorizers.services import (
    importing,
    photo_sources,
)
from tests.colorizers.test_importing import folder_of, garden, outcomes, photo_file, reason, zip_of

__all__ = ["garden"]  # a fixture

pytestmark = pytest.mark.django_db


# --- what folders and archives of other systems hold --------------------------------------------


def test_files_that_systems_drives_and_phones_keep_are_ignored_by_name(tmp_path, garden):
    clutter = [
        "@eaDir/a.png/SYNOPHOTO_THUMB_XL.jpg", "#recycle/a.png", "sub/.thumbnails/a.png", "@Recycle/a.png",
        ".AppleDouble/a.png", "$RECYCLE.BIN/a.png", "System Volume Information/a.png", "._a.png", ".DS_Store",
        "desktop.ini", "Thumbs.db", "sub\\@eaDir\\a.png",
    ]  # fmt: skip
    files = dict.fromkeys(clutter, photo_file(2)) | {"a.png": photo_file(1)}
    photo_import = importing.import_photos(zip_of(tmp_path, files), photo_set=garden)
    assert (photo_import.counts()["added"], photo_import.counts()["ignored"]) == (1, len(clutter))


def test_what_belongs_to_a_photo_is_named_as_what_it_is(tmp_path, garden):
    files = {
        "IMG_1.PNG": photo_file(1), "IMG_1.MOV": b"moving", "IMG_1.AAE": b"<plist/>", "IMG_1.xmp": b"<x/>",
        "IMG_1.PNG.supplemental-metadata.json": b"{}", "film.mov": b"\0\0\0\x14ftypqt  " + bytes(50),
    }  # fmt: skip
    photo_import = importing.import_photos(folder_of(tmp_path, files), photo_set=garden)
    assert outcomes(photo_import) == {
        "IMG_1.PNG": "added", "IMG_1.MOV": "ignored", "IMG_1.AAE": "ignored", "IMG_1.xmp": "ignored",
        "IMG_1.PNG.supplemental-metadata.json": "ignored", "film.mov": "refused",
    }  # fmt: skip
    assert "Live Photo IMG_1.PNG" in reason(photo_import, "IMG_1.MOV")
    assert "a video" in reason(photo_import, "film.mov")


def test_a_folder_that_is_a_link_is_refused_by_name(tmp_path, garden):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.png").write_bytes(photo_file(1))
    folder = folder_of(tmp_path, {"sub/good.png": photo_file(2)})
    (folder / "sub" / "linked").symlink_to(tmp_path / "elsewhere")
    (folder / "round").symlink_to(folder)
    (folder / ".hidden").symlink_to(tmp_path / "elsewhere")
    photo_import = importing.import_photos(folder, photo_set=garden)
    assert outcomes(photo_import) == {
        "sub/good.png": "added", "sub/linked": "refused", "round": "refused", ".hidden": "ignored"
    }  # fmt: skip
    assert "link to a folder" in reason(photo_import, "sub/linked")


@contextmanager
def as_a_user_without_rights():
    """Root reads everything: the file system judges this block as one of nobody's."""
    user = os.geteuid()
    os.seteuid(65534 if user == 0 else user)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_folder_that_cannot_be_read_is_refused_by_name():
    with TemporaryDirectory(dir="/tmp") as place, as_a_user_without_rights():
        with TemporaryDirectory(dir="/tmp") as own:
            closed = Path(own) / "sub" / "closed"
            closed.mkdir(parents=True)
            closed.chmod(0)
            entries = {entry.name: entry for entry in photo_sources.folder_entries(Path(own))}
            with pytest.raises(images.PhotoRefused, match="a folder that cannot be read: Permission denied"):
                entries["sub/closed"].read()
            with pytest.raises(photo_sources.ImportRefused, match="cannot be read: Permission denied"):
                photo_sources.folder_entries(closed)
            closed.chmod(0o700)
        assert place


# --- photos.csv --------------------------------------------------------------------------------


NFC, NFD = (unicodedata.normalize(form, "Gr\u00fcn \u00e9t\u00e9 \ub2e4.png") for form in ("NFC", "NFD"))


def zip_without_flag(tmp_path: Path, files: dict[str, bytes]) -> Path:
    """As macOS packs: names in UTF-8, and not a word that they are."""
    path = zip_of(tmp_path, files)
    data = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = -1
        while (at := data.find(signature, at + 1)) >= 0:
            data[at + flags + 1] &= ~0x08
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("pack", [folder_of, zip_of, zip_without_flag])
@pytest.mark.parametrize(("stored", "listed"), [(NFD, NFC), (NFC, NFD)])
def test_a_name_is_the_same_name_however_its_accents_are_stored(pack, stored, listed, tmp_path, garden):
    sidecar = f"file,author\n{listed},Ann\nsub\\{listed},Bob\n".encode()
    files = {stored: photo_file(1), f"sub/{stored}": photo_file(2), "photos.csv": sidecar}
    photo_import = importing.import_photos(pack(tmp_path, files), photo_set=garden)
    assert outcomes(photo_import) == {NFC: "added", f"sub/{NFC}": "added"}
    assert {photo.author for photo in garden.photos.all()} == {"Ann", "Bob"}
    assert {photo.name for photo in garden.photos.all()} == {NFC}


def test_odd_spaces_of_a_screenshot_are_plain_ones(tmp_path, garden):
    name = "Screenshot at 1.00\N{NARROW NO-BREAK SPACE}PM.png"
    files = {name: photo_file(1), "photos.csv": f"file,author\n{name},Ann\n".encode()}
    importing.import_photos(folder_of(tmp_path, files), photo_set=garden)
    photo = garden.photos.get()
    assert (photo.name, photo.author) == ("Screenshot at 1.00 PM.png", "Ann")


def test_a_name_that_differs_in_capitals_is_hinted_at(tmp_path, garden):
    files = {"A.PNG": photo_file(1), "photos.csv": b"file,author\na.png,Ann\n"}
    photo_import = importing.import_photos(folder_of(tmp_path, files), photo_set=garden)
    assert "There is A.PNG: small and capital letters" in reason(photo_import, "a.png")
    assert garden.photos.get().author == ""


def test_the_sidecar_says_what_is_known_of_each_photo(tmp_path, garden):
    sidecar = (
        "file,licence,author,source,title\na.png,CC0,Ann,https://example.org/a,The gate\nsub/b.png,,Bob,,\n"
    )
    files = {
        "a.png": photo_file(1),
        "sub/b.png": photo_file(2),
        "c.png": photo_file(3),
        "photos.csv": sidecar.encode("utf-8-sig"),
    }
    photo_import = importing.import_photos(
        folder_of(tmp_path, files), photo_set=garden, licence="CC BY", author="Us"
    )
    facts = {p.name: (p.licence, p.author, p.source, p.title) for p in garden.photos.all()}
    assert facts == {
        "a.png": ("CC0", "Ann", "https://example.org/a", "The gate"),
        "b.png": ("CC BY", "Bob", "", ""),
        "c.png": ("CC BY", "Us", "", ""),
    }
    assert photo_import.counts()["ignored"] == 0
    assert photo_import.total == 3


def test_a_sidecar_inside_a_folder_speaks_of_that_folder(tmp_path, garden):
    files = {"top/a.png": photo_file(1), "top/photos.csv": b"file;author\na.png;Ann\n"}
    importing.import_photos(zip_of(tmp_path, files), photo_set=garden)
    assert garden.photos.get().author == "Ann"


def test_a_described_file_that_is_not_there_is_reported(tmp_path, garden):
    files = {"a.png": photo_file(1), "photos.csv": b"file,author\ngone.png,Ann\n"}
    photo_import = importing.import_photos(folder_of(tmp_path, files), photo_set=garden)
    assert "no such file" in reason(photo_import, "gone.png")
    assert photo_import.total == 2


@pytest.mark.parametrize(
    ("sidecar", "complaint"),
    [
        (b"name,author\na,b\n", "no column"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"file,author\na\0,b\n", "NUL"),
        (b"", "no column"),
    ],
)
def test_a_sidecar_that_cannot_be_understood_stops_the_import_before_it_begins(
    sidecar, complaint, tmp_path, garden
):
    files = {"a.png": photo_file(1), "photos.csv": sidecar}
    with pytest.raises(photo_sources.ImportRefused, match=complaint):
        importing.import_photos(folder_of(tmp_path, files), photo_set=garden)
    assert not Photo.objects.exists()


def test_a_fact_that_is_too_long_refuses_its_photo_only(tmp_path, garden):
    files = {
        "a.png": photo_file(1),
        "b.png": photo_file(2),
        "photos.csv": b"file,licence\na.png," + b"x" * 300 + b"\n",
    }
    photo_import = importing.import_photos(folder_of(tmp_path, files), photo_set=garden)
    assert outcomes(photo_import) == {"a.png": "refused", "b.png": "added"}
