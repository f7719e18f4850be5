"""Colour as Pathak et al. (2022) write it down: u* and v* of CIE L*u*v* (D65), scaled to [0, 1]."""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from colorizers.networks.codes import Code, Decoding, limited, shrunk
from colorizers.pictures.colour import WHITE_D65
from colorizers.pictures.inference import AB_LIMIT

# The ranges of 8-bit u and v, as in OpenCV: 255 / 354 (u + 134) and 255 / 262 (v + 140).
LOWEST = (-134.0, -140.0)
RANGE = (354.0, 262.0)
_CURVE_BEND = 0.008856
_CUBE_BEND = 0.2068966
_DARKEST = 1e-3
_SMALLEST_V = 1e-3
_X_WHITE, _, _Z_WHITE = WHITE_D65.tolist()
_WHITE_SUM = _X_WHITE + 15 + 3 * _Z_WHITE


class LuvCode(Code):
    """(u* + 134) / 354 and (v* + 140) / 262, compared by the Huber loss (beta 1)."""

    channels = 2

    def loss(self, raw: Tensor, lab: Tensor) -> Tensor:
        """The mean Huber loss at the answer's resolution; the truth is averaged in L*a*b*, then converted."""
        return F.smooth_l1_loss(raw.float(), self.target(shrunk(lab, (raw.shape[-2], raw.shape[-1]))))

    def target(self, lab: Tensor) -> Tensor:
        """The code (N, 2, h, w) in [0, 1] of L*a*b* colours (N, 3, h, w)."""
        lowest, extent = _column(LOWEST, lab), _column(RANGE, lab)
        return ((lab_to_uv(lab) - lowest) / extent).clamp(0, 1)

    def decode(self, raw: Tensor, lightness: Tensor, decoding: Decoding) -> Tensor:
        """a* and b*, within +-128, of the coded u* and v* at the photo's own lightness.

        The same u* and v* are another colour at another L*, so the answer is scaled to the lightness.
        """
        size = (lightness.shape[-2], lightness.shape[-1])
        if raw.shape[-2:] != size:
            raw = F.interpolate(raw, size, mode="bilinear", align_corners=False)
        raw = limited(raw.float(), 0, 1)
        uv = raw * _column(RANGE, raw) + _column(LOWEST, raw)
        return uv_to_ab(lightness.float(), uv).clamp(-AB_LIMIT, AB_LIMIT)


def lab_to_uv(lab: Tensor) -> Tensor:
    """u* and v* (N, 2, h, w) of L*a*b* (D65) colours (N, 3, h, w); a = b = 0 gives exactly 0."""
    lightness, a, b = lab[:, :1], lab[:, 1:2], lab[:, 2:]
    middle = (lightness + 16) / 116
    luminance = _uncurved(middle)
    x_above = _uncurved(middle + a / 500) - luminance
    z_above = _uncurved(middle - b / 200) - luminance
    total = _WHITE_SUM * luminance + _X_WHITE * x_above + 3 * _Z_WHITE * z_above
    scale: Tensor = 13 * lightness / (_WHITE_SUM * total.clamp(min=1e-9))
    u = 4 * _X_WHITE * (15 * x_above + 3 * _Z_WHITE * (x_above - z_above))
    v = -9 * (_X_WHITE * x_above + 3 * _Z_WHITE * z_above)
    return scale * torch.cat([u, v], dim=1)


def uv_to_ab(lightness: Tensor, uv: Tensor) -> Tensor:
    """a* and b* (N, 2, h, w) of L* (N, 1, h, w) and u*, v* (N, 2, h, w); u = v = 0 gives exactly 0.

    As colorizers.pictures.colour.luv_to_lab, which also says why ratios are written as offsets.
    """
    middle = (lightness + 16) / 116
    luminance = _uncurved(middle)
    scale = 1 / (13 * lightness.clamp(min=_DARKEST))
    u, v = uv[:, :1] * scale, uv[:, 1:] * scale
    v_white = 9 / _WHITE_SUM
    below = (v_white + v).clamp(min=_SMALLEST_V)
    x_ratio = (v_white + 9 * u / (4 * _X_WHITE)).clamp(min=0) / below
    z_ratio = (v_white - (3 * u + 20 * v) / (4 * _Z_WHITE)).clamp(min=0) / below
    middle = _curved(luminance)
    a = 500 * (_curved(luminance * x_ratio) - middle)
    b = 200 * (middle - _curved(luminance * z_ratio))
    return torch.cat([a, b], dim=1)


def _curved(ratio: Tensor) -> Tensor:
    root = ratio.clamp(min=_CURVE_BEND) ** (1 / 3)
    return torch.where(ratio > _CURVE_BEND, root, 7.787 * ratio + 16 / 116)


def _uncurved(curve: Tensor) -> Tensor:
    return torch.where(curve > _CUBE_BEND, curve**3, ((curve - 16 / 116) / 7.787).clamp(min=0))


def _column(values: tuple[float, float], like: Tensor) -> Tensor:
    return torch.tensor(values, device=like.device)[:, None, None]
