"""What a training shows of itself: the curve and the samples."""

from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from colorizers.networks.codes import Decoding
from colorizers.networks.running import NetworkPredictor
from colorizers.pictures.colour import Floats
from colorizers.pictures.images import encode_png
from colorizers.pictures.inference import Source, colorize_rgb
from colorizers.training.loop import EpochRecord, Trainer
from colorizers.training.photos import crop_in_the_middle

SAMPLES = 8
SAMPLE_SIDE = 128


def draw_curve(path: Path, records: list[EpochRecord], title: str) -> None:
    """Training and validation loss by epoch, and the validation's RMSE of ab, as an SVG picture."""
    epochs = [record.epoch + 1 for record in records]
    training = [record.training_loss for record in records]
    validation = [record.validation_loss for record in records]
    with matplotlib.rc_context({"svg.hashsalt": "foolrate", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(6.4, 3.2), layout="constrained")
        losses, errors = figure.subplots(1, 2)
        losses.plot(epochs, training, label="training", marker=".")
        losses.plot(epochs, validation, label="validation", linestyle="--", marker=".")
        losses.set(xlabel="epoch", ylabel="loss")
        losses.legend(frameon=False)
        errors.plot(epochs, [record.ab_rmse for record in records], color="tab:green", marker=".")
        errors.set(xlabel="epoch", ylabel="RMSE of ab, validation")
        for axes in (losses, errors):
            axes.spines[["top", "right"]].set_visible(False)
            axes.xaxis.get_major_locator().set_params(integer=True)
        figure.suptitle(title, fontsize=10, parse_math=False)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def draw_samples(path: Path, trainer: Trainer) -> None:
    """A grid of validation photos: above the truth, then its lightness, then the prediction."""
    predictor = NetworkPredictor(trainer.candidate, Decoding(), trainer.device)
    columns = []
    count = min(SAMPLES, len(trainer.validation))
    for position in np.linspace(0, len(trainer.validation) - 1, count).astype(int):
        truth = crop_in_the_middle(trainer.validation.pixels[position], SAMPLE_SIDE)
        grey = colorize_rgb(truth, _no_colour, Source(""))
        painted = colorize_rgb(truth, predictor, Source(""))
        columns.append(np.concatenate([truth, grey.rgb8, painted.rgb8]))
    path.write_bytes(encode_png(np.concatenate(columns, axis=1)))


def _no_colour(lightness: Floats, source: Source) -> Floats:
    return np.zeros((*lightness.shape, 2), np.float32)
