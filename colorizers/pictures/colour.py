"""sRGB, CIE L*a*b* and CIE L*u*v* (D65), and the CIEDE2000 colour difference; numpy only."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
RGB8 = NDArray[np.uint8]

WHITE_D65 = np.array([0.95047, 1.0, 1.08883])
_SRGB_TO_XYZ = np.array(
    [
        [0.412453, 0.357580, 0.180423],
        [0.212671, 0.715160, 0.072169],
        [0.019334, 0.119193, 0.950227],
    ]
)
# The printed coefficients sum to (0.950456, 1, 1.088754), not to the white point, which alone would
# give white b* = 0.005. Scaling the rows to sum to one makes every grey neutral; nothing else moves
# by more than 0.01.
_TO_XYZ = _SRGB_TO_XYZ / _SRGB_TO_XYZ.sum(axis=1, keepdims=True)
_FROM_XYZ = np.linalg.inv(_TO_XYZ)

_LINEAR_BELOW = 0.04045
_GAMMA_BELOW = 0.0031308
_CUBE_ROOT_ABOVE = 0.008856
_CUBE_ABOVE = 0.2068966
_STRIP_PIXELS = 1 << 19

# Below this lightness u* and v* say nothing about hue, and below this v' there is no colour.
_DARKEST = 1e-3
_SMALLEST_V = 1e-3

# A value that rounds to 0 or 255 anyway has lost nothing that an 8-bit file could hold.
_GAMUT_TOLERANCE = 0.5 / 255


def _linearised(rgb: Floats) -> Floats:
    linear: Floats = np.where(rgb > _LINEAR_BELOW, np.power((rgb + 0.055) / 1.055, 2.4), rgb / 12.92)
    return linear


_LINEAR_OF_8_BIT_EXACTLY = _linearised(np.arange(256) / 255)
_LINEAR_OF_8_BIT = _LINEAR_OF_8_BIT_EXACTLY.astype(np.float32)


def as_floats(values: NDArray[Any]) -> Floats:
    """The array itself if it is float32 or float64, else a float64 copy; any shape."""
    values = np.asarray(values)
    return values if values.dtype in (np.float32, np.float64) else values.astype(np.float64)


def _linear_rgb(rgb: NDArray[Any]) -> Floats:
    rgb = np.asarray(rgb)
    if rgb.ndim < 1 or rgb.shape[-1] != 3:
        raise ValueError(f"A colour array ends in 3 channels, but this one has the shape {rgb.shape}.")
    if rgb.dtype == np.uint8:
        linear: Floats = _LINEAR_OF_8_BIT[rgb]
        return linear
    return _linearised(as_floats(rgb))


def _lab_curve(ratio: Floats) -> Floats:
    curve = np.where(ratio > _CUBE_ROOT_ABOVE, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return curve.astype(ratio.dtype)


def rgb_to_lab(rgb: NDArray[Any]) -> Floats:
    """CIE L*a*b* (D65) of sRGB colours.

    `rgb` is (..., 3), either uint8 or floats in [0, 1]; the result is (..., 3) with L in 0..100 and
    a, b in about -108..98. uint8 and float32 give float32, the rest float64. Thresholds and matrix
    as in scikit-image, rows scaled so that greys are neutral.
    """
    return _lab_of_linear(_linear_rgb(rgb))


def _lab_of_linear(linear: Floats) -> Floats:
    curve = _lab_curve(linear @ _TO_XYZ.T.astype(linear.dtype))
    lab = np.empty_like(curve)
    lab[..., 0] = 116 * curve[..., 1] - 16
    lab[..., 1] = 500 * (curve[..., 0] - curve[..., 1])
    lab[..., 2] = 200 * (curve[..., 1] - curve[..., 2])
    return lab


def rgb8_to_lab(rgb8: RGB8) -> NDArray[np.float64]:
    """`rgb_to_lab` of uint8 colours (..., 3) in double precision: that of `rgb8 / 255`, in half the time."""
    return np.asarray(_lab_of_linear(_LINEAR_OF_8_BIT_EXACTLY[rgb8]), np.float64)


def rgb_to_lightness(rgb: NDArray[Any]) -> Floats:
    """L* in 0..100 of sRGB colours: (..., 3), uint8 or floats in [0, 1], to (...)."""
    linear = _linear_rgb(rgb)
    red, green, blue = _TO_XYZ[1].astype(linear.dtype)
    luminance = red * linear[..., 0] + green * linear[..., 1] + blue * linear[..., 2]
    return 116 * _lab_curve(luminance) - 16


def lab_to_unclipped_rgb(lab: NDArray[Any]) -> Floats:
    """sRGB of L*a*b* colours, (..., 3) to (..., 3); values outside [0, 1] are outside the gamut."""
    lab = as_floats(lab)
    if lab.ndim < 1 or lab.shape[-1] != 3:
        raise ValueError(f"A colour array ends in 3 channels, but this one has the shape {lab.shape}.")
    curve = np.empty_like(lab)
    curve[..., 1] = (lab[..., 0] + 16) / 116
    curve[..., 0] = curve[..., 1] + lab[..., 1] / 500
    curve[..., 2] = np.maximum(curve[..., 1] - lab[..., 2] / 200, 0)
    ratio = np.where(curve > _CUBE_ABOVE, curve**3, (curve - 16 / 116) / 7.787).astype(lab.dtype)
    # The rows of the matrix sum to one; written as offsets from Y, a grey stays exactly grey.
    across = _FROM_XYZ[:, [0, 2]].T.astype(lab.dtype)
    linear = ratio[..., 1:2] + (ratio[..., [0, 2]] - ratio[..., 1:2]) @ across
    bright = 1.055 * np.power(np.maximum(linear, _GAMMA_BELOW), 1 / 2.4) - 0.055
    return np.where(linear > _GAMMA_BELOW, bright, 12.92 * linear).astype(lab.dtype)


def rgb_to_luv(rgb: NDArray[Any]) -> Floats:
    """CIE L*u*v* (D65) of sRGB colours, (..., 3) to (..., 3): L in 0..100, u in -84..176, v in -135..108.

    Input as in `rgb_to_lab`; greys, and black, get u and v of exactly 0.
    """
    linear = _linear_rgb(rgb)
    # X/Xn - Y/Yn and Z/Zn - Y/Yn: the rows of the matrix sum to one, so a grey leaves no rest.
    offsets = linear[..., [0, 2]] - linear[..., 1:2]
    x_above_y, z_above_y = np.moveaxis(offsets @ (_TO_XYZ[[0, 2]] - _TO_XYZ[1])[:, [0, 2]].T, -1, 0)
    luminance = linear[..., 1] + offsets @ _TO_XYZ[1, [0, 2]]
    x_white, _, z_white = WHITE_D65.tolist()
    white = x_white + 15 + 3 * z_white
    total = white * luminance + x_white * x_above_y + 3 * z_white * z_above_y
    scale = 13 / (white * np.where(total > 0, total, 1))
    luv = np.empty_like(linear)
    luv[..., 0] = 116 * _lab_curve(luminance) - 16
    u = x_white * (15 * x_above_y + 3 * z_white * (x_above_y - z_above_y)) * 4
    v = -9 * (x_white * x_above_y + 3 * z_white * z_above_y)
    luv[..., 1] = luv[..., 0] * scale * u
    luv[..., 2] = luv[..., 0] * scale * v
    return luv


def luv_to_lab(luv: NDArray[Any]) -> Floats:
    """CIE L*a*b* (D65) of L*u*v* colours, (..., 3) to (..., 3); u = v = 0 gives exactly a = b = 0.

    Colours that cannot exist (negative X, Y or Z) are moved to the nearest bound, X or Z of 0.
    """
    luv = as_floats(luv)
    if luv.ndim < 1 or luv.shape[-1] != 3:
        raise ValueError(f"A colour array ends in 3 channels, but this one has the shape {luv.shape}.")
    lightness = luv[..., 0]
    curve = (lightness + 16) / 116
    luminance = np.where(curve > _CUBE_ABOVE, curve**3, (curve - 16 / 116) / 7.787)
    scale = 1 / (13 * np.maximum(lightness, _DARKEST))
    u, v = luv[..., 1] * scale, luv[..., 2] * scale
    x_white, _, z_white = WHITE_D65.tolist()
    v_white = 9 / (x_white + 15 + 3 * z_white)
    # Ratios to white, written as offsets from u'n, v'n so that a grey keeps the ratio of exactly 1.
    below = np.maximum(v_white + v, _SMALLEST_V)
    x_ratio = np.maximum(v_white + 9 * u / (4 * x_white), 0) / below
    z_ratio = np.maximum(v_white - (3 * u + 20 * v) / (4 * z_white), 0) / below
    middle = _lab_curve(luminance)
    lab = np.empty_like(luv)
    lab[..., 0] = lightness
    lab[..., 1] = 500 * (_lab_curve(luminance * x_ratio) - middle)
    lab[..., 2] = 200 * (middle - _lab_curve(luminance * z_ratio))
    return lab


def out_of_gamut(rgb: Floats) -> NDArray[np.bool_]:
    """Which unclipped sRGB colours, (..., 3), clipping moves by more than half an 8-bit level: (...)."""
    outside = (rgb < -_GAMUT_TOLERANCE) | (rgb > 1 + _GAMUT_TOLERANCE)
    return np.asarray(outside.any(axis=-1))


def lab_to_rgb(lab: NDArray[Any]) -> tuple[Floats, float]:
    """sRGB in [0, 1] of L*a*b* colours, (..., 3), and the share of colours that had to be clipped."""
    rgb = lab_to_unclipped_rgb(lab)
    clipped = out_of_gamut(rgb)
    return np.clip(rgb, 0, 1), float(clipped.mean()) if clipped.size else 0.0


def to_8_bit(rgb: Floats) -> RGB8:
    """Floats in [0, 1] as uint8, rounded to the nearest level; values outside are clipped."""
    return np.rint(np.clip(rgb, 0, 1) * 255).astype(np.uint8)


def row_strips(height: int, width: int) -> list[slice]:
    """Slices of rows that cover a picture in pieces of about half a million pixels."""
    rows = max(1, _STRIP_PIXELS // max(width, 1))
    return [slice(top, min(top + rows, height)) for top in range(0, height, rows)]


def mean_chroma(rgb8: RGB8) -> float:
    """Mean of sqrt(a*^2 + b*^2) over an 8-bit picture (H, W, 3): 0 for greys, about 20 for a photo."""
    height, width = rgb8.shape[:2]
    total = 0.0
    for rows in row_strips(height, width):
        lab = rgb_to_lab(rgb8[rows])
        total += float(np.hypot(lab[..., 1], lab[..., 2]).sum(dtype=np.float64))
    return float(total / (height * width))


def ciede2000(first: NDArray[Any], second: NDArray[Any]) -> Floats:
    """CIEDE2000 difference of L*a*b* colours, (..., 3) and (..., 3) to (...), kL = kC = kH = 1.

    Symmetric, 0 for equal colours, about 1 at the threshold of visibility.
    Sharma, Wu and Dalal (2005), The CIEDE2000 color-difference formula, Color Res. Appl. 30(1).
    """
    light1, a1, b1 = np.moveaxis(as_floats(first), -1, 0)
    light2, a2, b2 = np.moveaxis(as_floats(second), -1, 0)

    stretch = 1 + 0.5 * (1 - _chroma_weight((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2))
    a1, a2 = a1 * stretch, a2 * stretch
    chroma1, chroma2 = np.hypot(a1, b1), np.hypot(a2, b2)
    hue1, hue2 = np.arctan2(b1, a1) % (2 * np.pi), np.arctan2(b2, a2) % (2 * np.pi)

    turn = hue2 - hue1
    wraps = np.abs(turn) > np.pi
    turn = np.where(wraps, turn - np.copysign(2 * np.pi, turn), turn)
    hue_sum = hue1 + hue2
    hue = np.where(wraps, (hue_sum + np.where(hue_sum < 2 * np.pi, 2, -2) * np.pi) / 2, hue_sum / 2)
    # The hue of a grey is undefined: the other colour's hue is the mean, and there is no turn.
    grey = chroma1 * chroma2 == 0
    turn, hue = np.where(grey, 0, turn), np.where(grey, hue_sum, hue)

    light, chroma = (light1 + light2) / 2, (chroma1 + chroma2) / 2
    d_light, d_chroma = light2 - light1, chroma2 - chroma1
    d_hue = 2 * np.sqrt(chroma1 * chroma2) * np.sin(turn / 2)
    offset = (light - 50) ** 2
    scaled_light = d_light / (1 + 0.015 * offset / np.sqrt(20 + offset))
    scaled_chroma = d_chroma / (1 + 0.045 * chroma)
    scaled_hue = d_hue / (1 + 0.015 * chroma * _hue_weight(hue))
    rotation = -2 * _chroma_weight(chroma) * np.sin(np.deg2rad(60) * _near_blue(hue))
    squared = scaled_light**2 + scaled_chroma**2 + scaled_hue**2 + rotation * scaled_chroma * scaled_hue
    difference: Floats = np.sqrt(np.maximum(squared, 0))
    return difference


def _chroma_weight(chroma: Floats) -> Floats:
    squared = chroma * chroma
    seventh = squared * squared * squared * chroma
    weight: Floats = np.sqrt(seventh / (seventh + 25.0**7))
    return weight


def _hue_weight(hue: Floats) -> Floats:
    return np.asarray(
        1
        - 0.17 * np.cos(hue - np.deg2rad(30))
        + 0.24 * np.cos(2 * hue)
        + 0.32 * np.cos(3 * hue + np.deg2rad(6))
        - 0.20 * np.cos(4 * hue - np.deg2rad(63))
    )


def _near_blue(hue: Floats) -> Floats:
    return np.exp(-(((np.rad2deg(hue) - 275) / 25) ** 2))
