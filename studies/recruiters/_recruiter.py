"""What a recruiter is: how it names the people it sends, and where they go afterwards."""

from __future__ import annotations

from typing import Any, Protocol


class Recruiter(Protocol):
    """Reads the ids of an arrival and says where a participant goes at the end."""

    @property
    def Settings(self) -> type[Any]:  # noqa: N802
        """The dataclass that declares and checks what a study may choose."""
        ...
