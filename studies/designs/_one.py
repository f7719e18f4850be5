"""One picture at a time; and whether its colours are real or fake."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from studies.designs import _words
from studies.designs._base import ANSWER_MS, LOOKING_MS, Base, arms_by_slot
from studies.designs._columns import FLAG, Column, digest_column
from studies.designs._design import Answered, Feedback, Person, Reaction, Treatment
from studies.designs._frames import frames
from studies.designs._trial import REAL, TEST, Choice, Frame, Show, TrialSpec
from studies.designs._words import INVENTED_COLOURS, REAL_COLOURS, say

SLOT = "centre"
CALLED_REAL, CALLED_FAKE = "real", "fake"
ANSWERS = (
    Choice(CALLED_REAL, say("Real colours", "answer"), ("ArrowLeft", "f", "1")),
    Choice(CALLED_FAKE, say("Fake colours", "answer"), ("ArrowRight", "j", "2")),
)
PROMPTS = {
    False: say("Are the colours of this picture real or fake?"),
    True: say("Were the colours of this picture real or fake?"),
}
# Vigilance trials are fakes all of them, so that less than half of what is shown may be real.
ABOUT_HALF = 0.4
ABOUT_HALF_REAL = say(
    "You will see one photo at a time. About half of them have their real colours. In the others a computer "
    "invented the colours."
)
FEWER_REAL = say(
    "You will see one photo at a time. Fewer than half of them have their real colours. In the others a "
    "computer invented the colours."
)
CHOOSING = _words.Page(
    say("How to answer"),
    (
        _words.ByInput(
            keyboard=say("Press {keys}, or click your answer below the picture."),
            touch=say("Tap your answer below the picture."),
        ),
    ),
    _words.Figure("choices", say("A drawing of the answers to choose from.")),
)
WORDS = _words.Words(
    noun=_words.PICTURES,
    practice=_words.PRACTICE_TOLD,
    verdict=_words.Verdict(right=say("Right", "verdict"), wrong=say("Wrong", "verdict")),
    lead=say("You see photos one by one. Some have their real colours, in others a computer invented them. "
             "Can you tell which is which?"),
    look=_words.TWO_SCENES,
)  # fmt: skip
COLUMNS = (
    Column("is_real", FLAG, "1: the picture was the real photo; 0: it was recoloured", after="model"),
    Column("called_real", FLAG, "1: its colours were called real; empty: no answer", after="model"),
    Column("wrong", FLAG, "1: the answer was wrong; empty: no answer", after="model"),
    digest_column("shown_digest", "the picture's bytes as shown"),
)


@dataclass(frozen=True)
class OnePicture(Base):
    """A design that shows one picture a trial, in SLOT."""

    def _looking(self) -> _words.Page:
        """How the photo of a trial comes and goes."""
        if self.settings.exposure_ms is not None:
            course = say("Each photo stays for only a moment. Then you answer.")
        else:
            course = say("Each photo stays until you have answered.")
        limited = self.settings.answer_limit_ms is not None
        pace = say("You have {limit} to answer.") if limited else say("Take as long as you need.")
        description = say("A drawing of the order: a photo appears, and then you answer.")
        figure = _words.Figure("course", description, {SLOT: REAL_COLOURS})
        return _words.Page(say("One photo at a time"), (course, pace), figure)

    def _frames_ms(self, exposure_ms: int | None) -> float:
        timed = sum(frame.duration_ms or 0 for frame in self._frames(REAL, exposure_ms))
        return timed + (LOOKING_MS if exposure_ms is None else ANSWER_MS)

    def _frames(self, arm: str, exposure_ms: int | None) -> tuple[Frame, ...]:
        chosen = self.settings
        shown = (Show(SLOT, arm),)
        return frames(shown, exposure_ms=exposure_ms, lead_in_ms=chosen.lead_in_ms, mask=chosen.mask)


@dataclass(frozen=True)
class OneImage(OnePicture):
    """Half of the pictures are real, and each is called real or fake."""

    told_always: ClassVar[bool] = False
    false_alarms: ClassVar[float] = 0.2
    """How often a simulated person calls a real photo fake."""

    def words(self) -> _words.Words:
        test = _words.TEST if self.told_always else _words.TEST_UNTOLD
        return dataclasses.replace(WORDS, pages=(self._task(), self._looking(), CHOOSING), test=test)

    def _task(self) -> _words.Page:
        """What to do; how many of the pictures after practice are real is told as it is."""
        needs = self.needs()
        often = needs.test / 2 >= ABOUT_HALF * (needs.test + needs.vigilance)
        what = say(
            "Say of each whether its colours are real or fake. If you are not sure, follow your first "
            "impression."
        )
        shares = ABOUT_HALF_REAL if often else FEWER_REAL
        return _words.Page(say("Real or fake colours?"), (shares, what), _words.TWO_SCENES)

    def treatments(self, arms: Sequence[str]) -> list[Treatment]:
        """The real photo in half of the trials, the arms in equal parts of the rest."""
        return [Treatment((REAL,), 0.5), *(Treatment((arm,), 0.5 / len(arms)) for arm in arms)]

    def _one(self, kind: str, photo: str, arm: str, exposure_ms: int | None, **further: Any) -> TrialSpec:
        """A trial with this arm's picture of the photo."""
        return TrialSpec(
            kind=kind,
            photo=photo,
            condition=arm,
            treatment=arm,
            frames=self._frames(arm, exposure_ms),
            slots=(SLOT,),
            prompt=PROMPTS[exposure_ms is not None],
            answers=ANSWERS,
            more=self._more(),
            key=CALLED_REAL if arm == REAL else CALLED_FAKE,
            **further,
        )

    def outcome(self, spec: TrialSpec, answer: str | None, more: Mapping[str, str]) -> dict[str, Any]:
        called = None if answer is None else int(answer == CALLED_REAL)
        wrong = None if answer is None else int(answer != spec.key)
        return {"called_real": called, "wrong": wrong} | self._confidence_record(more)

    def in_a_word(self, answered: Answered) -> str:
        if answered.answer == answered.spec.key:
            return "right"
        taken_for_real = answered.spec.kind == TEST and answered.answer == CALLED_REAL
        return "fooled" if taken_for_real else "wrong"

    def record(
        self, spec: TrialSpec, answer: str | None, more: Mapping[str, str], shown: Mapping[str, str | None]
    ) -> dict[str, Any]:
        arm = arms_by_slot(spec)[SLOT]
        known = {"is_real": int(arm == REAL), "shown_digest": shown.get(arm)}
        return known | self._facts(spec) | self.outcome(spec, answer, more)

    def _facts(self, spec: TrialSpec) -> dict[str, Any]:
        """The columns that come from the facts of the plan."""
        return {}

    def passed(self, spec: TrialSpec, answer: str | None, more: Mapping[str, str]) -> bool | None:
        return answer == spec.key

    def react(self, spec: TrialSpec, person: Person) -> Reaction:
        if spec.condition == REAL:
            real = person.luck() >= self.false_alarms
        else:
            real = person.fooled(spec.condition, spec.photo)
        return Reaction(CALLED_REAL if real else CALLED_FAKE, person.takes_ms(), self._sure(person))

    def feedback(self, answered: Answered) -> Feedback | None:
        spec = answered.spec
        if not spec.feedback:
            return None
        caption = REAL_COLOURS if spec.key == CALLED_REAL else INVENTED_COLOURS
        return Feedback(answered.answer == spec.key, {SLOT: caption}, self.settings.feedback_ms)
