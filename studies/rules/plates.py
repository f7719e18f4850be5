"""Pseudo-isochromatic plates of our own: a screening for colour vision, no diagnosis.

A plate is a disc of dots; those within a digit differ from the others in hue alone. Both hues lie on one
confusion line: one kind of cone is excited more by the one than by the other, the other two kinds equally,
so that a person without that kind cannot tell them apart. Lightness gives nothing away, for each dot has its
own, drawn from one distribution for digit and ground.

The cones are those of Viénot, Brettel & Mollon (1999), "Digital video colourmaps for checking the legibility
of displays by dichromats", Color Research and Application 24, 243-252, with their primaries taken as sRGB's.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

# Kept with every result: what was found with other plates is not the same measurement.
VERSION = 2
SIDE = 480
# Made of dots, 6, 8 and 9 close their openings and are taken for one another by people who see every colour.
DIGITS = "23457"
NO_FIGURE = "none"
PROTAN, DEUTAN, TRITAN, CONTROL = "protan", "deutan", "tritan", "control"
# Of six, five test red against green, which is what one man in twelve cannot tell.
CYCLE = (PROTAN, DEUTAN, TRITAN, DEUTAN, PROTAN, DEUTAN)

Floats = NDArray[np.float64]

CONES_OF_RGB: Floats = np.array(
    [[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]]
)
CONE = {PROTAN: 0, DEUTAN: 1, TRITAN: 2}
# How far digit and ground lie from the middle, as a share of the middle's excitation of that cone.
STEP = {PROTAN: 0.105, DEUTAN: 0.125, TRITAN: 0.42}
MIDDLE = 0.28  # linear light
JITTER = 0.40  # each dot's light is the middle's times 1 - JITTER to 1 + JITTER
BLUE_JITTER = 0.22  # of the short-wave cones on red-green plates: what hue remains is no clue either
GROUND = 230 / 255  # of the paper around the dots, as an sRGB value: the pages have the same

RADII = (12.5, 10.0, 8.0, 6.5, 5.0, 4.0)
TRIES = (500, 900, 1500, 2200, 3000, 3500)
SPACE = 1.5
SUPERSAMPLED = 3
WIDENED = 1.3  # the digits: the larger their openings, the fewer dots bridge them


@dataclass(frozen=True)
class Plate:
    """One plate: its digit, the cones that it asks after, and the seed of its dots."""

    axis: str
    digit: str
    seed: int


def plan(count: int, seed: int) -> list[Plate]:
    """The plates of one person: one that everybody can read, then `count` others; no digit twice in a row."""
    rng = np.random.default_rng([seed, VERSION])
    axes = [CYCLE[at % len(CYCLE)] for at in range(count)]
    axes = [CONTROL, *(axes[int(at)] for at in rng.permutation(count))]
    plates: list[Plate] = []
    for axis in axes:
        others = [digit for digit in DIGITS if not plates or digit != plates[-1].digit]
        plates.append(Plate(axis, str(rng.choice(others)), int(rng.integers(2**32))))
    return plates


@lru_cache(maxsize=64)
def png(plate: Plate) -> bytes:
    """The plate as a PNG file of SIDE x SIDE pixels, without any metadata."""
    buffer = io.BytesIO()
    Image.fromarray(draw(plate)).save(buffer, "PNG")
    return buffer.getvalue()


def draw(plate: Plate) -> NDArray[np.uint8]:
    """The plate as sRGB values (SIDE, SIDE, 3)."""
    size = SIDE * SUPERSAMPLED
    paper = round(255 * GROUND)
    picture = Image.new("RGB", (size, size), (paper, paper, paper))
    pencil = ImageDraw.Draw(picture)
    centres, radii, in_figure = dots(plate)
    colours = np.rint(255 * encode(colours_of(plate, in_figure))).astype(int)
    for (x, y), radius, colour in zip(centres, radii, colours, strict=True):
        box = [SUPERSAMPLED * edge for edge in (x - radius, y - radius, x + radius, y + radius)]
        pencil.ellipse(box, fill=tuple(int(value) for value in colour))
    return np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BOX))


def dots(plate: Plate) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Centres (n, 2) and radii (n,) in pixels, and which dots belong to the digit; no two dots touch."""
    centres, radii = _packing(plate.seed)
    x, y = centres.astype(int).T
    return centres, radii, _digit_mask(plate.digit)[y, x]


@lru_cache(maxsize=64)
def _packing(seed: int) -> tuple[Floats, Floats]:
    """Large dots first, then smaller ones in the gaps."""
    rng = np.random.default_rng(seed)
    centres, radii = np.empty((0, 2)), np.empty(0)
    for radius, tries in zip(RADII, TRIES, strict=True):
        for centre in rng.uniform(0, SIDE, (tries, 2)):
            inside = np.hypot(*(centre - SIDE / 2)) <= SIDE / 2 - radius - 4
            if inside and (np.hypot(*(centres - centre).T) >= radii + radius + SPACE).all():
                centres, radii = np.vstack([centres, centre]), np.append(radii, radius)
    return centres, radii


def _digit_mask(digit: str) -> NDArray[np.bool_]:
    picture = Image.new("L", (SIDE, SIDE))
    font = ImageFont.load_default(size=SIDE * 0.96)
    ImageDraw.Draw(picture).text((SIDE / 2, SIDE / 2), digit, fill=255, font=font, anchor="mm")
    margin = SIDE * (1 - 1 / WIDENED) / 2
    wide = picture.resize((SIDE, SIDE), Image.Resampling.BILINEAR, (margin, 0, SIDE - margin, SIDE))
    return np.asarray(wide) > 127


def colours_of(plate: Plate, in_figure: NDArray[np.bool_]) -> Floats:
    """The dots' colours (n, 3) in linear light, [0, 1]; which end of the line the digit has is random."""
    rng = np.random.default_rng([plate.seed, 1])
    sign = np.where(in_figure, 1.0, -1.0) * rng.choice((-1.0, 1.0))
    if plate.axis == CONTROL:
        # Everybody sees this one: yellow and dark blue differ for every eye, in lightness too.
        yellow, blue = np.array([0.62, 0.46, 0.06]), np.array([0.05, 0.09, 0.34])
        colours = np.where(sign[:, None] > 0, yellow, blue)
        return np.asarray(colours * rng.uniform(0.9, 1.1, (len(sign), 1)))
    middle = CONES_OF_RGB @ np.full(3, MIDDLE)
    cones = np.tile(middle, (len(sign), 1))
    cones[:, CONE[plate.axis]] *= 1 + STEP[plate.axis] * sign
    if plate.axis != TRITAN:
        cones[:, CONE[TRITAN]] *= rng.uniform(1 - BLUE_JITTER, 1 + BLUE_JITTER, len(sign))
    light = rng.uniform(1 - JITTER, 1 + JITTER, (len(sign), 1))
    return np.asarray(np.clip(cones @ np.linalg.inv(CONES_OF_RGB).T * light, 0, 1))


def encode(linear: Floats) -> Floats:
    """sRGB values of linear light, both in [0, 1] (IEC 61966-2-1)."""
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.power(linear, 1 / 2.4) - 0.055)
