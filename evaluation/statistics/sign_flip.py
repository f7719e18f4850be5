"""Sign-flip permutation test of a difference within participants: a claim about these photos only.

Fisher, The Design of Experiments (1935), section 21. Under the hypothesis that a participant's two rates
could be swapped, every pattern of signs of the differences is equally likely.
"""

from __future__ import annotations

import numpy as np

from evaluation.statistics.arrays import Floats, Json

MOST_EXACT = 20
"""Up to this many differences all 2^n patterns are counted."""

BLOCK = 1000
ROUNDING = 1e-9


def exact_p(differences: Floats) -> float:
    """Two-sided p over all sign patterns of `differences`, shape (n,), 1 <= n <= MOST_EXACT."""
    n = len(differences)
    if not 1 <= n <= MOST_EXACT:
        raise ValueError(f"the exact test takes 1 to {MOST_EXACT} differences, not {n}; use the random one")
    # The first sign is fixed: turning all signs around leaves the size of the sum alone.
    sums = differences[:1].astype(np.float64)
    for one in differences[1:]:
        sums = np.concatenate((sums + one, sums - one))
    return float(np.mean(np.abs(sums) >= _bar(differences)))


def monte_carlo_p(differences: Floats, flips: int, seed: int) -> tuple[float, float]:
    """Two-sided p over random sign patterns and its standard error; never 0, as the observed one counts.

    Phipson & Smyth, Statistical Applications in Genetics and Molecular Biology 9 (2010) 39. Streams are keyed
    by (seed, block).
    """
    n, bar, hits = len(differences), _bar(differences), 0
    for block, start in enumerate(range(0, flips, BLOCK)):
        width = min(BLOCK, flips - start)
        stream = np.random.SFC64(np.random.SeedSequence([seed, block, 2]))
        words = stream.random_raw(-(-n * BLOCK // 64)).astype("<u8", copy=False)
        bits = np.unpackbits(words.view(np.uint8))[: n * BLOCK].reshape(BLOCK, n)[:width]
        # Sum of signed differences = twice those that keep their sign, less all of them.
        sums = 2 * (bits.astype(np.float64) @ differences) - differences.sum()
        hits += int(np.count_nonzero(np.abs(sums) >= bar))
    p = (hits + 1) / (flips + 1)
    return p, float(np.sqrt(p * (1 - p) / flips))


def sign_flip(differences: Floats, flips: int | None = None, seed: int = 1) -> Json:
    """The exact p where it can be counted, else the random one if `flips` are asked for, else nothing."""
    if len(differences) == 0:
        return {}
    if len(differences) <= MOST_EXACT:
        return {"signflip_exact_p": exact_p(differences)}
    if flips is None:
        return {}
    p, se = monte_carlo_p(differences, flips, seed)
    return {"signflip_mc_p": p, "signflip_mc_se": se}


def _bar(differences: Floats) -> float:
    """The observed size, a little lower so that equal sums count as equal in spite of rounding."""
    return float(abs(differences.sum()) - ROUNDING * np.abs(differences).sum())
