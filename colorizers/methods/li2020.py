"""Li et al. (2020): does classification fool people more often than regression with the same trunk?"""

from types import MappingProxyType

from colorizers.methods._network import ClassSettings, network_method

METHOD = network_method(
    name="li2020",
    title="ResNet-50 encoder (Li 2020)",
    summary="A ResNet-50 trunk with a light decoder that regresses ab (L2) or chooses among 313 colours.",
    citation="Li et al. (2020), image colorization with a ResNet-50 encoder, University of Michigan.",
    settings=ClassSettings,
    variants=MappingProxyType({"l2": 34_916_674, "class": 34_996_601}),
)
