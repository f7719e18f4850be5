"""Types of the arrays that the statistics share."""

from typing import Any

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int32]
Flags = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]
AnyCodes = npt.NDArray[np.integer[Any]]

Json = dict[str, Any]
"""A result that is ready for `json.dumps(..., allow_nan=False)`: `None` stands for "no such number"."""
