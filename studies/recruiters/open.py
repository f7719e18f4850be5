"""An open link: whoever has the address may take part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class OpenSettings:
    """Nothing to choose."""


@dataclass(frozen=True)
class Open:
    """Nobody is named, so a repeat is known by the browser's cookie only."""

    Settings: ClassVar[type[Any]] = OpenSettings


RECRUITER = Open()
