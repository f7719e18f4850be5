"""Reading the files that people have: every oddity is either put right and said, or refused and said."""

import io
import struct
import zlib

import numpy as np
import pytest
import skimage.data
from PIL import Image, ImageCms

from colorizers.pictures.images import PhotoRefused, check_colour, read_photo
from tests.colorizers import oddfiles


@pytest.fixture(scope="module")
def photo():
    return skimage.data.chelsea()[:120, :200]


def saved(pixels, kind="PNG", **options):
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def difference(first, second):
    return np.abs(np.asarray(first).astype(int) - np.asarray(second).astype(int)).mean()


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_a_plain_file_gives_its_pixels_unchanged(photo, kind):
    clean = read_photo(saved(photo, kind))
    assert np.array_equal(clean.rgb8, photo)
    assert clean.rgb8.dtype == np.uint8
    assert (clean.format, clean.original_size, clean.conversions) == (kind, (200, 120), ())


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_a_lossy_file_gives_nearly_its_pixels(photo, kind):
    clean = read_photo(saved(photo, kind, quality=95))
    assert difference(clean.rgb8, photo) < 3
    assert (clean.format, clean.conversions) == (kind, ())


def test_the_pixels_can_be_written_to(photo):
    read_photo(saved(photo)).rgb8[0, 0] = 0


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_upright(photo, kind, orientation):
    flat = np.asarray(Image.fromarray(photo).resize((20, 12)).resize((200, 120), Image.Resampling.NEAREST))
    stored = {
        1: flat, 2: flat[:, ::-1], 3: flat[::-1, ::-1], 4: flat[::-1],
        5: flat.swapaxes(0, 1), 6: np.rot90(flat), 7: np.rot90(flat.swapaxes(0, 1), 2), 8: np.rot90(flat, -1),
    }[orientation]  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"JPEG": {"quality": 98, "subsampling": 0}, "WEBP": {"lossless": True}}.get(kind, {})
    clean = read_photo(saved(np.ascontiguousarray(stored), kind, exif=exif, **options))
    assert clean.original_size == (200, 120)
    assert difference(clean.rgb8, flat) < 2
    assert clean.conversions == (() if orientation == 1 else ("turned upright",))


def test_a_profile_that_is_srgb_costs_no_pixel_a_level(photo):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    clean = read_photo(saved(photo, icc_profile=profile))
    assert np.array_equal(clean.rgb8, photo)
    assert clean.conversions == ()


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG", "WEBP"])
def test_colours_of_another_space_are_converted(photo, kind):
    swapped = oddfiles.rgb_profile(red=oddfiles.BLUE, blue=oddfiles.RED)
    options = {"quality": 98, "subsampling": 0} if kind == "JPEG" else {}
    options = {"lossless": True} if kind == "WEBP" else options
    clean = read_photo(saved(photo, kind, icc_profile=swapped, **options))
    assert difference(clean.rgb8, photo[..., ::-1]) < 4
    assert clean.conversions == ("RGB colours converted to sRGB by the profile inside the file",)


def test_a_wider_space_gives_stronger_colours(photo):
    wide = oddfiles.rgb_profile(
        red=(0.6097, 0.3111, 0.0195), green=(0.2053, 0.6257, 0.0609), blue=(0.1492, 0.0632, 0.7446)
    )
    assert check_colour(read_photo(saved(photo, icc_profile=wide)).rgb8) > 1.1 * check_colour(photo)


def test_a_palette_and_an_alpha_channel_are_converted_by_their_profile_too(photo):
    swapped = oddfiles.rgb_profile(red=oddfiles.BLUE, blue=oddfiles.RED)
    palette = Image.fromarray(photo).quantize(256)
    expected = np.asarray(palette.convert("RGB"))[..., ::-1]
    assert difference(read_photo(saved(palette, icc_profile=swapped)).rgb8, expected) < 4
    alpha = Image.fromarray(photo)
    alpha.putalpha(255)
    assert difference(read_photo(saved(alpha, icc_profile=swapped)).rgb8, photo[..., ::-1]) < 4


