"""Values of the metrics against scikit-image, their formulas and published facts."""

import numpy as np
import pytest
import skimage
from PIL import Image

from evaluation import metrics


def photo(name):
    return getattr(skimage.data, name)()


def faded(rgb8):
    """A colorization of sorts: half the colour, some noise."""
    grey = rgb8.mean(axis=-1, keepdims=True)
    noise = np.random.default_rng(0).normal(0, 4, rgb8.shape)
    return np.clip((rgb8 + grey) / 2 + noise, 0, 255).astype(np.uint8)


def _pairs():
    for name in ("astronaut", "chelsea", "coffee", "rocket"):
        small = np.asarray(Image.fromarray(photo(name)).resize((160, 120)))
        yield pytest.param(faded(small), small, id=name)
    rng = np.random.default_rng(1)
    yield pytest.param(*rng.integers(0, 256, (2, 30, 41, 3), dtype=np.uint8), id="noise")
    yield pytest.param(*rng.integers(0, 256, (2, 11, 11, 3), dtype=np.uint8), id="smallest")
    yield pytest.param(np.full((20, 20, 3), 10, np.uint8), np.full((20, 20, 3), 200, np.uint8), id="flat")


PAIRS = list(_pairs())


def value(name, image, reference):
    return float(metrics.get(name)(image / 255, reference / 255))


@pytest.mark.parametrize(("image", "reference"), PAIRS)
def test_psnr_agrees_with_scikit_image(image, reference):
    expected = skimage.metrics.peak_signal_noise_ratio(reference, image, data_range=255)
    assert value("psnr", image, reference) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("image", "reference"), PAIRS)
def test_ssim_agrees_with_scikit_image(image, reference):
    expected = skimage.metrics.structural_similarity(
        reference,
        image,
        channel_axis=-1,
        data_range=255,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )
    assert value("ssim", image, reference) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("image", "reference"), PAIRS)
def test_ab_rmse_agrees_with_scikit_image(image, reference):
    error = skimage.color.rgb2lab(image)[..., 1:] - skimage.color.rgb2lab(reference)[..., 1:]
    assert value("ab_rmse", image, reference) == pytest.approx(np.sqrt(np.mean(error**2)), abs=0.005)


@pytest.mark.parametrize(("image", "reference"), PAIRS)
def test_ciede2000_agrees_with_scikit_image(image, reference):
    expected = skimage.color.deltaE_ciede2000(skimage.color.rgb2lab(reference), skimage.color.rgb2lab(image))
    assert value("ciede2000", image, reference) == pytest.approx(expected.mean(), abs=0.005)


@pytest.mark.parametrize(("image", "reference"), PAIRS)
def test_auc_is_the_area_under_the_curve(image, reference):
    error = skimage.color.rgb2lab(image)[..., 1:] - skimage.color.rgb2lab(reference)[..., 1:]
    distance = np.hypot(error[..., 0], error[..., 1])
    thresholds = np.linspace(0, 150, 15001)
    curve = np.searchsorted(np.sort(distance.ravel()), thresholds, side="right") / distance.size
    assert value("auc", image, reference) == pytest.approx(np.trapezoid(curve, thresholds) / 150, abs=2e-4)


def test_one_level_of_one_channel_has_the_psnr_of_the_formula():
    image = np.zeros((10, 10, 3), np.uint8)
    other = image.copy()
    other[..., 0] = 1
    assert value("psnr", image, other) == pytest.approx(10 * np.log10(255**2 * 3))


def test_identical_pictures_have_infinite_psnr_and_raise_no_warning(recwarn):
    assert value("psnr", photo("chelsea"), photo("chelsea")) == float("inf")
    assert not recwarn.list


def test_ssim_sees_colours_and_not_only_lightness():
    truth = np.asarray(Image.fromarray(photo("coffee")).resize((150, 100)))
    lab = skimage.color.rgb2lab(truth) * [1, -1, -1]
    inverted = np.rint(skimage.color.lab2rgb(lab) * 255).astype(np.uint8)
    assert value("ssim", inverted, truth) < 0.8


def test_ssim_of_less_than_a_window_is_refused():
    with pytest.raises(ValueError, match="at least 11 x 11 pixels, not 50 x 10"):
        metrics.get("ssim")(np.zeros((10, 50, 3)), np.zeros((10, 50, 3)))


def test_greys_have_no_colourfulness():
    grey = np.repeat(photo("chelsea")[..., :1], 3, axis=-1)
    assert value("colourfulness", grey, grey) == 0


def test_colourfulness_keeps_the_sign_of_the_opponents():
    # Half red, half green: rg is +-255 and yb 127.5 throughout, so only the signed rg spreads.
    image = np.zeros((2, 10, 3), np.uint8)
    image[0, :, 0] = image[1, :, 1] = 255
    assert value("colourfulness", image, image) == pytest.approx(255 + 0.3 * 127.5)


def test_colourfulness_follows_the_formula():
    red, green, blue = np.moveaxis(photo("astronaut").astype(float), -1, 0)
    rg, yb = red - green, 0.5 * (red + green) - blue
    expected = np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean())
    assert value("colourfulness", photo("astronaut"), photo("astronaut")) == pytest.approx(expected)


def test_a_colour_error_of_150_or_more_scores_nothing():
    red_blue = np.zeros((1, 1, 3)), np.zeros((1, 1, 3))
    red_blue[0][..., 1], red_blue[1][..., 2] = 1, 1
    assert float(metrics.get("auc")(*red_blue)) == 0
