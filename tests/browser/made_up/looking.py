"""A design for tests: trials of kinds that the pair test does not have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from studies.designs._design import Answered, Cell, Feedback, Score, Stimuli
from studies.designs._settings import make_settings
from studies.designs._trial import PRACTICE, REAL, TEST, Choice, Frame, Question, Show, TrialSpec
from studies.designs._two import ANSWERS
from studies.designs._words import PICTURES, ROUNDS, Verdict, Words, general_page
from studies.designs.pair import Pair, PairSettings

SIX = ("1", "2", "3", "4", "5", "6")
ENDS = {"1": "Very unnatural", "5": "Very natural"}
SCALE = tuple(Choice(value, ENDS.get(value, value), (value,)) for value in SIX[:5])
PLACES = tuple(Choice(value, value, (value,)) for value in SIX)
SURE = Question(
    "confidence",
    "How sure are you?",
    tuple(
        Choice(value, label, (key,))
        for value, label, key in (
            ("guess", "I guessed", "1"),
            ("unsure", "Not so sure", "2"),
            ("fairly", "Fairly sure", "3"),
            ("certain", "Certain", "4"),
        )
    ),
)


@dataclass(frozen=True)
class LookingSettings(PairSettings):
    kind: str = field(default="scale", metadata={"label": "Kind", "help": "Which kind of trial"})


@dataclass(frozen=True)
class Looking(Pair):
    Settings: ClassVar[type[LookingSettings]] = LookingSettings
    uses_key: ClassVar[bool] = False
    settings: LookingSettings = field(default_factory=LookingSettings)

    def configured(self, values: Mapping[str, Any]) -> Looking:
        return Looking(make_settings(LookingSettings, values))

    def words(self) -> Words:
        limited = self.settings.answer_limit_ms is not None
        noun = PICTURES if self.settings.kind == "scale" else ROUNDS
        return Words(noun=noun, pages=(general_page(limited=limited),), verdict=Verdict(neither="Thank you"))

    def upcoming(self, stimuli: Stimuli, history: Sequence[Answered], seed: int) -> list[TrialSpec]:
        practice = [self._looking(PRACTICE, cell) for cell in stimuli.practice]
        return (practice + [self._looking(TEST, cell) for cell in stimuli.test])[len(history) :]

    def _looking(self, kind: str, cell: Cell) -> TrialSpec:
        arm = cell.treatment
        about = {"kind": kind, "photo": cell.photo, "condition": arm, "treatment": arm}
        if self.settings.kind == "scale":
            frame = Frame("images", None, (Show("centre", arm),))
            return TrialSpec(
                **about, frames=(frame,), slots=("centre",), feedback=True,
                prompt="How natural are the colours of this picture?", answers=SCALE,
            )  # fmt: skip
        if self.settings.kind == "best and worst":
            frame = Frame("images", None, tuple(Show(slot, arm if slot < "4" else REAL) for slot in SIX))
            worst = Question("worst", "Which picture looks least natural?", PLACES, distinct=True)
            return TrialSpec(
                **about, frames=(frame,), slots=SIX, answers=PLACES, more=(worst,),
                prompt="Which picture looks most natural?",
            )  # fmt: skip
        both = Frame("images", 150, (Show("left", arm), Show("right", REAL)))
        same = Choice("same", "Both alike", ("s",))
        return TrialSpec(
            **about, frames=(both, Frame("noise", 30), Frame("answer")), slots=("left", "right"),
            answers=(*ANSWERS, same), more=(SURE,), prompt="Which picture looked more natural?",
        )  # fmt: skip

    def outcome(self, spec: TrialSpec, answer: str | None, more: Mapping[str, str]) -> dict[str, Any]:
        return {}

    def in_a_word(self, answered: Answered) -> str:
        return answered.answer or ""

    def passed(self, spec: TrialSpec, answer: str | None, more: Mapping[str, str]) -> bool | None:
        return None

    def score(self, answered: Sequence[Answered]) -> Score | None:
        return None

    def feedback(self, answered: Answered) -> Feedback | None:
        if not answered.spec.feedback:
            return None
        return Feedback(None, {"centre": "invented"}, self.settings.feedback_ms)


DESIGN = Looking()
