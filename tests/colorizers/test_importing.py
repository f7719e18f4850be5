"""Photographs go in whole or are refused by name."""

import io
import stat
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from colorizers.models import Fixed, ImportOutcome, Photo, PhotoImport, PhotoSet, WorkState
from colorizers.pictures import images
from colorizers.services import (
    importing,
    photo_sources,
)
from tests.conftest import colourful_pixels, png_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def garden() -> PhotoSet:
    return PhotoSet.objects.create(name="garden")


def photo_file(seed: int) -> bytes:
    return png_bytes(colourful_pixels(seed))


def folder_of(tmp_path: Path, files: dict[str, bytes]) -> Path:
    folder = tmp_path / "upload"
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def zip_of(tmp_path: Path, files: dict[str, bytes]) -> Path:
    path = tmp_path / "upload.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def outcomes(photo_import: PhotoImport) -> dict[str, str]:
    return dict(photo_import.files.values_list("name", "outcome"))


def reason(photo_import: PhotoImport, name: str) -> str:
    return photo_import.files.get(name=name).reason


@pytest.mark.parametrize("pack", [folder_of, zip_of])
def test_the_good_ones_go_in_and_the_bad_ones_are_refused_one_by_one(pack, tmp_path, garden):
    grey = np.full((80, 96, 3), 128, np.uint8)
    files = {
        "good.png": photo_file(1),
        "deep/er/nested.png": photo_file(2),
        "copy-of-good.png": photo_file(1),
        "grey.png": png_bytes(grey),
        "words.jpg": b"dear diary",
        "cut.png": photo_file(3)[:400],
        "empty.jpg": b"",
        ".hidden.png": photo_file(4),
        "__MACOSX/._good.png": b"junk",
        "Thumbs.db": b"junk",
    }
    photo_import = importing.import_photos(pack(tmp_path, files), photo_set=garden)

    assert outcomes(photo_import) == {
        ".hidden.png": "ignored",
        "Thumbs.db": "ignored",
        "__MACOSX/._good.png": "ignored",
        "copy-of-good.png": "added",
        "cut.png": "refused",
        "deep/er/nested.png": "added",
        "empty.jpg": "refused",
        "good.png": "duplicate",
        "grey.png": "refused",
        "words.jpg": "refused",
    }
    assert photo_import.state == WorkState.DONE
    assert photo_import.total == len(files)
    assert garden.photos.count() == Photo.objects.count() == 2
    assert "copy-of-good.png" in reason(photo_import, "good.png")
    assert "grey" in reason(photo_import, "grey.png")
    assert all(photo_import.files.filter(outcome="refused").values_list("reason", flat=True))


@pytest.mark.parametrize("pack", [folder_of, zip_of])
def test_a_file_that_finds_a_mistake_in_a_reader_is_refused_and_the_others_go_in(
    pack, tmp_path, garden, monkeypatch
):
    def mistaken(rgb8):
        if rgb8.shape == (70, 90, 3):
            raise OverflowError("Python int too large to convert to C ssize_t")
        return checked(rgb8)

    checked = images.check_colour
    monkeypatch.setattr(images, "check_colour", mistaken)
    odd = png_bytes(colourful_pixels(2)[:70, :90])
    found = importing.import_photos(
        pack(tmp_path, {"a.png": photo_file(1), "b.png": odd, "c.png": photo_file(3)}), photo_set=garden
    )
    assert outcomes(found) == {"a.png": "added", "b.png": "refused", "c.png": "added"}
    assert "OverflowError" in reason(found, "b.png")


def test_a_photo_is_kept_under_the_digest_of_its_pixels(tmp_path, garden):
    importing.import_photos(folder_of(tmp_path, {"a.png": photo_file(1)}), photo_set=garden)
    photo = Photo.objects.get()
    assert photo.digest == images.pixel_digest(colourful_pixels(1))
    assert photo.file.name == f"photos/{photo.digest}.png"
    assert np.array_equal(photo.read_rgb(), colourful_pixels(1))
    assert (photo.width, photo.height) == (96, 80)
    assert photo.mean_chroma > 6


