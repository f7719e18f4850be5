"""Schulze et al. (2020): Zhang's blocks in Keras form, ending in a transposed convolution of stride 16.

As published its kernel, 3 x 3, is smaller than its stride: 9 of 256 pixels get a signal, all others the
bias. That is the grid of coloured dots, 14 x 14 at 224 pixels, which the paper shows and does not
explain. The fixed variants differ in that one layer: kernel 32, padding 8.
"""

from torch import Tensor, nn

from colorizers.networks._base import Network, scaled
from colorizers.networks.codes_8bit import NEUTRAL, CantorCode, EightBitCode
from colorizers.networks.zhang2016 import vgg_block

REGRESSION_CHANNELS = 313
STRIDE = 16
LEVELS_PER_LIGHTNESS = 255 / 100


class Schulze2020(Network):
    """8-bit L, not scaled, through nine stages to stride 16 and back up: 121 classes, or 8-bit a and b."""

    multiple = STRIDE

    def __init__(self, *, classes: bool, as_published: bool, width: float) -> None:
        super().__init__()
        c64, c128, c256, c512 = (scaled(channels, width) for channels in (64, 128, 256, 512))
        self.code = CantorCode() if classes else EightBitCode()
        inner = self.code.channels if classes else scaled(REGRESSION_CHANNELS, width)
        self.trunk = nn.Sequential(
            vgg_block(1, c64, convolutions=2, last_stride=2),
            vgg_block(c64, c128, convolutions=2, last_stride=2),
            vgg_block(c128, c256, convolutions=3, last_stride=2),
            vgg_block(c256, c512, convolutions=3),
            vgg_block(c512, c512, convolutions=3, dilation=2),
            vgg_block(c512, c512, convolutions=3, dilation=2),
            vgg_block(c512, c512, convolutions=3),
        )
        self.conv8 = nn.Sequential(
            nn.Conv2d(c512, c256, 3, 2, 1), nn.ReLU(),
            nn.Conv2d(c256, c256, 3, 1, 1), nn.ReLU(),
            nn.Conv2d(c256, c256, 3, 1, 1), nn.ReLU(),
            nn.Conv2d(c256, inner, 1),
        )  # fmt: skip
        # Keras pads a transposed convolution that leaves gaps behind the last dot: output_padding.
        self.upsampling = (
            nn.ConvTranspose2d(inner, inner, 3, STRIDE, output_padding=STRIDE - 3)
            if as_published
            else nn.ConvTranspose2d(inner, inner, 2 * STRIDE, STRIDE, STRIDE // 2)
        )
        self.head = nn.Conv2d(inner, self.code.channels, 1)
        if not classes:
            # Grey at the start: from level 0 the fixed net diverged at the paper's rate.
            nn.init.constant_(self.head.bias, NEUTRAL)  # type: ignore[arg-type]

    def forward(self, lightness: Tensor) -> Tensor:
        features = self.conv8(self.trunk(lightness * LEVELS_PER_LIGHTNESS))
        raw: Tensor = self.head(self.upsampling(features))
        return raw


VARIANTS = {
    "class_as_published": (True, True),
    "class_fixed": (True, False),
    "regression_as_published": (False, True),
    "regression_fixed": (False, False),
}


def network(variant: str, *, width: float = 1.0) -> Network:
    """`class_` or `regression_`, each `as_published` or `fixed`.

    As published they have 31,415,189 and 32,200,543 parameters at width 1; the fixed ones, whose
    upsampling has 1,024 weights for each pair of channels in place of 9, 46,275,804 and 131,639,078.
    """
    if variant not in VARIANTS:
        raise ValueError(f"schulze2020 has the variants {', '.join(VARIANTS)}, not {variant!r}.")
    classes, as_published = VARIANTS[variant]
    return Schulze2020(classes=classes, as_published=as_published, width=width)
