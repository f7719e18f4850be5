"""Liu et al. (EECS 605, 2022): the classes of Zhang et al. at 152 pixels, exported to ONNX.

The architecture is that of zhang2016; the paper trains it at 150 x 150 pixels, which are padded here to
a multiple of 8, and runs it by ONNX Runtime.
"""

from colorizers.networks._base import Network
from colorizers.networks.zhang2016 import Zhang2016


def network(variant: str, *, width: float = 1.0, neighbours: int = 5) -> Network:
    """`class` (32,236,011 parameters at width 1) or `l2` (32,155,458)."""
    if variant not in {"class", "l2"}:
        raise ValueError(f"liu2022 has the variants 'class' and 'l2', not {variant!r}.")
    return Zhang2016(variant, width, neighbours)
