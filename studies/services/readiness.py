"""What stands against a launch, and what a researcher should know before it."""

from __future__ import annotations

from dataclasses import dataclass, field

from studies.models import Study


@dataclass(frozen=True)
class Finding:
    """One sentence about a study, what it is about, and the command that puts it right, if there is one."""

    text: str
    about: str = ""
    pk: int | None = None
    command: str = ""

    def __str__(self) -> str:
        return f"{self.text} Run: {self.command}" if self.command else self.text


@dataclass
class Readiness:
    """What stands against a launch, and what a researcher should know before it."""

    problems: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems

    def problem(self, text: str, about: str, *, pk: int | None = None, command: str = "") -> None:
        self.problems.append(Finding(text, about, pk, command))

    def warn(self, text: str, about: str, *, pk: int | None = None) -> None:
        self.warnings.append(Finding(text, about, pk))


class NotReady(ValueError):
    """The study cannot be launched as it stands; `readiness` has all the reasons."""

    def __init__(self, study: Study, readiness: Readiness) -> None:
        self.readiness = readiness
        listed = "\n".join(f"  - {finding}" for finding in readiness.problems)
        super().__init__(f"The study {study.slug!r} is not ready:\n{listed}")
