"""Memory of what reads many rows: into large arrays, and past a garbage collector that finds nothing."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Numbers of the options in glibc's malloc.h."""

LARGEST_ARRAY = 32 << 20
"""Larger ones are always returned to the system: glibc allows no more."""


def keep_freed_memory() -> None:
    """Reuse the memory of arrays that are gone, rather than returning it and asking for zeroed pages again.

    The latter was a seventh of the processor time for a million rows. Does nothing without glibc.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(MMAP_THRESHOLD, LARGEST_ARRAY)
    mallopt(TRIM_THRESHOLD, 2**31 - 1)


@contextmanager
def without_collecting() -> Iterator[None]:
    """Let no garbage collector look for circles meanwhile: rows of plain values make none.

    Its search was an eighth of the processor time for reading 200,000 rows.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
