"""Memory of a command that makes many large arrays and ends."""

import ctypes

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
