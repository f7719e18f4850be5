"""Of the pictures that a file holds the photo is taken; what is no photo is refused by its kind."""

import io
import struct
from contextlib import suppress

import numpy as np
import pillow_heif
import pytest
import skimage.data
from PIL import Image

from colorizers.pictures.images import PhotoRefused, read_photo
from tests.colorizers import oddfiles
from tests.colorizers.test_photo_files import difference, saved


@pytest.fixture(scope="module")
def photo():
    return skimage.data.chelsea()[:120, :200]


@pytest.fixture(scope="module")
def preview(photo):
    return np.ascontiguousarray(photo[::-1][:70, :80])


def cfa(photo, **tags):
    return {"pixels": photo[..., :1], "tags": {262: 32803, **tags}}


def raw_files(photo, preview):
    thumbnail = {"pixels": preview, "tags": {254: 1}}
    yield "dng", oddfiles.tiff_of_pages({**thumbnail, "tags": {254: 1, 50706: 1}, "inside": [cfa(photo)]})
    yield (
        "linear",
        oddfiles.tiff_of_pages({**thumbnail, "inside": [cfa(photo, **{"262": 0}) | {"tags": {262: 34892}}]}),
    )
    yield "nef", oddfiles.tiff_of_pages({"pixels": preview, "inside": [thumbnail, cfa(photo)]})
    yield (
        "arw",
        oddfiles.tiff_of_pages({"pixels": preview, "inside": [{"pixels": photo, "tags": {259: 32767}}]}),
    )
    yield "pef", oddfiles.tiff_of_pages({"pixels": photo, "tags": {259: 65535}}, {"pixels": preview})
    cr2 = bytearray(oddfiles.tiff_of_pages({"pixels": preview}, {"pixels": photo}))
    cr2[8:12] = b"CR\2\0"
    yield "cr2", bytes(cr2)
    for start in (b"IIRO", b"IIRS", b"MMOR", b"IIU\0"):
        yield start.decode(), oddfiles.tiff_of_pages({"pixels": photo}, start=start)
    yield "raf", b"FUJIFILMCCD-RAW 0201" + saved(photo, "JPEG")
    yield "cr3", b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + bytes(200)
    yield "crw", b"II\x1a\0\0\0HEAPCCDR" + bytes(200)


def test_camera_raw_is_refused_by_name_and_never_imported_as_its_preview(photo, preview):
    taken = []
    for kind, data in raw_files(photo, preview):
        try:
            read_photo(data)
        except PhotoRefused as refusal:
            if "camera raw file" in str(refusal):
                continue
        taken.append(kind)
    assert not taken


def test_a_tiff_called_as_camera_raw_is_refused(photo):
    with pytest.raises(PhotoRefused, match="camera raw file"):
        read_photo(saved(photo, "TIFF"), name="DSC_0001.NEF")
    assert np.array_equal(read_photo(saved(photo), name="DSC_0001.NEF").rgb8, photo)


@pytest.mark.parametrize("tags", [{254: 1}, {255: 2}, {}])
def test_of_the_pages_of_a_tiff_the_largest_full_one_is_taken(photo, preview, tags):
    data = oddfiles.tiff_of_pages(
        {"pixels": preview, "tags": tags}, {"pixels": photo}, {"pixels": photo[::-1]}
    )
    clean = read_photo(data)
    assert np.array_equal(clean.rgb8, photo)
    assert clean.conversions == ("the largest of 3 frames taken, number 2",)


def test_a_large_mask_or_preview_is_not_the_picture(photo, preview):
    data = oddfiles.tiff_of_pages({"pixels": preview}, {"pixels": photo, "tags": {254: 4}})
    assert np.array_equal(read_photo(data).rgb8, preview)


def test_a_tiff_that_shows_a_preview_only_is_refused(photo, preview):
    inside = oddfiles.tiff_of_pages({"pixels": preview, "tags": {254: 1}, "inside": [{"pixels": photo}]})
    for data in (inside, oddfiles.tiff_of_pages({"pixels": preview, "tags": {254: 1}})):
        with pytest.raises(PhotoRefused, match="preview only"):
            read_photo(data)


def test_of_a_camera_jpeg_with_several_pictures_the_largest_is_taken(photo, preview):
    data = saved(preview, "MPO", save_all=True, append_images=[Image.fromarray(photo)], quality=98)
    clean = read_photo(data)
    assert difference(clean.rgb8, photo) < 4
    assert (clean.format, clean.conversions) == ("JPEG", ("the largest of 2 frames taken, number 2",))


