"""What every method's answer goes through before it is a picture."""

import sys
import tracemalloc

import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from colorizers.pictures import colour
from colorizers.pictures.inference import ColorizationFailed, Source, colorize_rgb, of_area, resize, square

SOURCE = Source("digest", seed=3)


@pytest.fixture(scope="module")
def photo():
    return skimage.data.chelsea()


def constant(a, b):
    return lambda lightness, source: np.full((*lightness.shape, 2), (a, b), np.float32)


def truth_of(rgb8):
    return lambda lightness, source: colour.rgb_to_lab(rgb8)[..., 1:]


def test_the_true_colours_give_the_photo_back_exactly(photo):
    picture = colorize_rgb(photo, truth_of(photo), SOURCE)
    assert np.array_equal(picture.rgb8, photo)
    assert picture.share_clipped == 0


def test_no_colour_gives_exact_greys_of_the_same_lightness(photo):
    picture = colorize_rgb(photo, constant(0, 0), SOURCE)
    assert np.ptp(picture.rgb8, axis=-1).max() == 0
    assert np.abs(colour.rgb_to_lightness(picture.rgb8) - colour.rgb_to_lightness(photo)).max() < 0.3


def test_the_method_gets_the_lightness_and_the_source_and_nothing_else(photo):
    seen = []

    def spy(*args, **kwargs):
        seen.append((args, kwargs))
        return np.zeros((*args[0].shape, 2), np.float32)

    colorize_rgb(photo, spy, SOURCE)
    ((lightness, source), kwargs) = seen[0]
    assert not kwargs
    assert source is SOURCE
    assert lightness.dtype == np.float32
    assert np.array_equal(lightness, colour.rgb_to_lightness(photo))
    assert lightness.base is None


def test_a_method_that_scribbles_on_its_input_changes_no_lightness(photo):
    def scribbler(lightness, source):
        lightness[:] = 50
        return np.zeros((*lightness.shape, 2), np.float32)

    expected = colorize_rgb(photo, constant(0, 0), SOURCE).rgb8
    assert np.array_equal(colorize_rgb(photo, scribbler, SOURCE).rgb8, expected)


def test_a_method_with_a_fixed_size_gets_that_and_the_photo_keeps_its_own(photo):
    shapes = []

    def predict(lightness, source):
        shapes.append(lightness.shape)
        return np.full((*lightness.shape, 2), 5, np.float32)

    picture = colorize_rgb(photo, predict, SOURCE, working_size=square(64))
    assert shapes == [(64, 64)]
    assert np.array_equal(picture.rgb8, colorize_rgb(photo, constant(5, 5), SOURCE).rgb8)


def test_small_colours_are_upsampled_bilinearly(photo):
    ab = np.random.default_rng(0).uniform(-20, 20, (16, 16, 2)).astype(np.float32)
    picture = colorize_rgb(photo, lambda lightness, source: ab, SOURCE, working_size=square(16))
    full = resize(ab, photo.shape[:2])
    assert np.array_equal(picture.rgb8, colorize_rgb(photo, lambda lightness, source: full, SOURCE).rgb8)


def test_the_strips_do_not_show(photo, monkeypatch):
    predict = lambda lightness, source: np.stack([lightness / 4, lightness / 8], axis=-1)  # noqa: E731
    expected = [colorize_rgb(photo, predict, SOURCE, working_size=size) for size in (None, square(50))]
    monkeypatch.setattr(colour, "_STRIP_PIXELS", 1000)
    for size, picture in zip((None, square(50)), expected, strict=True):
        stripped = colorize_rgb(photo, predict, SOURCE, working_size=size)
        assert np.array_equal(stripped.rgb8, picture.rgb8)
        assert stripped.share_clipped == picture.share_clipped


@pytest.mark.parametrize("most", [128.5, -180.0, 256.0])
def test_what_any_method_overshoots_by_is_cut_off(photo, most):
    picture = colorize_rgb(photo, constant(most, 20), SOURCE)
    assert np.array_equal(
        picture.rgb8, colorize_rgb(photo, constant(np.clip(most, -128, 128), 20), SOURCE).rgb8
    )
    assert picture.share_clipped > 0.9


def test_a_method_that_would_end_the_process_fails(photo):
    with pytest.raises(ColorizationFailed, match=r"sys\.exit\('no licence'\)"):
        colorize_rgb(photo, lambda *_: sys.exit("no licence"), SOURCE)


