"""Bootstraps of a fool rate: over participants, and over participants and photos (pigeonhole).

Owen, Annals of Applied Statistics 1 (2007) 386-411; Owen & Eckles, same journal 6 (2012) 895-927. Offered
for comparison: the pigeonhole bootstrap counts the cell variance about three times and is up to 1.6 times
too wide, the bootstrap over participants is a claim about these photos only.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from evaluation.statistics.arrays import AnyCodes, Flags, Floats, Ints, Json
from evaluation.statistics.clustered import ClusteredRate
from evaluation.statistics.intervals import DEFAULT, THESE_PHOTOS, check_alpha

if TYPE_CHECKING:
    from scipy import sparse

BLOCK = 500
"""Replicates that share one random stream; part of the result, so it is no setting."""

FEW = 100
"""With fewer clusters of a kind their weights are multinomial: Poisson totals would vary visibly."""

# Poisson(1) in 256 equal chances, with mean and variance exactly 1 and no weight above 5.
_CHANCES = (94, 95, 46, 16, 4, 1)
_POISSON = bytes(np.repeat(np.arange(len(_CHANCES)), _CHANCES).tolist())
_MOST = len(_CHANCES) - 1

Weights = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Resampling:
    """How many replicates, and the seed; the same two give the same replicates on every machine."""

    replicates: int = 10_000
    seed: int = 1

    def __post_init__(self) -> None:
        if self.replicates < 100:
            raise ValueError(f"a bootstrap needs at least 100 replicates, not {self.replicates}")
        if self.seed < 0:
            raise ValueError(f"the seed must not be negative, not {self.seed}")


def bootstrap(
    fooled: Flags, participant: AnyCodes, photo: AnyCodes, how: Resampling, alpha: float = 0.05
) -> Json:
    """Standard errors and percentile intervals of both bootstraps; all three of shape (n,), n >= 1.

    Streams are keyed by (seed, block, kind of cluster): every condition of a study, given the same codes,
    sees the same people and photos drawn, in whatever order blocks are computed.
    """
    check_alpha(alpha)
    pigeonhole = pigeonhole_rates(fooled, participant, photo, how)
    people = participant_rates(fooled, participant, how)
    result: Json = {
        "B": how.replicates,
        "seed": how.seed,
        "estimand": {"pigeonhole_pct_ci": DEFAULT, "participant_pct_ci": THESE_PHOTOS},
    }
    for name, rates in (("pigeonhole", pigeonhole), ("participant", people)):
        known = rates[np.isfinite(rates)]
        result[f"{name}_se"] = float(known.std(ddof=1)) if len(known) > 1 else None
        ends = np.quantile(known, [alpha / 2, 1 - alpha / 2]) if len(known) else None
        result[f"{name}_pct_ci"] = None if ends is None else [float(end) for end in ends]
    return result | {"undefined_replicates": int(np.isnan(pigeonhole).sum())}


def participant_rates(fooled: Flags, participant: AnyCodes, how: Resampling) -> Floats:
    """The rate of each replicate that draws participants with all their trials, shape (replicates,)."""
    people = int(participant.max()) + 1
    seen = np.bincount(participant, minlength=people).astype(np.float64)
    taken = np.bincount(participant, fooled, minlength=people)
    present = np.flatnonzero(seen)
    parts = []
    for block in range(_blocks(how)):
        weights = _weights(people, present, how.seed, block, kind=0).T.astype(np.float64)
        parts.append(_ratio(weights @ taken, weights @ seen))
    return np.concatenate(parts)[: how.replicates]


def pigeonhole_rates(fooled: Flags, participant: AnyCodes, photo: AnyCodes, how: Resampling) -> Floats:
    """The rate of each replicate that draws participants and photos, shape (replicates,); NaN: empty draw.

    A trial counts with the product of its two weights. In blocks of columns: a sparse matrix of rows
    (participant, outcome) by photos times the photos' 8-bit weights; O(n) additions of bytes a replicate.
    """
    people, photos = int(participant.max()) + 1, int(photo.max()) + 1
    present = np.flatnonzero(np.bincount(participant)), np.flatnonzero(np.bincount(photo))
    few = len(present[1]) < FEW
    # A row is cut where its sum of weights could overflow: a multinomial weight is at most `photos`.
    room = 65_535 // len(present[1]) if few else 255 // _MOST
    matrix, owner, outcome = _rows(fooled, participant, photo, room, np.uint16 if few else np.uint8)
    parts = []
    for block in range(_blocks(how)):
        person_weights = _weights(people, present[0], how.seed, block, kind=0)
        photo_weights = _weights(photos, present[1], how.seed, block, kind=1)
        sums = matrix @ photo_weights
        small = not few and len(present[0]) >= FEW
        not_taken, taken = (
            _weighted_totals(sums[part], person_weights, owner[part], small=small)
            for part in (slice(0, outcome), slice(outcome, None))
        )
        parts.append(_ratio(taken, taken + not_taken))
    return np.concatenate(parts)[: how.replicates]


def pigeonhole_linearised(found: ClusteredRate) -> Json | None:
    """The closed form that the pigeonhole bootstrap approaches, or None without two of each cluster.

    (1 - 1/P) V_image + (1 - 1/I) V_participant + V_cell with raw sums, for multinomial draws; without the two
    factors for Poisson weights. Exceeds the two-way variance by about twice V_cell.
    """
    raw = raw_variances(found)
    if raw is None:
        return None
    v_participant, v_image, v_cell = raw
    shrunk = (1 - 1 / found.participants) * v_image + (1 - 1 / found.images) * v_participant
    return {
        "se_multinomial": sqrt(shrunk + v_cell),
        "se_poisson": sqrt(v_image + v_participant + v_cell),
        "formula": "(1 - 1/P) V_image + (1 - 1/I) V_participant + V_cell, raw cluster sums",
    }


def raw_variances(found: ClusteredRate) -> tuple[float, float, float] | None:
    """Variance by participant, photo and cell without the factor G/(G-1); each trial is a cell of its own."""
    if found.v_participant is None or found.v_image is None or found.v_cell is None:
        return None
    return (
        found.v_participant * (1 - 1 / found.participants),
        found.v_image * (1 - 1 / found.images),
        found.v_cell * (1 - 1 / found.n),
    )


def _blocks(how: Resampling) -> int:
    return -(-how.replicates // BLOCK)


def _weights(size: int, present: npt.NDArray[np.intp], seed: int, block: int, kind: int) -> Weights:
    """How often each cluster is drawn, shape (size, BLOCK); clusters that are not present weigh nothing."""
    key = np.random.SeedSequence([seed, block, kind])
    if len(present) < FEW:
        drawn = np.random.Generator(np.random.PCG64(key)).multinomial(
            len(present), np.full(len(present), 1 / len(present)), size=BLOCK
        )
        weights = np.zeros((size, BLOCK), dtype=np.uint16)
        weights[present] = drawn.T
        return weights
    words = np.random.SFC64(key).random_raw(-(-size * BLOCK // 8))
    # Little-endian everywhere, so that other machines draw the same.
    raw = words.astype("<u8", copy=False).tobytes()[: size * BLOCK].translate(_POISSON)
    return np.frombuffer(raw, dtype=np.uint8).reshape(size, BLOCK)


def _rows(
    fooled: Flags, participant: AnyCodes, photo: AnyCodes, room: int, dtype: type[np.unsignedinteger]
) -> tuple[sparse.csr_array, Ints, int]:
    """Trials as a sparse matrix of at most `room` ones a row, the participant of each row, and where the
    rows of fooled trials begin.
    """
    from scipy import sparse  # Only here: without a bootstrap nobody waits for it to load.

    key = fooled.astype(np.int64) * (int(participant.max()) + 1) + participant
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    starts = np.flatnonzero(np.concatenate(([True], np.diff(ordered) != 0)))
    lengths = np.diff(np.append(starts, len(ordered)))
    pieces = -(-lengths // room)
    first = np.repeat(np.cumsum(pieces) - pieces, pieces)
    begins = np.repeat(starts, pieces) + (np.arange(pieces.sum()) - first) * room
    pointers = np.append(begins, len(ordered)).astype(np.int32)
    data = np.ones(len(ordered), dtype=dtype)
    shape = (len(begins), int(photo.max()) + 1)
    matrix = sparse.csr_array((data, photo[order].astype(np.int32), pointers), shape=shape)
    owner = participant[order][begins].astype(np.int64)
    outcome = int(np.searchsorted(fooled[order][begins], 1))
    return matrix, owner, outcome


def _weighted_totals(sums: npt.NDArray[np.integer], weights: Weights, owner: Ints, *, small: bool) -> Ints:
    """Sum over rows of a row's sum times its participant's weight, shape (BLOCK,)."""
    total = np.zeros(sums.shape[1], dtype=np.int64)
    # 255 * 5 * 51 still fits into 16 bits, in which the additions are fastest.
    step = 51 if small else 4096
    for start in range(0, len(sums), step):
        part = sums[start : start + step]
        whose = weights[owner[start : start + step]]
        if small:
            total += np.multiply(part, whose, dtype=np.uint16).sum(axis=0, dtype=np.uint16)
        else:
            total += np.einsum("rb,rb->b", part.astype(np.int64), whose.astype(np.int64))
    return total


def _ratio(part: npt.NDArray[np.number], whole: npt.NDArray[np.number]) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(whole > 0, part / whole, np.nan), dtype=np.float64)
