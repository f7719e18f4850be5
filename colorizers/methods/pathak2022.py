"""Pathak et al. (2022): VGG16 with skips by sum, in CIE L*u*v*."""

from types import MappingProxyType

from colorizers.methods._network import RegressionSettings, network_method

METHOD = network_method(
    name="pathak2022",
    title="VGG16 encoder (Pathak 2022)",
    summary="VGG16's encoder and a decoder with skips by sum, which regress u* and v* (Huber loss).",
    citation="Pathak et al. (2022), image colorization with a VGG16 encoder in CIE L*u*v*, UC San Diego.",
    settings=RegressionSettings,
    variants=MappingProxyType({"huber": 9_552_642}),
    input_multiple=16,
)
