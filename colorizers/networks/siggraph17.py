"""Zhang et al. (2017), Real-Time User-Guided Image Colorization: the authors' network, with no user.

The names of the layers are those of the released weights (`siggraph17`), so that these load. The
inputs for hints, ab and mask, are kept and always zero.
"""

import torch
from torch import Tensor, nn

from colorizers.networks._base import Network, scaled
from colorizers.networks.codes import AbCode

SCALE = 110.0
# The released weights also hold a head for classes of ab, a grid at step 10 that is not cut to the gamut.
CLASSES = 529


class Siggraph17(Network):
    """(L - 50) / 100 and empty hints through a U-shaped trunk to ab / 110 at full resolution."""

    multiple = 8

    def __init__(self, width: float) -> None:
        super().__init__()
        self.code = AbCode(SCALE, distance="huber")
        c64, c128, c256, c512 = (scaled(channels, width) for channels in (64, 128, 256, 512))
        self.model1 = nn.Sequential(*_convolutions(4, c64, 2), nn.BatchNorm2d(c64))
        self.model2 = nn.Sequential(*_convolutions(c64, c128, 2), nn.BatchNorm2d(c128))
        self.model3 = nn.Sequential(*_convolutions(c128, c256, 3), nn.BatchNorm2d(c256))
        self.model4 = nn.Sequential(*_convolutions(c256, c512, 3), nn.BatchNorm2d(c512))
        self.model5 = nn.Sequential(*_convolutions(c512, c512, 3, dilation=2), nn.BatchNorm2d(c512))
        self.model6 = nn.Sequential(*_convolutions(c512, c512, 3, dilation=2), nn.BatchNorm2d(c512))
        self.model7 = nn.Sequential(*_convolutions(c512, c512, 3), nn.BatchNorm2d(c512))
        self.model8up = nn.Sequential(nn.ConvTranspose2d(c512, c256, 4, 2, 1))
        self.model3short8 = nn.Sequential(nn.Conv2d(c256, c256, 3, 1, 1))
        self.model8 = nn.Sequential(nn.ReLU(), *_convolutions(c256, c256, 2), nn.BatchNorm2d(c256))
        self.model9up = nn.Sequential(nn.ConvTranspose2d(c256, c128, 4, 2, 1))
        self.model2short9 = nn.Sequential(nn.Conv2d(c128, c128, 3, 1, 1))
        self.model9 = nn.Sequential(nn.ReLU(), *_convolutions(c128, c128, 1), nn.BatchNorm2d(c128))
        self.model10up = nn.Sequential(nn.ConvTranspose2d(c128, c128, 4, 2, 1))
        self.model1short10 = nn.Sequential(nn.Conv2d(c64, c128, 3, 1, 1))
        self.model10 = nn.Sequential(nn.ReLU(), nn.Conv2d(c128, c128, 3, 1, 1), nn.LeakyReLU(0.2))
        self.model_class = nn.Sequential(nn.Conv2d(c256, CLASSES, 1))
        self.model_out = nn.Sequential(nn.Conv2d(c128, 2, 1), nn.Tanh())

    def forward(self, lightness: Tensor) -> Tensor:
        count, _, height, width = lightness.shape
        no_hints = lightness.new_zeros(count, 3, height, width)
        first = self.model1(torch.cat([(lightness - 50) / 100, no_hints], dim=1))
        second = self.model2(_halved(first))
        third = self.model3(_halved(second))
        features = _halved(third)
        for block in (self.model4, self.model5, self.model6, self.model7):
            features = block(features)
        features = self.model8(self.model8up(features) + self.model3short8(third))
        features = self.model9(self.model9up(features) + self.model2short9(second))
        features = self.model10(self.model10up(features) + self.model1short10(first))
        raw: Tensor = self.model_out(features)
        return raw


def _convolutions(entering: int, leaving: int, count: int, *, dilation: int = 1) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for _ in range(count):
        layers += [nn.Conv2d(entering, leaving, 3, 1, dilation, dilation), nn.ReLU()]
        entering = leaving
    return layers


def _halved(features: Tensor) -> Tensor:
    return features[..., ::2, ::2]


def network(variant: str, *, width: float = 1.0) -> Network:
    """`regression`, the only variant: 34,187,027 parameters at width 1."""
    if variant != "regression":
        raise ValueError(f"siggraph17 has the variant 'regression' only, not {variant!r}.")
    return Siggraph17(width)
