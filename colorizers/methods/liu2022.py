"""The classes of Zhang et al. in a small picture, run by ONNX Runtime; no torch at all."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from colorizers.methods._base import Ingredients, Method
from colorizers.methods._network import ClassSettings
from colorizers.pictures.bins import ab_bins, annealed_mean, rebalancing_shift
from colorizers.pictures.colour import Floats
from colorizers.pictures.inference import AB_LIMIT, ColorizationFailed, Predict, Source, resize
from colorizers.weights.files import KEY, WeightsFacts, facts_in

_EXTERNAL_NUMBERS = "session.model_external_initializers_file_folder_path"
SCALE = 110.0  # of the answers of the L2 variant


@dataclass(frozen=True)
class Settings(ClassSettings):
    """As for every network of classes; the paper's 150 pixels, made a multiple of 8."""

    input_px: int = 152


class OnnxPredictor:
    """An exported network: lightness in, logits or ab out, decoded by numpy."""

    def __init__(self, path: Path, variant: str, settings: Settings, device: str) -> None:
        self.session = _session(path, device)
        self.channels = len(ab_bins()) if variant == "class" else 2
        facts = _checked_facts(self.session, path, variant)
        _check_ends(self.session, path, self.channels)
        self.shift = _shift(facts, path, settings.rebalance) if variant == "class" else None
        self.temperature = settings.temperature

    def __call__(self, lightness: Floats, source: Source) -> Floats:
        return self.many([lightness], [source])[0]

    def many(self, lightness: Sequence[Floats], sources: Sequence[Source]) -> list[Floats]:
        """An ab (H, W, 2) float32 for each lightness; all must have one shape (H, W)."""
        batch = np.ascontiguousarray(np.stack(lightness)[:, None], np.float32)
        height, width = batch.shape[-2:]
        padded = np.pad(batch, ((0, 0), (0, 0), (0, -height % 8), (0, -width % 8)), mode="edge")
        raw = self._answer(padded).transpose(0, 2, 3, 1)
        if self.shift is None:
            ab = raw * np.float32(SCALE)
            # A regression overshoots by a little; what lies twice as far has a wrong scale, and is refused.
            ab = np.where(np.abs(ab) <= 2 * AB_LIMIT, np.clip(ab, -AB_LIMIT, AB_LIMIT), ab)
        else:
            ab = annealed_mean(raw + self.shift, self.temperature)
        return [resize(one, (padded.shape[2], padded.shape[3]))[:height, :width] for one in ab]

    def choose_precision(self, wanted: str, shape: tuple[int, int]) -> dict[str, Any]:
        """Single precision whatever is wanted; gives that, and where the runtime really computes."""
        on_gpu = "CUDAExecutionProvider" in self.session.get_providers()
        return {"precision": "float32"} | ({} if on_gpu else {"device": "cpu"})

    def _answer(self, padded: Floats) -> Floats:
        raw = self.session.run(None, {"lightness": padded})[0]
        if raw.ndim != 4 or raw.shape[:2] != (len(padded), self.channels) or 0 in raw.shape:
            raise ColorizationFailed(
                f"The network answered with an array of shape {raw.shape}; for {len(padded)} photos it must "
                f"be {(len(padded), self.channels)} and a height and width."
            )
        return np.asarray(raw, np.float32)


def _session(path: Path, device: str) -> Any:
    import onnxruntime  # type: ignore[import-untyped]

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Left alone it takes every core, and pins its threads to them, in each of several workers.
    options.intra_op_num_threads = _threads()
    options.inter_op_num_threads = 1
    providers: list[Any] = ["CPUExecutionProvider"]
    if device.startswith("cuda") and "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        number = int(device.partition(":")[2] or 0)
        providers.insert(0, ("CUDAExecutionProvider", {"device_id": number, "use_tf32": 0}))
    # From bytes the runtime would look for numbers kept outside the file below the working folder; there
    # is no such folder here, so that a file is all that its digest says.
    options.add_session_config_entry(_EXTERNAL_NUMBERS, "/nonexistent")
    try:
        return onnxruntime.InferenceSession(path.read_bytes(), options, providers=providers)
    except Exception as error:
        # ONNX Runtime has an exception of its own for each kind of broken file.
        raise ValueError(f"The file {path.name} cannot be read as an ONNX network: {error}") from error


def _threads() -> int:
    """As many as torch may take in this process or, where torch is not in use, OMP_NUM_THREADS."""
    torch = sys.modules.get("torch")
    if torch is not None:
        return int(torch.get_num_threads())
    given = os.environ.get("OMP_NUM_THREADS", "")
    return max(int(given), 1) if given.isdecimal() else len(os.sched_getaffinity(0))


def _checked_facts(session: Any, path: Path, variant: str) -> WeightsFacts:
    """What the file says of itself; ValueError if it is not an exported liu2022 of that variant."""
    metadata = session.get_modelmeta().custom_metadata_map
    if KEY not in metadata:
        raise ValueError(
            f"The file {path.name} does not say what it is. Export the weights with: "
            "python -m colorizers.training.export weights.safetensors --out weights.onnx"
        )
    try:
        facts = facts_in(metadata)
    except ValueError as error:
        raise ValueError(f"The file {path.name} is refused: {error}.") from error
    if (facts.network, facts.variant) != ("liu2022", variant):
        raise ValueError(
            f"The file {path.name} holds {facts.network or 'a network without a name'} "
            f"({facts.variant or 'no variant'}), not liu2022 ({variant})."
        )
    return facts


def _check_ends(session: Any, path: Path, channels: int) -> None:
    """Raise ValueError unless the network takes lightness and gives that many channels."""
    inputs, outputs = session.get_inputs(), session.get_outputs()
    takes = [(item.name, item.type, len(item.shape)) for item in inputs]
    gives = [(item.type, len(item.shape), *item.shape[1:2]) for item in outputs]
    if takes != [("lightness", "tensor(float)", 4)] or gives != [("tensor(float)", 4, channels)]:
        raise ValueError(
            f"The network in {path.name} takes {[(item.name, item.type, item.shape) for item in inputs]} and "
            f"gives {[(item.name, item.type, item.shape) for item in outputs]}; expected was the one input "
            f"'lightness', of single precision and four axes, and one answer of {channels} channels."
        )


def _shift(facts: WeightsFacts, path: Path, rebalance: float) -> Floats:
    """(Q,): what the decoding adds to the logits; minus infinity for classes that the photos lacked."""
    channels = len(ab_bins())
    if facts.prior is None or len(facts.prior) != channels:
        there = "no prior" if facts.prior is None else f"a prior of {len(facts.prior)} classes"
        raise ValueError(f"The file {path.name} has {there}; expected was one of {channels} classes.")
    return rebalancing_shift(np.asarray(facts.prior, np.float64), rebalance, facts.trained_at)


def build(parts: Ingredients) -> Predict:
    """A predictor that runs the exported network."""
    assert parts.weights is not None
    return OnnxPredictor(parts.weights, parts.variant, parts.settings, parts.device)


METHOD = Method(
    name="liu2022",
    title="Colour classes by ONNX Runtime (Liu 2022)",
    summary="Zhang et al.'s classes at 152 pixels, exported to ONNX and run by ONNX Runtime.",
    citation="Liu et al. (2022), Image Colorization, course report, EECS 605, University of Michigan.",
    build=build,
    settings=Settings,
    variants=MappingProxyType({"class": 32_236_011, "l2": 32_155_458}),
    input_multiple=8,
    needs_weights=True,
    weights_formats=(".onnx",),
    runtime="onnxruntime",
)
