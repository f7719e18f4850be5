"""Whether observations tell which picture is which: permutation tests, corrected for their number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from studies.blinding.observations import Floats, Table

ALPHA = 0.01
"""False alarms of the whole audit, at most: an honest system fails one audit in a hundred."""
PERMUTATIONS = 9_999
FOLDS = 5
POWER = 0.8
CHUNK = 1000
KERNEL_WIDTH = 0.25


@dataclass(frozen=True)
class Finding:
    """How well one observation, or a classifier of them all, tells the one picture of a pair.

    `auc` is the share of pairs in which that one has the larger value, ties counted half.
    """

    name: str
    auc: float
    p: float
    adjusted: float
    smallest: float | None
    """The AUC that would be found four times in five; None: no AUC would, there are too few photos."""

    @property
    def tells(self) -> bool:
        return self.adjusted <= ALPHA


@dataclass(frozen=True)
class Verdict:
    """The findings, and the names of what was the same in every pair."""

    findings: list[Finding]
    constant: list[str]

    @property
    def telling(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.tells]


def judge(
    table: Table, rng: np.random.Generator, *, permutations: int = PERMUTATIONS, tables: int = 1
) -> Verdict:
    """Test each observation that varies, and classifiers of all of them.

    Under chance, the two pictures of a photo could change places: each permutation swaps them for some
    photos, in all pairs of a photo at once, and does everything anew, training included. The p-values
    are therefore exact for any number of pairs (Phipson & Smyth 2010); Holm's step-down corrects for
    the number of tests, and Bonferroni for that of `tables` that are judged.
    """
    # Matrices so small are slower on many threads, most of all beside a worker's.
    with threadpool_limits(limits=1, user_api="blas"):
        return _judge(table, rng, permutations, tables)


def _judge(table: Table, rng: np.random.Generator, permutations: int, tables: int) -> Verdict:
    photos = np.unique(np.array(table.photos), return_inverse=True)[1]
    varies = np.any(table.values[:, 0] != table.values[:, 1], axis=0)
    values = _ranks(table.values[:, :, varies])
    names = [name for name, kept in zip(table.names, varies, strict=True) if kept]
    folds = rng.permutation(int(photos.max()) + 1)[photos] % FOLDS
    signs = _signs(photos, permutations, rng)
    difference = np.sign(values[:, 0] - values[:, 1]).astype(np.float32)
    nulls = [(name, _shares(signs, difference[:, [at]])[:, 0], True) for at, name in enumerate(names)]
    bits = (table.bits[:, 0] - table.bits[:, 1]).astype(np.float32)
    nulls.append(
        ("address, its most telling bit", 0.5 + np.abs(_shares(signs, bits) - 0.5).max(axis=1), False)
    )
    for name, kernel in {
        "classifier, straight": _gram(values, lambda a, b: a @ b.T),
        "classifier, bent, with pairs of observations": _gram(values, _bent),
    }.items():
        nulls.append((name, _classified(kernel, folds, signs), False))
    constant = [name for name, kept in zip(table.names, varies, strict=True) if not kept]
    return Verdict(_findings(nulls, len(set(table.photos)), tables), constant)


def _findings(nulls: Sequence[tuple[str, Floats, bool]], photos: int, tables: int) -> list[Finding]:
    """From shares (1 + permutations,), the real one first, to findings; True: both directions tell."""
    ps, smallest = [], []
    strict = ALPHA / (len(nulls) * tables)
    for _, shares, both in nulls:
        far = np.abs(shares - 0.5) if both else shares - 0.5
        ps.append(float(np.mean(far >= far[0] - 1e-9)))
        quantile = NormalDist().inv_cdf(1 - strict / (1 + both)) + NormalDist().inv_cdf(POWER)
        least = float(shares.mean()) + quantile * float(shares.std())
        # So few photos have too few swaps: even a picture that tells every time has a larger p.
        smallest.append(least if least < 1 and 2.0 ** (both - photos) <= strict else None)
    adjusted = _holm(ps)
    return [
        Finding(name, float(shares[0]), p, min(1.0, q * tables), least)
        for (name, shares, _), p, q, least in zip(nulls, ps, adjusted, smallest, strict=True)
    ]


def _holm(ps: Sequence[float]) -> list[float]:
    order = np.argsort(ps, kind="stable")
    stepped = np.array(ps)[order] * np.arange(len(ps), 0, -1)
    adjusted = np.empty(len(ps))
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return [float(q) for q in adjusted]


def _signs(photos: NDArray[np.intp], permutations: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """(1 + permutations, pairs): the truth first, then random swaps, one for each photo."""
    swaps = rng.integers(0, 2, (permutations, int(photos.max()) + 1), dtype=np.int8)
    swaps = np.concatenate([np.zeros((1, swaps.shape[1]), np.int8), swaps])
    return (1 - 2 * swaps[:, photos]).astype(np.float32)


def _shares(signs: NDArray[np.float32], difference: NDArray[np.float32]) -> Floats:
    """(1 + permutations, features): share of pairs in which the one is larger."""
    return 0.5 + 0.5 * (signs @ difference).astype(float) / len(difference)


def _ranks(values: Floats) -> Floats:
    """Each observation as its middle rank among all pictures, in [0, 1]: no outlier outweighs the rest."""
    flat = values.reshape(-1, values.shape[-1])
    ranks = np.empty_like(flat)
    for at in range(flat.shape[1]):
        column = np.sort(flat[:, at])
        low, high = (np.searchsorted(column, flat[:, at], side) for side in ("left", "right"))
        ranks[:, at] = (low + high) / (2 * len(column))
    return ranks.reshape(values.shape)


def _gram(values: Floats, kernel: Callable[[Floats, Floats], Floats]) -> Floats:
    """Inner products (pairs, pairs) of the pairs' differences, one minus other, in a kernel's space."""
    one, other = values[:, 0], values[:, 1]
    crossed = kernel(one, other)
    return kernel(one, one) + kernel(other, other) - crossed - crossed.T


def _bent(a: Floats, b: Floats) -> Floats:
    """Any bend of one observation and any of two together, as a tree with two splits would find it."""
    total = np.zeros((len(a), len(b)))
    for at in range(a.shape[1]):
        total += np.exp(-np.abs(a[:, at, None] - b[None, :, at]) / KERNEL_WIDTH)
    total /= max(1, a.shape[1])
    return total * total


def _classified(gram: Floats, folds: NDArray[np.intp], signs: NDArray[np.float32]) -> Floats:
    """AUC of a ridge classifier for each swap, each photo judged by a classifier that has not seen it.

    A swap of photo i turns the sign of its difference. With target 1 for every difference, a pair's
    score is s_j K_j (K + r I)^-1 s over the training pairs, so one inverse a fold serves all swaps.
    """
    right = np.zeros(len(signs))
    for fold in range(FOLDS):
        test, train = folds == fold, folds != fold
        if not test.any() or not train.any():
            right += 0.5 * test.sum()
            continue
        inner = gram[np.ix_(train, train)]
        ridge = max(float(np.trace(inner)) / len(inner), 1e-9)
        hat = gram[np.ix_(test, train)] @ np.linalg.inv(inner + ridge * np.eye(len(inner)))
        hat = hat.astype(np.float32)
        for start in range(0, len(signs), CHUNK):
            part = signs[start : start + CHUNK]
            scores = (part[:, train] @ hat.T) * part[:, test]
            scores[np.abs(scores) < 1e-6] = 0
            right[start : start + CHUNK] += (0.5 + 0.5 * np.sign(scores)).sum(axis=1)
    return right / len(folds)
