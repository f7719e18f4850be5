"""The plates, judged by a simulation of dichromats that is not the one they were made from."""

import io
import itertools

import numpy as np
import pytest
from PIL import Image

from colorizers.pictures.colour import rgb_to_lab
from studies.rules import plates
from studies.rules.plates import CONTROL, DEUTAN, PROTAN, TRITAN, Plate

# Machado, Oliveira & Fernandes (2009), "A physiologically-based model for simulation of color vision
# deficiency", IEEE TVCG 15 (6), table 1 at severity 1.0; they act on linear light.
DICHROMATS = {
    PROTAN: [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    DEUTAN: [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    TRITAN: [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TYPES = [PROTAN, DEUTAN, TRITAN]
EXAMPLES = [(axis, digit) for axis in TYPES for digit in plates.DIGITS]


def seen(axis, digit, *, by=None, seed=None):
    """Lab of the digit's dots and of the others, as a normal observer or a dichromat sees them."""
    plate = Plate(axis, digit, seed=ord(digit) if seed is None else seed)
    in_figure = plates.dots(plate)[2]
    linear = plates.colours_of(plate, in_figure)
    if by is not None:
        linear = np.clip(linear @ np.array(DICHROMATS[by]).T, 0, 1)
    lab = rgb_to_lab(plates.encode(linear)[None])[0]
    return lab[in_figure], lab[~in_figure]


def hue_contrast(axis, digit, *, by=None):
    """Distance of the mean a and b of digit and ground."""
    figure, ground = seen(axis, digit, by=by)
    return float(np.hypot(*(figure[:, 1:].mean(0) - ground[:, 1:].mean(0))))


def lighter(figure, ground):
    """How often a dot of the digit is lighter than one of the ground: 0.5 where lightness tells nothing."""
    return float((figure[:, None, 0] > ground[None, :, 0]).mean())


@pytest.mark.parametrize(("axis", "digit"), EXAMPLES)
def test_a_digit_stands_out_by_hue_for_a_normal_observer(axis, digit):
    assert hue_contrast(axis, digit) > 25


@pytest.mark.parametrize(("axis", "digit"), EXAMPLES)
def test_a_dichromat_finds_much_less_of_that_contrast(axis, digit):
    assert hue_contrast(axis, digit, by=axis) < hue_contrast(axis, digit) / 4


@pytest.mark.parametrize(("axis", "digit"), EXAMPLES)
def test_lightness_does_not_give_the_digit_to_a_dichromat(axis, digit):
    figure, ground = seen(axis, digit, by=axis)
    assert 0.35 < lighter(figure, ground) < 0.65


@pytest.mark.parametrize(("axis", "digit"), EXAMPLES)
def test_the_lightness_of_digit_and_ground_overlap_for_everybody(axis, digit):
    overlaps = []
    for seed in range(4):
        figure, ground = seen(axis, digit, seed=seed)
        assert 0.2 < lighter(figure, ground) < 0.8
        low, high = np.percentile(ground[:, 0], [2, 98])
        overlaps.append(((low <= figure[:, 0]) & (figure[:, 0] <= high)).mean())
    assert np.mean(overlaps) > 0.75


@pytest.mark.parametrize("who", [None, *TYPES])
def test_everybody_can_read_the_control_plate(who):
    for digit in plates.DIGITS:
        figure, ground = seen(CONTROL, digit, by=who)
        assert hue_contrast(CONTROL, digit, by=who) > 40
        assert lighter(figure, ground) in (0.0, 1.0)


def test_no_digit_that_is_shown_shares_nearly_all_its_dots_with_another_that_can_be_answered():
    for shown, other in itertools.product(plates.DIGITS, "123456789"):
        if shown == other:
            continue
        for seed in range(4):
            one, two = (plates.dots(Plate(DEUTAN, digit, seed))[2] for digit in (shown, other))
            assert (one & two).sum() < 0.8 * (one | two).sum(), (shown, other, seed)


def test_colours_fit_into_srgb_without_clipping():
    for axis, digit in EXAMPLES:
        plate = Plate(axis, digit, seed=1)
        colours = plates.colours_of(plate, plates.dots(plate)[2])
        assert 0.001 < colours.min() < colours.max() < 0.999


def test_no_two_dots_touch_and_all_lie_in_the_disc():
    centres, radii, in_figure = plates.dots(Plate(DEUTAN, "5", 4))
    distances = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1))
    np.fill_diagonal(distances, np.inf)
    assert (distances >= radii[:, None] + radii[None]).all()
    assert (np.hypot(*(centres - plates.SIDE / 2).T) + radii < plates.SIDE / 2).all()
    assert 40 < in_figure.sum() < len(in_figure) / 2


def test_one_seed_gives_one_picture_and_another_gives_another():
    first, again, other = (plates.draw(Plate(PROTAN, "3", seed)) for seed in (7, 7, 8))
    assert (first == again).all()
    assert (first != other).any()


def test_the_file_holds_a_picture_and_nothing_else():
    picture = Image.open(io.BytesIO(plates.png(Plate(TRITAN, "4", 2))))
    assert (picture.size, picture.mode, picture.info) == ((480, 480), "RGB", {})


def test_a_plan_begins_with_the_control_and_asks_after_all_cones():
    plan = plates.plan(6, seed=11)
    assert plan == plates.plan(6, seed=11)
    assert plan[0].axis == CONTROL
    assert sorted(plate.axis for plate in plan[1:]) == [DEUTAN] * 3 + [PROTAN] * 2 + [TRITAN]


def test_no_digit_comes_twice_in_a_row():
    for seed in range(50):
        digits = [plate.digit for plate in plates.plan(20, seed)]
        assert all(a != b for a, b in itertools.pairwise(digits))
