"""The pair test: a photo and its recoloured copy; which one has the fake colours?"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from studies.designs import _words
from studies.designs._columns import FLAG, TEXT, Column
from studies.designs._design import (
    MIXED,
    ONCE,
    ONE_CONDITION,
    Answered,
    Arranged,
    Briefing,
    Cell,
    Feedback,
    Needs,
    Person,
    Reaction,
    Score,
    Stimuli,
    Treatment,
)
from studies.designs._settings import check_one_of, check_share, check_whole, make_settings
from studies.designs._trial import PRACTICE, REAL, TEST, VIGILANCE, Choice, Frame, Show, TrialSpec
from studies.designs._words import INVENTED_COLOURS, REAL_COLOURS, say

SLOTS = ("left", "right")
ANSWERS = (
    Choice("left", say("Left", "answer"), ("ArrowLeft", "f", "1")),
    Choice("right", say("Right", "answer"), ("ArrowRight", "j", "2")),
)
PROMPTS = {"sequential": say("Which picture had the fake colours?"),
           "simultaneous": say("Which picture has the fake colours?")}  # fmt: skip
TASK = _words.Page(
    say("Spot the fake colours"),
    (say("You will see each photo twice: once with its real colours, once with colours that a computer "
         "invented."),
     say("Find the invented colours. If you are not sure, follow your first impression.")),
    _words.TWO_SCENES,
)  # fmt: skip
CHOOSING = _words.Page(
    say("How to choose"),
    (_words.ByInput(keyboard=say("Press {keys}, or click the place where the fake was."),
                    touch=say("Tap the place where the fake was.")),),
    _words.Figure("choices", say("A drawing of the two places to choose from.")),
)  # fmt: skip
WORDS = _words.Words(
    noun=_words.PAIRS, practice=_words.PRACTICE_TOLD, test=_words.TEST_UNTOLD, look=_words.TWO_SCENES,
    lead=say("You see each picture twice: once with its real colours, once with colours that a computer "
             "invented. Can you tell which is which?"),
    verdict=_words.WHERE_THE_FAKE_WAS,
)  # fmt: skip
NOISE_FRAMES = 4
NOISE_MS = 30
# Typical pace of a careful participant, for the estimate on the landing page only.
ANSWER_MS = 1500
READING_MS = 90_000

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
    Column("real_digest", TEXT, "SHA-256 of the real picture's bytes as shown", after="arrangement"),
    Column("fake_digest", TEXT, "SHA-256 of the recoloured picture's bytes as shown", after="arrangement"),
)  # fmt: skip

# Where the fake stands, and whether it comes first. Sides alternate along the cycle, so any run of
# it is balanced by side to one trial and by side x order to one trial.
Arrangement = tuple[str, bool]
CYCLE: tuple[Arrangement, ...] = (("left", True), ("right", False), ("left", False), ("right", True))


@dataclass(frozen=True)
class PairSettings:
    """What a study may choose of the pair test; vigilance trials come on top of test_trials."""

    presentation: str = field(
        default="sequential",
        metadata={
            "label": "Presentation",
            "choices": ("sequential", "simultaneous"),
            "help": "One picture after the other, or both at once",
        },
    )
    exposure_ms: int = field(
        default=1000, metadata={"label": "Exposure (ms)", "help": "How long each picture is shown"}
    )
    lead_in_ms: int = field(
        default=900,
        metadata={"label": "Pause before a pair (ms)", "help": "An empty screen before each pair"},
    )
    gap_ms: int = field(
        default=600,
        metadata={
            "label": "Pause within a pair (ms)",
            "help": "An empty screen between the two pictures of a sequential pair",
        },
    )
    mask: str = field(
        default="none",
        metadata={
            "label": "Mask",
            "choices": ("none", "noise"),
            "help": "noise: 4 × 30 ms of noise after each picture",
        },
    )
    answer_limit_ms: int | None = field(
        default=None, metadata={"label": "Answer limit (ms)", "help": "Empty: as long as it takes"}
    )
    practice_trials: int = field(
        default=10, metadata={"label": "Practice trials", "help": "With feedback; in no rate"}
    )
    feedback_ms: int = field(
        default=2400, metadata={"label": "Feedback (ms)", "help": "How long practice feedback is shown"}
    )
    test_trials: int = field(
        default=40, metadata={"label": "Test trials", "help": "Without feedback; the rates are made of these"}
    )
    vigilance_share: float = field(
        default=0.40,
        metadata={
            "label": "Vigilance share",
            "help": "Easy trials on top of the test trials, as a share of their number: 16 of them let few "
            "guessers and nearly all attentive people pass",
        },
    )
    break_every: int = field(
        default=20, metadata={"label": "Break every", "help": "Trials between optional breaks; 0: none"}
    )

    def __post_init__(self) -> None:
        check_one_of("presentation", self.presentation, ("sequential", "simultaneous"))
        check_one_of("mask", self.mask, ("none", "noise"))
        check_whole("exposure_ms", self.exposure_ms, low=10, high=60_000)
        check_whole("lead_in_ms", self.lead_in_ms, low=0, high=10_000)
        check_whole("gap_ms", self.gap_ms, low=0, high=10_000)
        if self.answer_limit_ms is not None:
            check_whole("answer_limit_ms", self.answer_limit_ms, low=500, high=600_000)
        check_whole("practice_trials", self.practice_trials, low=0, high=100)
        check_whole("feedback_ms", self.feedback_ms, low=0, high=20_000)
        check_whole("test_trials", self.test_trials, low=1, high=1000)
        check_share("vigilance_share", self.vigilance_share, high=0.5)
        check_whole("break_every", self.break_every, low=0, high=1000)

    @property
    def vigilance_trials(self) -> int:
        """The share of test_trials, rounded half up."""
        return math.floor(self.vigilance_share * self.test_trials + 0.5)


@dataclass(frozen=True)
class Pair:
    """The pair design under its settings."""

    Settings: ClassVar[type[PairSettings]] = PairSettings
    title: ClassVar[str] = "Pair test"
    photo_use: ClassVar[str] = ONCE
    allocations: ClassVar[tuple[str, ...]] = (MIXED, ONE_CONDITION)
    needs_truth: ClassVar[bool] = True
    uses_key: ClassVar[bool] = True
    attention_words: ClassVar[str] = (
        "A vigilance trial is passed if the recolouring of the vigilance control was found in time."
    )
    settings: PairSettings = field(default_factory=PairSettings)

    def configured(self, values: Mapping[str, Any]) -> Pair:
        return Pair(make_settings(PairSettings, values))

    def needs(self) -> Needs:
        chosen = self.settings
        return Needs(chosen.practice_trials, chosen.test_trials, chosen.vigilance_trials)

    def treatments(self, arms: Sequence[str]) -> list[Treatment]:
        return [Treatment((arm,), 1 / len(arms)) for arm in arms]

    def briefing(self) -> Briefing:
        return Briefing(self.settings.break_every, self.settings.answer_limit_ms)

    def words(self) -> _words.Words:
        sequential = self.settings.presentation == "sequential"
        limited = self.settings.answer_limit_ms is not None
        looking = _words.looking_page(sequential=sequential, timed=True, limited=limited)
        return dataclasses.replace(WORDS, pages=(TASK, looking, CHOOSING))

    def estimated_minutes(self) -> int:
        needs = self.needs()
        trials = needs.practice + needs.test + needs.vigilance
        total_ms = READING_MS + trials * self._trial_ms() + needs.practice * self.settings.feedback_ms
        return max(1, round(total_ms / 60_000))

    def vigilance_minutes(self) -> float:
        return self.needs().vigilance * self._trial_ms() / 60_000

    def _trial_ms(self) -> int:
        return sum(frame.duration_ms or 0 for frame in self._frames("", ("left", True))) + ANSWER_MS

    def upcoming(self, stimuli: Stimuli, history: Sequence[Answered], seed: int) -> list[TrialSpec]:
        return self._plan(stimuli, np.random.default_rng(seed))[len(history) :]

    def verdict(self, history: Sequence[Answered]) -> str:
        return ""

    def outcome(self, spec: TrialSpec, answer: str | None, more: Mapping[str, str]) -> dict[str, Any]:
        return {"fooled": None if answer is None else int(answer != spec.key)}

    def in_a_word(self, answered: Answered) -> str:
        if answered.answer == answered.spec.key:
            return "right"
        return "fooled" if answered.spec.kind == TEST else "wrong"

    def columns(self) -> tuple[Column, ...]:
        return COLUMNS

    def record(
        self, spec: TrialSpec, answer: str | None, more: Mapping[str, str], shown: Mapping[str, str | None]
    ) -> dict[str, Any]:
        return {
            "fake_side": SIDES[spec.key],
            "chosen_side": None if answer is None else SIDES[answer],
            "order": _order(spec),
            "real_digest": shown.get(REAL),
            "fake_digest": shown.get(spec.condition),
        } | self.outcome(spec, answer, more)

    def passed(self, spec: TrialSpec, answer: str | None, more: Mapping[str, str]) -> bool | None:
        return answer == spec.key

    def score(self, answered: Sequence[Answered]) -> Score | None:
        judged = [item for item in answered if item.spec.kind == TEST and item.answer is not None]
        return Score(right=sum(item.answer == item.spec.key for item in judged), answered=len(judged))

    def feedback(self, answered: Answered) -> Feedback | None:
        spec = answered.spec
        if not spec.feedback:
            return None
        captions = {slot: INVENTED_COLOURS if slot == spec.key else REAL_COLOURS for slot in spec.slots}
        return Feedback(answered.answer == spec.key, captions, self.settings.feedback_ms)

    def react(self, spec: TrialSpec, person: Person) -> Reaction:
        other = "right" if spec.key == "left" else "left"
        fooled = person.fooled(spec.condition, spec.photo, 1 if other == "left" else -1)
        return Reaction(other if fooled else spec.key, person.takes_ms())

    def _plan(self, stimuli: Stimuli, rng: np.random.Generator) -> list[TrialSpec]:
        """Practice in its given order, then test trials in random order with vigilance spread among them."""
        practice_dealer, main_dealer = _Dealer(rng), _Dealer(rng)
        practice = [
            self._spec(PRACTICE, cell, arrangement)
            for cell, arrangement in zip(
                stimuli.practice, practice_dealer.deal(len(stimuli.practice)), strict=True
            )
        ]
        arms = [sorted(cell for cell in stimuli.test if cell.treatment == name) for name in _names(stimuli)]
        timed: list[tuple[float, TrialSpec]] = []
        # Each condition balanced by itself, dealt from one cycle so that the whole is balanced too.
        for at in rng.permutation(len(arms)):
            specs = self._arranged(TEST, arms[at], main_dealer, stimuli.arranged, rng)
            # A random place in each n-th part of the test: early and late trials serve all conditions alike.
            places = rng.permutation((np.arange(len(specs)) + rng.random(len(specs))) / max(len(specs), 1))
            timed += zip(places.tolist(), specs, strict=True)
        test = [spec for _, spec in sorted(timed, key=lambda item: item[0])]
        vigilance = self._arranged(VIGILANCE, sorted(stimuli.vigilance), main_dealer, stimuli.arranged, rng)
        shuffled = [vigilance[index] for index in rng.permutation(len(vigilance))]
        return practice + spread(shuffled, test, rng)

    def _arranged(
        self,
        kind: str,
        cells: Sequence[Cell],
        dealer: _Dealer,
        arranged: Mapping[Arranged, int],
        rng: np.random.Generator,
    ) -> list[TrialSpec]:
        """Trials of these cells with the next arrangements, each where it was used least so far."""
        from scipy.optimize import linear_sum_assignment  # not before it is needed: it is slow to import

        run = dealer.deal(len(cells))
        used = np.array(
            [[arranged.get((cell, self._name(one)), 0) for one in run] for cell in cells], dtype=float
        ).reshape(len(cells), len(run))
        # Random ties: all these fractions together stay below one count.
        used += rng.random(used.shape) / (2 * max(len(cells), 1))
        # The rows come back in their order, each with its column.
        _, columns = linear_sum_assignment(used)
        return [self._spec(kind, cell, run[int(column)]) for cell, column in zip(cells, columns, strict=True)]

    def _name(self, arrangement: Arrangement) -> str:
        """Side of the fake and, of a sequential pair, its place in the order: the arrangement's name."""
        side, first = arrangement
        if self.settings.presentation == "simultaneous":
            return side
        return f"{side}-{'first' if first else 'second'}"

    def _spec(self, kind: str, cell: Cell, arrangement: Arrangement) -> TrialSpec:
        return TrialSpec(
            kind=kind,
            condition=cell.treatment,
            treatment=cell.treatment,
            photo=cell.photo,
            frames=self._frames(cell.treatment, arrangement),
            slots=SLOTS,
            answers=ANSWERS,
            prompt=PROMPTS[self.settings.presentation],
            key=arrangement[0],
            arrangement=self._name(arrangement),
            feedback=kind == PRACTICE,
        )

    def _frames(self, arm: str, arrangement: Arrangement) -> tuple[Frame, ...]:
        fake_side, fake_first = arrangement
        real_side = "right" if fake_side == "left" else "left"
        chosen = self.settings
        mask = (Frame("noise", NOISE_MS),) * NOISE_FRAMES if chosen.mask == "noise" else ()
        fake, real = Show(fake_side, arm), Show(real_side, REAL)
        lead_in, gap, answer = _blank(chosen.lead_in_ms), _blank(chosen.gap_ms), Frame("answer")
        if chosen.presentation == "simultaneous":
            both = tuple(sorted((fake, real), key=lambda show: show.slot))
            return (*lead_in, Frame("images", chosen.exposure_ms, both), *mask, answer)
        first, second = (fake, real) if fake_first else (real, fake)
        return (
            *lead_in,
            Frame("images", chosen.exposure_ms, (first,)),
            *mask,
            *gap,
            Frame("images", chosen.exposure_ms, (second,)),
            *mask,
            answer,
        )