def test_a_grey_profile_is_applied(photo):
    grey = Image.fromarray(photo).convert("L")
    linear = read_photo(saved(grey, icc_profile=oddfiles.grey_profile(1.0))).rgb8
    assert linear.mean() > np.asarray(grey).mean() + 30
    assert np.ptp(linear.astype(int), axis=-1).max() <= 1


def test_a_grey_profile_is_applied_however_the_grey_is_stored(photo):
    grey, profile = Image.fromarray(photo).convert("L"), oddfiles.grey_profile(1.0)
    expected = read_photo(saved(grey, icc_profile=profile)).rgb8
    alpha = grey.copy()
    alpha.putalpha(255)
    palette = grey.quantize(256, kmeans=1)
    clear = saved(grey, icc_profile=profile, transparency=int(np.asarray(grey).min()))
    for data in (saved(alpha, icc_profile=profile), saved(alpha, "WEBP", lossless=True, icc_profile=profile)):
        assert np.array_equal(read_photo(data).rgb8, expected)
    assert difference(read_photo(saved(palette, icc_profile=profile)).rgb8, expected) < 8
    assert difference(read_photo(clear).rgb8, expected) < 2


def test_a_broken_profile_is_refused(photo):
    with pytest.raises(PhotoRefused, match="colour profile"):
        read_photo(saved(photo, icc_profile=b"nothing of the kind" * 20))


def test_a_profile_for_other_pixels_is_refused(photo):
    with pytest.raises(PhotoRefused, match="profile is for CMYK"):
        read_photo(saved(photo, icc_profile=oddfiles.press_with_red_in_the_cyan_tank()))


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_without_a_profile_is_converted_and_said(photo, kind):
    clean = read_photo(saved(Image.fromarray(photo).convert("CMYK"), kind))
    assert difference(clean.rgb8, photo) < 4
    assert clean.conversions == ("CMYK without a profile converted by the plain formula",)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_with_a_profile_is_converted_by_it(kind):
    inks = np.zeros((80, 90, 4), np.uint8)
    inks[:, 30:60, 0] = 255
    inks[:, 60:, 3] = 255
    image = Image.frombytes("CMYK", (90, 80), inks.tobytes())
    clean = read_photo(saved(image, kind, icc_profile=oddfiles.press_with_red_in_the_cyan_tank()))
    paper, red, black = (
        clean.rgb8[40, 15].astype(int),
        clean.rgb8[40, 45].astype(int),
        clean.rgb8[40, 75].astype(int),
    )
    assert paper.min() > 250
    assert red[0] > 200 > 100 > red[1:].max()
    assert black.max() < 20
    assert clean.conversions == ("CMYK colours converted to sRGB by the profile inside the file",)


def test_a_cmyk_jpeg_that_is_not_adobes_is_not_inverted(photo):
    inks = Image.fromarray(photo).convert("CMYK")
    adobe = saved(Image.eval(inks, lambda level: 255 - level), "JPEG", quality=95)
    start = adobe.index(b"\xff\xee")
    length = struct.unpack_from(">H", adobe, start + 2)[0]
    plain = adobe[:start] + adobe[start + 2 + length :]
    assert difference(read_photo(plain).rgb8, photo) < 4


def test_transparency_is_laid_on_white_and_said(photo):
    image = Image.fromarray(photo)
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    clean = read_photo(saved(image))
    assert clean.conversions == ("transparency laid on white",)
    assert clean.rgb8[0].min() > 250
    assert difference(clean.rgb8[-1], photo[-1]) < 2


