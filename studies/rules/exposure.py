"""What went wrong with a trial's presentation, judged from what the runner measured."""

from collections.abc import Mapping, Sequence
from typing import Any

from studies.rules.voiding import VoidingRules

ASSUMED_REFRESH_MS = 1000 / 60
# No display is faster than 10 kHz; less is a slip, and dividing by it would overflow.
LEAST_REFRESH_MS = 0.1
DEFAULT_RULES = VoidingRules()

EXPOSURE_OFF, NOT_MEASURED, PAGE_HIDDEN, FOCUS_LOST, SHOWN_BEFORE = (
    "exposure off",
    "not measured",
    "page hidden",
    "focus lost",
    "shown before",
)


def exposure_faults(
    frames: Sequence[Mapping[str, Any]],
    events: Sequence[Mapping[str, Any]],
    refresh_ms: float | None,
    rules: VoidingRules = DEFAULT_RULES,
    *,
    shown_before: int | None = None,
) -> list[str]:
    """Reasons to call a presentation spoiled, each once; none when it was as planned.

    A frame is off when, by either clock, its exposure misses the plan by more than the rules allow: so
    many refreshes (half a refresh of jitter is not yet the next frame), or so many ms. Frames that the
    display dropped count only in so far as they changed an exposure. A page out of sight spoils at any
    time, lost focus until the answer is awaited. What had been `shown_before` a reload is seen twice.
    """
    refresh = plausible_refresh(refresh_ms)
    allowed = allowed_error_ms(refresh_ms, rules)
    faults = []
    for frame in frames:
        if frame.get("planned_ms") is None:
            # It stays until the answer: no exposure was planned.
            continue
        error = worst_error_ms(frame, refresh)
        if error is None:
            faults.append(f"frame {frame.get('index')}: {NOT_MEASURED}")
        elif abs(error) > allowed:
            faults.append(f"frame {frame.get('index')}: {error:+.1f} ms")
    awaited = answer_awaited_at(frames) if events else None
    for event in events:
        kind, value = event.get("type"), event.get("value")
        if rules.hidden and kind == "visibility" and value == "hidden":
            faults.append(PAGE_HIDDEN)
        elif rules.focus and kind == "focus" and value in ("lost", "blur", False) and _before(event, awaited):
            faults.append(FOCUS_LOST)
    if rules.shown_before and shown_before:
        faults.append(SHOWN_BEFORE)
    return list(dict.fromkeys(faults))


def allowed_error_ms(refresh_ms: float | None, rules: VoidingRules = DEFAULT_RULES) -> float:
    """By how much an exposure may miss its plan."""
    return min((rules.frames_off + 0.5) * plausible_refresh(refresh_ms), rules.tolerance_ms)


def as_planned(
    planned: Sequence[Mapping[str, Any]], reported: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """What was reported, held to the trial's own plan: every timed picture and mask is there, with its time.

    `planned` are the spec's frames. What a browser leaves out was not measured; its own plan counts nothing.
    """
    timed: dict[Any, Any] = {
        index: frame["duration_ms"]
        for index, frame in enumerate(planned)
        if frame["kind"] in ("images", "noise") and frame["duration_ms"] is not None
    }
    told = {frame.get("index") for frame in reported}
    left_out = [{"index": index} for index in timed if index not in told]
    return [
        {**frame, "planned_ms": timed.get(frame.get("index"), frame.get("planned_ms"))}
        for frame in [*reported, *left_out]
    ]


def kind_of_fault(fault: str) -> str:
    """The kind of a fault in words, for counting: the frame and the milliseconds left away."""
    if not fault.startswith("frame "):
        return fault
    return NOT_MEASURED if fault.endswith(NOT_MEASURED) else EXPOSURE_OFF


def answer_awaited_at(frames: Sequence[Mapping[str, Any]]) -> float | None:
    """When the answer began to be awaited, by the callback clock in ms; None if that was not measured.

    That is the onset of a picture that stays until the answer, or else the end of the last timed frame.
    """
    staying = [frame.get("onset_now") for frame in frames if frame.get("planned_ms") is None]
    times = staying or [frame.get("offset_now") for frame in frames]
    known = [time for time in times if time is not None]
    return max(known) if known and len(known) == len(times) else None


def _before(event: Mapping[str, Any], awaited: float | None) -> bool:
    at = event.get("at")
    return awaited is None or at is None or at < awaited


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
    stamps: tuple[Any, Any] = frame.get("onset_stamp"), frame.get("offset_stamp")
    nows: tuple[Any, Any] = frame.get("onset_now"), frame.get("offset_now")
    if None in stamps or None in nows:
        return None
    # Written out for both clocks: a report asks this of a million trials.
    by_stamp: float = stamps[1] - stamps[0] - intended
    by_now: float = nows[1] - nows[0] - intended
    return float(by_now if abs(by_now) > abs(by_stamp) else by_stamp)
