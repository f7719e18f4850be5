"""A network as a predictor: arrays in, arrays out, one photo or many of one shape."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812

from colorizers.networks._base import Network
from colorizers.networks.codes import Decoding
from colorizers.networks.weights import load_network
from colorizers.pictures.colour import Floats
from colorizers.pictures.inference import Source, resize

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
# Which lower precisions `auto` tries, in this order.
_CANDIDATES = {"cpu": ("bfloat16",), "cuda": ("float16", "bfloat16")}
# Half precision counts as equal to full below these differences of a* and b*; see docs/workers.md.
MOST_DIFFERENCE = 0.5
MEAN_DIFFERENCE = 0.05
# What is not clearly faster is not worth other bytes.
WORTHWHILE = 1.2

_shared: WeakValueDictionary[tuple[Any, ...], Network] = WeakValueDictionary()


def shared_network(path: Path, name: str, variant: str, device: str) -> Network:
    """load_network, once in a process for each file and device, however many colorizers decode it.

    The network lives as long as a predictor that uses it. Raises WeightsRefused as load_network does.
    """
    facts = path.stat()
    key = (path.resolve(), facts.st_size, facts.st_mtime_ns, name, variant, device)
    network = _shared.get(key)
    if network is None:
        network = _shared[key] = load_network(path, name, variant)
    return network


class NetworkPredictor:
    """Runs a network on one device; callable as colorizers.pictures.inference.PredictMany.

    It computes in full precision until `choose_precision` says otherwise.
    """

    def __init__(self, network: Network, decoding: Decoding, device: str) -> None:
        self.device = torch.device(device)
        self.network = network.to(self.device).eval()
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.decoding = decoding
        self.precision = torch.float32
        self._memory_was_short = False

    def __call__(self, lightness: Floats, source: Source) -> Floats:
        return self.many([lightness], [source])[0]

    @torch.inference_mode()
    def many(self, lightness: Sequence[Floats], sources: Sequence[Source]) -> list[Floats]:
        """An ab (H, W, 2) float32 for each lightness; all must have one shape (H, W)."""
        if self._memory_was_short:
            torch.cuda.empty_cache()
            self._memory_was_short = False
        try:
            batch = torch.from_numpy(np.stack(lightness)[:, None]).to(self.device, torch.float32)
            with self._arithmetic():
                ab = self.colours(batch)
            return list(ab.permute(0, 2, 3, 1).float().cpu().numpy())
        except torch.OutOfMemoryError:
            self._memory_was_short = True
            raise

    def colours(self, lightness: torch.Tensor) -> torch.Tensor:
        """ab (N, 2, H, W) of L* (N, 1, H, W); sides that the network cannot take are padded by their edge."""
        height, width = lightness.shape[-2:]
        multiple = self.network.multiple
        padded = F.pad(lightness, (0, -width % multiple, 0, -height % multiple), mode="replicate")
        raw = self.network(padded)
        # Colours are decoded in full precision: sums over classes would lose what the network knows.
        with torch.autocast(self.device.type, enabled=False):
            ab = self.network.code.decode(raw.float(), padded, self.decoding)
            ab = F.interpolate(ab, padded.shape[-2:], mode="bilinear", align_corners=False)
        return ab[..., :height, :width]

    @contextlib.contextmanager
    def _arithmetic(self) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            if self.device.type == "cuda":
                # float32 means float32, and the same photo means the same colours.
                stack.enter_context(
                    torch.backends.cudnn.flags(
                        enabled=True, benchmark=False, deterministic=True, allow_tf32=False
                    )
                )
            if self.precision is not torch.float32:
                stack.enter_context(torch.autocast(self.device.type, self.precision))
            yield

    def choose_precision(self, wanted: str, shape: tuple[int, int]) -> dict[str, Any]:
        """Compute in `wanted`: float32, bfloat16, float16, or auto: whatever is faster and equal.

        Equal means that a* and b* of a reference batch of this `shape` (h, w) differ from full
        precision by less than MOST_DIFFERENCE anywhere and MEAN_DIFFERENCE on average. Gives
        `precision` and, of a lower one, the measured `precision_difference`. Raises ValueError for a
        named precision that is unknown or not equal. The choice of `auto` depends on the machine.
        """
        if wanted == "auto":
            return self._choose(shape)
        if wanted not in PRECISIONS:
            raise ValueError(f"The precision must be auto or one of {sorted(PRECISIONS)}, not {wanted!r}.")
        self.precision = PRECISIONS[wanted]
        if wanted == "float32":
            return {"precision": wanted}
        difference = self._difference(wanted, reference_lightness(shape))
        if not _is_equal(difference):
            self.precision = torch.float32
            raise ValueError(
                f"With these weights {wanted} moves a* and b* by up to {difference['max']:.2f} and "
                f"by {difference['mean']:.3f} on average; below {MOST_DIFFERENCE:g} and {MEAN_DIFFERENCE:g} "
                "they would count as equal. Set COLORIZE_PRECISION to float32."
            )
        return {"precision": wanted, "precision_difference": difference}

    def _choose(self, shape: tuple[int, int]) -> dict[str, Any]:
        batch = reference_lightness(shape)
        full = self._seconds("float32", batch)
        for name in _CANDIDATES.get(self.device.type, ()):
            difference = self._difference(name, batch)
            if _is_equal(difference) and self._seconds(name, batch) * WORTHWHILE < full:
                self.precision = PRECISIONS[name]
                return {"precision": name, "precision_difference": difference}
        self.precision = torch.float32
        return {"precision": "float32"}

    def _run(self, name: str, batch: list[Floats]) -> Floats:
        self.precision = PRECISIONS[name]
        return np.stack(self.many(batch, [Source("", made_up=True)] * len(batch)))

    def _difference(self, name: str, batch: list[Floats]) -> dict[str, float]:
        moved = np.abs(self._run(name, batch) - self._run("float32", batch))
        self.precision = PRECISIONS[name]
        return {"max": round(float(moved.max()), 4), "mean": round(float(moved.mean()), 5)}

    def _seconds(self, name: str, batch: list[Floats]) -> float:
        best = float("inf")
        for _ in range(3):  # the first one pays for warming up
            started = time.perf_counter()
            self._run(name, batch)
            best = min(best, time.perf_counter() - started)
        return best


def _is_equal(difference: dict[str, float]) -> bool:
    # Written so that what is not a number is not equal.
    return difference["max"] < MOST_DIFFERENCE and difference["mean"] < MEAN_DIFFERENCE


def reference_lightness(shape: tuple[int, int], number: int = 2) -> list[Floats]:
    """L* of `number` pictures (h, w) that are always the same: smooth areas, edges and some grain."""
    rng = np.random.default_rng(2016)
    pictures = []
    for _ in range(number):
        smooth = resize(rng.uniform(0, 100, (7, 9)).astype(np.float32), shape)
        blocks = resize(rng.integers(0, 2, (5, 5)).astype(np.float32), shape) > 0.5
        grain = rng.normal(0, 2, shape).astype(np.float32)
        pictures.append(np.clip(smooth + np.where(blocks, 15, -15) + grain, 0, 100).astype(np.float32))
    return pictures
