"""Best of several: two to six colorizations of one photo at once, which is most natural (and which least)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from studies.designs import _fields, _words
from studies.designs._base import ANSWER_MS, LOOKING_MS, Base, arms_by_slot, gumbel_noise, named
from studies.designs._columns import TEXT, Column, digest_column
from studies.designs._dealing import crossed, fixed_plan
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
from studies.designs._frames import frames, levels_of
from studies.designs._settings import check_settings
from studies.designs._subsets import subsets
from studies.designs._trial import REAL, VIGILANCE, Choice, Frame, Question, Show, TrialSpec
from studies.designs._words import say

FEWEST, MOST = 2, 6
WORST = "worst"
BEST_PROMPTS = {
    False: say("Which picture looks most natural?"),
    True: say("Which picture looked most natural?"),
}
WORST_PROMPTS = {
    False: say("Which picture looks least natural?"),
    True: say("Which picture looked least natural?"),
}
TASK = _words.Page(
    say("Which looks most natural?"),
    (
        say("You will see several versions of one photo that differ in their colours."),
        say("Choose the one that looks most natural to you. There is no right or wrong answer."),
    ),
)
CHOOSING = _words.Page(
    say("How to choose"),
    (
        _words.ByInput(
            keyboard=say("Press the number of the picture that looks most natural, or click it."),
            touch=say("Tap the picture that looks most natural."),
        ),
    ),
)
AND_WORST = say("Then choose the one that looks least natural.")
BRIEFLY = say("The photos stay for only a moment. Then you choose.")
LIMITED = say("You have {limit} to choose.")
WORDS = _words.Words(
    lead=say(
        "You see several versions of a photo and choose the one whose colours look most natural to you."
    ),
)


@dataclass(frozen=True)
class Order:
    """How the arms of a set, in their order, stand in the slots: from which slot on, and which way round."""

    shift: int
    forwards: bool

    def slots(self, count: int) -> list[int]:
        """The slot of each arm, from 0."""
        step = 1 if self.forwards else -1
        return [(self.shift + step * at) % count for at in range(count)]


Arrangement = tuple[Order, int | None]


@dataclass(frozen=True)
class RankSettings:
    """What a study may choose of best of several; vigilance trials come on top of test_trials."""

    pictures: int = _fields.whole(
        4, "Pictures at once", "Of as many conditions; fewer fit small screens better", low=FEWEST, high=MOST
    )
    ask_worst: bool = _fields.flag(
        False, "Ask for the worst too", "A second question: which looks least natural"
    )
    with_truth: bool = _fields.flag(
        False,
        "With the real photo",
        "The real photo is one of the pictures to choose from; needs colour photos",
    )
    exposure_ms: int | tuple[int, ...] | None = _fields.exposure(None)
    lead_in_ms: int = _fields.lead_in("trial", 600)
    mask: str = _fields.mask()
    answer_limit_ms: int | None = _fields.answer_limit()
    confidence: str = _fields.confidence()
    practice_trials: int = _fields.practice(3, "To get used to the task; in no result")
    test_trials: int = _fields.trials(how="The results are made of these")
    vigilance_share: float = _fields.vigilance(
        0.1,
        "Trials with the vigilance control in it, on top of the test trials, as a share of their number",
    )
    break_every: int = _fields.breaks()

    def __post_init__(self) -> None:
        check_settings(self)
        if self.ask_worst and self.pictures == FEWEST:
            raise ValueError("ask_worst needs three pictures at once: of two, the other one is the worst.")


@dataclass(frozen=True)
class Rank(Base):
    """The design that asks for the best of several, under its settings."""

    Settings: ClassVar[type[Any]] = RankSettings
    title: ClassVar[str] = "Best of several"
    summary: ClassVar[str] = "two to six versions of a photo: which looks most natural?"
    photo_use: ClassVar[str] = ONCE_PER_TREATMENT
    allocations: ClassVar[tuple[str, ...]] = (MIXED,)
    uses_key: ClassVar[bool] = False
    attention_words: ClassVar[str] = (
        "A vigilance trial is passed if a picture other than the vigilance control's was called best in time."
    )
    settings: RankSettings = field(default_factory=RankSettings)

    @property
    def needs_truth(self) -> bool:
        return self.settings.with_truth

    def treatments(self, arms: Sequence[str]) -> list[Treatment]:
        compared = [*sorted(arms), *([REAL] if self.settings.with_truth else [])]
        size = self.settings.pictures
        if len(compared) < size:
            raise ValueError(
                f"Each trial shows {size} pictures (pictures), but there are only {len(compared)} to choose "
                "from: add conditions under test, or show fewer at once."
            )
        chosen = subsets(compared, size)
        return [Treatment(one, 1 / len(chosen)) for one in chosen]

    def words(self) -> _words.Words:
        chosen = self.settings
        further = [
            *([AND_WORST] if chosen.ask_worst else []),
            *([BRIEFLY] if chosen.exposure_ms is not None else []),
            *([LIMITED] if chosen.answer_limit_ms is not None else []),
        ]
        choosing = dataclasses.replace(CHOOSING, text=(*CHOOSING.text, *further))
        return dataclasses.replace(WORDS, pages=(TASK, choosing))

    def _slots(self) -> tuple[str, ...]:
        return tuple(str(at) for at in range(1, self.settings.pictures + 1))

    def _cycle(self) -> list[Arrangement]:
        """Every run of as many as there are pictures has each arm once in each slot."""
        every = range(self.settings.pictures)
        orders = [Order(shift, forwards) for forwards in (True, False) for shift in every]
        return crossed(orders, levels_of(self.settings.exposure_ms))

    def _name(self, arrangement: Arrangement) -> str:
        order, level = arrangement
        name = f"{order.shift + 1}-{'forwards' if order.forwards else 'backwards'}"
        return f"{name}-{level}" if len(levels_of(self.settings.exposure_ms)) > 1 else name

    def _frames_ms(self, exposure_ms: int | None) -> float:
        looking = LOOKING_MS * self.settings.pictures if exposure_ms is None else ANSWER_MS
        timed = sum(frame.duration_ms or 0 for frame in self._frames((), exposure_ms))
        return timed + looking + (ANSWER_MS if self.settings.ask_worst else 0)

    def _frames(self, shown: tuple[Show, ...], exposure_ms: int | None) -> tuple[Frame, ...]:
        chosen = self.settings
        return frames(shown, exposure_ms=exposure_ms, lead_in_ms=chosen.lead_in_ms, mask=chosen.mask)

    def upcoming(self, stimuli: Stimuli, history: Sequence[Answered], seed: int) -> list[TrialSpec]:
        rng = np.random.default_rng(seed)
        companions = self._companions(stimuli, rng)

        def make(kind: str, cell: Cell, arrangement: Arrangement) -> TrialSpec:
            return self._spec(kind, cell, arrangement, companions)

        return fixed_plan(stimuli, self._cycle(), self._name, make, rng)[len(history) :]

    def _companions(self, stimuli: Stimuli, rng: np.random.Generator) -> Iterator[tuple[str, ...]]:
        """What the vigilance control is shown with: the sets in turn, each time without another arm."""
        sets = sorted({cell.treatment for cell in stimuli.test})
        order = rng.permutation(len(sets))
        turn = 0
        while True:
            arms = sets[order[turn % len(sets)]].split("|")
            left_out = (turn // len(sets) + turn % len(sets)) % len(arms)
            yield tuple(arms[:left_out] + arms[left_out + 1 :])
            turn += 1

    def _spec(
        self, kind: str, cell: Cell, arrangement: Arrangement, companions: Iterator[tuple[str, ...]]
    ) -> TrialSpec:
        """A trial; the vigilance control stands alone in its cell and is shown with others in one's place."""
        order, level = arrangement
        arms = tuple(cell.treatment.split("|"))
        control = arms[0] if len(arms) == 1 else ""
        shown = (control, *next(companions)) if control else arms
        slots = self._slots()
        places = zip(shown, order.slots(len(slots)), strict=True)
        by_slot = tuple(sorted((Show(slots[at], arm) for arm, at in places), key=lambda show: show.slot))
        return TrialSpec(
            kind=kind,
            photo=cell.photo,
            condition=control,
            treatment=cell.treatment,
            frames=self._frames(by_slot, level),
            slots=slots,
            prompt=BEST_PROMPTS[level is not None],
            answers=_choices(slots),
            more=(*self._worst(level is not None), *self._more()),
            arrangement=self._name(arrangement),
        )

    def _worst(self, timed: bool) -> tuple[Question, ...]:
        if not self.settings.ask_worst:
            return ()
        return (Question(WORST, WORST_PROMPTS[timed], _choices(self._slots()), distinct=True),)

    def columns(self) -> tuple[Column, ...]:
        slots = self._slots()
        shown = [
            Column(
                f"shown_{slot}", TEXT, f"Condition in place {slot}; (real): the photo itself", after="model"
            )
            for slot in slots
        ]
        chosen = [Column("best_model", TEXT, "Condition that was called the most natural; empty: no answer",
                         after="model")]  # fmt: skip
        if self.settings.ask_worst:
            chosen.append(Column(
                "worst_model", TEXT, "Condition that was called the least natural; empty: no answer, or the "
                "same as the most natural", after="model",
            ))  # fmt: skip
        digests = [
            digest_column(f"digest_{slot}", f"the bytes of the picture in place {slot}")
            for slot in slots
        ]  # fmt: skip
        return (*shown, *chosen, *digests, *self._confidence_columns())

    def outcome(self, spec: TrialSpec, answer: str | None, more: Mapping[str, str]) -> dict[str, Any]:
        arms = arms_by_slot(spec)
        found: dict[str, Any] = {"best_model": None if answer is None else named(arms[answer])}
        if self.settings.ask_worst:
            worst = more.get(WORST)
            known = worst and answer and worst != answer
            found["worst_model"] = named(arms[worst]) if worst and known else None
        return found | self._confidence_record(more)

    def in_a_word(self, answered: Answered) -> str:
        best = self.outcome(answered.spec, answered.answer, answered.more)["best_model"]
        if best is None:
            return ""
        return "real photo best" if best == named(REAL) else f"{best} best"

    def record(
        self, spec: TrialSpec, answer: str | None, more: Mapping[str, str], shown: Mapping[str, str | None]
    ) -> dict[str, Any]:
        arms = arms_by_slot(spec)
        known = {f"shown_{slot}": named(arm) for slot, arm in arms.items()}
        digests = {f"digest_{slot}": shown.get(arm) for slot, arm in arms.items()}
        return known | digests | self.outcome(spec, answer, more)

    def react(self, spec: TrialSpec, person: Person) -> Reaction:
        arms = arms_by_slot(spec)
        felt = {slot: person.utility(arms[slot], spec.photo) + gumbel_noise(person) for slot in spec.slots}
        worst = {WORST: min(felt, key=lambda slot: felt[slot])} if self.settings.ask_worst else {}
        return Reaction(max(felt, key=lambda slot: felt[slot]), person.takes_ms(), worst | self._sure(person))

    def passed(self, spec: TrialSpec, answer: str | None, more: Mapping[str, str]) -> bool | None:
        if spec.kind != VIGILANCE:
            return None
        return answer is not None and arms_by_slot(spec)[answer] != spec.condition


def _choices(slots: Sequence[str]) -> tuple[Choice, ...]:
    return tuple(Choice(slot, slot, (slot,)) for slot in slots)


DESIGN = Rank()