def _order(spec: TrialSpec) -> str | None:
    """Whether the fake came first or second; None when both were shown at once."""
    first, second = spec.shows
    if first[0] == second[0]:
        return None
    return "fake_second" if first[1].arm == REAL else "fake_first"


def _names(stimuli: Stimuli) -> list[str]:
    """The conditions under test in this participation."""
    return sorted({cell.treatment for cell in stimuli.test})


def _blank(duration_ms: int) -> tuple[Frame, ...]:
    return (Frame("blank", duration_ms),) if duration_ms else ()


class _Dealer:
    """Deals arrangements from an endless cycle with a random start and direction."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._cycle = CYCLE[:: rng.choice((1, -1))]
        self._next = int(rng.integers(len(CYCLE)))

    def deal(self, count: int) -> list[Arrangement]:
        """The next arrangements of the cycle, shuffled."""
        run = [self._cycle[(self._next + step) % len(CYCLE)] for step in range(count)]
        self._next += count
        return [run[index] for index in self._rng.permutation(count)]


def spread(
    rare: Sequence[TrialSpec], common: Sequence[TrialSpec], rng: np.random.Generator
) -> list[TrialSpec]:
    """Put one rare trial at a random place in each of equal stretches of the whole, never the first."""
    total = len(rare) + len(common)
    if len(rare) > total - 1:
        raise ValueError(f"{len(rare)} vigilance trials need at least one test trial before them.")
    places = {}
    for index, spec in enumerate(rare):
        low = 1 + index * (total - 1) // len(rare)
        high = 1 + (index + 1) * (total - 1) // len(rare)
        places[int(rng.integers(low, high))] = spec
    rest = iter(common)
    return [places[at] if at in places else next(rest) for at in range(total)]


DESIGN = Pair()
