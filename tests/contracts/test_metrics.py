"""Every image metric, present and future, keeps these promises."""

import re
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image

from evaluation import metrics

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pair():
    """Photographs (2, 3, 40, 50, 3) and something like their colorizations."""
    photos = [
        np.asarray(Image.fromarray(getattr(skimage.data, name)()).resize((50, 40)))
        for name in ("astronaut", "chelsea", "coffee", "rocket", "astronaut", "coffee")
    ]
    truth = np.stack(photos).reshape(2, 3, 40, 50, 3) / 255
    noise = np.random.default_rng(0).normal(0, 0.05, truth.shape)
    return np.clip(truth * [1.0, 0.9, 0.8] + noise, 0, 1), truth


@pytest.mark.parametrize("name", metrics.names())
def test_it_gives_one_number_for_each_picture(name, pair):
    image, truth = pair
    assert metrics.get(name)(image, truth).shape == (2, 3)
    assert metrics.get(name)(image[0, 0], truth[0, 0]).shape == ()


@pytest.mark.parametrize("name", metrics.names())
def test_a_batch_equals_its_pictures_one_by_one(name, pair):
    image, truth = pair
    metric = metrics.get(name)
    alone = [[metric(image[i, j], truth[i, j]) for j in range(3)] for i in range(2)]
    assert metric(image, truth) == pytest.approx(np.array(alone), rel=1e-12)


@pytest.mark.parametrize("name", metrics.names())
def test_a_photo_against_itself_has_the_stated_value(name, pair):
    metric, (_, truth) = metrics.get(name), pair
    if metric.identity is not None:
        assert metric(truth, truth) == pytest.approx(np.full((2, 3), metric.identity), abs=1e-12)
    else:
        assert metric.kind == "no_reference"


@pytest.mark.parametrize("name", metrics.names())
def test_a_worse_picture_has_a_worse_value(name, pair):
    metric, (image, truth) = metrics.get(name), pair
    if metric.direction == "none":
        return
    better, worse = metric(0.9 * truth + 0.1 * image, truth), metric(image, truth)
    assert (better > worse).all() if metric.direction == "higher" else (better < worse).all()


@pytest.mark.parametrize("name", metrics.names())
def test_single_precision_gives_the_same(name, pair):
    image, truth = pair
    single = metrics.get(name)(image.astype(np.float32), truth.astype(np.float32))
    assert single == pytest.approx(metrics.get(name)(image, truth), rel=1e-3)


@pytest.mark.parametrize("name", metrics.names())
def test_it_leaves_its_input_alone(name, pair):
    image, truth = pair[0].copy(), pair[1].copy()
    metrics.get(name)(image, truth)
    assert np.array_equal(image, pair[0])
    assert np.array_equal(truth, pair[1])


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda image: image * 255, r"\[0, 1\]"),
        (lambda image: image - 0.5, r"\[0, 1\]"),
        (lambda image: np.where(image > 0.5, np.nan, image), r"\[0, 1\]"),
        (lambda image: np.rint(image * 255).astype(np.uint8), "divide"),
        (lambda image: image[..., :1], "shape"),
        (lambda image: image[0, 0, 0], "shape"),
        (lambda image: image[:0], "shape"),
    ],
)
@pytest.mark.parametrize("name", metrics.names())
def test_a_wrong_range_type_or_shape_is_refused(name, spoil, message, pair):
    image, truth = pair
    with pytest.raises(ValueError, match=message):
        metrics.get(name)(spoil(image), truth)
    if metrics.get(name).kind == "reference":
        with pytest.raises(ValueError, match=message):
            metrics.get(name)(image, spoil(truth))
        with pytest.raises(ValueError, match="shape"):
            metrics.get(name)(image, truth[:, :2])


@pytest.mark.parametrize("name", metrics.names())
def test_its_facts_are_complete(name):
    metric = metrics.get(name)
    assert metric.name == name
    assert metric.summary.endswith(".")
    assert len(metric.citation) > 20
    assert metric.kind in ("reference", "no_reference")
    assert metric.direction in ("higher", "lower", "none")


@pytest.mark.parametrize("name", metrics.names())
def test_it_is_documented(name):
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {name}\n\n\S", page, re.MULTILINE)
    assert f"| {name} |" in page


def test_a_misspelt_name_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match=r"no metric called 'sssim'\. Did you mean 'ssim'"):
        metrics.get("sssim")
    with pytest.raises(ValueError, match=r"There are: ab_rmse, auc"):
        metrics.get("_base")


def test_the_metrics_of_this_release_are_there():
    assert {"psnr", "ssim", "ab_rmse", "ciede2000", "colourfulness", "auc"} <= set(metrics.names())
    assert ("psnr", "psnr") in metrics.choices()
