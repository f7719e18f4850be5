"""What a study asks after the last trial; all of it may be left empty."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class DebriefSettings:
    """Which questions follow the test; no rate depends on them."""

    comments: bool = field(
        default=True,
        metadata={"label": "Comments", "help": "A free text: what was strange, what was noticed"},
    )
    demographics: bool = field(
        default=False,
        metadata={
            "label": "Demographics",
            "help": "Age group, gender and experience with pictures, each with 'rather not say'",
        },
    )
