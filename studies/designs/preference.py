"""The preference test: two colorizations of one photo, and which of them looks more natural."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, cycle
from typing import Any, ClassVar

import numpy as np

from studies.designs import _fields, _two, _words
from studies.designs._base import ANSWER_MS, LOOKING_MS, Base, arms_by_slot, logistic_noise, named
from studies.designs._columns import TEXT, Column, digest_column
from studies.designs._dealing import fixed_plan
from studies.designs._design import (
    MIXED,
    ONCE_PER_TREATMENT,
    Answered,
    Cell,
    Person,
    Reaction,
    Stimuli,
    Treatment,
)
from studies.designs._frames import levels_of
from studies.designs._settings import check_settings
from studies.designs._trial import REAL, VIGILANCE, Choice, TrialSpec
from studies.designs._words import say

TIE = Choice("tie", say("No difference", "answer"), ("ArrowDown", "g", "3"))
NO_PREFERENCE = "(tie)"
# A simulated person sees no difference where what it feels is nearer to nothing than this, in logits.
UNDECIDED = 0.4

PROMPTS = {
    False: say("Which picture looks more natural?"),
    True: say("Which picture looked more natural?"),
}
TASK = _words.Page(
    say("Which looks more natural?"),
    (
        say("You will see two versions of one photo that differ in their colours."),
        say("Choose the one that looks more natural to you. There is no right or wrong answer."),
    ),
)
CHOOSING = _words.Page(
    say("How to choose"),
    (
        _words.ByInput(
            keyboard=say("Press {keys}, or click the picture that looks more natural."),
            touch=say("Tap the picture that looks more natural."),
        ),
    ),
    _words.Figure("choices", say("A drawing of the answers to choose from.")),
)
WORDS = _words.Words(
    noun=_words.PAIRS,
    lead=say("You see two versions of a photo and choose the one whose colours look more natural to you."),
)
COLUMNS = (
    Column("left_model", TEXT, "Condition whose picture stood on the left; (real): the photo itself",
           after="model"),
    Column("right_model", TEXT, "Condition whose picture stood on the right; (real): the photo itself",
           after="model"),
    Column("preferred_model", TEXT, "Condition whose picture was called more natural; (real): the photo "
           "itself; (tie): no difference; empty: no answer", after="model"),
    Column("first_model", TEXT, "Condition whose picture came first; empty: both at once", after="colorizer"),
    digest_column("left_digest", "the left picture's bytes as shown"),
    digest_column("right_digest", "the right picture's bytes as shown"),
)  # fmt: skip


@dataclass(frozen=True)
class PreferenceSettings:
    """What a study may choose of the preference test; vigilance trials come on top of test_trials."""

    presentation: str = _fields.presentation("simultaneous")
    ties: bool = _fields.flag(False, "Ties", "Offer “No difference” as an answer")
    with_truth: bool = _fields.flag(
        False, "With the real photo", "Compare each condition with the real photo too; needs colour photos"
    )
    exposure_ms: int | tuple[int, ...] | None = _fields.exposure(None)
    lead_in_ms: int = _fields.lead_in("pair", 600)
    gap_ms: int = _fields.gap()
    mask: str = _fields.mask()
    answer_limit_ms: int | None = _fields.answer_limit()
    confidence: str = _fields.confidence()
    practice_trials: int = _fields.practice(3, "To get used to the task; in no result")
    test_trials: int = _fields.trials(how="The results are made of these")
    vigilance_share: float = _fields.vigilance(
        0.1, "Trials against the vigilance control on top of the test trials, as a share of their number"
    )
    break_every: int = _fields.breaks()

    def __post_init__(self) -> None:
        check_settings(self)
        if self.presentation == "sequential" and self.exposure_ms is None:
            raise ValueError("exposure_ms must be set where one picture comes after the other.")


@dataclass(frozen=True)
class Preference(Base):
    """The preference design under its settings."""

    Settings: ClassVar[type[Any]] = PreferenceSettings
    title: ClassVar[str] = "Preference test"
    summary: ClassVar[str] = "two versions of a photo: which looks more natural?"
    photo_use: ClassVar[str] = ONCE_PER_TREATMENT
    allocations: ClassVar[tuple[str, ...]] = (MIXED,)
    uses_key: ClassVar[bool] = False
    attention_words: ClassVar[str] = (
        "A vigilance trial is passed if the other picture was preferred to the vigilance control's in time."
    )
    own_columns: ClassVar[tuple[Column, ...]] = COLUMNS
    settings: PreferenceSettings = field(default_factory=PreferenceSettings)

    @property
    def needs_truth(self) -> bool:
        return self.settings.with_truth

    def treatments(self, arms: Sequence[str]) -> list[Treatment]:
        compared = [*sorted(arms), *([REAL] if self.settings.with_truth else [])]
        pairs = list(combinations(compared, 2))
        if not pairs:
            raise ValueError(
                "A preference needs two conditions under test: add another one, or compare with the real "
                "photo (with_truth)."
            )
        return [Treatment(pair, 1 / len(pairs)) for pair in pairs]

    def words(self) -> _words.Words:
        chosen = self.settings
        looking = _words.looking_page(
            sequential=chosen.presentation == "sequential",
            timed=chosen.exposure_ms is not None,
            limited=chosen.answer_limit_ms is not None,
            varied=len(levels_of(chosen.exposure_ms)) > 1,
        )
        return dataclasses.replace(WORDS, pages=(TASK, looking, CHOOSING))

    def _frames_ms(self, exposure_ms: int | None) -> float:
        placed = _two.Placed("left", True, exposure_ms)
        timed = sum(frame.duration_ms or 0 for frame in _two.two_pictures("", "", placed, self.settings))
        return timed + (2 * LOOKING_MS if exposure_ms is None else ANSWER_MS)

    def upcoming(self, stimuli: Stimuli, history: Sequence[Answered], seed: int) -> list[TrialSpec]:
        rng = np.random.default_rng(seed)
        others = _others(stimuli, rng)

        def make(kind: str, cell: Cell, placed: _two.Placed) -> TrialSpec:
            return self._spec(kind, cell, placed, others)

        arrangements = _two.cycle(self.settings.exposure_ms)
        return fixed_plan(stimuli, arrangements, self._name, make, rng)[len(history) :]

    def _name(self, placed: _two.Placed) -> str:
        return _two.name(placed, self.settings)

    def _spec(self, kind: str, cell: Cell, placed: _two.Placed, others: Iterator[str]) -> TrialSpec:
        """A trial; the vigilance control stands alone in its cell and is compared with one of the others."""
        arms = cell.treatment.split("|")
        arm, other = arms if len(arms) == 2 else (arms[0], next(others))
        return TrialSpec(
            kind=kind,
            photo=cell.photo,
            condition="" if len(arms) == 2 else arm,
            treatment=cell.treatment,
            frames=_two.two_pictures(arm, other, placed, self.settings),
            slots=_two.SLOTS,
            prompt=PROMPTS[placed.exposure_ms is not None],
            answers=(*_two.ANSWERS, *([TIE] if self.settings.ties else [])),
            more=self._more(),
            arrangement=self._name(placed),
        )

    def outcome(self, spec: TrialSpec, answer: str | None, more: Mapping[str, str]) -> dict[str, Any]:
        if answer is None:
            preferred = None
        else:
            preferred = NO_PREFERENCE if answer == TIE.value else named(arms_by_slot(spec)[answer])
        return {"preferred_model": preferred} | self._confidence_record(more)

    def in_a_word(self, answered: Answered) -> str:
        if answered.answer is None:
            return ""
        preferred = self.outcome(answered.spec, answered.answer, answered.more)["preferred_model"]
        if preferred == NO_PREFERENCE:
            return "tie"
        return "real photo preferred" if preferred == named(REAL) else f"{preferred} preferred"

    def record(
        self, spec: TrialSpec, answer: str | None, more: Mapping[str, str], shown: Mapping[str, str | None]
    ) -> dict[str, Any]:
        arms = arms_by_slot(spec)
        first = next(show.arm for _, show in spec.shows)
        return {
            "left_model": named(arms["left"]),
            "right_model": named(arms["right"]),
            "first_model": None if _two.is_first(spec, first) is None else named(first),
            "left_digest": shown.get(arms["left"]),
            "right_digest": shown.get(arms["right"]),
        } | self.outcome(spec, answer, more)

    def react(self, spec: TrialSpec, person: Person) -> Reaction:
        arms = arms_by_slot(spec)
        lead = person.utility(arms["left"], spec.photo) - person.utility(arms["right"], spec.photo)
        felt = lead + logistic_noise(person)
        if self.settings.ties and abs(felt) < UNDECIDED:
            answer = TIE.value
        else:
            answer = "left" if felt > 0 else "right"
        return Reaction(answer, person.takes_ms(), self._sure(person))

    def passed(self, spec: TrialSpec, answer: str | None, more: Mapping[str, str]) -> bool | None:
        if spec.kind != VIGILANCE:
            return None
        return answer in _two.SLOTS and arms_by_slot(spec)[answer] != spec.condition


def _others(stimuli: Stimuli, rng: np.random.Generator) -> Iterator[str]:
    """With what the vigilance control is compared, in turn: the real photo if there is one, else each arm."""
    arms = sorted({arm for cell in stimuli.test for arm in cell.treatment.split("|")})
    if REAL in arms:
        return cycle([REAL])
    return cycle([arms[index] for index in rng.permutation(len(arms))])


DESIGN = Preference()
