"""The frames that designs have in common: pauses, pictures together or in turn, masks, the answer."""

from __future__ import annotations

from collections.abc import Sequence

from studies.designs._trial import Frame, Show

NOISE_FRAMES = 4
NOISE_MS = 30

Levels = int | Sequence[int] | None


def levels_of(exposure_ms: Levels) -> tuple[int | None, ...]:
    """The exposures among which trials are balanced; None: until answered."""
    if exposure_ms is None or isinstance(exposure_ms, int):
        return (exposure_ms,)
    return tuple(exposure_ms)


def frames(
    *groups: tuple[Show, ...],
    exposure_ms: int | None,
    lead_in_ms: int = 0,
    gap_ms: int = 0,
    mask: str = "none",
) -> tuple[Frame, ...]:
    """A pause, the groups of pictures one after the other, each with its mask, then the answer.

    Without an exposure there is one group, which stays until the answer.
    """
    built = list(blank(lead_in_ms))
    if exposure_ms is None:
        (together,) = groups
        return (*built, Frame("images", None, together))
    noise = (Frame("noise", NOISE_MS),) * (NOISE_FRAMES if mask == "noise" else 0)
    for index, group in enumerate(groups):
        built += blank(gap_ms) if index else ()
        built += [Frame("images", exposure_ms, group), *noise]
    return (*built, Frame("answer"))


def blank(duration_ms: int) -> tuple[Frame, ...]:
    return (Frame("blank", duration_ms),) if duration_ms else ()
