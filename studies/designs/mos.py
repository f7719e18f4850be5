"""The rating scale: one picture, and how natural its colours look (absolute category rating, ITU-T P.910)."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from studies.designs import _fields, _words
from studies.designs._base import arms_by_slot, logistic_noise
from studies.designs._columns import FLAG, WHOLE, Column, digest_column
from studies.designs._dealing import fixed_plan
from studies.designs._design import (
    MIXED,
    ONCE,
    ONE_CONDITION,
    UNDER_EACH,
    Answered,
    Cell,
    Person,
    Reaction,
    Stimuli,
    Treatment,
)
from studies.designs._frames import levels_of
from studies.designs._one import SLOT, OnePicture
from studies.designs._settings import check_settings
from studies.designs._trial import REAL, TEST, VIGILANCE, Choice, TrialSpec
from studies.designs._words import say

BAD, FAIR, EXCELLENT = say("Bad", "answer"), say("Fair", "answer"), say("Excellent", "answer")
SCALES: Mapping[str, Mapping[int, str]] = {
    "5 points": {1: BAD, 2: say("Poor", "answer"), 3: FAIR, 4: say("Good", "answer"), 5: EXCELLENT},
    "9 points": {1: BAD, 5: FAIR, 9: EXCELLENT},
}
"""The words of a scale by its points; the last one is its number of points."""
PROMPTS = {
    False: say("How natural do the colours of this picture look?"),
    True: say("How natural did the colours of this picture look?"),
}
TASK = _words.Page(
    say("How natural do the colours look?"),
    (
        say("You will see one photo at a time. Say of each how natural its colours look to you."),
        say("There is no right or wrong answer. Follow your first impression, and use the whole scale."),
    ),
)
KEYS = {
    "5 points": say("Press a number from 1 (bad) to 5 (excellent), or click it below the picture."),
    "9 points": say("Press a number from 1 (bad) to 9 (excellent), or click it below the picture."),
}
TAPS = {
    "5 points": say("Tap a number from 1 (bad) to 5 (excellent) below the picture."),
    "9 points": say("Tap a number from 1 (bad) to 9 (excellent) below the picture."),
}
WORDS = _words.Words(
    noun=_words.PICTURES,
    lead=say("You see photos one by one and say how natural their colours look to you."),
)
# How natural real photos look to simulated people, in logits: one in five is rated below the middle.
REAL_LOOKS = 1.4


@dataclass(frozen=True)
class MosSettings:
    """What a study may choose of the rating scale; vigilance trials come on top of test_trials."""

    scale: str = _fields.one_of(
        "Scale", "5 points, each with a word; or 9, with words at the ends and in the middle", tuple(SCALES)
    )
    hidden_reference: bool = _fields.flag(
        False,
        "Hidden reference",
        "The real photo is rated as well, among the others and unannounced; needs colour photos, and that "
        "everybody sees all conditions",
    )
    exposure_ms: int | tuple[int, ...] | None = _fields.exposure(None)
    lead_in_ms: int = _fields.lead_in("picture", 600)
    mask: str = _fields.mask()
    answer_limit_ms: int | None = _fields.answer_limit()
    confidence: str = _fields.confidence()
    practice_trials: int = _fields.practice(4, "To get used to the scale; in no result")
    test_trials: int = _fields.trials(how="The results are made of these")
    vigilance_share: float = _fields.vigilance(
        0.1, "Pictures by the vigilance control on top of the test trials, as a share of their number"
    )
    break_every: int = _fields.breaks()

    def __post_init__(self) -> None:
        check_settings(self)


@dataclass(frozen=True)
class Mos(OnePicture):
    """The design that asks how natural, under its settings."""

    Settings: ClassVar[type[Any]] = MosSettings
    title: ClassVar[str] = "Rating scale"
    summary: ClassVar[str] = "one picture: how natural do its colours look, on a scale? (ITU-T P.910)"
    uses_key: ClassVar[bool] = False
    attention_words: ClassVar[str] = (
        "A vigilance trial is passed if the vigilance control's picture was rated below the middle of the "
        "scale in time."
    )
    settings: MosSettings = field(default_factory=MosSettings)

    @property
    def needs_truth(self) -> bool:
        return self.settings.hidden_reference

    @property
    def photo_use(self) -> str:
        """With a hidden reference all pictures of a photo are rated by the same person: differences count."""
        return UNDER_EACH if self.settings.hidden_reference else ONCE

    @property
    def allocations(self) -> tuple[str, ...]:
        return (MIXED,) if self.settings.hidden_reference else (MIXED, ONE_CONDITION)

    @property
    def points(self) -> int:
        """Of the scale."""
        return max(SCALES[self.settings.scale])

    def treatments(self, arms: Sequence[str]) -> list[Treatment]:
        rated = [*([REAL] if self.settings.hidden_reference else []), *sorted(arms)]
        return [Treatment((arm,), 1 / len(rated)) for arm in rated]

    def words(self) -> _words.Words:
        scale = self.settings.scale
        rating = _words.Page(
            say("How to rate"),
            (_words.ByInput(keyboard=KEYS[scale], touch=TAPS[scale]),),
            _words.Figure("choices", say("A drawing of the answers to choose from.")),
        )
        return dataclasses.replace(WORDS, pages=(TASK, self._looking(), rating))

    def upcoming(self, stimuli: Stimuli, history: Sequence[Answered], seed: int) -> list[TrialSpec]:
        rng = np.random.default_rng(seed)
        plan = fixed_plan(stimuli, levels_of(self.settings.exposure_ms), self._name, self._spec, rng)
        return _apart(plan)[len(history) :]

    def _name(self, exposure_ms: int | None) -> str:
        return str(exposure_ms) if len(levels_of(self.settings.exposure_ms)) > 1 else ""

    def _spec(self, kind: str, cell: Cell, exposure_ms: int | None) -> TrialSpec:
        words = SCALES[self.settings.scale]
        points = [str(point) for point in range(1, self.points + 1)]
        return TrialSpec(
            kind=kind,
            photo=cell.photo,
            condition=cell.treatment,
            treatment=cell.treatment,
            frames=self._frames(cell.treatment, exposure_ms),
            slots=(SLOT,),
            prompt=PROMPTS[exposure_ms is not None],
            answers=tuple(Choice(point, words.get(int(point), point), (point,)) for point in points),
            more=self._more(),
            arrangement=self._name(exposure_ms),
        )

    def columns(self) -> tuple[Column, ...]:
        meaning = (
            f"How natural its colours were rated, from 1 (bad) to {self.points} (excellent); empty: no answer"
        )
        return (
            Column("is_real", FLAG, "1: the picture was the real photo; 0: it was recoloured", after="model"),
            Column("rating", WHOLE, meaning, low=1, high=self.points, after="model"),
            digest_column("shown_digest", "the picture's bytes as shown"),
            *self._confidence_columns(),
        )

    def outcome(self, spec: TrialSpec, answer: str | None, more: Mapping[str, str]) -> dict[str, Any]:
        return {"rating": None if answer is None else int(answer)} | self._confidence_record(more)

    def in_a_word(self, answered: Answered) -> str:
        return "" if answered.answer is None else f"{answered.answer} of {self.points}"

    def record(
        self, spec: TrialSpec, answer: str | None, more: Mapping[str, str], shown: Mapping[str, str | None]
    ) -> dict[str, Any]:
        arm = arms_by_slot(spec)[SLOT]
        known = {"is_real": int(arm == REAL), "shown_digest": shown.get(arm)}
        return known | self.outcome(spec, answer, more)

    def passed(self, spec: TrialSpec, answer: str | None, more: Mapping[str, str]) -> bool | None:
        if spec.kind != VIGILANCE:
            return None
        return answer is not None and 2 * int(answer) < self.points + 1

    def react(self, spec: TrialSpec, person: Person) -> Reaction:
        """A picture is rated below the middle as often as the person would not take it for real."""
        looks = REAL_LOOKS if spec.condition == REAL else person.utility(spec.condition, spec.photo)
        middle = (self.points + 1) // 2
        steps = math.floor((looks + logistic_noise(person)) * (self.points - 1) / 4)
        rating = min(max(middle + steps, 1), self.points)
        return Reaction(str(rating), person.takes_ms(), self._sure(person))


def _apart(plan: Sequence[TrialSpec]) -> list[TrialSpec]:
    """No photo comes twice in a row, as far as tests can change places (ITU-T P.910)."""
    apart = list(plan)
    tests = [at for at, spec in enumerate(apart) if spec.kind == TEST]
    for at in tests:
        if not at or apart[at].photo != apart[at - 1].photo:
            continue
        # Later trials first: what is wrong there will be mended in its turn.
        for other in [*(one for one in tests if one > at), *(one for one in tests if one < at - 1)]:
            apart[at], apart[other] = apart[other], apart[at]
            now = apart[at].photo != apart[at - 1].photo
            if now and (other > at or not (_repeats(apart, other) or _repeats(apart, at))):
                break
            apart[at], apart[other] = apart[other], apart[at]
    return apart


def _repeats(plan: Sequence[TrialSpec], at: int) -> bool:
    """Whether the trial shows the photo of the one before or after it."""
    beside = (*plan[max(at - 1, 0) : at], *plan[at + 1 : at + 2])
    return any(spec.photo == plan[at].photo for spec in beside)


DESIGN = Mos()
