import io
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from colorizers.pictures.stimulus_files import encode_stimulus, stored_png
from studies.blinding.envelope import (
    BLOCKS,
    CHUNKS,
    CONSTANTS,
    FILTERS,
    FORMAT,
    LENGTH,
    REST,
    WEBP,
    envelope,
)
from tests.conftest import colourful_pixels


def png(pixels, **options):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", **options)
    return buffer.getvalue()


def differing(one, other):
    return {part for part in one if one[part] != other[part]}


def test_stored_pictures_of_one_size_have_one_envelope():
    noise = np.random.default_rng(0).integers(0, 256, (96, 96, 3), np.uint8)
    flat = np.zeros((96, 96, 3), np.uint8)
    assert envelope(stored_png(noise)) == envelope(stored_png(flat))
    assert envelope(stored_png(flat))[FILTERS].startswith("[0]")


def test_compressed_pictures_differ_in_length_blocks_and_chunks():
    one, other = (envelope(png(colourful_pixels(seed))) for seed in (1, 2))
    assert {LENGTH, CHUNKS, BLOCKS} <= differing(one, other)


def test_webp_pictures_of_one_size_have_one_envelope_whatever_their_length():
    noise = np.random.default_rng(0).integers(0, 256, (96, 96, 3), np.uint8)
    files = [encode_stimulus(noise), encode_stimulus(np.zeros((96, 96, 3), np.uint8))]
    assert len(files[0]) > 10 * len(files[1])
    assert envelope(files[0]) == envelope(files[1])
    assert envelope(files[0])[FORMAT] == WEBP
    assert envelope(files[0])[CHUNKS] == "VP8L"


def webp(pixels, **options):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", **options)
    return buffer.getvalue()


def test_what_a_webp_file_holds_besides_its_pixels_is_seen():
    pixels = colourful_pixels(1)
    plain = envelope(webp(pixels, lossless=True))
    signed = envelope(webp(pixels, lossless=True, exif=b"Exif\0\0painter"))
    assert {CHUNKS, CONSTANTS} == differing(plain, signed)
    assert {CHUNKS, CONSTANTS} == differing(plain, envelope(webp(pixels)))
    assert plain == envelope(encode_stimulus(pixels))
    assert {REST} == differing(plain, envelope(webp(pixels, lossless=True) + b"\0"))
    transparent = np.dstack([pixels, np.full(pixels.shape[:2], 128, np.uint8)])
    assert CONSTANTS in differing(plain, envelope(webp(transparent, lossless=True)))


def test_a_text_in_the_file_is_seen():
    info = PngImagePlugin.PngInfo()
    info.add_text("Software", "painter")
    plain, signed = (envelope(png(colourful_pixels(1), pnginfo=it)) for it in (None, info))
    assert {LENGTH, CHUNKS, CONSTANTS} == differing(plain, signed)


def test_bytes_after_the_end_are_seen():
    data = stored_png(colourful_pixels(1))
    assert differing(envelope(data), envelope(data + b"\0")) == {LENGTH, REST}


def test_the_filter_of_a_single_row_is_seen():
    data = stored_png(np.zeros((8, 8, 3), np.uint8))
    at = data.index(b"IDAT") + 4 + 2 + 5
    raw = bytearray(data)
    raw[at] = 1
    end = data.index(b"IEND") - 8
    raw[end - 4 : end] = zlib.adler32(bytes(raw[at : at + 8 * 25])).to_bytes(4, "big")
    assert differing(envelope(data), envelope(bytes(raw))) == {FILTERS}


@pytest.mark.parametrize("encode", [stored_png, encode_stimulus])
@pytest.mark.parametrize("cut", [0, 5, 10, 40, 200, 1500])
def test_a_torso_is_refused_in_words(encode, cut):
    with pytest.raises(ValueError, match=r"PNG|WebP"):
        envelope(encode(colourful_pixels(1))[:cut])
