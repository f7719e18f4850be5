"""Files of photographs as people have them, read into plain sRGB pixels or refused with a reason."""

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from PIL import ExifTags, Image, ImageChops, ImageOps, UnidentifiedImageError

from colorizers.pictures.colour import RGB8, mean_chroma
from colorizers.pictures.photo_colour import PhotoRefused, Stated, stated_colour, to_srgb
from colorizers.pictures.photo_containers import (
    ACCEPTED,
    DEVELOP,
    brands,
    is_heif,
    is_tiff,
    primary_properties,
    tiff_directories,
    why_no_photo,
)

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF")
MIN_SIDE = 64
MAX_PIXELS = 80_000_000
MIN_CHROMA = 6.0

_HIGH_DEPTH_GREY = ("I;16", "I;16B", "I;16L", "I;16N")
# Frames of one file that are looked at to find the largest.
_MAX_FRAMES = 100
# Adobe's and Google's, ISO 21496-1, and Apple's of before.
_GAIN_MAPS = (b"hdrgm:", b"urn:iso:std:iso:ts:21496:-1", b"HDRGainMap", b"hdrgainmap")


@dataclass(frozen=True, eq=False)
class CleanPhoto:
    """Pixels (H, W, 3) uint8 in sRGB, and what reading them involved.

    `original_size` is (width, height) as seen upright, before any scaling; `conversions` says in
    words everything that was done to the pixels beyond decoding.
    """

    rgb8: RGB8
    format: str
    original_size: tuple[int, int]
    conversions: tuple[str, ...]


def read_photo(
    data: bytes,
    *,
    name: str = "",
    max_side: int | None = None,
    min_side: int = MIN_SIDE,
    max_pixels: int = MAX_PIXELS,
) -> CleanPhoto:
    """Decode a JPEG, PNG, WebP, TIFF, HEIC, AVIF, BMP or GIF file into upright sRGB pixels.

    The bytes say what it is, not its name: `name` only helps to tell camera raw from TIFF. Of several
    frames the first of the largest is taken, and never a preview. Colours of other spaces are converted
    (relative colorimetric, black point compensated), transparency is laid on white, and with `max_side`
    larger pictures are scaled down. Raises PhotoRefused for anything that is not such a picture, is broken,
    has more than `max_pixels` pixels (known before they are decoded) or a side below `min_side`.
    """
    if not data:
        raise PhotoRefused("The file is empty.")
    with _reasons_for(data, max_pixels):
        refusal = why_no_photo(data, name)
        if refusal:
            raise PhotoRefused(refusal)
    with _reasons_for(data, max_pixels), _opened(data) as image:
        notes = _best_frame(image, data)
        _check_size(image.size, min_side, max_pixels, max_side)
        notes += _facts_of_the_file(image, data)
        stated = stated_colour(image, data)
        image.load()
        # A decoder may find out only now that the header was wrong.
        _check_size(image.size, min_side, max_pixels, max_side)
        if image.mode == "CMYK" and image.format == "JPEG" and "adobe" not in image.info:
            # Pillow inverts every CMYK JPEG, but only Adobe's writers store them inverted.
            image.paste(ImageChops.invert(image))
        # In place, because a copy of a large photo is felt.
        ImageOps.exif_transpose(image, in_place=True)
        original_size = image.size
        picture = _on_white(_eight_bit(image, notes), stated, notes)
        if max_side is not None and max(picture.size) > max_side:
            notes.append(f"scaled down from {original_size[0]} x {original_size[1]} pixels")
            picture = picture.resize(_scaled(picture.size, max_side), Image.Resampling.LANCZOS)
        return CleanPhoto(np.array(picture), _format_of(image), original_size, tuple(notes))


def check_colour(rgb8: RGB8, *, at_least: float = MIN_CHROMA) -> float:
    """The mean chroma of a picture; PhotoRefused if it is so grey that its colours are no test."""
    chroma = mean_chroma(rgb8)
    if chroma < at_least:
        raise PhotoRefused(
            f"The photo is nearly grey: its mean chroma is {chroma:.1f}, and at least {at_least:g} is needed."
        )
    return chroma


