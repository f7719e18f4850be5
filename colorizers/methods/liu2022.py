"""The classes of Zhang et al. in a small picture, run by ONNX Runtime; no torch at all."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from colorizers.bins import ab_bins, annealed_mean, rebalancing_weights
from colorizers.colour import Floats
from colorizers.inference import Predict, Source, resize
from colorizers.methods._base import Ingredients, Method
from colorizers.methods._network import ClassSettings

KEY = "foolrate"  # of our facts in the file's metadata
SCALE = 110.0  # of the answers of the L2 variant


@dataclass(frozen=True)
class Settings(ClassSettings):
    """As for every network of classes; the paper's 150 pixels, made a multiple of 8."""

    input_px: int = 152


class OnnxPredictor:
    """An exported network: lightness in, logits or ab out, decoded by numpy."""

    def __init__(self, path: Path, variant: str, settings: Settings, device: str) -> None:
        self.session = _session(path, device)
        self.shift = _checked_facts(self.session, path, variant, settings.rebalance)
        self.is_class = variant == "class"
        self.temperature = settings.temperature

    def __call__(self, lightness: Floats, source: Source) -> Floats:
        return self.many([lightness], [source])[0]

    def many(self, lightness: Sequence[Floats], sources: Sequence[Source]) -> list[Floats]:
        """An ab (H, W, 2) float32 for each lightness; all must have one shape (H, W)."""
        batch = np.ascontiguousarray(np.stack(lightness)[:, None], np.float32)
        height, width = batch.shape[-2:]
        padded = np.pad(batch, ((0, 0), (0, 0), (0, -height % 8), (0, -width % 8)), mode="edge")
        raw = self.session.run(None, {"lightness": padded})[0].transpose(0, 2, 3, 1)
        if self.is_class:
            ab = annealed_mean(raw + self.shift, self.temperature)
        else:
            ab = raw * np.float32(SCALE)
        return [resize(one, (padded.shape[2], padded.shape[3]))[:height, :width] for one in ab]


def _session(path: Path, device: str) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    wanted = ["CUDAExecutionProvider"] if device.startswith("cuda") else []
    there = onnxruntime.get_available_providers()
    providers = [name for name in wanted if name in there] + ["CPUExecutionProvider"]
    try:
        # As bytes, so that a file cannot make the runtime read other files beside it.
        return onnxruntime.InferenceSession(path.read_bytes(), options, providers=providers)
    except Exception as error:
        # ONNX Runtime has an exception of its own for each kind of broken file.
        raise ValueError(f"The file {path.name} cannot be read as an ONNX network: {error}") from error


def _checked_facts(session: Any, path: Path, variant: str, rebalance: float) -> Floats:
    """What the decoding adds to the logits; ValueError if the file is not an exported liu2022."""
    try:
        facts = json.loads(session.get_modelmeta().custom_metadata_map[KEY])
        network, there = facts["network"], facts["variant"]
        prior, trained_at = facts["prior"], facts["trained_at"]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"The file {path.name} does not say what it is. Export the weights with: "
            "python -m colorizers.training.export weights.safetensors --out weights.onnx"
        ) from error
    if (network, there) != ("liu2022", variant):
        raise ValueError(f"The file {path.name} holds {network} {there}, not liu2022 {variant}.")
    channels = len(ab_bins()) if variant == "class" else 2
    inputs, outputs = session.get_inputs(), session.get_outputs()
    fits = [item.name for item in inputs] == ["lightness"] and len(outputs) == 1
    if not fits or outputs[0].shape[1] != channels:
        raise ValueError(
            f"The network in {path.name} takes {[item.name for item in inputs]} and gives "
            f"{[item.shape for item in outputs]}; expected the input 'lightness' and {channels} channels."
        )
    if variant != "class":
        return np.zeros(1, np.float32)
    prior = np.asarray(prior, np.float64)
    if prior.shape != (channels,):
        raise ValueError(f"The prior in {path.name} has the shape {prior.shape}; expected ({channels},).")
    reached = prior > 0
    shift = np.full(channels, -np.inf, np.float32)
    wanted, trained = rebalancing_weights(prior, rebalance), rebalancing_weights(prior, trained_at)
    shift[reached] = np.log(wanted[reached]) - np.log(trained[reached])
    return shift


def build(parts: Ingredients) -> Predict:
    """A predictor that runs the exported network."""
    assert parts.weights is not None
    return OnnxPredictor(parts.weights, parts.variant, parts.settings, parts.device)


METHOD = Method(
    name="liu2022",
    summary="Zhang et al.'s classes at 152 pixels, exported to ONNX and run by ONNX Runtime.",
    citation="Liu et al. (2022), Image Colorization, course report, EECS 605, University of Michigan.",
    build=build,
    settings=Settings,
    variants=MappingProxyType({"class": 32_236_011, "l2": 32_155_458}),
    input_multiple=8,
    needs_weights=True,
)
