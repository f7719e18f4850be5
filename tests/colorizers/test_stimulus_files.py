"""Stimulus files: exactly the pixels, nothing else, and digests that outlive their compression."""

import hashlib

import numpy as np
import pytest
import skimage.data
from PIL import Image

from colorizers.pictures.stimulus_files import decode_stimulus, encode_stimulus, stimulus_digest, stored_png
from studies.blinding.envelope import envelope


def very_different_pictures(height, width):
    rng = np.random.default_rng(0)
    flat = np.full((height, width, 3), 128, np.uint8)
    photo = np.asarray(Image.fromarray(skimage.data.coffee()).resize((width, height)))
    grey = np.repeat(photo[..., :1], 3, axis=-1)
    return [flat, flat * 0, flat * 0 + 255, rng.integers(0, 256, flat.shape, dtype=np.uint8), photo, grey]


@pytest.mark.parametrize("encode", [encode_stimulus, stored_png])
@pytest.mark.parametrize("size", [(1, 1), (64, 64), (85, 257), (256, 256)])
def test_files_hold_exactly_the_pixels_in_one_envelope(encode, size):
    files = [encode(picture) for picture in very_different_pictures(*size)]
    for file, picture in zip(files, very_different_pictures(*size), strict=True):
        assert np.array_equal(decode_stimulus(file), picture)
    assert len({tuple(envelope(file).items()) for file in files}) == 1


def test_a_photo_takes_less_than_half_of_what_it_took_uncompressed():
    photo = np.asarray(Image.fromarray(skimage.data.astronaut()).resize((256, 256), Image.Resampling.LANCZOS))
    assert len(encode_stimulus(photo)) < len(stored_png(photo)) / 2


def test_the_digest_is_the_one_that_frozen_protocols_hold():
    photo = np.arange(3 * 4 * 3, dtype=np.uint8).reshape(3, 4, 3)
    expected = "3e3e8798f0827a6ff9c0a0af50665fa7c11743e569486ff85a07b43fe4980512"
    assert stimulus_digest(photo) == hashlib.sha256(stored_png(photo)).hexdigest() == expected


@pytest.mark.parametrize("cut", [0, 11, 40, 500, 3000])
def test_a_torso_is_refused_in_words(cut):
    with pytest.raises(ValueError, match="no picture that can be read"):
        decode_stimulus(encode_stimulus(skimage.data.coffee()[:64, :64])[:cut])
