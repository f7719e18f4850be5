"""Li et al. (2020): the trunk of a ResNet-50 and a light decoder, for ab or for 313 classes.

The paper leaves the decoder open; this one is our reading. The names under `encoder` are those of
torchvision's `resnet50`, without its last layer, so that pretrained trunks load.
"""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from colorizers.networks._base import Network, scaled
from colorizers.networks.codes import AbCode, BinCode

SCALE = 110.0
EXPANSION = 4
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class Li2020(Network):
    """Grey as three ImageNet channels through a ResNet-50 at stride 8, decoded at stride 4."""

    multiple = 8
    mean: Tensor
    std: Tensor

    def __init__(self, variant: str, width: float, neighbours: int) -> None:
        super().__init__()
        self.code = BinCode(neighbours=neighbours) if variant == "class" else AbCode(SCALE)
        self.encoder = ResNet50Trunk(width)
        c256, c512 = scaled(256, width), scaled(512, width)
        self.decoder = nn.Sequential(
            nn.Conv2d(c512 * EXPANSION, c512, 1), nn.ReLU(), nn.BatchNorm2d(c512),
            nn.Conv2d(c512, c512, 3, 1, 1), nn.ReLU(),
            nn.Conv2d(c512, c512, 3, 1, 1), nn.ReLU(),
            nn.Conv2d(c512, c512, 3, 1, 1), nn.ReLU(), nn.BatchNorm2d(c512),
            nn.ConvTranspose2d(c512, c256, 4, 2, 1), nn.ReLU(),
            nn.Conv2d(c256, c256, 3, 1, 1), nn.ReLU(),
            nn.Conv2d(c256, c256, 3, 1, 1), nn.ReLU(),
            nn.Conv2d(c256, self.code.channels, 1),
        )  # fmt: skip
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(IMAGENET_STD)[:, None, None], persistent=False)

    def forward(self, lightness: Tensor) -> Tensor:
        grey = lightness / 100
        raw: Tensor = self.decoder(self.encoder((grey - self.mean) / self.std))
        return raw

    def parameter_groups(self) -> dict[str, list[nn.Parameter]]:
        return {"encoder": list(self.encoder.parameters()), "decoder": list(self.decoder.parameters())}


class ResNet50Trunk(nn.Module):
    """(N, 3, H, W) -> (N, 2048 width, H/8, W/8): He et al. (2016), dilated in layers 3 and 4."""

    def __init__(self, width: float = 1.0) -> None:
        super().__init__()
        c64, c128, c256, c512 = (scaled(channels, width) for channels in (64, 128, 256, 512))
        self.conv1 = nn.Conv2d(3, c64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(c64)
        self.layer1 = _layer(c64, c64, blocks=3)
        self.layer2 = _layer(c64 * EXPANSION, c128, blocks=4, stride=2)
        # Dilation in place of stride; the first block still sees its input at the old spacing.
        self.layer3 = _layer(c128 * EXPANSION, c256, blocks=6, dilations=(1, 2))
        self.layer4 = _layer(c256 * EXPANSION, c512, blocks=3, dilations=(2, 4))

    def forward(self, picture: Tensor) -> Tensor:
        features = F.max_pool2d(F.relu(self.bn1(self.conv1(picture))), 3, 2, 1)
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            features = layer(features)
        return features


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 convolutions with batch norm around a shortcut."""

    def __init__(self, entering: int, planes: int, stride: int, dilation: int) -> None:
        super().__init__()
        leaving = planes * EXPANSION
        self.conv1 = nn.Conv2d(entering, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, stride, dilation, dilation, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, leaving, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(leaving)
        self.downsample = (
            nn.Sequential(nn.Conv2d(entering, leaving, 1, stride, bias=False), nn.BatchNorm2d(leaving))
            if stride > 1 or entering != leaving
            else None
        )

    def forward(self, features: Tensor) -> Tensor:
        inner = F.relu(self.bn1(self.conv1(features)))
        inner = F.relu(self.bn2(self.conv2(inner)))
        shortcut = features if self.downsample is None else self.downsample(features)
        return F.relu(self.bn3(self.conv3(inner)) + shortcut)


def _layer(
    entering: int, planes: int, *, blocks: int, stride: int = 1, dilations: tuple[int, int] = (1, 1)
) -> nn.Sequential:
    first, others = dilations
    layers = [Bottleneck(entering, planes, stride, first)]
    layers += [Bottleneck(planes * EXPANSION, planes, 1, others) for _ in range(blocks - 1)]
    return nn.Sequential(*layers)


def network(variant: str, *, width: float = 1.0, neighbours: int = 5) -> Network:
    """`l2` (34,916,674 parameters at width 1) or `class` (34,996,601)."""
    if variant not in {"class", "l2"}:
        raise ValueError(f"li2020 has the variants 'l2' and 'class', not {variant!r}.")
    return Li2020(variant, width, neighbours)
