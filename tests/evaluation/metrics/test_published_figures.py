"""Means over a set of test photographs whose figures were measured with other code."""

from pathlib import Path

import numpy as np
import pytest

from colorizers import methods
from colorizers.pictures.images import read_photo, render_stimulus
from colorizers.pictures.inference import Source, colorize_rgb
from evaluation import metrics

PHOTOS = Path(__file__).parents[4] / "shared" / "data" / "photos" / "test"
FIGURES = {"psnr": 21.50, "ssim": 0.926, "ab_rmse": 15.73, "auc": 0.877}
COLOURFULNESS_OF_THE_PHOTOS = 45.0


@pytest.mark.skipif(
    not PHOTOS.is_dir(), reason="skipped: the 300 test photographs (shared/data/photos) are not here"
)
def test_grey_versions_of_the_test_photographs_have_the_known_figures():
    predict = methods.get("grey").load()
    rows, colourfulness = [], []
    for path in sorted(PHOTOS.glob("*.jpg")):
        photo = render_stimulus(read_photo(path.read_bytes()).rgb8, 224)
        grey = colorize_rgb(photo, predict, Source(path.name)).rgb8 / 255
        truth = photo / 255
        rows.append([float(metrics.get(name)(grey, truth)) for name in FIGURES])
        colourfulness.append(float(metrics.get("colourfulness")(truth, truth)))
    assert len(rows) == 300
    assert np.mean(rows, axis=0) == pytest.approx(list(FIGURES.values()), rel=5e-4)
    assert np.mean(colourfulness) == pytest.approx(COLOURFULNESS_OF_THE_PHOTOS, abs=0.05)
