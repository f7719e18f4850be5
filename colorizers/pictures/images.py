"""Pixels in and out: digests, catalogue files, and stimuli that are all rendered the same way."""

import hashlib
import io

import numpy as np
from PIL import Image

from colorizers.pictures.colour import RGB8
from colorizers.pictures.inference import check_picture
from colorizers.pictures.photo_colour import PhotoRefused
from colorizers.pictures.photo_files import CleanPhoto, check_colour, read_photo
from colorizers.pictures.stimulus_files import decode_stimulus, encode_stimulus, stimulus_digest

__all__ = [
    "CleanPhoto",
    "PhotoRefused",
    "check_colour",
    "decode_stimulus",
    "encode_png",
    "encode_stimulus",
    "pixel_digest",
    "read_photo",
    "render_stimulus",
    "stimulus_digest",
]


def pixel_digest(rgb8: RGB8) -> str:
    """SHA-256 over the size and the pixels of a picture (H, W, 3) uint8, whatever file held it."""
    check_picture(rgb8)
    height, width = rgb8.shape[:2]
    digest = hashlib.sha256(f"rgb8 {width} {height}\n".encode())
    digest.update(np.ascontiguousarray(rgb8).data)
    return digest.hexdigest()


def encode_png(rgb8: RGB8) -> bytes:
    """A compressed PNG without metadata: equal pixels, equal bytes on one installation."""
    check_picture(rgb8)
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(rgb8)).save(file, "PNG", compress_level=6)
    return file.getvalue()


def render_stimulus(rgb8: RGB8, size: int) -> RGB8:
    """The centred square of a picture at `size` x `size` pixels (Lanczos): the same way for real and fake.

    Raises ValueError if the picture would have to be enlarged.
    """
    check_picture(rgb8)
    height, width = rgb8.shape[:2]
    side = min(height, width)
    if side < size:
        raise ValueError(
            f"A picture of {width} x {height} pixels cannot fill {size} x {size} without blurring."
        )
    top, left = (height - side) // 2, (width - side) // 2
    square = np.ascontiguousarray(rgb8[top : top + side, left : left + side])
    if side == size:
        return square
    return np.array(Image.fromarray(square).resize((size, size), Image.Resampling.LANCZOS))