def test_an_alpha_channel_without_holes_changes_nothing(photo):
    image = Image.fromarray(photo)
    image.putalpha(255)
    clean = read_photo(saved(image))
    assert np.array_equal(clean.rgb8, photo)
    assert clean.conversions == ()


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP"])
def test_a_palette_is_expanded(photo, kind):
    palette = Image.fromarray(photo).quantize(256)
    clean = read_photo(saved(palette, kind))
    assert np.array_equal(clean.rgb8, np.asarray(palette.convert("RGB")))
    assert "palette expanded" in clean.conversions


def test_a_palette_with_a_transparent_colour_is_laid_on_white(photo):
    palette = Image.fromarray(photo).quantize(32)
    clear = np.asarray(palette) == 5
    clean = read_photo(saved(palette, transparency=5))
    assert (clean.rgb8[clear] == 255).all()
    assert np.array_equal(clean.rgb8[~clear], np.asarray(palette.convert("RGB"))[~clear])
    assert set(clean.conversions) == {"palette expanded", "transparency laid on white"}


def test_a_transparent_colour_of_rgb_is_laid_on_white(photo):
    pixels = photo.copy()
    pixels[:10] = (1, 2, 3)
    clean = read_photo(saved(pixels, transparency=(1, 2, 3)))
    assert (clean.rgb8[:10] == 255).all()


@pytest.mark.parametrize("mode", ["L", "LA", "1"])
def test_grey_modes_become_neutral_rgb(photo, mode):
    image = Image.fromarray(photo).convert(mode)
    clean = read_photo(saved(image))
    assert np.array_equal(clean.rgb8, np.asarray(image.convert("RGB")))


def test_sixteen_bits_with_a_clear_level_are_laid_on_white(photo):
    levels = photo.astype(np.uint16) * 257
    for pixels, clear in ((levels[..., 1], 1), (levels, 3)):
        level = struct.pack(f">{clear}H", *np.atleast_1d(pixels[5, 7]))
        clean = read_photo(oddfiles.with_chunks(oddfiles.png_of_16_bits(pixels), {b"tRNS": level}))
        hit = (pixels == pixels[5, 7]).reshape(120, 200, -1).all(axis=-1)
        assert (clean.rgb8[hit] == 255).all()
        assert np.array_equal(clean.rgb8[~hit][:, 1], photo[..., 1][~hit])
        assert "transparency laid on white" in clean.conversions


def test_sixteen_bit_grey_keeps_its_range(photo):
    grey = np.asarray(Image.fromarray(photo).convert("L"))
    for data in (
        oddfiles.png_of_16_bits(grey.astype(np.uint16) * 257),
        saved(grey.astype(np.uint16) * 257, "TIFF"),
    ):
        clean = read_photo(data)
        assert np.array_equal(clean.rgb8[..., 1], grey)
        assert "reduced from 16 to 8 bits a channel" in clean.conversions


@pytest.mark.parametrize("write", [oddfiles.png_of_16_bits, lambda pixels: oddfiles.tiff(pixels, bits=16)])
def test_sixteen_bit_colour_is_reduced_and_said(photo, write):
    clean = read_photo(write(photo.astype(np.uint16) * 257))
    assert np.array_equal(clean.rgb8, photo)
    assert clean.conversions == ("reduced from 16 to 8 bits a channel",)


def test_floating_point_pixels_are_refused_with_advice(photo):
    with pytest.raises(PhotoRefused, match="8 or 16 bits"):
        read_photo(oddfiles.tiff(photo.astype("<f4"), bits=32, sample_format=3))
    with pytest.raises(PhotoRefused, match="8 or 16 bits"):
        read_photo(saved(photo[..., 0].astype(np.float32), "TIFF"))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_the_first_of_several_frames_is_taken_and_said(photo, kind):
    other = Image.fromarray(255 - photo)
    options = {"lossless": True} if kind == "WEBP" else {}
    data = saved(photo, kind, save_all=True, append_images=[other, Image.fromarray(photo)], **options)
    clean = read_photo(data)
    assert difference(clean.rgb8, photo) < 8
    assert "first of 3 frames taken" in clean.conversions


