"""Archives and pictures that mean harm: each is a clear refusal, before it costs anything."""

import os
import struct
import zipfile
import zlib

import pytest

from colorizers.models import PictureImport
from colorizers.services import photo_sources
from colorizers.services.photo_sources import ImportRefused
from tests.colorizers.imported.conftest import folder_of, look, outcomes, reason, results, zip_of

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_names_that_climb_out_links_and_encrypted_files_are_refused(tmp_path, meadow):
    path = zip_of(tmp_path, {"../photo-000.png": b"x", "/photo-001.png": b"x", "photo-003.png": b"x"})
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("photo-002.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    raw = bytearray(path.read_bytes())
    at = raw.rindex(b"PK\x01\x02", 0, raw.rindex(b"photo-003.png"))
    raw[at + 8] |= 1  # the directory says that the last one is encrypted
    path.write_bytes(raw)
    found = look(path, meadow)
    assert set(outcomes(found).values()) <= {"refused", "missing"}
    assert "leads out" in reason(found, "../photo-000.png")
    assert "It is a link" in reason(found, "photo-002.png")
    assert "encrypted" in reason(found, "photo-003.png")


def test_a_bomb_is_not_unpacked(tmp_path, meadow, monkeypatch):
    monkeypatch.setattr(photo_sources, "MAX_FILE_BYTES", 2**20)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("photo-000.png", bytes(2**21))
    raw = bytearray(path.read_bytes())
    # The directory lies about the size: what is read stops at the limit all the same.
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", 1000)
    path.write_bytes(raw)
    found = look(path, meadow)
    assert outcomes(found)["photo-000.png"] == "refused"


def test_a_picture_that_claims_more_pixels_than_are_read_is_refused_undecoded(tmp_path, meadow):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(99)))
        + chunk(b"IEND", b"")
    )
    found = look(folder_of(tmp_path, {"photo-000.png": bomb}), meadow)
    assert "more than 80 million are not read" in reason(found, "photo-000.png")


def test_too_many_files_and_what_is_no_archive_are_refused_at_once(tmp_path, meadow, monkeypatch):
    monkeypatch.setattr(photo_sources, "MAX_FILES", 3)
    with pytest.raises(ImportRefused, match="at most 3"):
        look(folder_of(tmp_path, results()), meadow)
    broken = tmp_path / "results.zip"
    broken.write_bytes(b"PK no archive")
    with pytest.raises(ImportRefused, match="neither a folder nor a zip archive"):
        look(broken, meadow)
    assert not PictureImport.objects.exists()


def test_two_members_of_one_name_are_told(tmp_path, meadow):
    path = zip_of(tmp_path, results())
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("photo-000.png", results()["photo-001.png"])
    found = look(path, meadow)
    assert [row.outcome for row in found.files.filter(name="photo-000.png")] == ["double", "double"]


def test_a_pipe_is_not_waited_for(tmp_path, meadow):
    folder = folder_of(tmp_path, results())
    (folder / "photo-000.png").unlink()
    os.mkfifo(folder / "photo-000.png")
    assert "not a plain file" in reason(look(folder, meadow), "photo-000.png")