def test_importing_again_adds_nothing_and_is_no_failure(tmp_path, garden):
    folder = folder_of(tmp_path, {"a.png": photo_file(1), "b.txt": b"words"})
    importing.import_photos(folder, photo_set=garden)
    again = importing.import_photos(folder, photo_set=garden)
    assert outcomes(again) == {"a.png": "duplicate", "b.txt": "refused"}
    assert again.state == WorkState.DONE
    assert again.brought_photos


def test_a_photo_of_another_set_is_shared_and_reported_as_known(tmp_path, garden):
    folder = folder_of(tmp_path, {"a.png": photo_file(1)})
    importing.import_photos(folder, photo_set=garden)
    other = PhotoSet.objects.create(name="other")
    photo_import = importing.import_photos(folder, photo_set=other, author="Ann")
    assert outcomes(photo_import) == {"a.png": "known"}
    assert Photo.objects.count() == 1
    assert other.photos.get().author == "Ann"  # a gap, filled


def test_what_is_known_of_a_photo_is_not_overwritten(tmp_path, garden):
    folder = folder_of(tmp_path, {"a.png": photo_file(1)})
    importing.import_photos(folder, photo_set=garden, licence="CC0")
    importing.import_photos(
        folder, photo_set=PhotoSet.objects.create(name="other"), licence="all rights reserved"
    )
    assert Photo.objects.get().licence == "CC0"


def test_an_import_with_nothing_to_show_is_failed(tmp_path, garden):
    photo_import = importing.import_photos(folder_of(tmp_path, {"a.jpg": b"words"}), photo_set=garden)
    assert photo_import.state == WorkState.FAILED
    assert not photo_import.brought_photos


def test_large_photos_are_scaled_down_and_say_so(tmp_path, garden):
    data = png_bytes(colourful_pixels(1, width=400, height=300))
    importing.import_photos(folder_of(tmp_path, {"a.png": data}), photo_set=garden, max_side=200)
    photo = Photo.objects.get()
    assert (photo.width, photo.height) == (200, 150)
    assert any("scaled down" in note for note in photo.conversions)


def test_a_frozen_set_takes_nothing_more(tmp_path, garden):
    garden.freeze()
    with pytest.raises(Fixed, match="frozen"):
        importing.import_photos(folder_of(tmp_path, {"a.png": photo_file(1)}), photo_set=garden)
    assert not PhotoImport.objects.exists()


def test_a_set_that_is_frozen_during_an_import_stays_as_it_was(tmp_path, garden):
    folder = folder_of(tmp_path, {"a.png": photo_file(1), "b.png": photo_file(2)})
    with pytest.raises(Fixed):
        importing.import_photos(folder, photo_set=garden, watcher=lambda *_: PhotoSet.objects.get().freeze())
    assert garden.photos.count() == 1
    assert PhotoImport.objects.get().state == WorkState.FAILED


def test_a_torso_left_by_a_killed_process_is_replaced(tmp_path, garden):
    digest = images.pixel_digest(colourful_pixels(1))
    default_storage.save(f"photos/{digest}.png", ContentFile(photo_file(1)[:300]))
    importing.import_photos(folder_of(tmp_path, {"a.png": photo_file(1)}), photo_set=garden)
    assert np.array_equal(Photo.objects.get().read_rgb(), colourful_pixels(1))
    assert default_storage.listdir("photos")[1] == [f"{digest}.png"]


# --- archives that mean harm -------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../climbs.png", "/absolute.png", "a/../../b.png", "C:/drive.png", "..\\back.png"]
)
def test_a_path_that_leads_out_of_the_archive_is_refused_by_name(name, tmp_path, garden):
    photo_import = importing.import_photos(
        zip_of(tmp_path, {name: photo_file(1), "good.png": photo_file(2)}), photo_set=garden
    )
    assert photo_import.counts()["refused"] == 1
    assert "leads out" in photo_import.files.get(outcome="refused").reason
    assert garden.photos.get().name == "good.png"


