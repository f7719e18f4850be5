"""The colour classes of Zhang et al. (2016): the grid of ab bins, soft codes, priors, annealed mean; numpy.

Zhang, Isola and Efros (2016), Colorful Image Colorization, ECCV. Arrays of ab end in 2 channels, arrays
of codes end in one channel for each bin.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np

from colorizers.pictures.colour import RGB8, Floats, as_floats, rgb_to_lab
from colorizers.pictures.inference import of_area, resize

STEP = 10
LIMIT = 110
NEIGHBOURS = 5
SIGMA = 5.0
# Below, nothing changes any more but the risk that logits overflow.
LOWEST_TEMPERATURE = 0.01
PRIOR_PX = 256


@cache
def ab_bins(step: int = STEP) -> Floats:
    """Centres (Q, 2) float32 of the ab bins that sRGB can reach, in order of a, then b: 313 at step 10.

    The multiples of `step` that lie in the convex hull of the sRGB cube's ab, widened by a square of `step`
    on every side. Raises ValueError for a step that leaves no grid.
    """
    if not 1 <= step <= LIMIT:
        raise ValueError(f"The step of the ab grid must lie between 1 and {LIMIT}, not {step}.")
    ramp = np.linspace(0, 1, 256)
    # The hull of the cube's ab is spanned by its edges.
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    edges = np.concatenate(
        [np.insert(np.repeat(corners, 256, axis=0), axis, np.tile(ramp, 4), axis=1) for axis in range(3)]
    )
    ab = rgb_to_lab(edges)[:, 1:]
    square = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]]) * step
    from scipy.spatial import ConvexHull  # not before it is needed: it is slow to import

    hull = ConvexHull((ab[:, None] + square).reshape(-1, 2))
    # Counted from zero, so that grey is a class at every step.
    reach = -(-LIMIT // step) * step
    line = np.arange(-reach, reach + 1, step)
    grid = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)
    inside = (grid @ hull.equations[:, :2].T + hull.equations[:, 2] <= 1e-9).all(axis=1)
    bins = grid[inside].astype(np.float32)
    bins.setflags(write=False)
    return bins


@cache
def _tree(step: int) -> Any:
    from scipy.spatial import cKDTree

    return cKDTree(ab_bins(step))


def nearest_bins(ab: Floats, neighbours: int = NEIGHBOURS, step: int = STEP) -> tuple[Floats, Floats]:
    """Squared distances and indices of the nearest bins, nearest first: (..., 2) to twice (..., k)."""
    distances, indices = _tree(step).query(np.asarray(ab), k=np.arange(1, neighbours + 1))
    return np.asarray(distances**2, np.float32), np.asarray(indices)


def soft_code(
    ab: Floats, neighbours: int = NEIGHBOURS, sigma: float = SIGMA, step: int = STEP
) -> tuple[Floats, Floats]:
    """Indices and weights of the soft code of colours, (..., 2) to twice (..., k); weights sum to 1.

    Gaussian weights on the `neighbours` nearest bins: 5 in the paper, 10 in its released code.
    """
    squared, indices = nearest_bins(ab, neighbours, step)
    weights = np.exp(-(squared - squared[..., :1]) / (2 * sigma**2))
    return indices, np.asarray(weights / weights.sum(axis=-1, keepdims=True), np.float32)


def soft_code_sums(ab: Floats, neighbours: int = NEIGHBOURS, sigma: float = SIGMA) -> Floats:
    """(313,): the sum of the soft codes of colours (..., 2); divided by their number it is their prior."""
    indices, weights = soft_code(ab, neighbours, sigma)
    sums = np.bincount(indices.ravel(), weights.ravel(), minlength=len(ab_bins()))
    return np.asarray(sums, np.float64)


def mean_soft_code(photos: Iterable[RGB8], neighbours: int = NEIGHBOURS, *, side: int = PRIOR_PX) -> Floats:
    """(313,): the prior of photos (H, W, 3) uint8, the mean of their soft codes; sums to 1.

    Every photo counts the same, at about `side` squared pixels. In the paper every pixel does, of photos
    that were all scaled to 256 x 256 before, which is the same. Raises ValueError without a photo.
    """
    total = np.zeros(len(ab_bins()))
    for photo in photos:
        size = of_area(side, 1)(*photo.shape[:2])
        ab = resize(as_floats(rgb_to_lab(photo)[..., 1:]), size)
        total += soft_code_sums(ab, neighbours) / (size[0] * size[1])
    if not total.any():
        raise ValueError("A prior needs at least one photo.")
    return np.asarray(total / total.sum(), np.float64)


def rebalancing_weights(prior: Floats, strength: float) -> Floats:
    """(Q,): w = 1 / ((1 - strength) p + strength u), scaled so that sum(p w) = 1; 0 where the prior is 0.

    `prior` (Q,) sums to 1, u is uniform over the bins that it reaches, `strength` (the paper's lambda)
    lies in [0, 1]: 0 undoes the prior in full, 1 changes nothing.
    """
    prior = np.asarray(prior, np.float64)
    if prior.ndim != 1 or not np.isfinite(prior).all() or (prior < 0).any() or prior.sum() <= 0:
        raise ValueError("A prior is one row of finite shares, none negative, not all zero.")
    if not 0 <= strength <= 1:
        raise ValueError(f"The strength of the rebalancing must lie between 0 and 1, not {strength}.")
    prior = prior / prior.sum()
    reached = prior > 0
    weights = np.zeros_like(prior)
    weights[reached] = 1 / ((1 - strength) * prior[reached] + strength / reached.sum())
    return np.asarray(weights / (prior * weights).sum(), np.float64)


def rebalancing_shift(prior: Floats, wanted: float, trained: float) -> Floats:
    """(Q,): what decoding at the strength `wanted` adds to logits that were trained at another one.

    The logarithm of the ratio of the rebalancing weights; minus infinity where the prior is 0.
    """
    reached = np.asarray(prior) > 0
    shift = np.full(len(reached), -np.inf, np.float32)
    weights, before = rebalancing_weights(prior, wanted), rebalancing_weights(prior, trained)
    shift[reached] = np.log(weights[reached] / before[reached])
    return shift


def check_temperature(temperature: float) -> None:
    """Raise ValueError for a temperature of the annealed mean that is none, or would let logits overflow."""
    if not LOWEST_TEMPERATURE <= temperature <= 1:
        raise ValueError(f"temperature must lie between {LOWEST_TEMPERATURE} and 1, not {temperature}.")


def annealed_mean(logits: Floats, temperature: float, step: int = STEP) -> Floats:
    """ab (..., 2) of logits (..., Q): softmax(logits / temperature) times the bins' centres.

    `temperature` from 0.01 to 1: 1 is the mean of the distribution, towards 0 its mode.
    """
    check_temperature(temperature)
    scaled = (logits - logits.max(axis=-1, keepdims=True)) / temperature
    shares = np.exp(scaled)
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True) @ ab_bins(step), np.float32)