def test_a_large_page_is_judged_before_it_is_decoded(photo):
    page = {"pixels": photo, "tags": {256: 20_000, 257: 20_000}}
    with pytest.raises(PhotoRefused, match="20000 x 20000 pixels; more than 80 million"):
        read_photo(oddfiles.tiff_of_pages({"pixels": photo}, page))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "a video"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "a video"),
        (b"RIFF\0\0\0\0AVI LIST", "a video"),
        (b"\xff\x0a\xfa", "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n", "JPEG XL"),
        (b"\0\0\0\x0cjP  \r\n", "JPEG 2000"),
        (b"8BPS\0\1", "Photoshop"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_what_else_people_have_is_named(data, kind):
    with pytest.raises(PhotoRefused, match=kind):
        read_photo(data + bytes(100))


def test_a_jpeg_with_a_gain_map_is_its_standard_picture_and_says_so(photo):
    xmp = b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta hdrgm:Version="1.0"/>'
    data = saved(photo, "JPEG", quality=95)
    data = data[:2] + b"\xff\xe1" + struct.pack(">H", len(xmp) + 2) + xmp + data[2:]
    clean = read_photo(data + saved(photo[::4, ::4], "JPEG"))
    assert difference(clean.rgb8, photo) < 3
    assert clean.conversions == ("HDR gain map left out, the standard picture taken",)


@pytest.mark.timeout(20)
def test_a_file_of_a_million_parts_is_left_soon(photo):
    png = saved(photo)
    empty = b"\0\0\0\0teXt\0\0\0\0"
    heif = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0\0\0\x08free" * 2_000_000
    for data in (
        png[:33] + empty * 1_000_000,
        heif,
        oddfiles.tiff_of_pages(*[{"pixels": photo[:1, :1]}] * 3000),
    ):
        with suppress(PhotoRefused):
            read_photo(data)


@pytest.mark.parametrize("offset", [2**32, 2**63 - 1, 2**63, 2**64 - 1])
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_big_tiff_that_points_beyond_any_file_is_refused(offset, order):
    start = (b"II+\0" if order == "<" else b"MM\0+") + struct.pack(f"{order}HHQ", 8, 0, 16)
    for tag, count in (((256, 4, 5, offset), 1), ((330, 16, 1, offset), 1), ((256, 4, 1, 5), offset)):
        entry = struct.pack(f"{order}QHHQQ", count, *tag)
        with pytest.raises(PhotoRefused):
            read_photo(start + entry + bytes(72))


# --- HEIC ----------------------------------------------------------------------------------------


def heic(*pictures, **options):
    file = io.BytesIO()
    heif = pillow_heif.from_pillow(Image.fromarray(pictures[0]))
    for other in pictures[1:]:
        heif.add_from_pillow(Image.fromarray(other))
    heif.save(file, quality=90, **options)
    return file.getvalue()


def test_a_heic_is_turned_upright_and_its_main_picture_taken(photo):
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = read_photo(heic(np.ascontiguousarray(np.rot90(photo)), exif=exif.tobytes()))
    assert turned.original_size == (200, 120)
    assert difference(turned.rgb8, photo) < 4
    many = read_photo(heic(photo[::-1], photo, primary_index=1))
    assert difference(many.rgb8, photo) < 4
    assert many.conversions == ("main of 2 frames taken",)


def test_a_heic_in_tiles_is_one_picture(photo):
    large = np.asarray(Image.fromarray(photo).resize((500, 300)))
    assert difference(read_photo(heic(large, tile_size=256)).rgb8, large) < 4


@pytest.fixture(scope="module")
def honest(photo):
    return heic(photo)


def with_size(data, width, height):
    """The same HEIC, which claims another size."""
    at = -1
    data = bytearray(data)
    while (at := data.find(b"ispe", at + 1)) >= 0:
        data[at + 8 : at + 16] = struct.pack(">II", width, height)
    return bytes(data)


@pytest.mark.parametrize("size", [(64, 64), (70, 5000), (8000, 9000), (60_000, 60_000), (2**31, 2**31)])
def test_a_heic_that_lies_about_its_size_is_refused(honest, size):
    # More than our limit is refused unread; within it, a picture of another size than said.
    expected = "more than 80 million" if size == (60_000, 60_000) else "cannot be decoded|not read|begins"
    with pytest.raises(PhotoRefused, match=expected):
        read_photo(with_size(honest, *size))


def test_torn_and_flipped_heic_and_avif_are_refused_or_read_and_nothing_else(photo):
    rng = np.random.default_rng(0)
    for whole in (heic(photo), saved(photo, "AVIF")):
        for share in (0.02, 0.3, 0.6, 0.95):
            with pytest.raises(PhotoRefused):
                read_photo(whole[: int(len(whole) * share)])
        for _ in range(40):
            data = np.frombuffer(whole, np.uint8).copy()
            data[rng.integers(0, min(len(data), 600), 4)] = rng.integers(0, 256, 4)
            with suppress(PhotoRefused):
                assert read_photo(data.tobytes()).rgb8.ndim == 3