def test_a_camera_jpeg_with_a_preview_is_a_jpeg(photo):
    clean = read_photo(saved(photo, "MPO", save_all=True, append_images=[Image.fromarray(photo[::2, ::2])]))
    assert (clean.format, clean.original_size, clean.conversions) == ("JPEG", (200, 120), ())


def test_large_pictures_are_scaled_down_and_say_so(photo):
    clean = read_photo(saved(photo), max_side=150)
    assert clean.rgb8.shape == (90, 150, 3)
    assert clean.original_size == (200, 120)
    assert clean.conversions == ("scaled down from 200 x 120 pixels",)
    assert read_photo(saved(photo), max_side=200).conversions == ()


@pytest.mark.parametrize(
    "data", [b"", b"hello, I am a photo", b"\0" * 5000, b"%PDF-1.7 ...", b"<svg/>", b"\x89PNG"]
)
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(PhotoRefused):
        read_photo(data)


def test_a_format_that_is_not_allowed_is_refused_even_if_pillow_knows_it(photo):
    with pytest.raises(PhotoRefused, match="not a picture in a format"):
        read_photo(saved(photo, "PPM"))


@pytest.mark.parametrize("kind", ["JPEG", "PROGRESSIVE", "PNG", "WEBP", "TIFF", "TIFF_LZW", "BMP", "GIF"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
def test_a_truncated_file_is_refused(photo, kind, share):
    options = {"PROGRESSIVE": {"progressive": True}, "TIFF_LZW": {"compression": "tiff_lzw"}}.get(kind, {})
    data = saved(photo, {"PROGRESSIVE": "JPEG", "TIFF_LZW": "TIFF"}.get(kind, kind), **options)
    with pytest.raises(PhotoRefused, match=r"damaged|not a picture"):
        read_photo(data[: int(len(data) * share)])


def test_flipped_bytes_never_escape_as_another_exception(photo):
    rng = np.random.default_rng(0)
    for kind in ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF"):
        whole = np.frombuffer(saved(photo, kind), np.uint8)
        for _ in range(30):
            data = whole.copy()
            data[rng.integers(0, min(len(data), 400), 4)] = rng.integers(0, 256, 4)
            try:
                assert read_photo(data.tobytes()).rgb8.ndim == 3
            except PhotoRefused as refusal:
                assert str(refusal).endswith((".", ")"))  # noqa: PT017


def bomb(width, height):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    end = b"IDAT" + zlib.compress(bytes(1000))
    body = b"".join(
        struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in (chunk, end)
    )
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("size", [(9_001, 9_001), (13_000, 13_000), (100_000, 100_000)])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(size):
    with pytest.raises(PhotoRefused, match=r"more than 80 million are not read"):
        read_photo(bomb(*size))


def test_the_pixel_limit_is_an_argument(photo):
    with pytest.raises(PhotoRefused, match=r"200 x 120 pixels; more than 0\.02 million"):
        read_photo(saved(photo), max_pixels=20_000)


@pytest.mark.parametrize("size", [(63, 200), (200, 63), (1, 1)])
def test_a_small_picture_is_refused(size):
    with pytest.raises(PhotoRefused, match="too small"):
        read_photo(saved(Image.new("RGB", size, "red")))


def test_a_strip_that_becomes_too_small_by_scaling_is_refused():
    with pytest.raises(
        PhotoRefused, match="too small: 1000 x 80 pixels, which would be scaled down to 500 x 40"
    ):
        read_photo(saved(Image.new("RGB", (1000, 80), "red")), max_side=500)


def test_the_chroma_of_a_colourful_photo_is_returned(photo):
    assert check_colour(photo) == pytest.approx(23, abs=5)


def test_a_nearly_grey_photo_is_refused_with_its_chroma(photo):
    with pytest.raises(PhotoRefused, match=r"nearly grey: its mean chroma is 0\.0"):
        check_colour(np.repeat(photo[..., :1], 3, axis=-1))
    assert check_colour(photo, at_least=1) > 1
