"""What a file is by its bytes, and what is in it, before any pixel is decoded; no library trusts it yet."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

ACCEPTED = "JPEG, PNG, WebP, TIFF, HEIC, AVIF, BMP or GIF"
PICTURE_ENDINGS = {
    ".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".bmp", ".gif"
}  # fmt: skip
DEVELOP = "Develop it into a JPEG or a TIFF, or import the camera's own JPEG."
_RAW = (
    "3fr arw cr2 cr3 crw dcr dng erf fff gpr iiq kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2 srf "
    "srw x3f"
)
RAW_ENDINGS = {f".{ending}" for ending in _RAW.split(" ")}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
# By the first bytes; those of camera raw that are no TIFF stand first.
_SIGNATURES = (
    ((b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FOVb", b"\0MRM"), "raw"),
    ((b"\xff\x0a", b"\0\0\0\x0cJXL "), "a JPEG XL picture"),
    ((b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"), "a JPEG 2000 picture"),
    ((b"8BPS",), "a Photoshop document"),
    ((b"%PDF",), "a PDF document"),
    ((b"<svg", b"<?xml"), "a drawing or another XML text"),
    ((b"\x1aE\xdf\xa3",), "a video"),
)


def brands(data: bytes) -> set[bytes]:
    """The brands that an ISO base media file (HEIC, AVIF, video) declares; empty for any other file."""
    if data[4:8] != b"ftyp":
        return set()
    end = min(struct.unpack_from(">I", data)[0], len(data), 1024)
    return {data[8:12]} | {data[at : at + 4] for at in range(16, end - 3, 4)}


def is_heif(data: bytes) -> bool:
    """Whether libheif is to read it: a HEIC or HEIF file that is no AVIF."""
    found = brands(data)
    return bool(found & _HEIF_BRANDS) and not found & _AVIF_BRANDS and data[8:12] != b"crx "


def why_no_photo(data: bytes, name: str = "") -> str:
    """The sentence that refuses what is known to be no photo, whatever a decoder would find; else empty."""
    kind = next((kind for starts, kind in _SIGNATURES if data.startswith(starts)), "")
    ending = PurePosixPath(name).suffix.lower()
    if kind == "raw" or data[6:14] == b"HEAPCCDR" or data[8:12] == b"crx " or _is_raw_tiff(data, ending):
        return f"It is a camera raw file, whose picture has still to be made from it. {DEVELOP}"
    found = brands(data)
    if (found and not found & (_HEIF_BRANDS | _AVIF_BRANDS)) or (data[:4], data[8:12]) == (b"RIFF", b"AVI "):
        kind = "a video"
    return f"It is {kind}, which cannot be read; photos come as {ACCEPTED}." if kind else ""


# --- TIFF --------------------------------------------------------------------------------------

_SIZES = {1: 1, 3: 2, 4: 4, 13: 4, 16: 8, 18: 8}
_WANTED = {254, 255, 256, 257, 259, 262, 330, 50706}
# A hostile file has millions of parts; a photo has hundreds.
_MAX_DIRECTORIES, _MAX_TAGS, _MAX_PARTS = 2000, 512, 10_000
_RAW_PHOTOMETRIC = {32803, 34892}
# Nikon, Sony, Samsung, Kodak, Pentax, lossy DNG.
_RAW_COMPRESSION = {34713, 32767, 32770, 65000, 65535, 34892}


@dataclass(frozen=True)
class Directory:
    """One picture of a TIFF: its place in the chain of pages (none: inside another one), and its tags."""

    page: int | None
    tags: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def number(self, tag: int, default: int = 0) -> int:
        """The first value of a tag."""
        return self.tags.get(tag, (default,))[0]

    @property
    def is_full(self) -> bool:
        """Whether it is a picture of its own: no smaller version of another one, and no mask."""
        return not self.number(254) & 5 and self.number(255) != 2

    @property
    def pixels(self) -> int:
        return self.number(256) * self.number(257)


def is_tiff(data: bytes) -> bool:
    """Whether it begins as a TIFF or BigTIFF."""
    return data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def tiff_directories(data: bytes) -> list[Directory]:
    """The pictures of a TIFF, pages and those inside pages; as far as the file can be followed."""
    return list(_directories(data)) if is_tiff(data) else []


def _directories(data: bytes) -> Iterator[Directory]:
    order = "<" if data[:1] == b"I" else ">"
    big = data[2:4] in (b"+\0", b"\0+")
    offset_format, count_format, entry = (
        (f"{order}Q", f"{order}Q", 20) if big else (f"{order}I", f"{order}H", 12)
    )
    width, head = struct.calcsize(offset_format), struct.calcsize(count_format)
    seen: set[int] = set()
    try:
        (first,) = struct.unpack_from(offset_format, data, 8 if big else 4)
        waiting: list[tuple[int, int | None]] = [(first, 0)]
        while waiting and len(seen) < _MAX_DIRECTORIES:
            at, page = waiting.pop(0)
            if not 8 <= at < len(data) or at in seen:
                continue
            seen.add(at)
            (count,) = struct.unpack_from(count_format, data, at)
            tags = {}
            for number in range(min(count, _MAX_TAGS)):
                place = at + head + number * entry
                tag, kind = struct.unpack_from(f"{order}HH", data, place)
                if tag in _WANTED and kind in _SIZES:
                    tags[tag] = _values(data, order, kind, place + 4, width)
            yield Directory(page, tags)
            if page is not None:
                (after,) = struct.unpack_from(offset_format, data, at + head + count * entry)
                waiting.append((after, page + 1))
            waiting += [(inner, None) for inner in tags.get(330, ())]
    except (struct.error, OverflowError):
        # An offset of 64 bits may be more than this machine can count.
        return


def _values(data: bytes, order: str, kind: int, at: int, width: int) -> tuple[int, ...]:
    letter = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}[kind]
    (count,) = struct.unpack_from(f"{order}{'Q' if width == 8 else 'I'}", data, at)
    count = max(min(count, 64), 0)
    place = at + width
    if count * _SIZES[kind] > width:
        (place,) = struct.unpack_from(f"{order}{'Q' if width == 8 else 'I'}", data, place)
    return struct.unpack_from(f"{order}{count}{letter}", data, place) or (0,)


def _is_raw_tiff(data: bytes, ending: str) -> bool:
    if not is_tiff(data):
        return False
    return (
        ending in RAW_ENDINGS
        or data[8:10] == b"CR"
        or any(
            50706 in found.tags
            or found.number(262) in _RAW_PHOTOMETRIC
            or found.number(259) in _RAW_COMPRESSION
            for found in tiff_directories(data)
        )
    )


# --- PNG and ISO base media ----------------------------------------------------------------------


def png_chunks(data: bytes) -> dict[bytes, bytes]:
    """The chunks of a PNG before its pixels, the first of each kind; empty for any other file."""
    found: dict[bytes, bytes] = {}
    at = 8
    for _ in range(_MAX_PARTS):
        if data[:4] != b"\x89PNG" or at + 8 > len(data):
            break
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IDAT":
            break
        found.setdefault(kind, data[at + 8 : at + 8 + length])
        at += 12 + length
    return found


def primary_properties(data: bytes) -> dict[bytes, list[bytes]]:
    """The properties of the primary picture of a HEIC or AVIF by kind; empty where none can be found."""
    try:
        meta = _boxes(data, 0, len(data)).get(b"meta", [(0, 0)])[0]
        inside = _boxes(data, meta[0] + 4, meta[1])
        properties = _boxes(data, *inside[b"iprp"][0])
        container = list(_box_list(data, *properties[b"ipco"][0]))
        primary = _item(data, *inside[b"pitm"][0])
        wanted = [number for place in properties[b"ipma"] for number in _associated(data, *place, primary)]
        found: dict[bytes, list[bytes]] = {}
        for number in wanted:
            if 1 <= number <= len(container):
                kind, start, end = container[number - 1]
                found.setdefault(kind, []).append(data[start:end])
        return found
    except (struct.error, OverflowError, KeyError, IndexError):
        return {}


def _box_list(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    for _ in range(_MAX_PARTS):
        if at + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        size = size or end - at
        if size < head:
            return
        yield kind, at + head, min(at + size, end)
        at += size


def _boxes(data: bytes, at: int, end: int) -> dict[bytes, list[tuple[int, int]]]:
    found: dict[bytes, list[tuple[int, int]]] = {}
    for kind, start, stop in _box_list(data, at, end):
        found.setdefault(kind, []).append((start, stop))
    return found


def _item(data: bytes, start: int, end: int) -> int:
    return int(struct.unpack_from(">H" if data[start] == 0 else ">I", data, start + 4)[0])


def _associated(data: bytes, start: int, end: int, item: int) -> Iterator[int]:
    """Numbers, from 1, of the properties that an `ipma` box gives to an item."""
    version, wide = data[start], data[start + 3] & 1
    (count,) = struct.unpack_from(">I", data, start + 4)
    at = start + 8
    for _ in range(min(count, _MAX_PARTS)):
        if at >= end:
            return
        (number,) = struct.unpack_from(">I" if version else ">H", data, at)
        at += 4 if version else 2
        entries = data[at]
        at += 1
        step = 2 if wide else 1
        if number == item:
            for place in range(at, at + entries * step, step):
                value: Any = struct.unpack_from(">H" if wide else ">B", data, place)[0]
                yield value & (0x7FFF if wide else 0x7F)
        at += entries * step
