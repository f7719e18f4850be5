"""What every network is: lightness in, a raw colour code out, and the code that gives it meaning."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from colorizers.networks.codes import Code


class Network(nn.Module):
    """A module from L* (N, 1, H, W) in 0..100 to a raw code (N, C, h, w); C is `code.channels`.

    H and W are multiples of `multiple`. Scaling the lightness to what the layers want is the network's
    own business, as is the resolution h x w of its answer. `code` turns answers into a* and b* and
    truths into targets.
    """

    multiple: int = 8
    code: Code

    def faults_of(self, tensors: Mapping[str, Tensor]) -> list[str]:
        """What is wrong with complete weights beyond names and shapes, one sentence each."""
        return []

    def parameter_groups(self) -> dict[str, list[nn.Parameter]]:
        """The learned parameters by the part that a recipe may train at its own rate."""
        return {"all": list(self.parameters())}

    def encoder_part(self) -> nn.Module | None:
        """The part that pretrained weights are for, if there is one."""
        part = getattr(self, "encoder", None)
        return part if isinstance(part, nn.Module) else None

    def adversary(self) -> nn.Module | None:
        """A new discriminator to train against, from L* (N, 1, H, W) and ab (N, 2, H, W) to logits.

        None for a network that is trained without one. It is no part of the network's weights.
        """
        return None

    @torch.no_grad()
    def parameter_count(self) -> int:
        """The number of parameters, buffers not counted."""
        return sum(parameter.numel() for parameter in self.parameters())


def scaled(channels: int, width: float) -> int:
    """A layer's number of channels at a width multiplier: a multiple of 8, at least 8."""
    if not 0 < width <= 4:
        raise ValueError(f"The width must lie above 0 and at most at 4, not {width}.")
    return channels if width == 1 else max(8, round(channels * width / 8) * 8)
