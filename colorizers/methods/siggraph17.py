"""Zhang et al. (2017): the authors' network for user-guided colorization, run without a user."""

from types import MappingProxyType

from colorizers.methods._network import RegressionSettings, network_method

METHOD = network_method(
    name="siggraph17",
    title="User-guided network (Zhang 2017)",
    summary="The user-guided network on its authors' released weights; its hints stay empty.",
    citation="Zhang et al. (2017), Real-Time User-Guided Image Colorization with Learned Deep Priors, "
    "SIGGRAPH.",
    settings=RegressionSettings,
    variants=MappingProxyType({"regression": 34_187_027}),
)
