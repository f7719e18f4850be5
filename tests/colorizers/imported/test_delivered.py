"""Finished pictures: brought to size, compared with their photo, treated."""

import io
import math

import numpy as np
import pytest
import skimage.data
import skimage.registration
from PIL import Image, ImageFilter

from colorizers.pictures import colour, delivered
from colorizers.pictures.delivered import AS_DELIVERED, REPLACE_LIGHTNESS, check_size, look, shift, treated
from colorizers.pictures.photo_colour import PhotoRefused
from tests.conftest import colourful_pixels


@pytest.fixture(scope="module")
def photo():
    return np.asarray(Image.fromarray(skimage.data.coffee()).resize((400, 300), Image.Resampling.LANCZOS))


def as_image(pixels):
    return Image.fromarray(pixels)


def jpeg(pixels, quality):
    file = io.BytesIO()
    as_image(pixels).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(io.BytesIO(file.getvalue())))


def test_a_photo_does_not_differ_from_itself(photo):
    found = look(photo, photo)
    assert (found.lightness_shift, found.lightness_bias, found.noise) == (0, 0, 0)
    assert (found.sharpness, found.displacement) == (1, 0)
    assert found.likeness == pytest.approx(1)


def test_other_colours_of_the_same_lightness_do_not_count_as_a_difference(photo):
    sepia = colour.rgb_to_lab(photo)
    sepia[..., 1:] = (3, 8)
    recoloured = colour.to_8_bit(colour.lab_to_unclipped_rgb(sepia))
    found = look(recoloured, photo)
    assert found.lightness_shift < 0.2
    assert found.sharpness == pytest.approx(1, abs=0.02)
    assert abs(found.noise) < 0.05
    assert found.displacement == 0


def test_what_is_lighter_blurred_or_noisy_is_told_as_that(photo):
    lighter = look(np.clip(photo.astype(int) + 12, 0, 255).astype(np.uint8), photo)
    assert 3 < lighter.lightness_bias <= lighter.lightness_shift < 8
    blurred = look(np.asarray(as_image(photo).filter(ImageFilter.GaussianBlur(1))), photo)
    assert blurred.sharpness < 0.7
    assert blurred.noise < -0.5
    rng = np.random.default_rng(1)
    noisy = np.clip(photo + rng.normal(0, 8, photo.shape), 0, 255).round().astype(np.uint8)
    assert look(noisy, photo).noise > 1
    assert look(noisy, photo).sharpness > 1.2


def test_the_estimate_of_noise_is_the_deviation_that_was_added_to_a_flat_picture():
    rng = np.random.default_rng(2)
    flat = np.full((200, 300, 3), 128, np.uint8)
    grey = np.repeat(np.clip(128 + rng.normal(0, 10, (200, 300, 1)), 0, 255).round(), 3, 2).astype(np.uint8)
    added = float(colour.rgb_to_lightness(grey).std())
    assert look(grey, flat).noise == pytest.approx(added, rel=0.03)


@pytest.mark.parametrize(("down", "right"), [(0, 0), (3, -2), (-7, 0), (11, 5)])
def test_a_shift_is_found_as_scikit_image_finds_it(photo, down, right):
    lightness = colour.rgb_to_lightness(photo)
    tile = lightness[60:200, 80:260]
    moved = lightness[60 - down : 200 - down, 80 - right : 260 - right]
    theirs, _, _ = skimage.registration.phase_cross_correlation(moved, tile, upsample_factor=10)
    assert shift(moved, tile) == pytest.approx((down, right), abs=0.15)
    assert shift(moved, tile) == pytest.approx(tuple(theirs), abs=0.3)


def test_half_a_pixel_is_found(photo):
    size = (photo.shape[1], photo.shape[0])
    half = as_image(photo).transform(
        size, Image.Transform.AFFINE, (1, 0, 0.5, 0, 1, 0), Image.Resampling.BICUBIC
    )
    assert look(np.asarray(half), photo).displacement == pytest.approx(0.5, abs=0.15)


def test_a_picture_whose_edge_was_cut_off_and_that_was_stretched_again_lies_off(photo):
    cut = as_image(photo).crop((0, 0, 392, 292)).resize((400, 300), Image.Resampling.BICUBIC)
    assert 4 < look(np.asarray(cut), photo).displacement < 9
    border = as_image(photo).crop((8, 8, 392, 292)).resize((400, 300), Image.Resampling.BICUBIC)
    assert look(np.asarray(border), photo).displacement > 2  # the middle alone would not show it


@pytest.mark.parametrize("quality", [90, 60])
def test_compression_is_no_displacement(photo, quality):
    assert look(jpeg(photo, quality), photo).displacement < 0.3


def test_another_picture_is_unlike_and_its_displacement_is_unknown(photo):
    other = np.ascontiguousarray(np.roll(photo[::-1], 50, axis=1))
    found = look(other, photo)
    assert found.displacement is None
    assert found.likeness < 0.5


def test_a_flat_picture_has_no_likeness_and_no_displacement(photo):
    flat = np.full_like(photo, 90)
    found = look(flat, photo)
    assert (found.likeness, found.displacement) == (None, None)
    assert math.isfinite(look(photo, flat).sharpness)


def test_the_smallest_pictures_can_be_looked_at():
    one = np.full((1, 1, 3), 7, np.uint8)
    assert look(one, one).lightness_shift == 0


def test_pictures_of_two_sizes_are_not_compared(photo):
    with pytest.raises(ValueError, match="Only pictures of one size"):
        look(photo[:-1], photo)


def test_another_size_needs_a_rule_and_another_shape_leave_to_stretch():
    check_size((400, 300), (400, 300), resample="", stretch=False)
    check_size((200, 152), (400, 300), resample="lanczos", stretch=False)
    check_size((256, 256), (400, 300), resample="lanczos", stretch=True)
    with pytest.raises(PhotoRefused, match=r"200 x 150 pixels, its photo 400 x 300\. Choose a rule"):
        check_size((200, 150), (400, 300), resample="", stretch=False)
    with pytest.raises(PhotoRefused, match="Their shapes differ"):
        check_size((256, 256), (400, 300), resample="lanczos", stretch=False)


def test_as_delivered_the_pixels_stay_as_they_are(photo):
    assert treated(photo, photo, treatment=AS_DELIVERED, resample="").rgb8 is photo
    small = colourful_pixels(3, width=200, height=150)
    enlarged = treated(small, photo, treatment=AS_DELIVERED, resample="lanczos").rgb8
    theirs = as_image(small).resize((400, 300), Image.Resampling.LANCZOS)
    assert np.array_equal(enlarged, np.asarray(theirs))


@pytest.mark.parametrize("rule", delivered.RULES)
def test_with_the_photos_lightness_only_colours_come_from_the_file(photo, rule):
    small = colourful_pixels(3, width=200, height=150)
    kept = treated(small, photo, treatment=REPLACE_LIGHTNESS, resample=rule)
    moved = np.abs(colour.rgb_to_lightness(kept.rgb8) - colour.rgb_to_lightness(photo))
    assert (moved > 0.5).mean() <= kept.share_clipped
    assert kept.share_clipped > 0


def test_the_photo_itself_comes_back_whatever_becomes_of_it(photo):
    back = treated(photo, photo, treatment=REPLACE_LIGHTNESS, resample="")
    assert np.abs(back.rgb8.astype(int) - photo).max() <= 1
