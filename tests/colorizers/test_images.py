"""Digests, catalogue files and stimuli."""

import io

import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from colorizers.pictures import images
from colorizers.pictures.stimulus_files import stored_png
from studies.blinding.envelope import CHUNKS, envelope

PICTURES = hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3)))


def decoded(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@given(PICTURES)
def test_the_digest_knows_every_pixel_and_the_size(rgb8):
    digest = images.pixel_digest(rgb8)
    assert len(digest) == 64
    changed = rgb8.copy()
    changed[-1, -1, -1] ^= 1
    assert images.pixel_digest(changed) != digest
    assert images.pixel_digest(rgb8[:, ::-1][:, ::-1]) == digest


def test_the_digest_tells_a_row_from_a_column():
    row = np.arange(12, dtype=np.uint8).reshape(1, 4, 3)
    assert images.pixel_digest(row) != images.pixel_digest(row.reshape(4, 1, 3))


def test_the_digest_never_changes_between_versions():
    pixels = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    expected = "fbe2b6362b4c96fb016977618437305293a1a398d2f8da12b9554260f4e41d59"
    assert images.pixel_digest(pixels) == expected


@pytest.mark.parametrize("encode", [images.encode_png, images.encode_stimulus, stored_png])
@given(rgb8=PICTURES)
@settings(deadline=None)
def test_files_hold_exactly_the_pixels(encode, rgb8):
    data = encode(rgb8)
    assert np.array_equal(np.asarray(decoded(data)), rgb8)
    assert encode(rgb8) == data


def test_catalogue_files_carry_nothing_but_pixels():
    kinds = envelope(images.encode_png(skimage.data.coffee()))[CHUNKS].split()[::2]
    assert set(kinds) == {"IHDR", "IDAT", "IEND"}


def test_a_stimulus_is_the_centred_square():
    photo = skimage.data.coffee()
    assert np.array_equal(images.render_stimulus(photo, 400), photo[:, 100:500])
    assert np.array_equal(images.render_stimulus(photo.swapaxes(0, 1), 400), photo.swapaxes(0, 1)[100:500])


def test_a_stimulus_is_scaled_down_by_lanczos():
    photo = skimage.data.coffee()
    expected = Image.fromarray(photo[:, 100:500]).resize((256, 256), Image.Resampling.LANCZOS)
    assert np.array_equal(images.render_stimulus(photo, 256), np.asarray(expected))


def test_a_stimulus_of_a_slice_of_a_larger_picture_is_the_same_as_of_its_copy():
    photo = skimage.data.coffee()[::-1, 50:350]
    assert np.array_equal(images.render_stimulus(photo, 128), images.render_stimulus(photo.copy(), 128))


def test_a_photo_too_small_for_the_stimulus_is_refused():
    with pytest.raises(ValueError, match="600 x 400 pixels cannot fill 401 x 401"):
        images.render_stimulus(skimage.data.coffee(), 401)


@pytest.mark.parametrize("wrong", [np.zeros((4, 4)), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)])
@pytest.mark.parametrize("use", [images.pixel_digest, images.encode_png, images.encode_stimulus])
def test_only_8_bit_pictures_are_taken(use, wrong):
    with pytest.raises(ValueError, match="uint8"):
        use(wrong)
