"""ICC profiles made from primaries, white and curve: one converter serves whatever says its colours."""

import struct
from collections.abc import Sequence

import numpy as np

Point = tuple[float, float]
"""x and y of CIE 1931."""

D65: Point = (0.3127, 0.3290)
SRGB_PRIMARIES: tuple[Point, Point, Point] = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
# The sRGB curve as ICC's parametric function 3: g, a, b, c, d.
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)

_D50 = np.array([0.9642, 1.0, 0.8249])
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def rgb_profile(primaries: Sequence[Point], white: Point = D65, curve: Sequence[float] = SRGB_CURVE) -> bytes:
    """A display profile; `curve` is (gamma,) or the five numbers of a curve such as sRGB's.

    Raises ValueError for primaries that span no colours.
    """
    columns = np.array([_xyz(point) for point in primaries]).T
    scale = np.linalg.solve(columns, _xyz(white))
    adapted = _to_d50(_xyz(white)) @ columns * scale
    if not (np.isfinite(adapted).all() and (scale > 0).all()):
        raise ValueError("primaries that span no colours")
    numbers = struct.pack(f">{len(curve)}i", *(round(part * 65536) for part in curve))
    kind = {1: 0, 5: 3}[len(curve)]
    parametric = b"para" + bytes(4) + struct.pack(">HH", kind, 0) + numbers
    tags = {b"wtpt": _tag(_D50)}
    for letter, column in zip("rgb", adapted.T, strict=True):
        tags |= {f"{letter}XYZ".encode(): _tag(column), f"{letter}TRC".encode(): parametric}
    return _assembled(tags)


def _xyz(point: Point) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    x, y = point
    if not (0 <= x <= 1 and 0 < y <= 1):
        # XYZ's own primaries lie on the axis; all others are colours with a brightness.
        return np.array([1.0, 0.0, 0.0]) if (x, y) == (1, 0) else np.array([0.0, 0.0, 1.0])
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _to_d50(
    white: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    ratio = (_BRADFORD @ _D50) / (_BRADFORD @ white)
    adapted: np.ndarray[tuple[int, int], np.dtype[np.float64]] = (
        np.linalg.inv(_BRADFORD) @ np.diag(ratio) @ _BRADFORD
    )
    return adapted


def _tag(xyz: Sequence[float] | np.ndarray[tuple[int], np.dtype[np.float64]]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(float(part) * 65536) for part in xyz))


def _assembled(tags: dict[bytes, bytes]) -> bytes:
    offset = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(">I4sI4s4s4s", offset + len(body), bytes(4), 0x04200000, b"mntr", b"RGB ", b"XYZ ")
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _tag(_D50)[8:]
    return header.ljust(128, b"\0") + table + body
