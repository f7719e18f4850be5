"""How soon an answer can come: never before the frames that were planned for it could have been shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

# Displays round each frame to whole refreshes, and a trial may be a little off without being spoiled.
LEAST_SHARE = 0.9


def possible_from(
    frames: Sequence[Mapping[str, Any]], *, before: datetime, opened: datetime | None
) -> datetime:
    """The earliest moment at which a trial with these frames can have been shown to the end.

    `before` is that moment of the trial before it, or when the participation began; `opened` is when the
    server received the answer without which it does not hand out this trial's pictures, if it needs one.
    Answers may wait for a connection and then arrive all at once; what they cannot do is to be given before
    their pictures were fetched and shown, one trial after the other.
    """
    planned = sum(frame["duration_ms"] or 0 for frame in frames)
    start = before if opened is None else max(before, opened)
    return start + timedelta(milliseconds=LEAST_SHARE * planned)
