"""Ours: a pretrained EfficientNet-Lite0 trunk and a small decoder, made to be trained on a CPU.

The trunk: Liu (2020), Higher accuracy on vision models with EfficientNet-Lite, after Tan and Le (2019),
EfficientNet, ICML; its layers bear the names of the released weights, so that these load. The idea to
start from a pretrained classifier is that of Li et al. (2020).
"""

from itertools import pairwise

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from colorizers.networks._base import Network, scaled
from colorizers.networks.codes import AbCode, BinCode

# (blocks, kernel, stride of the first, expansion, channels)
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
STEM = 32
# Where the decoder taps the trunk: after which block, and how many channels it finds there.
TAPS = {2: 24, 4: 40, 10: 112, 15: 320}  # strides 4, 8, 16, 32
NORM_EPSILON = 1e-3


class SameConv(nn.Conv2d):
    """A convolution padded as TensorFlow pads: what is odd goes to the right and to the bottom."""

    def __init__(self, entering: int, leaving: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__(entering, leaving, kernel, stride, groups=groups, bias=False)
        total = kernel - stride
        self.margins = (total // 2, total - total // 2) * 2

    def forward(self, features: Tensor) -> Tensor:
        padded = F.pad(features, self.margins) if any(self.margins) else features
        return super().forward(padded)


class Block(nn.Module):
    """Mobile inverted bottleneck: expand, filter each channel, project; ReLU6, no squeeze-and-excitation."""

    def __init__(self, entering: int, leaving: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = entering * expansion
        self.expands = expansion != 1
        self.skips = stride == 1 and entering == leaving
        if self.expands:
            self._expand_conv = SameConv(entering, inner, 1)
            self._bn0 = nn.BatchNorm2d(inner, eps=NORM_EPSILON)
        self._depthwise_conv = SameConv(inner, inner, kernel, stride, groups=inner)
        self._bn1 = nn.BatchNorm2d(inner, eps=NORM_EPSILON)
        self._project_conv = SameConv(inner, leaving, 1)
        self._bn2 = nn.BatchNorm2d(leaving, eps=NORM_EPSILON)

    def forward(self, features: Tensor) -> Tensor:
        inner = F.relu6(self._bn0(self._expand_conv(features))) if self.expands else features
        inner = F.relu6(self._bn1(self._depthwise_conv(inner)))
        inner = self._bn2(self._project_conv(inner))
        left: Tensor = features + inner if self.skips else inner
        return left


class Trunk(nn.Module):
    """EfficientNet-Lite0 without its classifier: a picture (N, 3, H, W) to one map for each tap."""

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem = SameConv(3, STEM, 3, 2)
        self._bn0 = nn.BatchNorm2d(STEM, eps=NORM_EPSILON)
        blocks, entering = [], STEM
        for count, kernel, stride, expansion, leaving in STAGES:
            for number in range(count):
                blocks.append(Block(entering, leaving, kernel, 1 if number else stride, expansion))
                entering = leaving
        self._blocks = nn.ModuleList(blocks)

    def forward(self, picture: Tensor) -> list[Tensor]:
        features = F.relu6(self._bn0(self._conv_stem(picture)))
        found = []
        for number, block in enumerate(self._blocks):
            features = block(features)
            if number in TAPS:
                found.append(features)
        return found


class EfficientNetLite(Network):
    """Grey picture through the trunk, decoder back up to stride 4: 313 classes, or ab / 110."""

    multiple = 32

    def __init__(
        self, variant: str, width: float, neighbours: int, dropout: float, tap_dropout: float
    ) -> None:
        super().__init__()
        self.is_class = variant == "class"
        self.code = BinCode(neighbours=neighbours) if self.is_class else AbCode()
        self.trunk = Trunk()
        taps = list(TAPS.values())[::-1]
        channels = [scaled(count, width) for count in (256, 192, 128, 96)]
        self.laterals = nn.ModuleList(
            nn.Sequential(nn.Conv2d(tap, leaving, 1, bias=False), nn.BatchNorm2d(leaving))
            for tap, leaving in zip(taps, channels, strict=True)
        )
        self.ups = nn.ModuleList(Merge(above, below) for above, below in pairwise(channels))
        self.tap_dropout, self.dropout = nn.Dropout2d(tap_dropout), nn.Dropout2d(dropout)
        self.head = nn.Conv2d(channels[-1], self.code.channels, 1)
        # Near grey at first: a head that begins with loud noise teaches the layers before it silence.
        nn.init.normal_(self.head.weight, std=0.01)

    def forward(self, lightness: Tensor) -> Tensor:
        # The trunk saw (rgb - 127) / 128 of colour photos; L* is near enough to their grey level.
        grey = (lightness * 2.55 - 127) / 128
        maps = [self.tap_dropout(found) for found in self.trunk(grey.expand(-1, 3, -1, -1))[::-1]]
        features = self.dropout(_leaky(self.laterals[0](maps[0])))
        for lateral, up, taken in zip(self.laterals[1:], self.ups, maps[1:], strict=True):
            features = up(features, lateral(taken))
        raw: Tensor = self.head(self.dropout(features))
        return raw if self.is_class else torch.tanh(raw)

    def parameter_groups(self) -> dict[str, list[nn.Parameter]]:
        """`encoder`: the trunk; `decoder`: the rest."""
        decoder = [value for name, value in self.named_parameters() if not name.startswith("trunk.")]
        return {"encoder": list(self.trunk.parameters()), "decoder": decoder}

    def encoder_part(self) -> nn.Module:
        return self.trunk


class Merge(nn.Module):
    """Coarse features, enlarged and narrowed, added to a lateral of twice the size, then refined."""

    def __init__(self, above: int, below: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(above, below, 1, bias=False)
        self.refine = nn.Sequential(
            nn.Conv2d(below, below, 3, 1, 1, bias=False), nn.BatchNorm2d(below), nn.LeakyReLU(0.1),
            nn.Conv2d(below, below, 3, 1, 1, bias=False), nn.BatchNorm2d(below),
        )  # fmt: skip

    def forward(self, coarse: Tensor, lateral: Tensor) -> Tensor:
        enlarged = F.interpolate(
            self.narrow(coarse), lateral.shape[-2:], mode="bilinear", align_corners=False
        )
        merged = _leaky(enlarged + lateral)
        return _leaky(merged + self.refine(merged))


def _leaky(features: Tensor) -> Tensor:
    # A plain ReLU died in the whole decoder under squared error: one colour for every photo.
    return F.leaky_relu(features, 0.1)


def network(
    variant: str, *, width: float = 1.0, neighbours: int = 5, dropout: float = 0.2, tap_dropout: float = 0.15
) -> Network:
    """`class` (313 colours) or `l2` (ab), both at stride 4; `width` scales the decoder only.

    In training, `tap_dropout` of the trunk's channels are hidden from the decoder, and `dropout` of its own
    from its first and its last layer.
    """
    if variant not in {"class", "l2"}:
        raise ValueError(f"efficientnet_lite has the variants 'class' and 'l2', not {variant!r}.")
    for name, share in {"dropout": dropout, "tap_dropout": tap_dropout}.items():
        if not 0 <= share < 1:
            raise ValueError(f"{name} must lie between 0 and 1, not {share}.")
    return EfficientNetLite(variant, width, neighbours, dropout, tap_dropout)