def test_a_link_in_an_archive_is_refused(tmp_path, garden):
    path = tmp_path / "upload.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("good.png", photo_file(1))
    photo_import = importing.import_photos(path, photo_set=garden)
    assert reason(photo_import, "link.png") == "It is a link, not a file."


def test_a_link_out_of_a_folder_is_refused(tmp_path, garden):
    (tmp_path / "secret.png").write_bytes(photo_file(1))
    folder = folder_of(tmp_path, {"good.png": photo_file(2)})
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "broken.png").symlink_to(tmp_path / "nowhere.png")
    (folder / "inside.png").symlink_to(folder / "good.png")
    photo_import = importing.import_photos(folder, photo_set=garden)
    assert outcomes(photo_import) == {
        "broken.png": "refused", "good.png": "added", "inside.png": "duplicate", "link.png": "refused"
    }  # fmt: skip


def test_an_encrypted_file_is_refused_and_says_what_to_do(tmp_path, garden):
    path = zip_of(tmp_path, {"secret.png": photo_file(1), "zgood.png": photo_file(2)})
    data = bytearray(path.read_bytes())
    for signature, flag_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(signature) + flag_at] |= 1
    path.write_bytes(data)
    photo_import = importing.import_photos(path, photo_set=garden)
    assert "without a password" in reason(photo_import, "secret.png")
    assert outcomes(photo_import)["zgood.png"] == "added"


def test_a_file_damaged_in_the_archive_is_refused(tmp_path, garden):
    path = zip_of(tmp_path, {"bad.png": photo_file(1), "good.png": photo_file(2)})
    data = bytearray(path.read_bytes())
    data[200] ^= 0xFF
    path.write_bytes(data)
    photo_import = importing.import_photos(path, photo_set=garden)
    assert "damaged" in reason(photo_import, "bad.png")
    assert outcomes(photo_import)["good.png"] == "added"


def test_a_file_that_unpacks_to_more_than_the_limit_is_refused_unread(tmp_path, garden, monkeypatch):
    monkeypatch.setattr(photo_sources, "MAX_FILE_BYTES", 100_000)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.png", b"\0" * 5_000_000)
        archive.writestr("good.png", photo_file(1))
    photo_import = importing.import_photos(path, photo_set=garden)
    assert "larger than" in reason(photo_import, "bomb.png")
    assert outcomes(photo_import)["good.png"] == "added"


def test_an_archive_that_unpacks_to_more_than_the_total_stops_there(tmp_path, garden, monkeypatch):
    one = photo_file(1)
    monkeypatch.setattr(photo_sources, "MAX_TOTAL_BYTES", len(one) + 10)
    path = zip_of(tmp_path, {"a.png": one, "b.png": photo_file(2)})
    photo_import = importing.import_photos(path, photo_set=garden)
    assert outcomes(photo_import) == {"a.png": "added", "b.png": "refused"}


def test_a_picture_of_too_many_pixels_is_refused_by_its_header(tmp_path, garden):
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, "PNG")
    data = bytearray(buffer.getvalue())
    data[16:24] = struct.pack(">II", 60_000, 60_000)
    photo_import = importing.import_photos(
        folder_of(tmp_path, {"bomb.png": bytes(data), "good.png": photo_file(1)}), photo_set=garden
    )
    assert outcomes(photo_import) == {"bomb.png": "refused", "good.png": "added"}


@pytest.mark.parametrize("data", [b"not a zip at all", b"", b"PK\x03\x04 torn"])
def test_what_is_no_archive_is_refused_as_a_whole(data, tmp_path, garden):
    path = tmp_path / "upload.zip"
    path.write_bytes(data)
    with pytest.raises(photo_sources.ImportRefused, match=r"upload\.zip"):
        importing.import_photos(path, photo_set=garden)


