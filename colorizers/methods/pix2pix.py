"""pix2pix: a U-Net that learned from a discriminator, as Grisanti used it for colour."""

from types import MappingProxyType

from colorizers.methods._network import RegressionSettings, network_method

METHOD = network_method(
    name="pix2pix",
    title="Adversarial U-Net (pix2pix)",
    summary="A U-Net trained against a discriminator of patches, plus L1.",
    citation="Isola et al. (2017), Image-to-Image Translation with Conditional Adversarial Networks, CVPR.",
    settings=RegressionSettings,
    variants=MappingProxyType({"gan": 54_409_858}),
    # Half of what a net of full depth needs: such a net pads the odd photo, a compact one need not.
    input_multiple=128,
)
