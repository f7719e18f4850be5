"""In which colour space a file's pixels are, wherever the file says it, and how they become sRGB."""

import io
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import ExifTags, Image, ImageChops, ImageCms

from colorizers.pictures.icc import D65, SRGB_CURVE, SRGB_PRIMARIES, Point, rgb_profile
from colorizers.pictures.photo_containers import png_chunks, primary_properties

Primaries = tuple[Point, Point, Point]


class PhotoRefused(ValueError):
    """The file cannot serve as a photo; the message says why, in a sentence for its owner."""


@dataclass(frozen=True)
class Stated:
    """A colour space as a profile; `what` and `where` name it and the place that says it.

    Without a profile the pixels are taken as sRGB; `remark` then says what else the file may have meant.
    `narrow`: its levels are those of video, 16 to 235.
    """

    profile: bytes | None = None
    what: str = ""
    where: str = ""
    remark: str = ""
    narrow: bool = False


_C: Point = (0.310, 0.316)
# Code points of ITU-T H.273, as PNG's cICP and the nclx of HEIC and AVIF use them: name, primaries, white.
_PRIMARIES: dict[int, tuple[str, Primaries, Point]] = {
    1: ("BT.709", SRGB_PRIMARIES, D65),
    4: ("BT.470 M", ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08)), _C),
    5: ("BT.601 (625)", ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06)), D65),
    6: ("BT.601 (525)", ((0.63, 0.34), (0.31, 0.595), (0.155, 0.07)), D65),
    7: ("SMPTE 240M", ((0.63, 0.34), (0.31, 0.595), (0.155, 0.07)), D65),
    8: ("film", ((0.681, 0.319), (0.243, 0.692), (0.145, 0.049)), _C),
    9: ("BT.2020", ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)), D65),
    10: ("CIE XYZ", ((1, 0), (0, 1), (0, 0)), (1 / 3, 1 / 3)),
    11: ("DCI-P3", ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), (0.314, 0.351)),
    12: ("Display P3", ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), D65),
    22: ("EBU 3213", ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077)), D65),
}
# Video is shown with the curve of sRGB, as in browsers: screens have it, and BT.1886 is for dark rooms.
_CURVES: dict[int, tuple[float, ...]] = {
    **dict.fromkeys((1, 6, 7, 11, 12, 13, 14, 15), SRGB_CURVE), 4: (2.2,), 5: (2.8,), 8: (1.0,), 17: (2.6,),
}  # fmt: skip
_UNSPECIFIED = 2
_HDR = {16: "PQ", 18: "HLG"}
_UNCALIBRATED = 65535
ADOBE_RGB: Primaries = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
_ADOBE_GAMMA = 563 / 256
# A gamma this near to 1/2.2 is how writers say sRGB to readers that know no better (libpng's threshold).
_GAMMA_TOLERANCE = 0.05
_PROFILE_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}


def stated_colour(image: Image.Image, data: bytes) -> Stated:
    """What the file says of its colours: the first that speaks of PNG's cICP, an ICC profile, PNG's sRGB,
    then its gAMA and cHRM, the nclx box of HEIC and AVIF, and Exif or TIFF tags.

    Raises PhotoRefused for high dynamic range, which has no one meaning as an sRGB picture.
    """
    chunks = png_chunks(data)
    unknown = Stated()
    for found in (
        _of_codes(chunks.get(b"cICP", b"")),
        _of_profile(image),
        Stated() if b"sRGB" in chunks else None,
        _of_gamma(chunks),
        _of_codes(_nclx(image, data), where="the nclx box"),
        _of_exif(image),
    ):
        if found is not None and not found.remark:
            return found
        unknown = found or unknown
    return unknown


def _of_profile(image: Image.Image) -> Stated | None:
    profile = image.info.get("icc_profile")
    return Stated(profile, where="the profile inside the file") if profile else None


def _nclx(image: Image.Image, data: bytes) -> bytes:
    """Primaries and transfer of a HEIC or AVIF as cICP has them, with the matrix and range of RGB."""
    if image.format in ("HEIF", "AVIF"):
        for colour in primary_properties(data).get(b"colr", []):
            if colour[:4] == b"nclx" and len(colour) >= 8:
                # Decoders have undone the matrix and the range.
                return bytes([colour[5], colour[7], 0, 1])
    return b""


def _of_codes(codes: bytes, where: str = "the cICP chunk") -> Stated | None:
    if len(codes) < 4:
        return None
    primaries, transfer, matrix, full_range = codes[:4]
    if transfer in _HDR:
        raise PhotoRefused(
            f"It is a picture of high dynamic range ({_HDR[transfer]}), which looks different on each "
            "screen; save it for standard screens, as sRGB."
        )
    if (primaries, transfer) == (_UNSPECIFIED, _UNSPECIFIED):
        return None
    primaries, transfer = (
        default if code == _UNSPECIFIED else code for code, default in ((primaries, 1), (transfer, 13))
    )
    if primaries not in _PRIMARIES or transfer not in _CURVES or matrix != 0:
        return Stated(
            remark=f"its colour codes {primaries}/{transfer}/{matrix} ({where}) are not known here; "
            "taken as sRGB"
        )
    name, points, white = _PRIMARIES[primaries]
    curve = _CURVES[transfer]
    if primaries == 1 and curve == SRGB_CURVE and full_range:
        return Stated()
    return Stated(rgb_profile(points, white, curve), name, where, narrow=not full_range)


