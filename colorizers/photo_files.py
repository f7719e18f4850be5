"""Files of photographs as people have them, read into plain sRGB pixels or refused with a reason."""

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from PIL import ExifTags, Image, ImageChops, ImageCms, ImageOps, UnidentifiedImageError

from colorizers.colour import RGB8, mean_chroma

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF")
MIN_SIDE = 64
MAX_PIXELS = 80_000_000
MIN_CHROMA = 6.0

_HIGH_DEPTH_GREY = ("I;16", "I;16B", "I;16L", "I;16N")
_PROFILE_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}


class PhotoRefused(ValueError):
    """The file cannot serve as a photo; the message says why, in a sentence for its owner."""


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
    max_side: int | None = None,
    min_side: int = MIN_SIDE,
    max_pixels: int = MAX_PIXELS,
) -> CleanPhoto:
    """Decode a JPEG, PNG, WebP, TIFF, BMP or GIF file, whatever it is called, into upright sRGB pixels.

    Of several frames the first is taken. Colours of other spaces are converted (relative
    colorimetric, black point compensated), transparency is laid on white, and with `max_side` larger
    pictures are scaled down. Raises PhotoRefused for anything that is not such a picture, is broken,
    has more than `max_pixels` pixels (known before they are decoded) or a side below `min_side`.
    """
    with _reasons_for(data), Image.open(io.BytesIO(data), formats=FORMATS) as image:
        _check_size(image.size, min_side, max_pixels)
        notes = _facts_of_the_file(image, data)
        image.load()
        if image.mode == "CMYK" and image.format == "JPEG" and "adobe" not in image.info:
            # Pillow inverts every CMYK JPEG, but only Adobe's writers store them inverted.
            image.paste(ImageChops.invert(image))
        _turn_upright(image, notes)
        original_size = image.size
        picture = _on_white(_eight_bit(image, notes), image.info.get("icc_profile"), notes)
        if max_side is not None and max(picture.size) > max_side:
            notes.append(f"scaled down from {original_size[0]} x {original_size[1]} pixels")
            picture = _scaled(picture, max_side)
            _check_size(picture.size, min_side, max_pixels)
        return CleanPhoto(np.array(picture), _format_of(image), original_size, tuple(notes))


def check_colour(rgb8: RGB8, *, at_least: float = MIN_CHROMA) -> float:
    """The mean chroma of a picture; PhotoRefused if it is so grey that its colours are no test."""
    chroma = mean_chroma(rgb8)
    if chroma < at_least:
        raise PhotoRefused(
            f"The photo is nearly grey: its mean chroma is {chroma:.1f}, and at least {at_least:g} is needed."
        )
    return chroma


