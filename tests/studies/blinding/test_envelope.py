import io
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from colorizers.images import encode_stimulus
from studies.blinding.envelope import BLOCKS, CHUNKS, CONSTANTS, FILTERS, LENGTH, REST, envelope
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
    assert envelope(encode_stimulus(noise)) == envelope(encode_stimulus(flat))
    assert envelope(encode_stimulus(flat))[FILTERS].startswith("[0]")


def test_compressed_pictures_differ_in_length_blocks_and_chunks():
    one, other = (envelope(png(colourful_pixels(seed))) for seed in (1, 2))
    assert {LENGTH, CHUNKS, BLOCKS} <= differing(one, other)


def test_a_text_in_the_file_is_seen():
    info = PngImagePlugin.PngInfo()
    info.add_text("Software", "painter")
    plain, signed = (envelope(png(colourful_pixels(1), pnginfo=it)) for it in (None, info))
    assert {LENGTH, CHUNKS, CONSTANTS} == differing(plain, signed)


def test_bytes_after_the_end_are_seen():
    data = encode_stimulus(colourful_pixels(1))
    assert differing(envelope(data), envelope(data + b"\0")) == {LENGTH, REST}


def test_the_filter_of_a_single_row_is_seen():
    data = encode_stimulus(np.zeros((8, 8, 3), np.uint8))
    at = data.index(b"IDAT") + 4 + 2 + 5
    raw = bytearray(data)
    raw[at] = 1
    end = data.index(b"IEND") - 8
    raw[end - 4 : end] = zlib.adler32(bytes(raw[at : at + 8 * 25])).to_bytes(4, "big")
    assert differing(envelope(data), envelope(bytes(raw))) == {FILTERS}


@pytest.mark.parametrize("cut", [0, 5, 40, 200, 5000])
def test_what_is_no_png_is_refused_in_words(cut):
    with pytest.raises(ValueError, match="PNG"):
        envelope(encode_stimulus(colourful_pixels(1))[:cut])
