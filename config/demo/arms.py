"""The colorizers of the demonstration: in the test, or in the catalogue only, and their weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import colorizers

WEIGHTS = Path(colorizers.__file__).parent / "weights"
"""Where the trained networks that come with the code lie."""

DECODING = {"temperature": 0.38, "rebalance": 0.7}
"""How classes become colours, for both networks alike: Zhang's annealed mean, rebalanced by lambda."""


class WeightsMissing(RuntimeError):
    """The trained networks did not come with this copy of the code; the message says what to do."""


@dataclass(frozen=True)
class Arm:
    """One colorizer of the demonstration and the fool rate that its simulated participants are given.

    `slug` names the colorizer and its condition; `weights` is the name of a file in colorizers/weights.
    """

    slug: str
    method: str
    title: str
    variant: str = ""
    weights: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    fool_rate: float | None = None  # none: it is in the catalogue but not in the test
    is_vigilance: bool = False
    is_in_history: bool = False

    @property
    def is_in_study(self) -> bool:
        return self.is_vigilance or self.fool_rate is not None


# The rates are invented for the simulation, and the report says that they are simulated.
ARMS = (
    Arm("efficientnet-lite-class", "efficientnet_lite", "Pretrained encoder, classification",
        variant="class", weights="efficientnet-lite-class.safetensors", settings=DECODING,
        fool_rate=0.33, is_in_history=True),
    Arm("efficientnet-lite-l2", "efficientnet_lite", "Pretrained encoder, L2",
        variant="l2", weights="efficientnet-lite-l2.safetensors", fool_rate=0.24, is_in_history=True),
    Arm("zhang2016-class", "zhang2016", "Trained from scratch, classification (Zhang 2016, compact)",
        variant="class", weights="zhang2016-class.safetensors", settings=DECODING,
        fool_rate=0.2, is_in_history=True),
    Arm("zhang2016-l2", "zhang2016", "Trained from scratch, L2 (Zhang 2016, compact)",
        variant="l2", weights="zhang2016-l2.safetensors", fool_rate=0.14),
    Arm("welsh2002", "welsh2002", "Colours from the most similar photo (Welsh 2002)"),
    Arm("luminance-table", "luminance_table", "Mean colour of each lightness"),
    Arm("constant-mean", "constant_mean", "Mean colour of all photos"),
    Arm("sepia", "sepia", "Sepia"),
    Arm("grey", "grey", "Black and white"),
    Arm("random", "random", "Colours of another photo (vigilance)", is_vigilance=True),
)  # fmt: skip


def missing_weights(arms: Sequence[Arm] = ARMS, folder: Path = WEIGHTS) -> list[str]:
    """Names of the weights that these arms need and that are not in the folder."""
    return sorted({arm.weights for arm in arms if arm.weights and not (folder / arm.weights).is_file()})


def check_weights(arms: Sequence[Arm] = ARMS, folder: Path = WEIGHTS) -> None:
    """Raise WeightsMissing if the trained networks of these arms are not all there."""
    missing = missing_weights(arms, folder)
    if missing:
        raise WeightsMissing(
            f"The trained networks {', '.join(missing)} are not in {folder}: this copy of Foolrate came "
            "without them. Get the whole repository (git clone, not a package of the code alone; "
            "git checkout -- colorizers/weights brings back files that were deleted), then run it again."
        )