def _of_gamma(chunks: Mapping[bytes, bytes]) -> Stated | None:
    """gAMA and cHRM, either of which may be missing."""
    gamma, points = chunks.get(b"gAMA", b""), chunks.get(b"cHRM", b"")
    exponent = int.from_bytes(gamma[:4]) / 100_000 if len(gamma) >= 4 else 0.0
    curve: tuple[float, ...] = SRGB_CURVE
    if exponent > 0 and abs(exponent * 2.2 - 1) > _GAMMA_TOLERANCE:
        curve = (1 / exponent,)
    numbers = [number / 100_000 for number in struct.unpack(">8I", points)] if len(points) == 32 else []
    if not numbers and not exponent > 0:
        return None
    if not numbers and curve == SRGB_CURVE:
        return Stated()
    where = " and ".join(name for name, there in (("gAMA", exponent > 0), ("cHRM", numbers)) if there)
    return _of_points(numbers[:2], numbers[2:], curve, "calibrated RGB", where)


def _of_points(
    white: Sequence[float], primaries: Sequence[float], curve: tuple[float, ...], what: str, where: str
) -> Stated:
    points = tuple((primaries[at], primaries[at + 1]) for at in range(0, len(primaries), 2))
    if not 0.02 <= curve[0] <= 50:
        return Stated(remark=f"its gamma of {1 / curve[0]:.4g} ({where}) cannot be; taken as sRGB")
    try:
        profile = rgb_profile(points or SRGB_PRIMARIES, (white[0], white[1]) if white else D65, curve)
    except (ValueError, ArithmeticError, struct.error):
        return Stated(remark=f"its primaries ({where}) span no colours; taken as sRGB")
    return Stated(profile, what, where)


def _of_exif(image: Image.Image) -> Stated | None:
    """ColorSpace and InteropIndex of Exif, else the chromaticities that Exif and TIFF have in common."""
    try:
        exif = image.getexif()
        details = exif.get_ifd(ExifTags.IFD.Exif)
        interop = exif.get_ifd(ExifTags.IFD.Interop)
        space, index = details.get(ExifTags.Base.ColorSpace), str(interop.get(1, "")).strip("\0 ")
        white = _numbers(exif.get(ExifTags.Base.WhitePoint))
        primaries = _numbers(exif.get(ExifTags.Base.PrimaryChromaticities))
        gamma = _numbers(details.get(ExifTags.Base.Gamma))
    except Exception:  # a torn Exif block says nothing; the pixels beside it may be whole
        return None
    adobe = rgb_profile(ADOBE_RGB, D65, (_ADOBE_GAMMA,))
    if space == 1 or (index == "R98" and space in (None, _UNCALIBRATED)):
        return Stated()
    if space == 2 or index == "R03":
        return Stated(adobe, "Adobe RGB", "Exif")
    if len(primaries) == 6 and len(white) in (0, 2):
        return _of_points(white, primaries, tuple(gamma[:1]) or (2.2,), "calibrated RGB", "its tags")
    if space == _UNCALIBRATED:
        # The only other space that the rule for camera files (DCF) has; programs lose its InteropIndex.
        return Stated(
            adobe, "Adobe RGB", 'Exif, which says "uncalibrated" and no more: cameras mean Adobe RGB'
        )
    if space is None:
        return None
    return Stated(remark=f"Exif gives its colour space as {space}, which is not known here; taken as sRGB")


def _numbers(value: Any) -> list[float]:
    if value is None:
        return []
    return [float(number) for number in (value if isinstance(value, tuple | list) else (value,))]


def to_srgb(image: Image.Image, stated: Stated, notes: list[str]) -> Image.Image:
    """A picture of the mode L, RGB or CMYK as sRGB; what was done is added to the notes."""
    if stated.remark:
        notes.append(stated.remark)
    if not stated.profile:
        if image.mode == "CMYK":
            notes.append("CMYK without a profile converted by the plain formula")
        elif image.mode == "L":
            notes.append("grey expanded to RGB")
        return image.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(stated.profile))
        space = source.profile.xcolor_space.strip()
        image = _as_profiled(image, space)
        transform = ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            image.mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        if stated.narrow:
            notes.append("levels of video, 16 to 235, spread to 0 to 255")
            image = image.point([min(max(round((v - 16) * 255 / 219), 0), 255) for v in range(256)] * 3)
        if image.mode == "RGB" and _changes_nothing(transform):
            return image
        converted = ImageCms.applyTransform(image, transform)
    except (ImageCms.PyCMSError, OSError) as error:
        raise PhotoRefused(
            f"The colour profile inside the file cannot be used ({error}); "
            "save the photo in sRGB, or without a profile."
        ) from error
    notes.append(f"{stated.what or space} colours converted to sRGB by {stated.where}")
    assert converted is not None
    return converted


def _as_profiled(image: Image.Image, space: str) -> Image.Image:
    """The picture in the mode that its profile is for, where that is the same picture."""
    wanted = _PROFILE_MODES.get(space, "")
    if image.mode == "L" and wanted == "RGB":
        return image.convert("RGB")
    if image.mode == "RGB" and wanted == "L" and _is_neutral(image):
        # Decoders give grey with alpha, and grey by a palette, as RGB.
        return image.getchannel("G")
    if image.mode != wanted:
        raise PhotoRefused(f"The colour profile is for {space}, but the pixels are {image.mode}.")
    return image


def _is_neutral(image: Image.Image) -> bool:
    red, green, blue = image.split()
    return all(ImageChops.difference(green, other).getbbox() is None for other in (red, blue))


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    # A profile that is sRGB in all but rounding must not cost every pixel a level.
    levels = np.linspace(0, 255, 9).round().astype(np.uint8)
    cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(9, 81, 3)
    changed = ImageCms.applyTransform(Image.fromarray(cube), transform)
    return bool(np.abs(np.asarray(changed).astype(int) - cube).max() <= 2)
