"""The methods that take colours from other photos take the right ones."""

import time

import numpy as np
import pytest
import skimage.data
from PIL import Image

from colorizers import methods
from colorizers.methods import ReferencePhoto, ReferenceSet, luminance_table, welsh2002
from colorizers.pictures import colour
from colorizers.pictures.inference import ColorizationFailed, Source, colorize_rgb

SOURCE = Source("source", seed=1)


def references(**photos):
    return ReferenceSet([ReferencePhoto(name, lambda photo=photo: photo) for name, photo in photos.items()])


def flat(*rgb):
    return np.full((40, 50, 3), rgb, np.uint8)


def ramp(height=30, width=60):
    return np.linspace(0, 100, height * width, dtype=np.float32).reshape(height, width)


def test_constant_mean_counts_each_photo_once_whatever_its_size():
    red, blue = flat(200, 40, 30), np.tile(flat(20, 40, 190), (3, 4, 1))
    ab = methods.get("constant_mean").load(reference=references(red=red, blue=blue))(ramp(), SOURCE)
    expected = (colour.rgb_to_lab(red[0, 0])[1:] + colour.rgb_to_lab(blue[0, 0])[1:]) / 2
    assert ab[0, 0] == pytest.approx(expected, abs=1e-4)
    assert np.ptp(ab, axis=(0, 1)).max() == 0


def test_random_gives_the_colours_of_a_whole_other_photo():
    photo = skimage.data.coffee()
    predict = methods.get("random").load(reference=references(coffee=photo))
    ab = predict(np.zeros(photo.shape[:2], np.float32), SOURCE)
    assert np.abs(ab - colour.rgb_to_lab(photo)[..., 1:]).max() < 1e-4


def test_random_draws_every_other_photo_about_as_often():
    photos = {f"p{k}": flat(255 - 20 * k, 100, 20 * k) for k in range(5)}
    predict = methods.get("random").load(reference=references(**photos))
    draws = [tuple(predict(ramp(1, 1), Source(f"photo {k}"))[0, 0].round(3)) for k in range(500)]
    counts = [draws.count(value) for value in set(draws)]
    assert len(counts) == 5
    assert min(counts) > 60


def test_random_draws_anew_with_another_seed():
    photos = {f"p{k}": flat(255 - 20 * k, 100, 20 * k) for k in range(5)}
    predict = methods.get("random").load(reference=references(**photos))
    assert len({float(predict(ramp(1, 1), Source("photo", seed))[0, 0, 0]) for seed in range(50)}) == 5


def test_the_table_gives_back_the_mean_colour_of_each_lightness():
    photo = skimage.data.astronaut()
    sums = luminance_table.sums_by_level(photo)
    table = luminance_table.table(sums, smoothing=0)
    lab = colour.rgb_to_lab(luminance_table.thinned(photo)).reshape(-1, 3)
    level = np.rint(lab[:, 0] * 2.55).astype(int)
    for wanted in (20, 100, 200):
        assert table[wanted] == pytest.approx(lab[level == wanted, 1:].mean(axis=0), abs=1e-2)


def test_levels_that_no_photo_has_are_interpolated():
    sums = np.zeros((256, 3))
    sums[100], sums[200] = (0.5, 5, 10), (0.5, 10, -10)
    table = luminance_table.table(sums, smoothing=0)
    assert table[100] == pytest.approx([10, 20])
    assert table[150] == pytest.approx([15, 0])
    assert table[0] == pytest.approx([10, 20])
    assert table[255] == pytest.approx([20, -20])


def test_smoothing_weighs_levels_by_their_pixels():
    sums = np.zeros((256, 3))
    sums[100], sums[101] = (0.999, 0, 0), (0.001, 0.05, 0)
    assert luminance_table.table(sums, smoothing=5)[101, 0] < 0.1


def test_the_table_colours_a_photo_that_it_knows_well_better_than_grey():
    photo = skimage.data.astronaut()
    predict = methods.get("luminance_table").load(reference=references(same_but_unknown=photo))
    truth = colour.rgb_to_lab(photo)
    error = predict(truth[..., 0], SOURCE) - truth[..., 1:]
    assert np.square(error).mean() < 0.9 * np.square(truth[..., 1:]).mean()


def test_welsh_paints_two_textures_in_their_two_colours():
    rng = np.random.default_rng(0)
    lab = np.zeros((100, 200, 3), np.float32)
    lab[:, :100] = (40, 40, 30)
    lab[:, 100:] = (70, -30, 30)
    lab[:, 100:, 0] += rng.normal(0, 4, (100, 100))
    reference = colour.to_8_bit(colour.lab_to_rgb(lab)[0])
    lightness = colour.rgb_to_lightness(reference)[:, ::-1].copy()
    ab = methods.get("welsh2002").load(reference=references(textures=reference))(lightness, SOURCE)
    assert ab[:, :95].reshape(-1, 2).mean(axis=0) == pytest.approx([-30, 30], abs=5)
    assert ab[:, 105:].reshape(-1, 2).mean(axis=0) == pytest.approx([40, 30], abs=5)


def test_welsh_remaps_a_darker_reference_before_it_compares():
    lightness = ramp()
    darker = lightness * 0.3 + 5
    assert welsh2002.remapped(darker, lightness) == pytest.approx(lightness, abs=1e-3)
    assert np.isfinite(welsh2002.remapped(np.full((5, 5), 30.0), lightness)).all()


def test_welsh_chooses_the_photo_of_the_closest_lightness():
    dark_red, light_green = flat(120, 10, 10), flat(120, 250, 120)
    predict = methods.get("welsh2002").load(reference=references(dark=dark_red, light=light_green))
    assert predict(np.full((20, 20), 22, np.float32), SOURCE)[0, 0, 0] > 30
    assert predict(np.full((20, 20), 90, np.float32), SOURCE)[0, 0, 0] < -30


def test_welsh_uses_the_photo_that_the_settings_name():
    photos = references(dark=flat(120, 10, 10), light=flat(120, 250, 120))
    predict = methods.get("welsh2002").load(settings={"reference": "light"}, reference=photos)
    assert predict(np.full((20, 20), 22, np.float32), SOURCE)[0, 0, 0] < -30
    with pytest.raises(ColorizationFailed, match="not among the reference photos"):
        predict(ramp(), Source("light"))


def test_swatches_are_spread_over_the_whole_reference():
    rows, columns = welsh2002.jittered((300, 400), 200, np.random.default_rng(0))
    assert 180 <= len(rows) <= 220
    assert rows.min() >= 0
    assert rows.max() < 300
    assert columns.max() < 400
    assert (np.histogram2d(rows, columns, bins=(3, 4), range=((0, 300), (0, 400)))[0] > 8).all()


def test_welsh_features_are_mean_and_deviation_of_a_window():
    lightness = np.random.default_rng(0).uniform(0, 100, (9, 9))
    window = lightness[2:7, 3:8]
    assert welsh2002.features(lightness, 5)[4, 5] == pytest.approx([window.mean(), window.std()])


def test_welsh_is_quick_at_640_by_480():
    photo = np.asarray(Image.fromarray(skimage.data.coffee()).resize((640, 480)))
    predict = methods.get("welsh2002").load(reference=references(other=photo[::-1]))
    colorize_rgb(photo, predict, SOURCE)
    started = time.process_time()
    colorize_rgb(photo, predict, SOURCE)
    assert time.process_time() - started < 1.5  # 0.3 s on an idle core; the rest is for busy machines