def test_a_path_that_is_not_there_is_named(tmp_path, garden):
    with pytest.raises(photo_sources.ImportRefused, match="nowhere"):
        importing.import_photos(tmp_path / "nowhere", photo_set=garden)


def test_odd_names_do_no_harm(tmp_path, garden):
    path = tmp_path / "upload.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a" * 400 + ".png", photo_file(1))
        archive.writestr("new\nline\x07.png", photo_file(2))
        archive.writestr("日本.png", photo_file(3))
    photo_import = importing.import_photos(path, photo_set=garden)
    assert photo_import.counts()["added"] == 3
    assert all(name.isprintable() for name in Photo.objects.values_list("name", flat=True))


# --- uploads, in steps and after a kill --------------------------------------------------------


def uploaded(tmp_path: Path, garden: PhotoSet, files: dict[str, bytes]) -> PhotoImport:
    photo_import = PhotoImport(photo_set=garden)
    photo_import.upload.save("upload.zip", ContentFile(zip_of(tmp_path, files).read_bytes()))
    return photo_import


def test_an_upload_is_imported_in_steps_and_then_forgotten(tmp_path, garden):
    photo_import = uploaded(tmp_path, garden, {f"{n}.png": photo_file(n) for n in range(3)})
    stored = photo_import.upload.name
    steps = 1
    while not importing.continue_upload(photo_import.pk, seconds=0):
        steps += 1
    photo_import.refresh_from_db()
    assert steps == 3 or steps == 4
    assert photo_import.state == WorkState.DONE
    assert photo_import.counts()["added"] == 3
    assert not photo_import.upload
    assert not default_storage.exists(stored)


def test_an_upload_that_was_interrupted_goes_on_and_reports_each_file_once(tmp_path, garden):
    photo_import = uploaded(tmp_path, garden, {f"{n}.png": photo_file(n) for n in range(4)})
    importing.continue_upload(photo_import.pk, seconds=0)
    importing.continue_upload(photo_import.pk)  # as when the queue delivers the task again
    assert importing.continue_upload(photo_import.pk)  # and again, after it is done
    assert photo_import.counts() == {
        outcome: 4 if outcome == ImportOutcome.ADDED else 0 for outcome in ImportOutcome.values
    }
    assert photo_import.files.count() == 4


def test_an_upload_that_is_no_archive_says_so(tmp_path, garden):
    photo_import = PhotoImport(photo_set=garden)
    photo_import.upload.save("upload.zip", ContentFile(b"words"))
    assert importing.continue_upload(photo_import.pk)
    photo_import.refresh_from_db()
    assert photo_import.state == WorkState.FAILED
    assert "zip archive" in photo_import.error


def test_an_interrupted_import_says_what_is_missing_to_continue_it(tmp_path, garden):
    from_a_folder = PhotoImport.objects.create(photo_set=garden, state=WorkState.RUNNING, total=9)
    assert importing.continue_upload(from_a_folder.pk)
    from_a_folder.refresh_from_db()
    assert from_a_folder.state == WorkState.FAILED
    assert "0 of 9 files had been looked at" in from_a_folder.error
    assert "run the same command again" in from_a_folder.error

    lost = uploaded(tmp_path, garden, {f"{n}.png": photo_file(n) for n in range(2)})
    importing.continue_upload(lost.pk, seconds=0)
    stored = Path(lost.upload.path)
    stored.rename(tmp_path / "away.zip")
    assert importing.continue_upload(lost.pk)
    lost.refresh_from_db()
    assert (lost.state, lost.files.count()) == (WorkState.FAILED, 1)
    assert f"{lost.upload.name} is missing" in lost.error
    (tmp_path / "away.zip").rename(stored)
    PhotoImport.objects.filter(pk=lost.pk).update(state=WorkState.QUEUED)
    assert importing.continue_upload(lost.pk)
    assert lost.counts()["added"] == 2