def test_clipped_colours_are_counted():
    rgb8 = np.zeros((10, 10, 3), np.uint8)
    rgb8[:5] = 255
    picture = colorize_rgb(rgb8, constant(0, 60), SOURCE)
    assert picture.share_clipped == 1
    assert colorize_rgb(rgb8, constant(0, 0), SOURCE).share_clipped == 0


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda shape: np.zeros(shape), r"shape \(300, 451\); .* must be \(300, 451, 2\)"),
        (lambda shape: np.zeros((*shape[::-1], 2)), r"must be \(300, 451, 2\)"),
        (lambda shape: np.zeros((*shape, 3)), "shape"),
        (lambda shape: None, "shape"),
        (lambda shape: np.zeros((*shape, 2), np.uint8), "uint8"),
        (lambda shape: np.zeros((*shape, 2), complex), "complex"),
        (lambda shape: np.full((*shape, 2), np.nan), "not finite in 100.0%"),
        (lambda shape: np.full((*shape, 2), np.inf), "not finite"),
        (lambda shape: np.full((*shape, 2), 256.5), "256.5"),
        (lambda shape: np.full((*shape, 2), 0.5), "promises colour"),
    ],
)
def test_an_unusable_answer_is_an_error_and_never_a_picture(photo, answer, message):
    with pytest.raises(ColorizationFailed, match=message):
        colorize_rgb(photo, lambda lightness, source: answer(lightness.shape), SOURCE, promises_colour=True)


def test_grey_is_fine_where_no_colour_is_promised(photo):
    assert colorize_rgb(photo, constant(0, 0), SOURCE, promises_colour=False).rgb8.shape == photo.shape


@pytest.mark.parametrize(
    "wrong", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)]
)
def test_only_8_bit_pictures_are_coloured(wrong):
    with pytest.raises(ValueError, match="uint8"):
        colorize_rgb(wrong, constant(0, 0), SOURCE)


@given(
    rgb8=hnp.arrays(np.uint8, st.tuples(st.integers(1, 6), st.integers(1, 6), st.just(3))),
    ab=st.tuples(st.floats(-128, 128), st.floats(-128, 128)),
)
@settings(deadline=None)
def test_any_colour_on_any_picture_gives_a_picture(rgb8, ab):
    picture = colorize_rgb(rgb8, constant(*ab), SOURCE)
    assert picture.rgb8.shape == rgb8.shape
    assert 0 <= picture.share_clipped <= 1


@pytest.mark.parametrize("size", [(7, 5), (300, 451), (64, 64), (601, 900), (1, 1)])
def test_resizing_agrees_with_pillow(photo, size):
    lightness = colour.rgb_to_lightness(photo)
    expected = Image.fromarray(lightness).resize(size[::-1], Image.Resampling.BILINEAR)
    assert np.abs(resize(lightness, size) - np.asarray(expected)).max() < 0.02
    both = resize(np.dstack([lightness, -lightness]), size)
    assert np.abs(both.sum(axis=-1)).max() < 1e-4


def test_the_generator_depends_on_seed_and_photo_alone():
    draws = {source: source.rng().random() for source in (Source("a"), Source("a", 1), Source("b"))}
    assert len(set(draws.values())) == 3
    assert draws[Source("a")] == Source("a", family="film").rng().random()


def test_twelve_megapixels_need_little_more_memory_than_the_picture():
    rgb8 = np.random.default_rng(0).integers(0, 256, (3000, 4000, 3), dtype=np.uint8)
    ab = np.random.default_rng(1).uniform(-20, 20, (256, 256, 2)).astype(np.float32)
    tracemalloc.start()
    colorize_rgb(rgb8, lambda lightness, source: ab, SOURCE, working_size=square(256))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 600e6


def test_a_long_and_narrow_picture_needs_no_more_memory_than_a_square_one():
    rgb8 = np.random.default_rng(0).integers(0, 256, (64, 20_000, 3), dtype=np.uint8)
    ab = np.random.default_rng(1).uniform(-20, 20, (16, 2048, 2)).astype(np.float32)
    tracemalloc.start()
    colorize_rgb(rgb8, lambda lightness, source: ab, SOURCE, working_size=of_area(256, 8))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200e6
