"""The staircase: how briefly a picture may be seen and still be told real from fake (HYPE-time)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from studies.designs import _fields, _one, _words
from studies.designs._columns import FLAG, WHOLE, Column
from studies.designs._dealing import spread
from studies.designs._design import ONE_CONDITION, REPEATED, Answered, Cell, Person, Reaction, Stimuli
from studies.designs._settings import check_settings
from studies.designs._trial import PRACTICE, TEST, VIGILANCE, TrialSpec
from studies.designs._words import say

MOST_MS = 60_000
# In this time a simulated person sees two pictures in three.
GLANCE_MS = 150
BRIEFER = say("The photos become briefer when you are right, and stay longer when you are wrong.")


@dataclass(frozen=True)
class StaircaseSettings:
    """What a study may choose of the staircase; vigilance trials come on top of the blocks."""

    start_ms: int = _fields.whole(
        500, "First exposure (ms)", "With which each block begins", low=10, high=MOST_MS
    )
    shortest_ms: int = _fields.whole(
        100, "Shortest exposure (ms)", "The exposure never becomes shorter", low=10, high=MOST_MS
    )
    longest_ms: int = _fields.whole(
        1000, "Longest exposure (ms)", "The exposure never becomes longer", low=10, high=MOST_MS
    )
    down_ms: int = _fields.whole(
        10, "Step down (ms)", "How much shorter it becomes after a right answer", low=1, high=MOST_MS
    )
    up_ms: int = _fields.whole(
        30,
        "Step up (ms)",
        "How much longer it becomes after a wrong answer; three times the step down leads to 75% right",
        low=1,
        high=MOST_MS,
    )
    blocks: int = _fields.whole(
        3, "Blocks", "Each begins anew; a person's threshold is their mean", low=1, high=20
    )
    trials_per_block: int = _fields.whole(
        150, "Trials per block", "With feedback, half of them real", low=2, high=1000
    )
    lead_in_ms: int = _fields.lead_in("picture", 600)
    mask: str = _fields.mask("noise")
    answer_limit_ms: int | None = _fields.answer_limit()
    confidence: str = _fields.confidence()
    practice_trials: int = _fields.practice(10, "With the first exposure; in no result")
    feedback_ms: int = _fields.feedback(800, "How long each trial's feedback is shown")
    vigilance_share: float = _fields.vigilance(
        0.04,
        "Pictures by the vigilance control on top of the blocks, as a share of their trials; the answers to "
        "them move no exposure",
    )
    break_every: int = _fields.breaks(50)

    def __post_init__(self) -> None:
        check_settings(self)
        if not self.shortest_ms <= self.start_ms <= self.longest_ms:
            raise ValueError(
                f"start_ms must be between shortest_ms and longest_ms ({self.shortest_ms} and "
                f"{self.longest_ms}), not {self.start_ms}."
            )

    @property
    def test_trials(self) -> int:
        return self.blocks * self.trials_per_block

    @property
    def exposure_ms(self) -> int:
        """For the estimate of minutes: the first one, as nobody knows the others."""
        return self.start_ms


@dataclass(frozen=True)
class Staircase(_one.OneImage):
    """The staircase design under its settings."""

    Settings: ClassVar[type[Any]] = StaircaseSettings
    title: ClassVar[str] = "Staircase"
    summary: ClassVar[str] = "one picture, ever more briefly: how long does it take to tell? (HYPE-time)"
    told_always: ClassVar[bool] = True
    false_alarms: ClassVar[float] = 0.1
    photo_use: ClassVar[str] = REPEATED
    allocations: ClassVar[tuple[str, ...]] = (ONE_CONDITION,)
    attention_words: ClassVar[str] = (
        "A vigilance trial is passed if the picture of the vigilance control was called fake in time, "
        "however short it was shown."
    )
    own_columns: ClassVar[tuple[Column, ...]] = (
        *_one.COLUMNS,
        Column("block", WHOLE, "Block of the staircase, from 1; empty: practice", low=1, after="phase"),
        Column(
            "clamped", FLAG, "1: the exposure was cut at an end of its range; empty: practice",
            after="exposure_ms",
        ),
    )  # fmt: skip
    settings: StaircaseSettings = field(default_factory=StaircaseSettings)

    def words(self) -> _words.Words:
        words = super().words()
        task, looking, choosing = words.pages
        return replace(words, pages=(task, replace(looking, text=(*looking.text, BRIEFER)), choosing))

    def estimated_minutes(self) -> int:
        """Feedback comes after every trial."""
        needs = self.needs()
        told = (needs.test + needs.vigilance) * self.settings.feedback_ms / 60_000
        return round(super().estimated_minutes() + told)

    def react(self, spec: TrialSpec, person: Person) -> Reaction:
        """Whoever has not seen the picture guesses: the more often, the shorter it was shown."""
        shown_ms = sum(frame.duration_ms or 0 for frame in spec.frames if frame.images)
        if person.luck() >= math.exp(-shown_ms / GLANCE_MS):
            return super().react(spec, person)
        guess = _one.CALLED_REAL if person.luck() < 0.5 else _one.CALLED_FAKE
        return Reaction(guess, person.takes_ms(), self._sure(person))

    def upcoming(self, stimuli: Stimuli, history: Sequence[Answered], seed: int) -> list[TrialSpec]:
        """All up to the first trial whose answer moves what comes after it."""
        chosen = self.settings
        practice = [
            self._one(PRACTICE, cell.photo, cell.treatment, chosen.start_ms, feedback=True)
            for cell in stimuli.practice
        ]
        found = practice[len(history) :]
        moved = history[len(practice) :]
        for kind, block, cell in self._order(stimuli, np.random.default_rng(seed))[len(moved) :]:
            found.append(self._spec(kind, block, cell, moved))
            if kind == TEST:
                break
        return found

    def _order(self, stimuli: Stimuli, rng: np.random.Generator) -> list[tuple[str, int, Cell]]:
        """Kind, block and cell of every trial after practice: real and fake in equal parts of each block."""
        cells = []
        for treatment in sorted({cell.treatment for cell in stimuli.test}):
            own = [cell for cell in stimuli.test if cell.treatment == treatment]
            cells.append([own[at] for at in rng.permutation(len(own))])
        blocks = _blocks(cells, self.settings.blocks)
        test = [
            (TEST, number, cell)
            for number, block in enumerate(blocks, start=1)
            for cell in _shuffled(block, rng)
        ]
        rare = [(VIGILANCE, 0, cell) for cell in _shuffled(sorted(stimuli.vigilance), rng)]
        return list(_numbered(spread(rare, test, rng)))

    def _spec(self, kind: str, block: int, cell: Cell, moved: Sequence[Answered]) -> TrialSpec:
        level, clamped = self._level(block, moved)
        facts = {"block": block, "clamped": int(clamped)}
        return self._one(kind, cell.photo, cell.treatment, level, facts=facts, feedback=True)

    def _level(self, block: int, moved: Sequence[Answered]) -> tuple[int, bool]:
        """The exposure after these answers, and whether it was cut at an end of the range."""
        chosen = self.settings
        level, clamped = chosen.start_ms, False
        for item in moved:
            if item.spec.kind != TEST or item.spec.facts["block"] != block:
                continue
            # No answer is missing, and that of a spoiled trial says nothing.
            if item.voided or item.answer is None:
                continue
            wished = level + (-chosen.down_ms if item.answer == item.spec.key else chosen.up_ms)
            level = min(max(wished, chosen.shortest_ms), chosen.longest_ms)
            clamped = level != wished
        return level, clamped

    def _facts(self, spec: TrialSpec) -> dict[str, Any]:
        return {"block": spec.facts.get("block"), "clamped": spec.facts.get("clamped")}


def _blocks(groups: Sequence[Sequence[Cell]], count: int) -> list[list[Cell]]:
    """The cells of every group dealt to blocks in turn: as many of each, and as many in all, to one."""
    blocks: list[list[Cell]] = [[] for _ in range(count)]
    dealt = [cell for group in groups for cell in group]
    for at, cell in enumerate(dealt):
        blocks[at % count].append(cell)
    return blocks


def _shuffled(cells: Sequence[Cell], rng: np.random.Generator) -> list[Cell]:
    return [cells[at] for at in rng.permutation(len(cells))]


def _numbered(trials: Sequence[tuple[str, int, Cell]]) -> Iterator[tuple[str, int, Cell]]:
    """Each trial with its block; one of vigilance has that of the trial before it."""
    last = 1
    for kind, block, cell in trials:
        last = block or last
        yield kind, last, cell


DESIGN = Staircase()
