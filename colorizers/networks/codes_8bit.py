"""Colour as Schulze et al. (2020) write it down: 8-bit a and b (a* + 128, b* + 128), or 121 classes."""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from colorizers.networks.codes import Code, Decoding, limited, shrunk

NEUTRAL = 128.0
LEVELS = 255.0
STEP = 25
ROWS = 11


class EightBitCode(Code):
    """a* + 128 and b* + 128 themselves, compared by mean squared error in those units."""

    channels = 2

    def loss(self, raw: Tensor, lab: Tensor) -> Tensor:
        """The mean squared error per channel, at the answer's resolution."""
        ab = shrunk(lab[:, 1:], (raw.shape[-2], raw.shape[-1]))
        return F.mse_loss(raw, ab + NEUTRAL)

    def decode(self, raw: Tensor, lightness: Tensor, decoding: Decoding) -> Tensor:
        """Levels beyond 0..255 do not exist and are cut off."""
        return limited(raw.float(), 0, LEVELS) - NEUTRAL


class CantorCode(Code):
    """121 classes: `(ab // 25) * 25` of 8-bit a and b, numbered in the order of their Cantor pairing.

    The pairing of x and y is (x + y)(x + y + 1) / 2 + y. Only 53 of the classes hold a colour of sRGB.
    """

    channels = ROWS * ROWS

    def __init__(self) -> None:
        self.classes, self.corners = _classes_and_corners()

    def target(self, ab: Tensor) -> Tensor:
        """The class (N, h, w), int64, of a* and b* (N, 2, h, w)."""
        levels = (ab + NEUTRAL).round().clamp(0, LEVELS)
        cells = (levels / STEP).floor().long()
        return self.classes.to(ab.device)[cells[:, 0], cells[:, 1]]

    def loss(self, raw: Tensor, lab: Tensor) -> Tensor:
        """The mean cross-entropy, every class weighing the same, at the answer's resolution."""
        ab = shrunk(lab[:, 1:], (raw.shape[-2], raw.shape[-1]))
        return F.cross_entropy(raw.float(), self.target(ab))

    def decode(self, raw: Tensor, lightness: Tensor, decoding: Decoding) -> Tensor:
        """The lower corner of the likeliest class, as published (neutral is -3), or its centre, 12 above."""
        corners = self.corners.to(raw.device)[raw.argmax(dim=1)]
        centred = STEP // 2 if decoding.decode_at == "centre" else 0
        return (corners + centred).clamp(max=LEVELS).permute(0, 3, 1, 2) - NEUTRAL


def cantor_pairing(first: Tensor, second: Tensor) -> Tensor:
    """One number for each pair of natural numbers: (x + y)(x + y + 1) / 2 + y."""
    total = first + second
    return total * (total + 1) // 2 + second


def _classes_and_corners() -> tuple[Tensor, Tensor]:
    """The class (11, 11) of each cell of a and b, and the lower corner (121, 2) float32 of each class."""
    with torch.device("cpu"):
        cells = torch.cartesian_prod(torch.arange(ROWS), torch.arange(ROWS)) * STEP
        order = cantor_pairing(cells[:, 0], cells[:, 1]).argsort()
        return order.argsort().reshape(ROWS, ROWS), cells[order].float()