@contextmanager
def _reasons_for(data: bytes) -> Iterator[None]:
    if not data:
        raise PhotoRefused("The file is empty.")
    try:
        with warnings.catch_warnings():
            # Pillow warns of sizes that our own limit allows, and of oddities that do no harm.
            warnings.simplefilter("ignore")
            yield
    except (PhotoRefused, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        raise PhotoRefused(f"The picture has too many pixels to be a photo ({error}).") from error
    except UnidentifiedImageError as error:
        raise PhotoRefused(_why_unidentified(data)) from error
    except Exception as error:
        # Decoders meet hostile bytes with every kind of exception; all of them mean the same here.
        raise PhotoRefused(f"The file is damaged or incomplete and cannot be decoded ({error}).") from error


def _why_unidentified(data: bytes) -> str:
    accepted = "JPEG, PNG, WebP, TIFF, BMP or GIF"
    if data[:4] in (b"II*\0", b"MM\0*"):
        return (
            "The TIFF file is damaged or incomplete, or its pixel format cannot be read; "
            "save it with 8 or 16 bits a channel."
        )
    if data[4:8] == b"ftyp":
        return f"HEIC, AVIF and video files cannot be read; save the photo as {accepted}."
    if data[:3] == b"\xff\xd8\xff" or data[:8] == b"\x89PNG\r\n\x1a\n":
        return "The file begins like a picture but is damaged or incomplete."
    return f"This is not a picture in a format that can be read ({accepted})."


def _check_size(size: tuple[int, int], min_side: int, max_pixels: int) -> None:
    width, height = size
    if width * height > max_pixels:
        raise PhotoRefused(
            f"The picture has {width} x {height} pixels; more than {max_pixels / 1e6:g} million are not read."
        )
    if min(size) < min_side:
        raise PhotoRefused(
            f"The picture is too small: {width} x {height} pixels; at least {min_side} are needed each way."
        )


def _format_of(image: Image.Image) -> str:
    # A camera's JPEG with a preview attached announces itself as MPO.
    return "JPEG" if image.format == "MPO" else str(image.format)


def _facts_of_the_file(image: Image.Image, data: bytes) -> list[str]:
    notes = []
    if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
        notes.append(f"first of {getattr(image, 'n_frames', 1)} frames taken")
    if image.mode not in _HIGH_DEPTH_GREY and _bits_per_channel(image, data) == 16:
        notes.append("reduced from 16 to 8 bits a channel")
    if image.mode == "P":
        notes.append("palette expanded")
    return notes


def _bits_per_channel(image: Image.Image, data: bytes) -> int:
    # Pillow drops the low bytes of 16-bit colour while it reads, so only the header tells.
    if image.format == "PNG":
        return struct.unpack_from("B", data, 24)[0]  # type: ignore[no-any-return]
    if image.format == "TIFF":
        return int(max(image.tag_v2.get(258, (8,))))  # type: ignore[attr-defined]
    return 8


def _turn_upright(image: Image.Image, notes: list[str]) -> None:
    # Pillow turns a TIFF while it loads and takes the tag away, so this turns nothing twice.
    if image.getexif().get(ExifTags.Base.Orientation, 1) in range(2, 9):
        notes.append("turned upright")
    # In place, because a copy of a large photo is felt.
    ImageOps.exif_transpose(image, in_place=True)


def _eight_bit(image: Image.Image, notes: list[str]) -> Image.Image:
    """The picture in one of the modes L, LA, RGB, RGBA and CMYK."""
    if image.mode in _HIGH_DEPTH_GREY:
        notes.append("reduced from 16 to 8 bits a channel")
        levels = np.asarray(image).astype(np.float64) / 257
        return Image.fromarray(np.rint(levels).astype(np.uint8))
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


def _on_white(image: Image.Image, profile: bytes | None, notes: list[str]) -> Image.Image:
    """The picture as sRGB without alpha."""
    if image.mode not in ("LA", "RGBA"):
        return _srgb(image, profile, notes)
    alpha = image.getchannel("A")
    # The colours are converted before they are mixed with white, which is white in every space.
    opaque = _srgb(image.convert(image.mode.removesuffix("A")), profile, notes)
    if alpha.getextrema()[0] == 255:
        return opaque
    notes.append("transparency laid on white")
    return Image.composite(opaque, Image.new("RGB", image.size, "white"), alpha)


def _srgb(image: Image.Image, profile: bytes | None, notes: list[str]) -> Image.Image:
    if not profile:
        if image.mode == "CMYK":
            notes.append("CMYK without a profile converted by the plain formula")
        elif image.mode == "L":
            notes.append("grey expanded to RGB")
        return image.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = source.profile.xcolor_space.strip()
        wanted = _PROFILE_MODES.get(space, "")
        if image.mode == "L" and wanted == "RGB":
            image = image.convert("RGB")
        if image.mode != wanted:
            raise PhotoRefused(f"The colour profile is for {space}, but the pixels are {image.mode}.")
        transform = ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            wanted,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        if wanted == "RGB" and _changes_nothing(transform):
            return image
        converted = ImageCms.applyTransform(image, transform)
    except (ImageCms.PyCMSError, OSError) as error:
        raise PhotoRefused(
            f"The colour profile inside the file cannot be used ({error}); "
            "save the photo in sRGB, or without a profile."
        ) from error
    notes.append(f"{space.strip()} colours converted to sRGB by the profile inside the file")
    assert converted is not None
    return converted


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    # A profile that is sRGB in all but rounding must not cost every pixel a level.
    levels = np.linspace(0, 255, 9).round().astype(np.uint8)
    cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(9, 81, 3)
    changed = ImageCms.applyTransform(Image.fromarray(cube), transform)
    return bool(np.abs(np.asarray(changed).astype(int) - cube).max() <= 2)


def _scaled(image: Image.Image, max_side: int) -> Image.Image:
    scale = max_side / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)
