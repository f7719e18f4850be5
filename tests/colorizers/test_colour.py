"""Colour conversions against scikit-image, published tables and themselves."""

import numpy as np
import pytest
import skimage
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from colorizers.pictures import colour

PIXELS = hnp.arrays(np.uint8, st.tuples(st.integers(1, 5), st.integers(1, 5), st.just(3)))


def greys():
    return np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)


def every_fifth_colour():
    levels = np.append(np.arange(0, 255, 5), 255).astype(np.uint8)
    return np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_white_and_greys_have_no_colour(dtype):
    lab = colour.rgb_to_lab(greys().astype(dtype) / 255)
    assert np.abs(lab[..., 1:]).max() < 1e-3
    assert np.abs(colour.rgb_to_lab(greys())[..., 1:]).max() < 1e-3


def test_without_a_and_b_every_lightness_is_exactly_grey():
    lab = np.zeros((10_000, 3), np.float32)
    lab[:, 0] = np.linspace(0, 100, 10_000)
    assert np.ptp(colour.lab_to_rgb(lab)[0], axis=-1).max() == 0


def test_black_and_white_are_0_and_100():
    assert colour.rgb_to_lab(np.array([0.0, 0, 0])) == pytest.approx([0, 0, 0], abs=1e-9)
    assert colour.rgb_to_lab(np.array([1.0, 1, 1])) == pytest.approx([100, 0, 0], abs=1e-9)


def test_lab_agrees_with_scikit_image():
    rgb = every_fifth_colour() / 255
    assert colour.rgb_to_lab(rgb) == pytest.approx(skimage.color.rgb2lab(rgb), abs=0.01)


def test_rgb_agrees_with_scikit_image_inside_and_outside_the_gamut():
    rng = np.random.default_rng(0)
    lab = rng.uniform([0, -110, -110], [100, 110, 110], (5000, 3))
    with pytest.warns(UserWarning, match="negative Z"):
        expected = skimage.color.lab2rgb(lab)
    assert colour.lab_to_rgb(lab)[0] == pytest.approx(expected, abs=1e-3)


def test_single_precision_agrees_with_double():
    rgb = every_fifth_colour()
    single, double = colour.rgb_to_lab(rgb), colour.rgb_to_lab(rgb / 255)
    assert single.dtype == np.float32
    assert double.dtype == np.float64
    assert single == pytest.approx(double, abs=1e-3)


def test_the_round_trip_of_8_bit_colours_is_exact():
    rgb8 = every_fifth_colour()
    for lab in (colour.rgb_to_lab(rgb8), colour.rgb_to_lab(rgb8 / 255)):
        back, clipped = colour.lab_to_rgb(lab)
        assert np.array_equal(colour.to_8_bit(back), rgb8)
        assert clipped == 0


@given(PIXELS)
def test_any_8_bit_picture_survives_the_round_trip(rgb8):
    back, clipped = colour.lab_to_rgb(colour.rgb_to_lab(rgb8))
    assert np.array_equal(colour.to_8_bit(back), rgb8)
    assert clipped == 0


@given(PIXELS)
def test_lightness_alone_is_the_l_of_lab(rgb8):
    assert colour.rgb_to_lightness(rgb8) == pytest.approx(colour.rgb_to_lab(rgb8)[..., 0], abs=1e-4)
    assert colour.rgb_to_lightness(rgb8).shape == rgb8.shape[:-1]


def test_lightness_of_greys_grows_with_every_level():
    assert (np.diff(colour.rgb_to_lightness(greys())) > 0).all()


def test_the_share_of_clipped_colours_is_counted():
    lab = np.array([[50.0, 0, 0], [50, 0, 0], [50, 0, 0], [50, 120, -120]])
    rgb, clipped = colour.lab_to_rgb(lab)
    assert clipped == 0.25
    assert rgb.min() >= 0
    assert rgb.max() <= 1


@given(hnp.arrays(np.float64, (4, 3), elements=st.floats(-200, 200)))
def test_any_lab_gives_finite_rgb_between_0_and_1(lab):
    rgb, clipped = colour.lab_to_rgb(lab)
    assert np.isfinite(rgb).all()
    assert rgb.min() >= 0
    assert rgb.max() <= 1
    assert 0 <= clipped <= 1


def test_an_array_without_three_channels_is_refused():
    with pytest.raises(ValueError, match="3 channels"):
        colour.rgb_to_lab(np.zeros((4, 4)))
    with pytest.raises(ValueError, match="3 channels"):
        colour.lab_to_rgb(np.zeros((4, 4, 2)))


def test_mean_chroma_is_zero_for_greys_and_right_for_photographs():
    assert colour.mean_chroma(greys()[None]) < 1e-3
    photo = skimage.data.astronaut()
    lab = skimage.color.rgb2lab(photo)
    assert colour.mean_chroma(photo) == pytest.approx(np.hypot(lab[..., 1], lab[..., 2]).mean(), abs=0.01)


def test_mean_chroma_does_not_depend_on_the_strips(monkeypatch):
    photo = skimage.data.chelsea()
    whole = colour.mean_chroma(photo)
    monkeypatch.setattr(colour, "_STRIP_PIXELS", 1000)
    assert colour.mean_chroma(photo) == pytest.approx(whole, rel=1e-6)


def test_strips_cover_every_row_once():
    rows = [row for strip in colour.row_strips(5001, 3333) for row in range(5001)[strip]]
    assert rows == list(range(5001))


# Sharma, Wu and Dalal (2005), table 1: pairs chosen where implementations go wrong.
SHARMA = [
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    ((50, 3.1571, -77.2803), (50, 0, -82.7485), 2.8615),
    ((50, 2.8361, -74.0200), (50, 0, -82.7485), 3.4412),
    ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
    ((50, 0, 0), (50, -1, 2), 2.3669),
    ((50, 2.4900, -0.0010), (50, -2.4900, 0.0009), 7.1792),
    ((50, 2.4900, -0.0010), (50, -2.4900, 0.0011), 7.2195),
    ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
    ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ((50, 2.5, 0), (58, 24, 15), 19.4535),
    ((50, 2.5, 0), (50, 3.1736, 0.5854), 1.0000),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("first", "second", "difference"), SHARMA)
def test_ciede2000_agrees_with_the_published_table(first, second, difference):
    first, second = np.array(first, float), np.array(second, float)
    assert colour.ciede2000(first, second) == pytest.approx(difference, abs=1e-4)
    assert colour.ciede2000(second, first) == pytest.approx(difference, abs=1e-4)


def test_ciede2000_agrees_with_scikit_image():
    rng = np.random.default_rng(1)
    first, second = rng.uniform([0, -100, -100], [100, 100, 100], (2, 5000, 3))
    expected = skimage.color.deltaE_ciede2000(first, second)
    assert colour.ciede2000(first, second) == pytest.approx(expected, abs=1e-8)


@given(hnp.arrays(np.float64, (2, 3), elements=st.floats(0, 100)))
def test_ciede2000_is_symmetric_and_zero_only_to_itself(pair):
    first, second = pair
    assert colour.ciede2000(first, first) == 0
    assert colour.ciede2000(first, second) == pytest.approx(colour.ciede2000(second, first), abs=1e-9)
