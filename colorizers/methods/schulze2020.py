"""Schulze et al. (2020): regression or 121 classes, with the published grid of dots or without."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from colorizers.methods._network import network_method

PLACES = ("floor", "centre")


@dataclass(frozen=True)
class Settings:
    """Whether a class means its lower corner ("floor", as published) or its "centre".

    Regression has no classes and no use for it.
    """

    for_classes: ClassVar[tuple[str, ...]] = ("decode_at",)

    decode_at: str = "floor"

    def __post_init__(self) -> None:
        if self.decode_at not in PLACES:
            raise ValueError(f"decode_at must be one of {PLACES}, not {self.decode_at!r}.")


METHOD = network_method(
    name="schulze2020",
    title="Zhang’s blocks on 8-bit Lab (Schulze 2020)",
    summary="Zhang's blocks on 8-bit Lab: regression or 121 classes, with the published dots or without.",
    citation="Schulze et al. (2020), automatic image colorization in Keras, University of Osnabrueck.",
    settings=Settings,
    variants=MappingProxyType(
        {
            "class_as_published": 31_415_189,
            "class_fixed": 46_275_804,
            "regression_as_published": 32_200_543,
            "regression_fixed": 131_639_078,
        }
    ),
    input_size=224,
    # What the paper's regression converged to is one pale tone.
    promises_colour=False,
)
