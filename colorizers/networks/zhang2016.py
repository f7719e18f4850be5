"""Zhang, Isola and Efros (2016), Colorful Image Colorization, ECCV: eight VGG-like blocks.

The names of the layers are those of the authors' released weights (`eccv16`), so that these load.
"""

from collections.abc import Mapping

from torch import Tensor, nn

from colorizers.networks._base import Network, scaled
from colorizers.networks.codes import AbCode, BinCode

SCALE = 110.0


class Zhang2016(Network):
    """(L - 50) / 100 through eight blocks to stride 4: 313 classes or ab / 110."""

    multiple = 8

    def __init__(self, variant: str, width: float, neighbours: int) -> None:
        super().__init__()
        c64, c128, c256, c512 = (scaled(channels, width) for channels in (64, 128, 256, 512))
        self.model1 = vgg_block(1, c64, convolutions=2, last_stride=2)
        self.model2 = vgg_block(c64, c128, convolutions=2, last_stride=2)
        self.model3 = vgg_block(c128, c256, convolutions=3, last_stride=2)
        self.model4 = vgg_block(c256, c512, convolutions=3)
        self.model5 = vgg_block(c512, c512, convolutions=3, dilation=2)
        self.model6 = vgg_block(c512, c512, convolutions=3, dilation=2)
        self.model7 = vgg_block(c512, c512, convolutions=3)
        classes = variant == "class"
        self.code = BinCode(neighbours=neighbours) if classes else AbCode(SCALE)
        self.model8 = nn.Sequential(
            nn.ConvTranspose2d(c512, c256, 4, 2, 1), nn.ReLU(),
            nn.Conv2d(c256, c256, 3, 1, 1), nn.ReLU(),
            nn.Conv2d(c256, c256, 3, 1, 1), nn.ReLU(),
            nn.Conv2d(c256, self.code.channels, 1),
        )  # fmt: skip
        if classes:
            # The classes' centres, as a layer: the released weights hold it, the code computes it.
            self.model_out = nn.Conv2d(self.code.channels, 2, 1, bias=False)
            self.model_out.requires_grad_(False)
            self.model_out.weight.copy_(self.code.bins.T[:, :, None, None])  # type: ignore[union-attr]

    def faults_of(self, tensors: Mapping[str, Tensor]) -> list[str]:
        """Classes in another order than ours would give every photo wrong colours, and no error."""
        if not isinstance(self.code, BinCode):
            return []
        ours = self.code.bins.double()
        theirs = tensors["model_out.weight"][:, :, 0, 0].T.double()
        scale = (ours * theirs).sum() / ours.square().sum()
        # Whoever works with ab / 110 has the same colours on another scale.
        if scale > 0 and (theirs - scale * ours).norm() <= 0.1 * scale * ours.norm():
            return []
        return [
            "model_out.weight gives the classes other colours than the 313 bins in their order (a first, "
            "then b, each from low to high): reorder the classes, or train again."
        ]

    def forward(self, lightness: Tensor) -> Tensor:
        features = (lightness - 50) / 100
        for block in (
            self.model1,
            self.model2,
            self.model3,
            self.model4,
            self.model5,
            self.model6,
            self.model7,
        ):
            features = block(features)
        raw: Tensor = self.model8(features)
        return raw


def vgg_block(
    entering: int, leaving: int, *, convolutions: int, last_stride: int = 1, dilation: int = 1
) -> nn.Sequential:
    """3 x 3 convolutions with ReLU, the last one with the stride, and one batch norm behind them."""
    layers: list[nn.Module] = []
    for number in range(convolutions):
        stride = last_stride if number == convolutions - 1 else 1
        layers += [nn.Conv2d(entering, leaving, 3, stride, dilation, dilation), nn.ReLU()]
        entering = leaving
    return nn.Sequential(*layers, nn.BatchNorm2d(leaving))


def network(variant: str, *, width: float = 1.0, neighbours: int = 5) -> Network:
    """`class` (32,236,011 parameters at width 1) or `l2` (32,155,458)."""
    if variant not in {"class", "l2"}:
        raise ValueError(f"zhang2016 has the variants 'class' and 'l2', not {variant!r}.")
    return Zhang2016(variant, width, neighbours)
