"""The file of a stimulus: compressed without loss, and named by a digest of its pixels alone."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from colorizers.colour import RGB8
from colorizers.inference import check_picture

# How long the encoder searches: 2.5 % larger than with twice the time, 4.5 % than with four times.
METHOD, EFFORT = 2, 25
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_STORED_BLOCK = 65535


def encode_stimulus(rgb8: RGB8) -> bytes:
    """A lossless WebP file with the pixels, the profile of sRGB, and nothing else.

    Its length tells real from fake, for recoloured pictures have smoother colours: it must not be seen on
    its way (`studies.blinding.masking`). The profile says what the numbers mean, so that browsers which
    leave pictures without one unmanaged show these as they did PNG files that said `sRGB`.
    """
    check_picture(rgb8)
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(rgb8)).save(
        file, "WEBP", lossless=True, exact=True, method=METHOD, quality=EFFORT, icc_profile=srgb_profile()
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


@cache
def srgb_profile() -> bytes:
    """An ICC profile of sRGB (version 4, parametric curve), byte for byte the same on every machine.

    A library's own would carry its version and the date, which would tell older stimuli from newer ones.
    """
    xyz = {
        b"wtpt": (0xF6D6, 0x10000, 0xD32D),
        b"rXYZ": (0x6FA0, 0x38F5, 0x0390),
        b"gXYZ": (0x6297, 0xB787, 0x18D9),
        b"bXYZ": (0x249F, 0x0F84, 0xB6C3),
    }
    # IEC 61966-2-1, adapted to D50 by Bradford's matrix; 16.16 fixed point.
    chad = (0x10C42, 0x5DE, -0xCDB, 0x793, 0xFD90, -0x45F, -0x26, 0x3DC, 0xC06E)
    curve = struct.pack(">4s4xHxx5i", b"para", 3, 0x26666, 0xF2A7, 0xD59, 0x13D0, 0xA5B)
    tags = {b"desc": _text("sRGB"), b"cprt": _text("CC0"), b"chad": struct.pack(">4s4x9i", b"sf32", *chad)}
    tags |= {name: struct.pack(">4s4x3i", b"XYZ ", *values) for name, values in xyz.items()}
    start = 128 + 4 + 12 * (len(tags) + 3)
    table, body = b"", b""
    for name, data in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data
    for name in (b"rTRC", b"gTRC", b"bTRC"):
        table += struct.pack(">4sII", name, start + len(body), len(curve))
    body += curve
    head = struct.pack(
        ">I4sI4s4s4s6H4s4xI4xI8xI3i", start + len(body), b"", 0x04400000, b"mntr", b"RGB ", b"XYZ ",
        2026, 1, 1, 0, 0, 0, b"acsp", 0, 0, 0, 0xF6D6, 0x10000, 0xD32D,
    )  # fmt: skip
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags) + 3) + table + body


def _text(words: str) -> bytes:
    """A text of an ICC profile, padded to whole words of four bytes."""
    data = words.encode("utf-16-be")
    record = struct.pack(">4s4xII2s2sII", b"mluc", 1, 12, b"en", b"US", len(data), 28) + data
    return record + b"\0" * (-len(record) % 4)
