"""Types of the arrays that the statistics share, and on how many threads they are summed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int32]
Flags = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]
AnyCodes = npt.NDArray[np.integer[Any]]

Json = dict[str, Any]
"""A result that is ready for `json.dumps(..., allow_nan=False)`: `None` stands for "no such number"."""


def sums(codes: AnyCodes, values: npt.ArrayLike | None = None) -> Floats:
    """Sum of the values (number of rows, without any) for each code, shape (largest code + 1,)."""
    return np.asarray(np.bincount(codes, values), dtype=np.float64)


@contextmanager
def one_thread() -> Iterator[None]:
    """Sums and products of matrices on one thread: several would add in an order that depends on the cores.

    So the same rows give the same last digits on every number of cores, and waiting threads burn no time.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        yield


def cells_of(participant: AnyCodes, photo: AnyCodes) -> Ints:
    """Codes of the pairs of participant and photo, from 0 without gaps."""
    pairs = participant.astype(np.int64) * (int(photo.max()) + 1) + photo
    return np.asarray(np.unique(pairs, return_inverse=True)[1], dtype=np.int64)
