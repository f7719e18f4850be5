"""What went wrong with a trial's presentation, judged from what the runner measured."""

from collections.abc import Mapping, Sequence
from typing import Any

ASSUMED_REFRESH_MS = 1000 / 60
TOLERANCE_MS = 50.0
# No display is faster than 10 kHz; less is a slip, and dividing by it would overflow.
LEAST_REFRESH_MS = 0.1


def exposure_faults(
    frames: Sequence[Mapping[str, Any]],
    events: Sequence[Mapping[str, Any]],
    refresh_ms: float | None,
) -> list[str]:
    """Reasons to call a presentation spoiled; none when it was as planned.

    A frame is off when, by either clock, its exposure misses the plan by more than one refresh
    (half a refresh of jitter is not yet the next frame) or by more than 50 ms.
    """
    refresh = plausible_refresh(refresh_ms)
    allowed = min(1.5 * refresh, TOLERANCE_MS)
    faults = []
    for frame in frames:
        if frame.get("planned_ms") is None:
            # It stays until the answer: no exposure was planned.
            continue
        error = worst_error_ms(frame, refresh)
        if error is None:
            faults.append(f"frame {frame.get('index')}: not measured")
        elif abs(error) > allowed:
            faults.append(f"frame {frame.get('index')}: {error:+.1f} ms")
    for event in events:
        if event.get("type") == "visibility" and event.get("value") == "hidden":
            faults.append("page hidden")
        elif event.get("type") == "focus" and event.get("value") in ("lost", "blur", False):
            faults.append("focus lost")
    return faults


def plausible_refresh(refresh_ms: float | None) -> float:
    """The measured refresh period in ms, or the usual 1/60 s where none can be believed."""
    return refresh_ms if refresh_ms and refresh_ms >= LEAST_REFRESH_MS else ASSUMED_REFRESH_MS


def worst_error_ms(frame: Mapping[str, Any], refresh_ms: float) -> float | None:
    """Measured minus intended exposure by the clock that is further off; None without a plan or a time.

    Intended is the planned time in whole refreshes: no screen can do better.
    """
    planned = frame.get("planned_ms")
    if planned is None:
        return None
    refresh_ms = plausible_refresh(refresh_ms)
    intended = max(1, round(planned / refresh_ms)) * refresh_ms
    errors = []
    for clock in ("stamp", "now"):
        onset, offset = frame.get(f"onset_{clock}"), frame.get(f"offset_{clock}")
        if onset is None or offset is None:
            return None
        errors.append(offset - onset - intended)
    return float(max(errors, key=abs))
