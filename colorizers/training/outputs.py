"""What a training leaves behind beside its weights: the record, the curve and the samples."""

import json
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from colorizers.images import encode_png
from colorizers.inference import Source, colorize_rgb
from colorizers.networks.codes import Decoding
from colorizers.networks.running import NetworkPredictor
from colorizers.training.loop import EpochRecord, Trainer
from colorizers.training.photos import crop_in_the_middle

SAMPLES = 8
SAMPLE_SIDE = 128


def write_record(path: Path, record: dict[str, Any]) -> None:
    """The run's record as readable JSON, replaced at once."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(path)


def draw_curve(path: Path, records: list[EpochRecord], title: str) -> None:
    """Training and validation loss by epoch, and the validation's RMSE of ab, as an SVG picture."""
    epochs = [record.epoch + 1 for record in records]
    with matplotlib.rc_context({"svg.hashsalt": "foolrate", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(6.4, 3.2), layout="constrained")
        losses, errors = figure.subplots(1, 2)
        losses.plot(epochs, [record.training_loss for record in records], label="training")
        losses.plot(epochs, [record.validation_loss for record in records], label="validation", linestyle="--")
        losses.set(xlabel="epoch", ylabel="loss")
        losses.legend(frameon=False)
        errors.plot(epochs, [record.ab_rmse for record in records], color="tab:green")
        errors.set(xlabel="epoch", ylabel="RMSE of ab, validation")
        for axes in (losses, errors):
            axes.spines[["top", "right"]].set_visible(False)
        figure.suptitle(title, fontsize=10)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def draw_samples(path: Path, trainer: Trainer) -> None:
    """A grid of validation photos: the truth, its lightness, the prediction."""
    predictor = NetworkPredictor(trainer.candidate, Decoding(), trainer.device)
    columns = []
    chosen = np.linspace(0, len(trainer.validation) - 1, min(SAMPLES, len(trainer.validation))).astype(int)
    for position in chosen:
        truth = crop_in_the_middle(trainer.validation.pixels[position], SAMPLE_SIDE)
        grey = colorize_rgb(truth, lambda lightness, source: np.zeros((*lightness.shape, 2), np.float32), Source(""))
        painted = colorize_rgb(truth, predictor, Source(""))
        columns.append(np.concatenate([truth, grey.rgb8, painted.rgb8]))
    path.write_bytes(encode_png(np.concatenate(columns, axis=1)))
