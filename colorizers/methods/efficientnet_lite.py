"""Ours: a pretrained EfficientNet-Lite0 trunk and a small decoder."""

from dataclasses import dataclass
from types import MappingProxyType

from colorizers.methods._network import ClassSettings, network_method


@dataclass(frozen=True)
class Settings(ClassSettings):
    """As for every network of classes; 224 pixels and a milder rebalancing suit this one."""

    input_px: int = 224
    rebalance: float = 0.7


METHOD = network_method(
    name="efficientnet_lite",
    title="Pretrained encoder (EfficientNet-Lite0)",
    summary="A pretrained EfficientNet-Lite0 and a small decoder: the strongest that a CPU trains here.",
    citation=(
        "Our net, after Li et al.'s idea to start from a pretrained classifier. Trunk: Tan and Le (2019), "
        "EfficientNet, ICML, in the variant EfficientNet-Lite of 2020."
    ),
    settings=Settings,
    variants=MappingProxyType({"class": 4_313_433, "l2": 4_283_266}),
    input_multiple=32,
)
