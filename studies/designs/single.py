"""The single-image test: one picture, real or fake, after a qualification (HYPE-infinity)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from studies.designs import _fields, _one, _words
from studies.designs._columns import FLAG, Column
from studies.designs._dealing import fixed_plan
from studies.designs._design import EASY_START, ONCE, Answered, Cell, Needs, Stimuli
from studies.designs._frames import levels_of
from studies.designs._settings import check_settings
from studies.designs._trial import PRACTICE, REAL, TrialSpec
from studies.designs._words import say

FAILED = "failed_qualification"
QUALIFICATION = "qualification"


# Before practice with a qualification behind it, and before a qualification alone.
FIRST_TOLD = _words.Counted(
    say("First comes one {things} that does not count."),
    say("First come {count} {things} that do not count. At the beginning you are told whether you were "
        "right. The rest show whether the task suits you: with too many wrong answers the test ends there."),
)  # fmt: skip
FIRST_UNTOLD = _words.Counted(
    FIRST_TOLD.one,
    say("First come {count} {things} that show whether the task suits you: with too many wrong answers the "
        "test ends there. They do not count."),
)  # fmt: skip


@dataclass(frozen=True)
class SingleSettings:
    """What a study may choose of the single-image test; vigilance trials come on top of test_trials."""

    exposure_ms: int | tuple[int, ...] | None = _fields.exposure(None)
    lead_in_ms: int = _fields.lead_in("picture")
    mask: str = _fields.mask()
    answer_limit_ms: int | None = _fields.answer_limit()
    confidence: str = _fields.confidence()
    practice_trials: int = _fields.practice(10)
    feedback_ms: int = _fields.feedback(1500, "How long practice feedback is shown")
    qualification_trials: int = _fields.whole(
        20,
        "Qualification trials",
        "After practice: half real photos, half pictures by the vigilance control; in no rate. 0: none",
        low=0,
        high=200,
    )
    qualification_pass: float = _fields.share(
        0.65,
        "Qualification pass",
        "The share that must be right, of the real ones and of the fakes; the participation of anyone with "
        "less ends there",
        high=1,
    )
    test_trials: int = _fields.trials(40, "Without feedback, half of them real; the rates are made of these")
    vigilance_share: float = _fields.vigilance(
        0.1, "Pictures by the vigilance control on top of the test trials, as a share of their number"
    )
    break_every: int = _fields.breaks()

    def __post_init__(self) -> None:
        check_settings(self)
        if self.qualification_trials % 2:
            raise ValueError(
                f"qualification_trials must be even, as half are real, not {self.qualification_trials}."
            )


@dataclass(frozen=True)
class Single(_one.OneImage):
    """The single-image design under its settings."""

    Settings: ClassVar[type[Any]] = SingleSettings
    title: ClassVar[str] = "Single-image test"
    summary: ClassVar[str] = "one picture: are its colours real or fake? (HYPE-infinity)"
    photo_use: ClassVar[str] = ONCE
    attention_words: ClassVar[str] = (
        "A vigilance trial is passed if the picture of the vigilance control was called fake in time."
    )
    own_columns: ClassVar[tuple[Column, ...]] = (
        *_one.COLUMNS,
        Column("qualification", FLAG, "1: a trial of the qualification", after="phase"),
    )
    settings: SingleSettings = field(default_factory=SingleSettings)

    def words(self) -> _words.Words:
        words = super().words()
        if not self.settings.qualification_trials:
            return words
        return replace(words, practice=FIRST_TOLD if self.settings.practice_trials else FIRST_UNTOLD)

    def needs(self) -> Needs:
        """Qualification takes photos of practice, and pictures by the control."""
        needs, count = super().needs(), self.settings.qualification_trials
        if not count:
            return needs
        easy = count + min(EASY_START, (needs.practice + 1) // 2)
        return replace(needs, practice=needs.practice + count, easy=easy)

    def upcoming(self, stimuli: Stimuli, history: Sequence[Answered], seed: int) -> list[TrialSpec]:
        rng = np.random.default_rng(seed)
        count = self.settings.qualification_trials
        qualification = self._qualification(stimuli.practice[:count], rng)
        taught = replace(stimuli, practice=self._mixed(stimuli.practice[count:], rng))
        plan = fixed_plan(taught, levels_of(self.settings.exposure_ms), self._name, self._spec, rng)
        first_test = len(taught.practice)
        plan[first_test:first_test] = qualification
        if count and len(history) < first_test + count:
            # What comes after the qualification is not certain before its end.
            return plan[len(history) : first_test + count]
        return [] if self.verdict(history) else plan[len(history) :]

    def verdict(self, history: Sequence[Answered]) -> str:
        asked = [item for item in history if QUALIFICATION in item.spec.facts]
        if len(asked) < self.settings.qualification_trials:
            return ""
        for called in (_one.CALLED_REAL, _one.CALLED_FAKE):
            # A spoiled trial says nothing; none in time is not right.
            right = [item.answer == called for item in asked if item.spec.key == called and not item.voided]
            # Divided, as 0.55 * 20 is a little more than 11.
            if right and sum(right) / len(right) < self.settings.qualification_pass:
                return FAILED
        return ""

    def _qualification(self, cells: Sequence[Cell], rng: np.random.Generator) -> list[TrialSpec]:
        """Half of these photos as they are, half by the control that their cells name, in random order."""
        specs = []
        levels = levels_of(self.settings.exposure_ms)
        for at, index in enumerate(rng.permutation(len(cells))):
            cell = cells[at]
            arm = REAL if index % 2 else cell.treatment
            level = levels[index // 2 % len(levels)]
            facts = {QUALIFICATION: 1}
            specs.append(
                self._one(PRACTICE, cell.photo, arm, level, arrangement=self._name(level), facts=facts)
            )
        return specs

    def _mixed(self, cells: Sequence[Cell], rng: np.random.Generator) -> tuple[Cell, ...]:
        """The easy ones first; the others in random order, so that nobody expects real and fake in turn."""
        easy = min(EASY_START, (len(cells) + 1) // 2)
        return (*cells[:easy], *(cells[easy + at] for at in rng.permutation(len(cells) - easy)))

    def _name(self, exposure_ms: int | None) -> str:
        several = len(levels_of(self.settings.exposure_ms)) > 1
        return str(exposure_ms) if several else ""

    def _spec(self, kind: str, cell: Cell, exposure_ms: int | None) -> TrialSpec:
        name = self._name(exposure_ms)
        told = kind == PRACTICE
        return self._one(kind, cell.photo, cell.treatment, exposure_ms, arrangement=name, feedback=told)

    def _facts(self, spec: TrialSpec) -> dict[str, Any]:
        return {"qualification": spec.facts.get(QUALIFICATION, 0)}


DESIGN = Single()
