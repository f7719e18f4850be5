"""CIE L*u*v* against scikit-image and against L*a*b*."""

import numpy as np
import pytest
import skimage.color

from colorizers.pictures import colour


def lattice():
    levels = np.append(np.arange(0, 255, 15), 255).astype(np.uint8)
    return np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_luv_agrees_with_scikit_image(dtype):
    rgb = lattice() if dtype is np.uint8 else (lattice() / 255).astype(dtype)
    luv = colour.rgb_to_luv(rgb)
    assert luv.dtype == (np.float64 if dtype is np.float64 else np.float32)
    assert np.abs(luv - skimage.color.rgb2luv(rgb)).max() < 0.01


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_grey_is_exactly_neutral_there_and_back(dtype):
    greys = np.repeat(np.linspace(0, 1, 1001, dtype=dtype)[:, None], 3, axis=1)
    luv = colour.rgb_to_luv(greys)
    assert (luv[:, 1:] == 0).all()
    assert (colour.luv_to_lab(luv)[:, 1:] == 0).all()


def test_its_lightness_is_that_of_lab():
    assert np.abs(colour.rgb_to_luv(lattice())[:, 0] - colour.rgb_to_lightness(lattice())).max() < 1e-4


def test_luv_becomes_lab_without_loss():
    rgb = lattice() / 255
    assert np.abs(colour.luv_to_lab(colour.rgb_to_luv(rgb)) - colour.rgb_to_lab(rgb)).max() < 1e-9


def test_colours_that_cannot_exist_stay_finite():
    wild = np.random.default_rng(0).uniform([0, -134, -140], [100, 220, 122], (2000, 3))
    assert np.isfinite(colour.luv_to_lab(wild)).all()
    assert np.isfinite(colour.luv_to_lab(np.array([[0.0, 50, 50]]))).all()


def test_what_is_no_colour_is_refused():
    with pytest.raises(ValueError, match="3 channels"):
        colour.rgb_to_luv(np.zeros((4, 2)))
    with pytest.raises(ValueError, match="3 channels"):
        colour.luv_to_lab(np.zeros((4, 2)))
