"""Pathak et al. (2022): the encoder of VGG16 down to its fourth pooling, skips by sum, u* and v* out.

The decoder is the plain one that has the parameters the paper's description adds up to: four times
convolution, batch norm, ReLU, 2 x 2 transposed convolution, sum with the pooled features of that size.
The names under `encoder` are those of torchvision's `vgg16`, so that pretrained encoders load.
"""

from itertools import pairwise

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from colorizers.networks._base import Network, scaled
from colorizers.networks.codes_luv import LuvCode

MEAN, STD = 0.4697, 0.2610
# Channels of VGG16's blocks and how many convolutions each has, down to conv4_3.
BLOCKS = ((64, 2), (128, 2), (256, 3), (512, 3))
LAST_CHANNELS = 32
LAST_LAYERS = ("sigmoid", "relu")
UPSAMPLINGS = ("transposed", "bilinear")


class Pathak2022(Network):
    """Grey, three times, through a U of VGG16's blocks to u* and v* in [0, 1] at full resolution."""

    multiple = 16

    def __init__(self, width: float, last_layer: str, upsampling: str) -> None:
        super().__init__()
        self.code = LuvCode()
        self.last_layer = last_layer
        self.encoder = VGG16Encoder(width)
        channels = [scaled(channels, width) for channels, _ in reversed(BLOCKS)]
        channels.append(scaled(LAST_CHANNELS, width))
        self.decoder = nn.ModuleList(_stage(*pair, upsampling) for pair in pairwise(channels))
        self.head = nn.Conv2d(channels[-1], 2, 3, 1, 1)

    def forward(self, lightness: Tensor) -> Tensor:
        grey = ((lightness / 100 - MEAN) / STD).expand(-1, 3, -1, -1)
        *skips, features = self.encoder(grey)
        for stage in self.decoder:
            features = stage(features)
            if skips:
                features = features + skips.pop()
        raw: Tensor = self.head(features)
        return torch.sigmoid(raw) if self.last_layer == "sigmoid" else F.relu(raw)

    def parameter_groups(self) -> dict[str, list[nn.Parameter]]:
        rest = [*self.decoder.parameters(), *self.head.parameters()]
        return {"encoder": list(self.encoder.parameters()), "rest": rest}


class VGG16Encoder(nn.Module):
    """(N, 3, H, W) -> the pooled features of four blocks, at strides 2, 4, 8 and 16."""

    def __init__(self, width: float = 1.0) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        entering = 3
        for channels, convolutions in BLOCKS:
            leaving = scaled(channels, width)
            for _ in range(convolutions):
                layers += [nn.Conv2d(entering, leaving, 3, 1, 1), nn.ReLU()]
                entering = leaving
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)

    def forward(self, picture: Tensor) -> list[Tensor]:
        found = []
        features = picture
        for layer in self.features:
            features = layer(features)
            if isinstance(layer, nn.MaxPool2d):
                found.append(features)
        return found


def _stage(entering: int, leaving: int, upsampling: str) -> nn.Sequential:
    up: nn.Module = (
        nn.ConvTranspose2d(leaving, leaving, 2, 2)
        if upsampling == "transposed"
        else nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
    )
    return nn.Sequential(nn.Conv2d(entering, leaving, 3, 1, 1), nn.BatchNorm2d(leaving), nn.ReLU(), up)


def network(
    variant: str, *, width: float = 1.0, last_layer: str = "sigmoid", upsampling: str = "transposed"
) -> Network:
    """`huber`, the only variant: 9,552,642 parameters at width 1.

    The paper's ablations: `last_layer` "sigmoid" or "relu", `upsampling` "transposed" or "bilinear".
    """
    if variant != "huber":
        raise ValueError(f"pathak2022 has the variant 'huber' only, not {variant!r}.")
    if last_layer not in LAST_LAYERS:
        raise ValueError(f"last_layer must be one of {LAST_LAYERS}, not {last_layer!r}.")
    if upsampling not in UPSAMPLINGS:
        raise ValueError(f"upsampling must be one of {UPSAMPLINGS}, not {upsampling!r}.")
    return Pathak2022(width, last_layer, upsampling)
