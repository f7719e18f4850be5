"""Least squares from hints: what is hinted stays, what is alike gets the same, edges stop the colour."""

import inspect
import time

import numpy as np
import pytest
import skimage.data
from PIL import Image

from colorizers.methods import ReferencePhoto, ReferenceSet, levin2004
from colorizers.pictures import colour
from colorizers.pictures.inference import Source


@pytest.fixture(scope="module")
def lab():
    return colour.rgb_to_lab(np.asarray(Image.fromarray(skimage.data.astronaut()).resize((96, 96))))


def one_hint(shape, place, ab):
    mask, colours = np.zeros(shape, bool), np.zeros((*shape, 2), np.float32)
    mask[place], colours[place] = True, ab
    return mask, colours


def test_hints_stay_and_nothing_goes_beyond_them(lab):
    mask, hints = levin2004.oracle_hints(lab[..., 1:], 50, np.random.default_rng(0))
    ab = levin2004.colorize_from_hints(lab[..., 0], mask, hints)
    assert np.array_equal(ab[mask], hints[mask])
    assert (ab.min(axis=(0, 1)) >= hints[mask].min(axis=0) - 1e-4).all()
    assert (ab.max(axis=(0, 1)) <= hints[mask].max(axis=0) + 1e-4).all()


def test_every_other_pixel_is_the_weighted_mean_of_its_neighbours(lab):
    mask, hints = levin2004.oracle_hints(lab[..., 1:], 20, np.random.default_rng(0))
    ab = levin2004.colorize_from_hints(lab[..., 0], mask, hints).reshape(-1, 2).astype(np.float64)
    weights = levin2004.neighbour_weights(lab[..., 0])
    assert np.abs(weights.sum(axis=1) - 1).max() < 1e-12
    assert np.abs((weights @ ab - ab)[~mask.ravel()]).max() < 1e-4


def test_one_hint_colours_the_whole_picture(lab):
    ab = levin2004.colorize_from_hints(lab[..., 0], *one_hint((96, 96), (5, 7), (20, -30)))
    assert np.abs(ab - [20, -30]).max() < 0.01


def test_colour_stops_at_an_edge_of_lightness():
    lightness = np.full((20, 30), 30, np.float32)
    lightness[:, 15:] = 80
    mask, hints = one_hint(lightness.shape, (10, 3), (40, 0))
    mask[10, 26], hints[10, 26] = True, (-40, 0)
    red = levin2004.colorize_from_hints(lightness, mask, hints)[..., 0]
    assert red[:, :14].mean() > 25
    assert red[:, 16:].mean() < -25


def test_more_oracle_hints_come_nearer_to_the_truth(lab):
    errors = []
    for count in (4, 40, 400):
        hints = levin2004.oracle_hints(lab[..., 1:], count, np.random.default_rng(0), window=1)
        ab = levin2004.colorize_from_hints(lab[..., 0], *hints)
        errors.append(float(np.square(ab - lab[..., 1:]).sum(axis=-1).mean()) ** 0.5)
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < errors[0] / 2


def test_what_does_not_fit_is_refused(lab):
    mask, hints = one_hint((96, 96), (0, 0), (1, 1))
    with pytest.raises(ValueError, match="Without a hint"):
        levin2004.colorize_from_hints(lab[..., 0], np.zeros_like(mask), hints)
    with pytest.raises(ValueError, match="needs a mask"):
        levin2004.colorize_from_hints(lab[:50, :, 0], mask, hints)


def test_a_single_pixel_and_a_fully_hinted_picture_are_their_hints():
    for shape in ((1, 1), (3, 4)):
        hints = np.random.default_rng(0).uniform(-50, 50, (*shape, 2)).astype(np.float32)
        ab = levin2004.colorize_from_hints(np.zeros(shape, np.float32), np.ones(shape, bool), hints)
        assert np.array_equal(ab, hints)


def test_the_method_takes_its_hints_from_the_reference_photo_and_never_from_an_oracle(lab):
    photos = ReferenceSet([ReferencePhoto("cat", skimage.data.chelsea)])
    predict = levin2004.METHOD.load(reference=photos)
    ab = predict(lab[..., 0], Source("x"))
    cat = colour.rgb_to_lab(skimage.data.chelsea())[..., 1:]
    assert (ab.min(axis=(0, 1)) >= cat.min(axis=(0, 1)) - 1e-3).all()
    assert (ab.max(axis=(0, 1)) <= cat.max(axis=(0, 1)) + 1e-3).all()
    assert not np.array_equal(predict(lab[..., 0], Source("x", seed=1)), ab)
    called = [levin2004.build, levin2004.reference_hints, levin2004.colorize_from_hints]
    assert not any("oracle" in inspect.getsource(function) for function in called)


def test_it_is_quick_at_its_working_size():
    rng = np.random.default_rng(0)
    lightness = rng.uniform(0, 100, (256, 256)).astype(np.float32)
    start = time.process_time()
    levin2004.colorize_from_hints(lightness, *one_hint((256, 256), (128, 128), (10, 10)))
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    "wrong", [{"input_px": 4000}, {"hints": 1}, {"samples": 0}, {"window": 4}, {"window": 99}]
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        levin2004.METHOD.parse_settings(wrong)
