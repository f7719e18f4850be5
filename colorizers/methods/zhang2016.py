"""Colorful Image Colorization: classification over 313 colours, or regression with the same trunk."""

from types import MappingProxyType

from colorizers.methods._network import ClassSettings, network_method

METHOD = network_method(
    name="zhang2016",
    title="Colour classes (Zhang 2016)",
    summary="Eight VGG-like blocks that choose among 313 colours, or regress ab (L2).",
    citation="Zhang, Isola and Efros (2016), Colorful Image Colorization, ECCV.",
    settings=ClassSettings,
    variants=MappingProxyType({"class": 32_236_011, "l2": 32_155_458}),
)
