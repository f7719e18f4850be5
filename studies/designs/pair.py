"""The pair test: a real photo and its recolouring; which has the fake colours, or which is from a camera?"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from studies.designs import _fields, _two, _words
from studies.designs._base import ANSWER_MS, Base
from studies.designs._columns import FLAG, TEXT, Column, digest_column
from studies.designs._dealing import fixed_plan
from studies.designs._design import Answered, Cell, Feedback, Person, Reaction, Stimuli, Treatment
from studies.designs._frames import levels_of
from studies.designs._settings import check_settings
from studies.designs._trial import PRACTICE, REAL, TEST, TrialSpec
from studies.designs._words import INVENTED_COLOURS, REAL_COLOURS, say

FAKE_COLOURS, FROM_A_CAMERA = "fake colours", "from a camera"


@dataclass(frozen=True)
class Asking:
    """How the question is put: while both pictures are there and afterwards, what to do, how to answer."""

    simultaneous: str
    sequential: str
    title: str
    task: str
    keyboard: str
    touch: str

    def pages(self, looking: _words.Page) -> tuple[_words.Page, ...]:
        shown = say(
            "You will see each photo twice: once with its real colours, once with colours that a computer "
            "invented."
        )
        answers = _words.Figure("choices", say("A drawing of the two places to choose from."))
        choosing = (_words.ByInput(self.keyboard, self.touch),)
        return (
            _words.Page(self.title, (shown, self.task), _words.TWO_SCENES),
            looking,
            _words.Page(say("How to choose"), choosing, answers),
        )


ASKED = {
    FAKE_COLOURS: Asking(
        simultaneous=say("Which picture has the fake colours?"),
        sequential=say("Which picture had the fake colours?"),
        title=say("Spot the fake colours"),
        task=say("Find the invented colours. If you are not sure, follow your first impression."),
        keyboard=say("Press {keys}, or click the place where the fake was."),
        touch=say("Tap the place where the fake was."),
    ),
    FROM_A_CAMERA: Asking(
        simultaneous=say("Which image would you guess is from a camera?"),
        sequential=say("Which image would you guess was from a camera?"),
        title=say("Find the photo from a camera"),
        task=say("Find the one with its real colours, as a camera took it. If you are not sure, follow your "
                 "first impression."),
        keyboard=say("Press {keys}, or click the place where the photo from a camera was."),
        touch=say("Tap the place where the photo from a camera was."),
    ),
}  # fmt: skip
WORDS = _words.Words(
    noun=_words.PAIRS, practice=_words.PRACTICE_TOLD, test=_words.TEST_UNTOLD, look=_words.TWO_SCENES,
    lead=say("You see each picture twice: once with its real colours, once with colours that a computer "
             "invented. Can you tell which is which?"),
    verdict=_words.WHERE_THE_FAKE_WAS,
)  # fmt: skip
SIDES = {"left": "L", "right": "R"}
COLUMNS = (
    Column(
        "fake_side", TEXT, "The right answer: on which side the recolouring was (of a pair)",
        values=("L", "R"), after="image_id",
    ),
    Column(
        "chosen_side", TEXT,
        "The answer: the side that was called fake, not the one taken for the real photo; empty: none",
        values=("L", "R"), after="image_id",
    ),
    Column("fooled", FLAG, "1: the real photo was called fake; empty: no answer", after="image_id"),
    Column(
        "order", TEXT, "Which of two pictures shown in turn was the fake; empty: both at once",
        values=("fake_first", "fake_second"), after="colorizer",
    ),
    digest_column("real_digest", "the real picture's bytes as shown"),
    digest_column("fake_digest", "the recoloured picture's bytes as shown"),
)  # fmt: skip


@dataclass(frozen=True)
class PairSettings:
    """What a study may choose of the pair test; vigilance trials come on top of test_trials."""

    wording: str = _fields.one_of(
        "Wording", "Which picture people are to find: the recoloured one, or the photo", tuple(ASKED)
    )
    presentation: str = _fields.presentation()
    exposure_ms: int | tuple[int, ...] = _fields.exposure(1000)
    lead_in_ms: int = _fields.lead_in("pair")
    gap_ms: int = _fields.gap()
    mask: str = _fields.mask()
    answer_limit_ms: int | None = _fields.answer_limit()
    practice_trials: int = _fields.practice(10)
    feedback_ms: int = _fields.feedback(2400, "How long practice feedback is shown")
    test_trials: int = _fields.trials()
    vigilance_share: float = _fields.vigilance(
        0.40,
        "Easy trials on top of the test trials, as a share of their number: 16 of them let few guessers and "
        "nearly all attentive people pass",
    )
    break_every: int = _fields.breaks()
    confidence: str = _fields.confidence()

    def __post_init__(self) -> None:
        check_settings(self)


@dataclass(frozen=True)
class Pair(Base):
    """The pair design under its settings."""

    Settings: ClassVar[type[Any]] = PairSettings
    title: ClassVar[str] = "Pair test"
    summary: ClassVar[str] = "the photo and its recolouring: which has the fake colours?"
    attention_words: ClassVar[str] = (
        "A vigilance trial is passed if the recolouring of the vigilance control was found in time."
    )
    own_columns: ClassVar[tuple[Column, ...]] = COLUMNS
    settings: PairSettings = field(default_factory=PairSettings)

    def treatments(self, arms: Sequence[str]) -> list[Treatment]:
        return [Treatment((arm,), 1 / len(arms)) for arm in arms]

    def words(self) -> _words.Words:
        sequential = self.settings.presentation == "sequential"
        limited = self.settings.answer_limit_ms is not None
        varied = len(levels_of(self.settings.exposure_ms)) > 1
        looking = _words.looking_page(sequential=sequential, timed=True, limited=limited, varied=varied)
        return dataclasses.replace(WORDS, pages=ASKED[self.settings.wording].pages(looking))

    def _frames_ms(self, exposure_ms: int | None) -> float:
        placed = _two.Placed("left", True, exposure_ms)
        shown = _two.two_pictures("", REAL, placed, self.settings)
        return sum(frame.duration_ms or 0 for frame in shown) + ANSWER_MS

    def upcoming(self, stimuli: Stimuli, history: Sequence[Answered], seed: int) -> list[TrialSpec]:
        arrangements = _two.cycle(self.settings.exposure_ms)
        plan = fixed_plan(stimuli, arrangements, self._name, self._spec, np.random.default_rng(seed))
        return plan[len(history) :]

    def outcome(self, spec: TrialSpec, answer: str | None, more: Mapping[str, str]) -> dict[str, Any]:
        fooled = None if answer is None else int(answer != spec.key)
        return {"fooled": fooled} | self._confidence_record(more)

    def in_a_word(self, answered: Answered) -> str:
        if answered.answer == answered.spec.key:
            return "right"
        return "fooled" if answered.spec.kind == TEST else "wrong"

    def record(
        self, spec: TrialSpec, answer: str | None, more: Mapping[str, str], shown: Mapping[str, str | None]
    ) -> dict[str, Any]:
        first = _two.is_first(spec, spec.condition)
        fake = self._fake_side(spec)
        called_fake = fake if answer == spec.key else _two.opposite(fake)
        return {
            "fake_side": SIDES[fake],
            "chosen_side": None if answer is None else SIDES[called_fake],
            "order": None if first is None else "fake_first" if first else "fake_second",
            "real_digest": shown.get(REAL),
            "fake_digest": shown.get(spec.condition),
        } | self.outcome(spec, answer, more)

    def passed(self, spec: TrialSpec, answer: str | None, more: Mapping[str, str]) -> bool | None:
        return answer == spec.key

    def feedback(self, answered: Answered) -> Feedback | None:
        spec = answered.spec
        if not spec.feedback:
            return None
        fake = self._fake_side(spec)
        captions = {slot: INVENTED_COLOURS if slot == fake else REAL_COLOURS for slot in spec.slots}
        return Feedback(answered.answer == spec.key, captions, self.settings.feedback_ms)

    def react(self, spec: TrialSpec, person: Person) -> Reaction:
        real = _two.opposite(self._fake_side(spec))
        fooled = person.fooled(spec.condition, spec.photo, 1 if real == "left" else -1)
        answer = _two.opposite(spec.key) if fooled else spec.key
        return Reaction(answer, person.takes_ms(), self._sure(person))

    def _fake_side(self, spec: TrialSpec) -> str:
        return spec.key if self.settings.wording == FAKE_COLOURS else _two.opposite(spec.key)

    def _name(self, placed: _two.Placed) -> str:
        return _two.name(placed, self.settings)

    def _spec(self, kind: str, cell: Cell, placed: _two.Placed) -> TrialSpec:
        """A trial with the fake as placed."""
        return TrialSpec(
            kind=kind,
            condition=cell.treatment,
            treatment=cell.treatment,
            photo=cell.photo,
            frames=_two.two_pictures(cell.treatment, REAL, placed, self.settings),
            slots=_two.SLOTS,
            answers=_two.ANSWERS,
            more=self._more(),
            prompt=getattr(ASKED[self.settings.wording], self.settings.presentation),
            key=placed.side if self.settings.wording == FAKE_COLOURS else placed.other_side,
            arrangement=self._name(placed),
            feedback=kind == PRACTICE,
        )


DESIGN = Pair()
