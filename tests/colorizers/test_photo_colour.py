"""Colours are what the file says, wherever it says it, in the order of the standards."""

import io
import struct

import numpy as np
import pytest
import skimage.data
from PIL import Image, ImageCms

from colorizers.pictures.images import PhotoRefused, read_photo
from tests.colorizers import oddfiles
from tests.colorizers.test_photo_files import saved

P3 = np.array([[0.680, 0.320], [0.265, 0.690], [0.150, 0.060]])
ADOBE = np.array([[0.64, 0.33], [0.21, 0.71], [0.15, 0.06]])
SRGB = np.array([[0.64, 0.33], [0.30, 0.60], [0.15, 0.06]])
D65 = np.array([0.3127, 0.3290])
SRGB_PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SWAPPED = oddfiles.rgb_profile(red=oddfiles.BLUE, blue=oddfiles.RED)


@pytest.fixture(scope="module")
def photo():
    return skimage.data.chelsea()[:80, :100]


def to_xyz(primaries):
    """The matrix from linear RGB to XYZ under D65, by the definition of primaries and white."""
    columns = np.stack([[x / y, 1, (1 - x - y) / y] for x, y in primaries], axis=1)
    white = np.array([D65[0] / D65[1], 1, (1 - D65.sum()) / D65[1]])
    return columns * np.linalg.solve(columns, white)


def as_srgb(pixels, primaries, gamma=None):
    """Our own arithmetic, without any profile: the picture in sRGB."""
    levels = pixels / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    linear = levels**gamma if gamma else linear
    linear = np.clip(linear @ (np.linalg.inv(to_xyz(SRGB)) @ to_xyz(primaries)).T, 0, 1)
    coded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(coded * 255).astype(np.uint8)


def agree(clean, expected, most=1.0):
    return np.abs(clean.rgb8.astype(int) - expected).mean() < most


@pytest.mark.parametrize("space", [65535, None, 2])
@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
def test_adobe_rgb_that_exif_alone_says_is_converted(photo, kind, space):
    options = {"JPEG": {"quality": 100, "subsampling": 0}, "WEBP": {"lossless": True}}.get(kind, {})
    clean = read_photo(saved(photo, kind, exif=oddfiles.exif_of_colour(space, "R03"), **options))
    assert agree(clean, as_srgb(photo, ADOBE, 563 / 256), 1.5)
    assert clean.conversions == ("Adobe RGB colours converted to sRGB by Exif",)


def test_uncalibrated_alone_is_taken_as_what_cameras_mean_and_said(photo):
    clean = read_photo(saved(photo, exif=oddfiles.exif_of_colour(65535)))
    assert agree(clean, as_srgb(photo, ADOBE, 563 / 256))
    assert "uncalibrated" in clean.conversions[0]


@pytest.mark.parametrize(
    ("exif", "notes"), [((1, "R98"), 0), ((1, "R03"), 0), ((65535, "R98"), 0), ((None, ""), 0), ((7, ""), 1)]
)
def test_srgb_and_what_cannot_be_known_stay_as_they_are(photo, exif, notes):
    clean = read_photo(saved(photo, exif=oddfiles.exif_of_colour(*exif)))
    assert np.array_equal(clean.rgb8, photo)
    assert len(clean.conversions) == notes
    assert all("taken as sRGB" in note for note in clean.conversions)


def test_a_profile_goes_before_exif(photo):
    clean = read_photo(saved(photo, icc_profile=SRGB_PROFILE, exif=oddfiles.exif_of_colour(65535, "R03")))
    assert np.array_equal(clean.rgb8, photo)


def test_a_torn_exif_block_refuses_no_photo(photo):
    exif = oddfiles.exif_of_colour(65535, "R03")
    for length in range(8, len(exif), 5):
        assert read_photo(saved(photo, "JPEG", exif=exif[:length])).rgb8.shape == photo.shape


def png(photo, **chunks):
    names = {"cicp": b"cICP", "srgb": b"sRGB", "gama": b"gAMA", "chrm": b"cHRM"}
    return oddfiles.with_chunks(saved(photo), {names[name]: body for name, body in chunks.items()})


P3_POINTS = (*D65, *P3.ravel())
SRGB_POINTS = (*D65, *SRGB.ravel())


