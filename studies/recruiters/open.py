"""An open link: whoever has the address may take part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from studies.recruiters._recruiter import Arrival, Ends, EndSettings, Query


@dataclass(frozen=True)
class Open(Ends):
    """Nobody is named, so a repeat is known by the browser's cookie only."""

    Settings: ClassVar[type[Any]] = EndSettings

    def arrive(self, query: Query) -> Arrival:
        return Arrival()


RECRUITER = Open(title="")
