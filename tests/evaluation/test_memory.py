"""Large arrays that come and go are not asked of the system anew each time."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import resource, sys
import numpy as np
from evaluation.reading.memory import keep_freed_memory
if sys.argv[1] == "keep":
    keep_freed_memory()
def some(): return [np.ones(1_000_000) for _ in range(6)]
some()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10): some()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def pages(mode):
    """How many pages of memory the system had to hand out for ten times six arrays."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, mode],
        cwd=ROOT, env=os.environ | {"NUMPY_MADVISE_HUGEPAGE": "0"}, stdout=subprocess.PIPE, text=True,
        check=True,
    )  # fmt: skip
    return int(run.stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="the C library is not glibc")
def test_freed_arrays_are_used_again():
    assert pages("keep") < 1000  # Otherwise it is 117,000.