def _opened(data: bytes) -> Image.Image:
    if not is_heif(data):
        return Image.open(io.BytesIO(data), formats=FORMATS)
    # Not registered with Pillow, which would then open HEIF for everybody in this process.
    from pillow_heif import HeifImageFile, options

    options.THUMBNAILS = options.DEPTH_IMAGES = False
    return HeifImageFile(io.BytesIO(data))  # type: ignore[no-untyped-call]


@contextmanager
def _reasons_for(data: bytes, max_pixels: int) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            # Pillow warns of sizes that our own limit allows, and of oddities that do no harm.
            warnings.simplefilter("ignore")
            yield
    except (PhotoRefused, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        # Pillow's own limit lies above ours, and stands in its message.
        raise PhotoRefused(f"The picture has {_too_many(max_pixels)}") from error
    except UnidentifiedImageError as error:
        raise PhotoRefused(_why_unidentified(data)) from error
    except Exception as error:
        # Decoders meet hostile bytes with every kind of exception; all of them mean the same here.
        raise PhotoRefused(f"The file is damaged or incomplete and cannot be decoded ({error}).") from error


def _why_unidentified(data: bytes) -> str:
    if is_tiff(data):
        return (
            "The TIFF file is damaged or incomplete, or its pixel format cannot be read; "
            "save it with 8 or 16 bits a channel."
        )
    if data[:3] == b"\xff\xd8\xff" or data[:8] == b"\x89PNG\r\n\x1a\n" or brands(data):
        return "The file begins like a picture but is damaged or incomplete."
    return f"This is not a picture in a format that can be read ({ACCEPTED})."


def _too_many(max_pixels: int) -> str:
    return f"too many pixels to be a photo; more than {max_pixels / 1e6:g} million are not read."


def _check_size(size: tuple[int, int], min_side: int, max_pixels: int, max_side: int | None) -> None:
    width, height = size
    if width * height > max_pixels:
        raise PhotoRefused(
            f"The picture has {width} x {height} pixels; more than {max_pixels / 1e6:g} million are not read."
        )
    scaled = size if max_side is None or max(size) <= max_side else _scaled(size, max_side)
    if min(scaled) < min_side:
        becomes = "" if scaled == size else f", which would be scaled down to {scaled[0]} x {scaled[1]}"
        raise PhotoRefused(
            f"The picture is too small: {width} x {height} pixels{becomes}; at least {min_side} are needed "
            "each way."
        )


def _format_of(image: Image.Image) -> str:
    # A camera's JPEG with a preview attached announces itself as MPO.
    return "JPEG" if image.format == "MPO" else str(image.format)


def _best_frame(image: Image.Image, data: bytes) -> list[str]:
    """Go to the first of the largest full pictures in the file; what is to be said about that."""
    count = getattr(image, "n_frames", 1)
    if image.format == "TIFF":
        pages = _full_pages(data)
    elif image.format == "MPO":
        pages = dict(_sizes_of_frames(image, min(count, _MAX_FRAMES)))
    else:
        # Frames of an animation share one canvas; HEIF says itself which picture is meant.
        which = "main" if image.format == "HEIF" else "first"
        return [f"{which} of {count} frames taken"] if count > 1 else []
    best = max(pages, key=lambda page: pages[page], default=0)
    image.seek(best)
    if best:
        return [f"the largest of {count} frames taken, number {best + 1}"]
    return [f"first of {count} frames taken"] if count > 1 and image.format == "TIFF" else []


def _full_pages(data: bytes) -> dict[int, int]:
    """Pixels of each page of a TIFF that is no preview; PhotoRefused if the picture itself is no page."""
    found = [directory for directory in tiff_directories(data) if directory.is_full]
    pages = {directory.page: directory.pixels for directory in found if directory.page is not None}
    inner = max((directory.pixels for directory in found if directory.page is None), default=0)
    if not pages or inner > max(pages.values()):
        raise PhotoRefused(
            "The TIFF file shows a preview only: the picture itself lies where it cannot be read, as in "
            f"camera raw files. {DEVELOP}"
        )
    return pages


def _sizes_of_frames(image: Image.Image, count: int) -> Iterator[tuple[int, int]]:
    for frame in range(count):
        try:
            image.seek(frame)
        except Exception:  # an attached preview may be torn; the photo before it is whole
            break
        yield frame, image.size[0] * image.size[1]


def _facts_of_the_file(image: Image.Image, data: bytes) -> list[str]:
    notes = []
    # Before loading: Pillow turns a TIFF while it loads, and takes the tag away.
    if image.getexif().get(ExifTags.Base.Orientation, 1) in range(2, 9):
        notes.append("turned upright")
    bits = _bits_per_channel(image, data)
    if image.mode not in _HIGH_DEPTH_GREY and 8 < bits <= 16:
        notes.append(f"reduced from {bits} to 8 bits a channel")
    if image.mode == "P":
        notes.append("palette expanded")
    if image.format in ("JPEG", "MPO", "HEIF", "AVIF") and any(mark in data for mark in _GAIN_MAPS):
        notes.append("HDR gain map left out, the standard picture taken")
    return notes


def _bits_per_channel(image: Image.Image, data: bytes) -> int:
    # Pillow drops the low bytes of 16-bit colour while it reads, so only the header tells.
    if image.format == "PNG":
        return struct.unpack_from("B", data, 24)[0]  # type: ignore[no-any-return]
    if image.format == "TIFF":
        return int(max(image.tag_v2.get(258, (8,))))  # type: ignore[attr-defined]
    if image.format in ("HEIF", "AVIF"):
        return max(primary_properties(data).get(b"pixi", [b""])[0][5:], default=8)
    return 8


def _eight_bit(image: Image.Image, notes: list[str]) -> Image.Image:
    """The picture in one of the modes L, LA, RGB, RGBA and CMYK."""
    clear = image.info.get("transparency")
    if image.mode in _HIGH_DEPTH_GREY:
        notes.append("reduced from 16 to 8 bits a channel")
        levels = np.asarray(image)
        grey = Image.fromarray(np.rint(levels.astype(np.float64) / 257).astype(np.uint8))
        if isinstance(clear, int):
            grey.putalpha(Image.fromarray(np.where(levels == clear, 0, 255).astype(np.uint8)))
        return grey
    if isinstance(clear, tuple) and max(clear) > 255:
        # Of 16-bit colour Pillow keeps the high bytes, but not of the one that is clear.
        image.info["transparency"] = tuple(level >> 8 for level in clear)
    if image.mode in ("P", "RGB", "L", "PA", "RGBa", "La") and (
        image.has_transparency_data or image.mode in ("RGBa", "La")
    ):
        return image.convert("LA" if image.mode == "La" else "RGBA")
    simpler = {"1": "L", "P": "RGB", "PA": "RGBA", "RGBX": "RGB", "YCbCr": "RGB"}.get(image.mode, image.mode)
    if simpler not in ("L", "LA", "RGB", "RGBA", "CMYK"):
        raise PhotoRefused(
            f"The pixels are stored in the mode {image.mode!r}, which has no fixed meaning as a photo; "
            "save the photo as RGB with 8 or 16 bits a channel."
        )
    return image if simpler == image.mode else image.convert(simpler)


def _on_white(image: Image.Image, stated: Stated, notes: list[str]) -> Image.Image:
    """The picture as sRGB without alpha."""
    if image.mode not in ("LA", "RGBA"):
        return to_srgb(image, stated, notes)
    alpha = image.getchannel("A")
    # The colours are converted before they are mixed with white, which is white in every space.
    opaque = to_srgb(image.convert(image.mode.removesuffix("A")), stated, notes)
    if alpha.getextrema()[0] == 255:
        return opaque
    notes.append("transparency laid on white")
    return Image.composite(opaque, Image.new("RGB", image.size, "white"), alpha)


def _scaled(size: tuple[int, int], max_side: int) -> tuple[int, int]:
    scale = max_side / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
