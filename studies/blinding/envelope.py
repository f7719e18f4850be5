"""A picture's file without its picture: everything that is neither pixels nor computed from them."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
WEBP, PNG = "WebP", "PNG"
FORMAT = "format of the file"
LENGTH = "length of the file"
CHUNKS = "chunks and their lengths"
CONSTANTS = "header and ancillary chunks"
BLOCKS = "compression blocks"
FILTERS = "row filters"
REST = "bytes after the end"

Envelope = dict[str, str]


def envelope(data: bytes) -> Envelope:
    """The parts of a file's envelope, each as a short text; equal files in this sense tell nothing.

    Left out are the pixels, and what is computed from them alone: of a WebP file the compressed pixels and
    their length, of an uncompressed PNG file the CRC-32 of the IDAT chunks and the Adler-32 of the stream
    (PNG third edition, RFC 1950). Raises ValueError if it is no readable file of either kind.
    """
    if data.startswith(b"RIFF"):
        return _webp(data)
    if not data.startswith(SIGNATURE):
        raise ValueError("This is neither a WebP nor a PNG file.")
    return _png(data)


def _webp(data: bytes) -> Envelope:
    """Chunks of a WebP file (RFC 9649); of the lossless stream its head: size, alpha bit and version."""
    if len(data) < 12 or data[8:12] != b"WEBP":
        raise ValueError("The WebP file ends within its head.")
    end = 8 + int.from_bytes(data[4:8], "little")
    chunks, constants, at = [], hashlib.sha256(), 12
    while at < end:
        if at + 8 > len(data):
            raise ValueError("The WebP file ends within a chunk.")
        kind, length = struct.unpack("<4sI", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        if len(body) < length or at + 8 + length > end:
            raise ValueError("The WebP file ends within a chunk.")
        pixels = kind == b"VP8L"
        chunks.append(kind.decode("latin-1").strip() + ("" if pixels else f" {length}"))
        filler = data[at + 8 + length : at + 8 + length + length % 2].strip(b"\0")
        constants.update(kind + (body[:5] if pixels else body) + filler)
        at += 8 + length + length % 2
    return {
        FORMAT: WEBP,
        CHUNKS: ", ".join(chunks),
        CONSTANTS: constants.hexdigest()[:16],
        REST: str(len(data) - at),
    }


def _png(data: bytes) -> Envelope:
    chunks, rest = [], 0
    constants, stream = hashlib.sha256(), b""
    for kind, body, end in _chunks(data):
        rest = len(data) - end
        chunks.append(f"{kind.decode('latin-1')} {len(body)}")
        if kind == b"IDAT":
            stream += body
        else:
            constants.update(kind + body)
    return {
        FORMAT: PNG,
        LENGTH: str(len(data)),
        CHUNKS: ", ".join(chunks),
        CONSTANTS: constants.hexdigest()[:16],
        BLOCKS: _blocks(stream),
        FILTERS: _filters(stream, data[16:26]),
        REST: str(rest),
    }


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """Type, body and end of each chunk up to IEND."""
    at, kind = len(SIGNATURE), b""
    while kind != b"IEND":
        if at + 12 > len(data):
            raise ValueError("The PNG file ends within a chunk.")
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body, at = data[at + 8 : at + 8 + length], at + 12 + length
        yield kind, body, at


def _blocks(stream: bytes) -> str:
    """The zlib header and how the stream is cut into blocks; of a compressed one the length as well."""
    words, at, last = [stream[:2].hex()], 2, False
    while not last:
        if at + 5 > len(stream):
            raise ValueError("The pixels of the PNG file are cut off.")
        flags, length = struct.unpack("<BH", stream[at : at + 3])
        if flags & 0b110:
            return " ".join([*words, f"compressed to {len(stream) - at}"])
        last = bool(flags & 1)
        words.append(f"{flags:x}:{length}")
        at += 5 + length
    return " ".join([*words, f"rest {len(stream) - at}"])


def _filters(stream: bytes, header: bytes) -> str:
    """The distinct filters of the rows of an 8-bit picture, in their order, as a short digest."""
    width, height, depth, colour = struct.unpack(">IIBB", header)
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour, 0)
    if depth != 8 or not channels:
        return f"not read: depth {depth}, colour type {colour}"
    try:
        raw = zlib.decompress(stream)
    except zlib.error as error:
        raise ValueError(f"The pixels of the PNG file cannot be read: {error}.") from error
    filters = raw[:: 1 + channels * width][:height]
    return f"{sorted(set(filters))} {hashlib.sha256(filters).hexdigest()[:8]}"