@pytest.mark.parametrize(
    ("chunks", "expected", "notes"),
    [
        ({"cicp": b"\x0c\x0d\0\1"}, (P3, None), 1),
        ({"cicp": b"\x01\x0d\0\1"}, (SRGB, None), 0),
        ({"cicp": b"\x0c\x08\0\1"}, (P3, 1.0), 1),
        ({"cicp": b"\x02\x02\0\1", "gama": oddfiles.gama(1 / 1.8)}, (SRGB, 1.8), 1),
        ({"cicp": b"\x63\x0d\0\1"}, (SRGB, None), 1),
        ({"gama": oddfiles.gama(1.0)}, (SRGB, 1.0), 1),
        ({"gama": oddfiles.gama(1 / 1.8), "chrm": oddfiles.chrm(*P3_POINTS)}, (P3, 1.8), 1),
        ({"chrm": oddfiles.chrm(*P3_POINTS)}, (P3, None), 1),
        ({"gama": oddfiles.gama(0.45455), "chrm": oddfiles.chrm(*SRGB_POINTS)}, (SRGB, None), 0),
        ({"gama": oddfiles.gama(0)}, (SRGB, None), 0),
        ({"chrm": bytes(32)}, (SRGB, None), 1),
        # The order of PNG, third edition: cICP, then iCCP, then sRGB, then gAMA and cHRM.
        ({"cicp": b"\x0c\x0d\0\1", "srgb": b"\0", "gama": oddfiles.gama(1)}, (P3, None), 1),
        ({"srgb": b"\0", "gama": oddfiles.gama(1), "chrm": oddfiles.chrm(*P3_POINTS)}, (SRGB, None), 0),
    ],
)
def test_a_png_is_converted_as_its_chunks_say(photo, chunks, expected, notes):
    clean = read_photo(png(photo, **chunks))
    assert agree(clean, as_srgb(photo, *expected))
    assert len(clean.conversions) == notes, clean.conversions


def test_cicp_goes_before_a_profile_and_that_before_the_rest(photo):
    profiled = saved(photo, icc_profile=SWAPPED)
    both = oddfiles.with_chunks(profiled, {b"cICP": b"\x0c\x0d\0\1"})
    assert agree(read_photo(both), as_srgb(photo, P3))
    gamma = oddfiles.with_chunks(profiled, {b"gAMA": oddfiles.gama(1), b"sRGB": b"\0"})
    assert agree(read_photo(gamma), photo[..., ::-1], 4)


def test_grey_follows_its_gamma_too(photo):
    grey = np.ascontiguousarray(photo[..., 1])
    clean = read_photo(png(grey, gama=oddfiles.gama(1)))
    expected = as_srgb(np.repeat(grey[..., None], 3, axis=-1), SRGB, 1.0)
    assert agree(clean, expected)
    assert np.ptp(clean.rgb8, axis=-1).max() <= 1


def test_video_levels_are_spread(photo):
    narrow = np.rint(photo / 255 * 219 + 16).astype(np.uint8)
    assert agree(read_photo(png(narrow, cicp=b"\x01\x0d\0\0")), photo)


@pytest.mark.parametrize("transfer", [16, 18])
def test_high_dynamic_range_is_refused(photo, transfer):
    with pytest.raises(PhotoRefused, match="high dynamic range"):
        read_photo(png(photo, cicp=bytes([9, transfer, 0, 1])))


def as_heif(photo, kind, primaries=1, transfer=13, **options):
    """A HEIC or AVIF whose nclx box says these primaries and this transfer."""
    if kind == "HEIF":
        import pillow_heif

        file = io.BytesIO()
        pillow_heif.from_pillow(Image.fromarray(photo)).save(file, quality=-1, chroma=444, **options)
        data = file.getvalue()
    else:
        data = saved(photo, kind, quality=100, subsampling="4:4:4", **options)
    at = data.find(b"nclx")
    if at < 0:
        return data
    return data[: at + 4] + struct.pack(">HH", primaries, transfer) + data[at + 8 :]


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_heic_and_avif_are_read_and_converted_as_they_say(photo, kind):
    plain = read_photo(as_heif(photo, kind))
    assert agree(plain, photo, 2)
    assert (plain.format, plain.conversions) == (kind, ())
    p3 = read_photo(as_heif(photo, kind, primaries=12))
    assert agree(p3, as_srgb(plain.rgb8, P3), 1)
    assert p3.conversions == ("Display P3 colours converted to sRGB by the nclx box",)
    profiled = read_photo(as_heif(photo, kind, primaries=12, icc_profile=SWAPPED))
    assert agree(profiled, photo[..., ::-1], 5)
    with pytest.raises(PhotoRefused, match=r"high dynamic range \(PQ\)"):
        read_photo(as_heif(photo, kind, primaries=9, transfer=16))


def test_a_tiff_with_chromaticities_is_converted(photo):
    info = {318: tuple(D65), 319: tuple(P3.ravel())}
    clean = read_photo(saved(photo, "TIFF", tiffinfo=info))
    assert agree(clean, as_srgb(photo, P3, 2.2))
