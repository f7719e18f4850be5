"""Pixels in and out: digests, catalogue files, and stimuli whose files give nothing away."""

import hashlib
import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from colorizers.colour import RGB8
from colorizers.inference import check_picture
from colorizers.photo_files import CleanPhoto, PhotoRefused, check_colour, read_photo

__all__ = [
    "CleanPhoto",
    "PhotoRefused",
    "check_colour",
    "encode_png",
    "encode_stimulus",
    "pixel_digest",
    "read_photo",
    "render_stimulus",
]

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_STORED_BLOCK = 65535


def pixel_digest(rgb8: RGB8) -> str:
    """SHA-256 over the size and the pixels of a picture (H, W, 3) uint8, whatever file held it."""
    check_picture(rgb8)
    height, width = rgb8.shape[:2]
    digest = hashlib.sha256(f"rgb8 {width} {height}\n".encode())
    digest.update(np.ascontiguousarray(rgb8).data)
    return digest.hexdigest()


def encode_png(rgb8: RGB8) -> bytes:
    """A compressed PNG without metadata: equal pixels, equal bytes on one installation."""
    check_picture(rgb8)
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(rgb8)).save(file, "PNG", compress_level=6)
    return file.getvalue()


def render_stimulus(rgb8: RGB8, size: int) -> RGB8:
    """The centred square of a picture at `size` x `size` pixels (Lanczos): the same way for real and fake.

    Raises ValueError if the picture would have to be enlarged.
    """
    check_picture(rgb8)
    height, width = rgb8.shape[:2]
    side = min(height, width)
    if side < size:
        raise ValueError(
            f"A picture of {width} x {height} pixels cannot fill {size} x {size} without blurring."
        )
    top, left = (height - side) // 2, (width - side) // 2
    square = np.ascontiguousarray(rgb8[top : top + side, left : left + side])
    if side == size:
        return square
    return np.array(Image.fromarray(square).resize((size, size), Image.Resampling.LANCZOS))


def encode_stimulus(rgb8: RGB8) -> bytes:
    """A PNG whose length depends on the picture's dimensions and on nothing else.

    Compression would tell real from fake: recoloured pictures have smoother colours and make shorter
    files. So the pixels are stored as they are, row filter 0, in deflate's stored blocks (RFC 1950,
    1951; PNG third edition), and every chunk but the pixels and their checksums is constant. A server
    that compresses its replies would undo this.
    """
    check_picture(rgb8)
    height, width = rgb8.shape[:2]
    rows: NDArray[Any] = np.zeros((height, 1 + 3 * width), np.uint8)
    rows[:, 1:] = rgb8.reshape(height, 3 * width)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"sRGB", b"\0"), (b"IDAT", _stored(rows.tobytes())), (b"IEND", b"")]
    return _PNG_SIGNATURE + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _stored(raw: bytes) -> bytes:
    parts = [b"\x78\x01"]
    for start in range(0, len(raw), _STORED_BLOCK):
        block = raw[start : start + _STORED_BLOCK]
        last = start + _STORED_BLOCK >= len(raw)
        parts.append(struct.pack("<BHH", last, len(block), len(block) ^ 0xFFFF) + block)
    parts.append(struct.pack(">I", zlib.adler32(raw)))
    return b"".join(parts)
