"""The colour classes of Zhang et al. (2016): their number, soft codes, priors, rebalancing, annealed mean."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax

from colorizers.pictures import bins, colour
from colorizers.pictures.bins import (
    ab_bins,
    annealed_mean,
    mean_soft_code,
    nearest_bins,
    rebalancing_weights,
    soft_code,
    soft_code_sums,
)

quick = settings(max_examples=50, deadline=None)
byte = st.integers(0, 255)
ab_value = st.floats(-110, 110, width=32)
share = st.floats(0, 1).map(lambda found: found if found > 1e-6 else 0.0)
shares = st.lists(share, min_size=2, max_size=40).filter(lambda found: sum(found) > 1e-3)


def all_colours(step: int = 5) -> np.ndarray:
    """(n, 2): ab of every `step`-th sRGB colour, and of all on the cube's faces' edges."""
    line = np.unique(np.append(np.arange(0, 256, step), 255)).astype(np.uint8)
    cube = np.stack(np.meshgrid(line, line, line), axis=-1).reshape(-1, 3)
    return colour.rgb_to_lab(cube)[:, 1:]


# --- the grid ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("step", "number"), [(10, 313), (5, 1083), (20, 101)])
def test_the_bins_are_as_many_as_published(step, number):
    assert ab_bins(step).shape == (number, 2)
    assert ab_bins(step).dtype == np.float32


def test_the_bins_lie_on_the_grid_in_order_of_a_then_b():
    grid = ab_bins()
    assert np.array_equal(grid, np.round(grid / 10) * 10)
    assert np.array_equal(grid, grid[np.lexsort((grid[:, 1], grid[:, 0]))])
    assert len(np.unique(grid, axis=0)) == 313
    assert grid[0].tolist() == [-90, 50]
    assert grid[-1].tolist() == [100, 0]


@pytest.mark.parametrize("step", [1, 5, 7, 10, 20, 50, 110])
def test_grey_is_a_class_at_every_step(step):
    assert [0, 0] in ab_bins(step).tolist()


def test_the_bins_are_read_only_for_they_are_shared():
    with pytest.raises(ValueError, match="read-only"):
        ab_bins()[0] = 0


def test_52_of_313_bins_are_nearest_to_no_colour_of_srgb():
    reached = np.unique(nearest_bins(all_colours(3), 1)[1])
    assert 313 - len(reached) == 52


def test_every_colour_of_srgb_is_within_half_a_cell_of_its_bin():
    squared, _ = nearest_bins(all_colours(), 1)
    assert squared.max() <= 50 + 1e-3


@pytest.mark.parametrize("step", [0, -10, 111])
def test_a_step_that_leaves_no_grid_is_refused(step):
    with pytest.raises(ValueError, match="between 1 and 110"):
        ab_bins(step)


# --- soft codes --------------------------------------------------------------------------------


@quick
@given(ab_value, ab_value, st.integers(1, 32), st.floats(1, 20))
def test_a_soft_code_is_a_distribution_with_the_nearest_bin_first(a, b, neighbours, sigma):
    indices, weights = soft_code(np.array([a, b]), neighbours, sigma)
    assert indices.shape == weights.shape == (neighbours,)
    assert weights.sum() == pytest.approx(1, abs=1e-5)
    assert (weights >= 0).all()
    assert (np.diff(weights) <= 1e-6).all()
    assert len(set(indices.tolist())) == neighbours


def test_a_soft_code_is_the_gaussian_over_the_nearest_bins():
    colours = all_colours(40)
    indices, weights = soft_code(colours)
    squared = ((colours[:, None] - ab_bins()[None]) ** 2).sum(axis=-1)
    dense = np.exp(-squared / (2 * 5**2))
    kept = np.take_along_axis(dense, np.argsort(squared, axis=1, kind="stable")[:, :5], axis=1)
    assert weights == pytest.approx(kept / kept.sum(axis=1, keepdims=True), abs=1e-4)
    assert np.take_along_axis(squared, indices[:, :1], 1)[:, 0] == pytest.approx(
        squared.min(axis=1), abs=1e-2
    )


def test_a_colour_on_a_bin_is_mostly_that_bin():
    indices, weights = soft_code(ab_bins())
    assert np.array_equal(indices[:, 0], np.arange(313))
    assert (weights[:, 0] > 0.5).all()


def test_a_picture_of_colours_keeps_its_shape():
    indices, weights = soft_code(np.zeros((4, 6, 2)), 10)
    assert indices.shape == weights.shape == (4, 6, 10)


@quick
@given(st.integers(0, 2**32 - 1))
def test_sums_of_soft_codes_count_every_pixel_once(seed):
    ab = np.random.default_rng(seed).uniform(-80, 80, (7, 9, 2))
    sums = soft_code_sums(ab)
    assert sums.shape == (313,)
    assert sums.sum() == pytest.approx(63, rel=1e-5)
    halves = soft_code_sums(ab[:3]) + soft_code_sums(ab[3:])
    assert sums == pytest.approx(halves, abs=1e-4)


# --- priors and rebalancing --------------------------------------------------------------------


def flat(rgb, height=40, width=60):
    return np.full((height, width, 3), rgb, np.uint8)


def test_the_prior_of_a_photo_of_one_colour_is_that_colours_soft_code():
    prior = mean_soft_code([flat((200, 40, 40))])
    indices, weights = soft_code(colour.rgb_to_lab(flat((200, 40, 40), 1, 1))[0, 0, 1:])
    expected = np.zeros(313)
    expected[indices] = weights
    assert prior == pytest.approx(expected, abs=1e-3)


def test_in_a_prior_every_photo_counts_the_same_whatever_its_size():
    red, blue = flat((200, 40, 40)), flat((40, 40, 200))
    small = mean_soft_code([red, blue])
    assert small.sum() == pytest.approx(1, abs=1e-9)
    assert mean_soft_code([flat((200, 40, 40), 900, 700), blue]) == pytest.approx(small, abs=1e-4)
    assert mean_soft_code([red, red, blue])[np.argmax(small)] > small.max()


def test_a_prior_of_no_photos_is_refused():
    with pytest.raises(ValueError, match="at least one photo"):
        mean_soft_code([])


@quick
@given(shares, st.floats(0, 1))
def test_rebalancing_keeps_the_expected_weight_at_one(found, strength):
    prior = np.array(found) / sum(found)
    weights = rebalancing_weights(prior, strength)
    assert (prior * weights).sum() == pytest.approx(1)
    assert ((weights > 0) == (prior > 0)).all()


@quick
@given(shares)
def test_at_lambda_one_nothing_is_rebalanced(found):
    prior = np.array(found)
    assert rebalancing_weights(prior, 1)[prior > 0] == pytest.approx(1)


def test_at_lambda_zero_every_bin_counts_the_same_in_expectation():
    prior = np.array([0.7, 0.2, 0.1, 0])
    assert prior * rebalancing_weights(prior, 0) == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0])


def test_lambda_one_half_is_the_papers_formula():
    prior = np.array([0.7, 0.2, 0.1, 0])
    raw = 1 / (0.5 * prior[:3] + 0.5 / 3)
    assert rebalancing_weights(prior, 0.5)[:3] == pytest.approx(raw / (raw * prior[:3]).sum())


@quick
@given(shares, st.floats(0, 0.99))
def test_rarer_bins_never_weigh_less(found, strength):
    prior = np.sort(np.array(found))
    weights = rebalancing_weights(prior, strength)[prior > 0]
    assert (np.diff(weights) <= 1e-9 * weights[:-1]).all()


@pytest.mark.parametrize("prior", [[-0.1, 1.1], [0, 0], [np.nan, 1], [[1.0]], [np.inf, 1]])
def test_what_is_no_prior_is_refused(prior):
    with pytest.raises(ValueError, match="A prior is"):
        rebalancing_weights(np.array(prior), 0.5)


@pytest.mark.parametrize("strength", [-0.1, 1.1, np.nan])
def test_a_lambda_out_of_range_is_refused(strength):
    with pytest.raises(ValueError, match="between 0 and 1"):
        rebalancing_weights(np.ones(3), strength)


# --- the annealed mean -------------------------------------------------------------------------


def logits_of(seed, spread=3.0):
    return np.random.default_rng(seed).normal(0, spread, (5, 313))


@quick
@given(st.integers(0, 2**32 - 1))
def test_at_temperature_one_it_is_the_mean(seed):
    logits = logits_of(seed)
    assert annealed_mean(logits, 1.0) == pytest.approx(softmax(logits, axis=-1) @ ab_bins(), abs=1e-3)


@quick
@given(st.integers(0, 2**32 - 1))
def test_towards_temperature_zero_it_is_the_mode(seed):
    logits = logits_of(seed) * 1000
    assert annealed_mean(logits, 0.01) == pytest.approx(ab_bins()[logits.argmax(axis=-1)], abs=1e-3)


@quick
@given(st.integers(0, 2**32 - 1))
def test_it_moves_steadily_from_the_mode_to_the_mean(seed):
    # Between a grey and a vivid bin: the colder, the further towards the likelier one.
    logits = np.full(313, -60.0)
    grey, vivid = (ab_bins().tolist().index(ab) for ab in ([0, 0], [80, 60]))
    logits[grey], logits[vivid] = 0, np.random.default_rng(seed).uniform(0.05, 2)
    chroma = [np.hypot(*annealed_mean(logits, temperature)) for temperature in (1, 0.77, 0.38, 0.14, 0.01)]
    assert (np.diff(chroma) >= -1e-3).all()
    assert chroma[-1] > chroma[0]


def test_huge_logits_do_not_overflow_and_an_added_constant_changes_nothing():
    logits = logits_of(1)
    assert annealed_mean(logits + 1e6, 0.38) == pytest.approx(annealed_mean(logits, 0.38), abs=1e-2)
    assert np.isfinite(annealed_mean(logits * 1e6, 0.01)).all()


@pytest.mark.parametrize("temperature", [0, -1, 1.1, np.nan])
def test_a_temperature_out_of_range_is_refused(temperature):
    with pytest.raises(ValueError, match="temperature must lie between"):
        annealed_mean(np.zeros(313), temperature)


# --- the space that they divide ----------------------------------------------------------------


@quick
@given(st.lists(st.tuples(byte, byte, byte), min_size=1, max_size=50))
def test_every_srgb_colour_survives_the_way_through_lab(colours):
    rgb8 = np.array(colours, np.uint8)
    unclipped = colour.lab_to_unclipped_rgb(colour.rgb_to_lab(rgb8))
    assert not colour.out_of_gamut(unclipped).any()
    assert np.array_equal(colour.to_8_bit(unclipped), rgb8)


@given(byte)
def test_greys_are_neutral_and_their_bin_is_the_origin(level):
    ab = colour.rgb_to_lab(np.array([level] * 3, np.uint8))[1:]
    assert np.abs(ab).max() < 1e-3
    assert ab_bins()[nearest_bins(ab, 1)[1][0]].tolist() == [0, 0]


@quick
@given(st.floats(0, 100), ab_value, ab_value)
def test_what_is_called_inside_the_gamut_keeps_its_colour(lightness, a, b):
    lab = np.array([[lightness, a, b]])
    unclipped = colour.lab_to_unclipped_rgb(lab)
    if colour.out_of_gamut(unclipped)[0]:
        assert unclipped.min() < 0 or unclipped.max() > 1
    else:
        back = colour.rgb_to_lab(np.clip(unclipped, 0, 1))
        assert np.abs(back - lab).max() < 3


def test_the_most_vivid_bins_are_out_of_gamut_at_every_lightness():
    unreached = np.setdiff1d(np.arange(313), np.unique(nearest_bins(all_colours(3), 1)[1]))
    levels = np.linspace(0, 100, 51)
    for index in unreached:
        lab = np.column_stack([levels, np.tile(ab_bins()[index], (51, 1))])
        assert colour.out_of_gamut(colour.lab_to_unclipped_rgb(lab)).all(), ab_bins()[index]


def test_the_constants_are_the_papers():
    assert (bins.STEP, bins.NEIGHBOURS, bins.SIGMA) == (10, 5, 5.0)
