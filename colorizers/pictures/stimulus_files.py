"""The file of a stimulus: compressed without loss, and named by a digest of its pixels alone."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from colorizers.pictures.colour import RGB8
from colorizers.pictures.inference import check_picture

# How long the encoder searches: 2.5 % larger than with twice the time, 4.5 % than with four times.
METHOD, EFFORT = 2, 25
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_STORED_BLOCK = 65535


def encode_stimulus(rgb8: RGB8) -> bytes:
    """A lossless WebP file with the pixels and nothing else.

    Its length tells real from fake, for recoloured pictures have smoother colours: it must not be seen on
    its way (`studies.blinding.masking`). It has no colour profile: browsers take it for sRGB, and Firefox
    would change one value in a hundred by one if the file said so itself.
    """
    check_picture(rgb8)
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(rgb8)).save(
        file, "WEBP", lossless=True, exact=True, method=METHOD, quality=EFFORT
    )
    return file.getvalue()


def decode_stimulus(data: bytes) -> RGB8:
    """The pixels (H, W, 3) uint8 of a stimulus file of this or an earlier release; ValueError if broken."""
    try:
        with Image.open(io.BytesIO(data), formats=["WEBP", "PNG"]) as image:
            return np.array(image.convert("RGB"))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"This file holds no picture that can be read: {error}") from error


def stimulus_digest(rgb8: RGB8) -> str:
    """What a stimulus is known by in protocols: SHA-256 of its pixels as an uncompressed PNG file.

    Earlier releases showed these very files. Frozen protocols hold the digests, so they stay as they are,
    whatever compresses the pixels now.
    """
    return hashlib.sha256(stored_png(rgb8)).hexdigest()


def stored_png(rgb8: RGB8) -> bytes:
    """A PNG whose length depends on the picture's dimensions and on nothing else.

    The pixels stand in deflate's stored blocks, with row filter 0 (RFC 1950, 1951; PNG third edition), and
    every chunk but the pixels and their checksums is constant.
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
