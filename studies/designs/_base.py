"""What most designs do alike: settings, needs, minutes, and the question how sure people are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from studies.designs._columns import WHOLE, Column
from studies.designs._design import (
    MIXED,
    ONCE,
    ONE_CONDITION,
    Answered,
    Briefing,
    Feedback,
    Needs,
    Person,
    Reaction,
    Score,
)
from studies.designs._fields import CONFIDENCE
from studies.designs._frames import levels_of
from studies.designs._settings import make_settings
from studies.designs._trial import REAL, TEST, Choice, Question, TrialSpec
from studies.designs._words import Words, say

# Typical pace of a careful participant, for the estimate on the landing page only.
ANSWER_MS = 1500
LOOKING_MS = 2500
CONFIDENCE_MS = 1200
READING_MS = 90_000

REAL_PHOTO = "(real)"
"""The real photo in a column of arms; no condition's short name has brackets."""
CONFIDENCE_QUESTION = "confidence"


@dataclass(frozen=True)
class Base:
    """A design whose settings name practice_trials, test_trials, break_every and the like.

    Settings without one of them go without; a design overrides what it does in its own way.
    """

    Settings: ClassVar[type[Any]]
    title: ClassVar[str]
    summary: ClassVar[str]
    attention_words: ClassVar[str]
    uses_key: ClassVar[bool] = True
    own_columns: ClassVar[tuple[Column, ...]] = ()
    settings: Any

    def configured(self, values: Mapping[str, Any]) -> Self:
        return type(self)(make_settings(self.Settings, values))

    @property
    def photo_use(self) -> str:
        return ONCE

    @property
    def allocations(self) -> tuple[str, ...]:
        return (MIXED, ONE_CONDITION)

    @property
    def needs_truth(self) -> bool:
        return True

    def words(self) -> Words:
        """The words of this design, with the pages that its settings ask for."""
        raise NotImplementedError

    def needs(self) -> Needs:
        chosen = self.settings
        # The share of the test trials, rounded half up.
        vigilance = math.floor(chosen.vigilance_share * chosen.test_trials + 0.5)
        return Needs(chosen.practice_trials, chosen.test_trials, vigilance)

    def briefing(self) -> Briefing:
        return Briefing(self.settings.break_every, self.settings.answer_limit_ms)

    def estimated_minutes(self) -> int:
        needs = self.needs()
        trials = needs.practice + needs.test + needs.vigilance
        told = needs.practice * getattr(self.settings, "feedback_ms", 0)
        return max(1, round((READING_MS + trials * self._trial_ms() + told) / 60_000))

    def vigilance_minutes(self) -> float:
        return self.needs().vigilance * self._trial_ms() / 60_000

    def _trial_ms(self) -> float:
        """How long a trial takes without what is told after it."""
        chosen = self.settings
        shown = [self._frames_ms(level) for level in levels_of(chosen.exposure_ms)]
        return sum(shown) / len(shown) + (CONFIDENCE_MS if self._confidence() else 0)

    def _frames_ms(self, exposure_ms: int | None) -> float:
        """How long a trial of one exposure takes up to the answer."""
        raise NotImplementedError

    def verdict(self, history: Sequence[Answered]) -> str:
        return ""

    def score(self, answered: Sequence[Answered]) -> Score | None:
        if not self.uses_key:
            return None
        judged = [item for item in answered if item.spec.kind == TEST and item.answer is not None]
        return Score(right=sum(item.answer == item.spec.key for item in judged), answered=len(judged))

    def feedback(self, answered: Answered) -> Feedback | None:
        return None

    def columns(self) -> tuple[Column, ...]:
        return self.own_columns + self._confidence_columns()

    def _confidence(self) -> tuple[str, ...]:
        """The words for the steps of confidence; none: it is not asked."""
        return CONFIDENCE[self.settings.confidence]

    def _more(self) -> tuple[Question, ...]:
        """What is asked after the answer."""
        steps = self._confidence()
        if not steps:
            return ()
        answers = tuple(Choice(str(at), words, (str(at),)) for at, words in enumerate(steps, start=1))
        return (Question(CONFIDENCE_QUESTION, say("How sure are you?"), answers),)

    def react(self, spec: TrialSpec, person: Person) -> Reaction:
        """What a simulated person answers."""
        raise NotImplementedError

    def _sure(self, person: Person) -> dict[str, str]:
        """How sure a simulated person says to be: any step, by chance."""
        steps = len(self._confidence())
        return {CONFIDENCE_QUESTION: str(min(int(person.luck() * steps), steps - 1) + 1)} if steps else {}

    def _confidence_columns(self) -> tuple[Column, ...]:
        steps = self._confidence()
        if not steps:
            return ()
        words = ", ".join(f"{at}: {step.lower()}" for at, step in enumerate(steps, start=1))
        meaning = f"How sure the participant was ({words}); empty: no answer"
        return (Column("confidence", WHOLE, meaning, low=1, high=len(steps), after="rt_ms"),)

    def _confidence_record(self, more: Mapping[str, str]) -> dict[str, int | None]:
        if not self._confidence():
            return {}
        given = more.get(CONFIDENCE_QUESTION)
        return {"confidence": int(given) if given else None}


def logistic_noise(person: Person) -> float:
    """A draw from the standard logistic distribution: what chance adds to a difference of utilities."""
    luck = min(max(person.luck(), 1e-12), 1 - 1e-12)
    return math.log(luck / (1 - luck))


def gumbel_noise(person: Person) -> float:
    """A draw from the standard Gumbel distribution: what chance adds to each of several utilities."""
    luck = min(max(person.luck(), 1e-12), 1 - 1e-12)
    return -math.log(-math.log(luck))


def named(arm: str) -> str:
    """An arm as it stands in the table."""
    return REAL_PHOTO if arm == REAL else arm


def arms_by_slot(spec: TrialSpec) -> dict[str, str]:
    """Which arm's picture stood in which slot."""
    return {show.slot: show.arm for _, show in spec.shows}
