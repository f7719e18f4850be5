"""What the methods with a network have in common: their settings and how weights become a predictor.

Imports no torch: facts about a method must be readable where there is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from colorizers.methods._base import Ingredients, Method
from colorizers.pictures.bins import check_temperature
from colorizers.pictures.inference import Predict
from colorizers.weights.files import TENSOR_FORMATS

SIDES = (32, 1024)


@dataclass(frozen=True)
class RegressionSettings:
    """`input_px` squared is about the number of pixels that the network sees of a photo."""

    input_px: int = 256

    def __post_init__(self) -> None:
        if not SIDES[0] <= self.input_px <= SIDES[1]:
            raise ValueError(f"input_px must lie between {SIDES[0]} and {SIDES[1]}, not {self.input_px}.")


@dataclass(frozen=True)
class ClassSettings(RegressionSettings):
    """Also how classes become colours: the annealed mean's `temperature` and the lambda, `rebalance`.

    Variants without classes have no use for either.
    """

    for_classes: ClassVar[tuple[str, ...]] = ("temperature", "rebalance")

    temperature: float = 0.38
    rebalance: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        check_temperature(self.temperature)
        if not 0 <= self.rebalance <= 1:
            raise ValueError(f"rebalance must lie between 0 and 1, not {self.rebalance}.")


def network_method(
    *,
    name: str,
    title: str,
    summary: str,
    citation: str,
    variants: Mapping[str, int],
    settings: type[Any] = RegressionSettings,
    input_multiple: int | None = 8,
    input_size: int | None = None,
    promises_colour: bool = True,
) -> Method:
    """A method that runs the network of the same name on weights from a file."""

    def build(parts: Ingredients) -> Predict:
        # Only here: a worker has torch, the web process has not.
        from colorizers.networks.codes import Decoding
        from colorizers.networks.running import NetworkPredictor, shared_network

        assert parts.weights is not None
        network = shared_network(parts.weights, name, parts.variant, parts.device)
        decoding = Decoding(
            getattr(parts.settings, "temperature", 1.0),
            getattr(parts.settings, "rebalance", None),
            getattr(parts.settings, "decode_at", "floor"),
        )
        return NetworkPredictor(network, decoding, parts.device)

    return Method(
        name=name,
        title=title,
        summary=summary,
        citation=citation,
        build=build,
        settings=settings,
        variants=variants,
        input_multiple=None if input_size else input_multiple,
        input_size=input_size,
        needs_weights=True,
        weights_formats=TENSOR_FORMATS,
        promises_colour=promises_colour,
    )
