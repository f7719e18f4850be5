"""Recruiters: where participants come from and go back to. One file each, found by its name."""

from typing import TYPE_CHECKING

from colorizers.tools.registry import Registry

if TYPE_CHECKING:
    from studies.recruiters._recruiter import Recruiter

_registry = Registry(__name__, "RECRUITER", "recruiter")


def names() -> list[str]:
    return _registry.names()


def choices() -> list[tuple[str, str]]:
    return _registry.choices()


def get(name: str) -> "Recruiter":
    recruiter: Recruiter = _registry.get(name)
    return recruiter
