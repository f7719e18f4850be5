"""Files that Pillow cannot write, built by hand: 16-bit colour and ICC profiles."""

import struct
import zlib

import numpy as np


def png_of_16_bits(pixels: np.ndarray) -> bytes:
    """A PNG of (H, W, 3) or (H, W) uint16."""
    height, width = pixels.shape[:2]
    colour_type = 2 if pixels.ndim == 3 else 0
    rows = pixels.astype(">u2").reshape(height, -1)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)),
        (b"IDAT", zlib.compress(raw)),
        (b"IEND", b""),
    ]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def tiff(pixels: np.ndarray, *, bits: int, photometric: int = 2, sample_format: int = 1) -> bytes:
    """An uncompressed little-endian TIFF of (H, W, C)."""
    height, width, channels = pixels.shape
    data = pixels.tobytes()
    after = 8 + len(data)
    tags = [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, channels, after), (259, 3, 1, 1),
        (262, 3, 1, photometric), (273, 4, 1, 8), (277, 3, 1, channels), (278, 4, 1, height),
        (279, 4, 1, len(data)), (339, 3, channels, after + 2 * channels),
    ]  # fmt: skip
    extra = struct.pack(f"<{channels}H", *[bits] * channels)
    extra += struct.pack(f"<{channels}H", *[sample_format] * channels)
    directory = (
        struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags) + b"\0" * 4
    )
    return b"II*\0" + struct.pack("<I", after + len(extra)) + data + extra + directory


def _profile(kind: bytes, space: bytes, pcs: bytes, tags: dict[bytes, bytes]) -> bytes:
    description = b"desc" + bytes(4) + struct.pack(">I", 5) + b"odd \0" + bytes(4 + 4 + 2 + 1 + 67)
    tags = {
        b"desc": description,
        b"cprt": b"text" + bytes(4) + b"none\0",
        b"wtpt": _xyz(0.9642, 1, 0.8249),
    } | tags
    offset = 128 + 4 + 12 * len(tags)
    table, data = struct.pack(">I", len(tags)), b""
    for name, body in tags.items():
        body += bytes(-len(body) % 4)
        table += name + struct.pack(">II", offset + len(data), len(body))
        data += body
    header = struct.pack(">I4sI4s4s4s", offset + len(data), b"none", 0x02400000, kind, space, pcs)
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _numbers(0.9642, 1, 0.8249)
    return header.ljust(128, b"\0") + table + data


def _numbers(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def _xyz(*values: float) -> bytes:
    return b"XYZ " + bytes(4) + _numbers(*values)


RED, GREEN, BLUE = (0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)


def rgb_profile(red=RED, green=GREEN, blue=BLUE, gamma: float = 2.2) -> bytes:
    """A display profile with these primaries (XYZ, D50)."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))
    primaries = {b"rXYZ": _xyz(*red), b"gXYZ": _xyz(*green), b"bXYZ": _xyz(*blue)}
    return _profile(b"mntr", b"RGB ", b"XYZ ", primaries | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))


def grey_profile(gamma: float) -> bytes:
    """A profile for grey pictures."""
    return _profile(
        b"mntr", b"GRAY", b"XYZ ", {b"kTRC": b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))}
    )


def press_with_red_in_the_cyan_tank() -> bytes:
    """A CMYK profile by which the first ink prints red; the second and third print nothing."""
    ramp = bytes(range(256))
    nodes = b""
    for node in range(16):
        first, black = node >> 3 & 1, node & 1
        lightness, a, b = (0, 0, 0) if black else (50, 70, 50) if first else (100, 0, 0)
        nodes += bytes([round(lightness * 2.55), a + 128, b + 128])
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + _numbers(1, 0, 0, 0, 1, 0, 0, 0, 1)
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": lut + ramp * 4 + nodes + ramp * 3})


def with_chunks(png: bytes, chunks: dict[bytes, bytes]) -> bytes:
    """A PNG with these chunks behind its header."""
    added = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks.items()
    )
    return png[:33] + added + png[33:]


def gama(exponent: float) -> bytes:
    return struct.pack(">I", round(exponent * 100_000))


def chrm(*points: float) -> bytes:
    """White, red, green and blue."""
    return struct.pack(">8I", *(round(number * 100_000) for number in points))


def exif_of_colour(space: int | None = None, index: str = "") -> bytes:
    """An Exif block with ColorSpace and InteropIndex, as cameras write it (Pillow drops the second)."""
    entries = [] if space is None else [(0xA001, 3, 1, space << 16)]
    after_details = 26 + 2 + 12 * (len(entries) + bool(index)) + 4
    if index:
        entries.append((0xA005, 4, 1, after_details))
    body = b"MM\0*" + struct.pack(">IHHHIII", 8, 1, 0x8769, 4, 1, 26, 0)
    body += struct.pack(">H", len(entries)) + b"".join(struct.pack(">HHII", *e) for e in entries) + bytes(4)
    if index:
        body += struct.pack(">HHHI", 1, 1, 2, 4) + index.encode().ljust(4, b"\0") + bytes(4)
    return b"Exif\0\0" + body


def tiff_of_pages(*pages: dict, start: bytes = b"II*\0") -> bytes:
    """A TIFF of pages, each with `pixels` (H, W, 3), more `tags` (tag to number) and `inside`: more of them.

    `start` is what the file begins with; the offset of the first directory follows at byte 4.
    """
    data = bytearray(start.ljust(4, b"\0") + bytes(12))

    def write(page: dict, after: int = 0) -> int:
        inner = [write(other) for other in page.get("inside", [])]
        height, width, channels = page["pixels"].shape
        strip = len(data)
        data.extend(page["pixels"].tobytes())
        bits, places = len(data), len(data) + 8
        data.extend(struct.pack("<4H", 8, 8, 8, 8) + struct.pack(f"<{len(inner)}I", *inner))
        tags = {256: width, 257: height, 259: 1, 262: 2, 273: strip, 277: channels, 278: height}
        tags |= {279: page["pixels"].size} | page.get("tags", {})
        rows = [(tag, 4, 1, value) for tag, value in tags.items()] + [(258, 3, channels, bits)]
        if channels == 1:
            rows[-1] = (258, 3, 1, 8)
        if inner:
            rows.append((330, 4, len(inner), places if len(inner) > 1 else inner[0]))
        here = len(data)
        data.extend(
            struct.pack("<H", len(rows)) + b"".join(struct.pack("<HHII", *row) for row in sorted(rows))
        )
        data.extend(struct.pack("<I", after))
        return here

    after = 0
    for page in reversed(pages):
        after = write(page, after)
    data[4:8] = struct.pack("<I", after)
    return bytes(data)
