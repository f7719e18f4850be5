"""Isola et al. (2017), pix2pix: a U-Net with concatenated skips and the 70 x 70 PatchGAN that trains it.

Here the task is colour: L* in, ab out, and the discriminator sees both.
"""

import torch
from torch import Tensor, nn

from colorizers.networks._base import Network, scaled
from colorizers.networks.codes import AbCode

SCALE = 110.0
DEPTHS = (3, 10)
DROPOUT = 0.5
DROPOUT_STAGES = 3
INIT_STD = 0.02


class Pix2Pix(Network):
    """L / 50 - 1 down `depth` halvings, to one pixel for 2^depth, and back up to tanh(ab / 110)."""

    def __init__(self, width: float, depth: int) -> None:
        super().__init__()
        self.multiple = 2**depth
        self.width = width
        self.code = AbCode(SCALE, distance="l1")
        channels = [scaled(min(64 * 2**level, 512), width) for level in range(depth)]
        self.down = nn.ModuleList(
            _down(
                channels[level - 1] if level else 1,
                channels[level],
                norm=0 < level < depth - 1,
                act=level > 0,
            )
            for level in range(depth)
        )
        self.up = nn.ModuleList(
            _up(
                # All but the innermost get the features of their own size as well.
                channels[level] * (1 if level == depth - 1 else 2),
                channels[level - 1] if level else 2,
                dropout=depth - 1 - DROPOUT_STAGES <= level < depth - 1 and level > 0,
                last=level == 0,
            )
            for level in reversed(range(depth))
        )
        initialise(self)

    def forward(self, lightness: Tensor) -> Tensor:
        features = lightness / 50 - 1
        skips: list[Tensor] = []
        for stage in self.down:
            features = stage(features)
            skips.append(features)
        features = skips.pop()
        for number, stage in enumerate(self.up):
            features = stage(torch.cat([features, skips.pop()], dim=1) if number else features)
        return features

    def adversary(self) -> nn.Module:
        return PatchDiscriminator(self.width)


class PatchDiscriminator(nn.Module):
    """L* (N, 1, H, W) and ab (N, 2, H, W), both in their own units -> logits (N, 1, h, w).

    Each logit judges a patch of 70 x 70 pixels: is its colour the photo's? 2,765,633 parameters at
    width 1. H and W are at least 32.
    """

    def __init__(self, width: float = 1.0) -> None:
        super().__init__()
        c64, c128, c256, c512 = (scaled(channels, width) for channels in (64, 128, 256, 512))
        self.layers = nn.Sequential(
            nn.Conv2d(3, c64, 4, 2, 1), nn.LeakyReLU(0.2),
            nn.Conv2d(c64, c128, 4, 2, 1, bias=False), nn.BatchNorm2d(c128), nn.LeakyReLU(0.2),
            nn.Conv2d(c128, c256, 4, 2, 1, bias=False), nn.BatchNorm2d(c256), nn.LeakyReLU(0.2),
            nn.Conv2d(c256, c512, 4, 1, 1, bias=False), nn.BatchNorm2d(c512), nn.LeakyReLU(0.2),
            nn.Conv2d(c512, 1, 4, 1, 1),
        )  # fmt: skip
        initialise(self)

    def forward(self, lightness: Tensor, ab: Tensor) -> Tensor:
        logits: Tensor = self.layers(torch.cat([lightness / 50 - 1, ab / SCALE], dim=1))
        return logits


@torch.no_grad()
def initialise(module: nn.Module) -> None:
    """Convolutions from N(0, 0.02), batch norms' scales from N(1, 0.02), biases 0, as in the paper."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            layer.weight.normal_(0, INIT_STD)
        elif isinstance(layer, nn.BatchNorm2d):
            layer.weight.normal_(1, INIT_STD)
        else:
            continue
        if layer.bias is not None:
            layer.bias.zero_()


def _down(entering: int, leaving: int, *, norm: bool, act: bool) -> nn.Sequential:
    layers: list[nn.Module] = [nn.LeakyReLU(0.2)] if act else []
    layers.append(nn.Conv2d(entering, leaving, 4, 2, 1, bias=False))
    if norm:
        layers.append(nn.BatchNorm2d(leaving))
    return nn.Sequential(*layers)


def _up(entering: int, leaving: int, *, dropout: bool, last: bool) -> nn.Sequential:
    layers: list[nn.Module] = [nn.ReLU(), nn.ConvTranspose2d(entering, leaving, 4, 2, 1, bias=last)]
    layers.append(nn.Tanh() if last else nn.BatchNorm2d(leaving))
    if dropout:
        layers.append(nn.Dropout(DROPOUT))
    return nn.Sequential(*layers)


def network(variant: str, *, width: float = 1.0, depth: int = 8) -> Network:
    """`gan`, the only variant: 54,409,858 parameters at width 1 and depth 8, the paper's U-Net-256.

    Sides must be multiples of 2^depth: a compact net of depth 7 takes crops of 128 pixels.
    """
    if variant != "gan":
        raise ValueError(f"pix2pix has the variant 'gan' only, not {variant!r}.")
    if not DEPTHS[0] <= depth <= DEPTHS[1]:
        raise ValueError(f"depth must lie between {DEPTHS[0]} and {DEPTHS[1]}, not {depth}.")
    return Pix2Pix(width, depth)
