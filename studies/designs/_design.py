"""What a design is: a plan made of plain data, and what its answers mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from studies.designs._columns import Column
from studies.designs._trial import PRACTICE, TEST, VIGILANCE, TrialSpec
from studies.designs._words import Words

ROLES = (PRACTICE, TEST, VIGILANCE)
# Ways of giving arms to people.
MIXED = "mixed"
ONE_CONDITION = "one_condition_per_participation"
# How often a photo may come within one participation.
ONCE, ONCE_PER_TREATMENT, REPEATED = "once", "once_per_treatment", "repeated"
# Once under each treatment, and all treatments have the same photos: what is compared within people.
UNDER_EACH = "under_each_treatment"
# So many practice trials are unmistakable, to show what the question means.
EASY_START = 2


@dataclass(frozen=True, order=True)
class Cell:
    """One photo under one treatment: what a trial is about."""

    photo: str
    treatment: str


Arranged = tuple[Cell, str]
"""A cell and one of the design's arrangements."""


@dataclass(frozen=True)
class Treatment:
    """What is put to judgement of a photo: its pictures by these arms, in this share of the test trials."""

    arms: tuple[str, ...]
    share: float

    @property
    def name(self) -> str:
        """The arms joined by "|"; the real photo is the empty one."""
        return "|".join(self.arms)


@dataclass(frozen=True)
class Stimuli:
    """The cells that one participation was given; practice in the order of showing, easy ones first.

    The treatment of a vigilance cell, and of an easy one, is the arm of the vigilance control alone.
    `arranged` says how many other participations have a cell in which arrangement; none is no entry.
    """

    practice: tuple[Cell, ...] = ()
    test: tuple[Cell, ...] = ()
    vigilance: tuple[Cell, ...] = ()
    arranged: Mapping[Arranged, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, list[list[Any]]]:
        """Lists of [photo, treatment], and under "arranged" of [photo, treatment, arrangement, count]."""
        roles: dict[str, list[list[Any]]] = {
            role: [[cell.photo, cell.treatment] for cell in getattr(self, role)] for role in ROLES
        }
        used = [[cell.photo, cell.treatment, name, n] for (cell, name), n in self.arranged.items()]
        return roles | {"arranged": sorted(used)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Sequence[Sequence[Any]]]) -> Stimuli:
        roles = {role: tuple(Cell(*cell) for cell in stored.get(role, ())) for role in ROLES}
        used = {(Cell(photo, treatment), name): n for photo, treatment, name, n in stored.get("arranged", ())}
        return cls(**roles, arranged=used)


@dataclass(frozen=True)
class Needs:
    """How many cells one participation is given, by what for.

    `easy`: how many of the practice cells, the first ones, are the vigilance control's, without which the
    study cannot be; None: a few, if it has one.
    """

    practice: int
    test: int
    vigilance: int
    easy: int | None = None


@dataclass(frozen=True)
class Answered:
    """A trial with its answer; None when the answer limit ran out. `more` answers its further questions.

    A `voided` one was spoiled and nothing took its place: its answer says nothing, and must move nothing.
    """

    spec: TrialSpec
    answer: str | None
    more: Mapping[str, str] = field(default_factory=dict)
    voided: bool = False


@dataclass(frozen=True)
class Score:
    """A participant's own result over the test trials that they answered."""

    right: int
    answered: int


@dataclass(frozen=True)
class Feedback:
    """What a participant learns after a trial: whether they were right, if anything was, and what was where.

    `captions` says of slots whether the picture there had REAL_COLOURS or INVENTED_COLOURS.
    """

    right: bool | None
    captions: Mapping[str, str]
    show_ms: int


@dataclass(frozen=True)
class Briefing:
    """What the runner must know of the whole participation; break_every 0 means no breaks."""

    break_every: int
    answer_limit_ms: int | None


@dataclass(frozen=True)
class Reaction:
    """What a simulated person does with a trial: the answers that it gives, and the time taken in ms."""

    answer: str
    rt_ms: float
    more: Mapping[str, str] = field(default_factory=dict)


class Person(Protocol):
    """A simulated participant, as a design may ask it; whatever is by chance is the next of its own draws."""

    def fooled(self, arm: str, photo: str, lean: int = 0) -> bool:
        """Whether the arm's picture is taken for the real photo.

        `lean` says which picture is then called fake: 1 the left one, -1 the right one, 0 none.
        """
        ...

    def utility(self, arm: str, photo: str) -> float:
        """How much more natural the arm's picture looks than the real photo, in logits; 0 for that itself."""
        ...

    def luck(self) -> float:
        """Any number from 0 to 1."""
        ...

    def takes_ms(self) -> float:
        """The time for one answer."""
        ...


class Design(Protocol):
    """Decides what is shown next and what the answers mean."""

    @property
    def Settings(self) -> type[Any]:  # noqa: N802
        """The dataclass that declares and checks what a study may choose."""
        ...

    @property
    def settings(self) -> Any:
        """An instance of Settings."""
        ...

    @property
    def title(self) -> str:
        """What researchers call it."""
        ...

    @property
    def summary(self) -> str:
        """What it asks, in a line for researchers."""
        ...

    @property
    def photo_use(self) -> str:
        """Within one participation a photo comes ONCE, ONCE_PER_TREATMENT, UNDER_EACH, or may be REPEATED."""
        ...

    @property
    def allocations(self) -> tuple[str, ...]:
        """The ways of giving arms to people that it can: MIXED, ONE_CONDITION."""
        ...

    @property
    def needs_truth(self) -> bool:
        """Whether it shows real photographs, so that nobody can use it where the true colours are unknown."""
        ...

    @property
    def uses_key(self) -> bool:
        """Whether an answer can be right."""
        ...

    @property
    def attention_words(self) -> str:
        """How attention is judged, in a sentence."""
        ...

    def configured(self, values: Mapping[str, Any]) -> Design:
        """This design under other settings; ValueError says in words which value is wrong."""
        ...

    def needs(self) -> Needs:
        """How many cells one participation is given."""
        ...

    def treatments(self, arms: Sequence[str]) -> list[Treatment]:
        """What a study of these arms puts to judgement; ValueError says in words why it cannot."""
        ...

    def briefing(self) -> Briefing: ...

    def words(self) -> Words:
        """What it says to participants beside the questions of its trials."""
        ...

    def estimated_minutes(self) -> int:
        """Roughly how long a participation takes, in whole minutes."""
        ...

    def vigilance_minutes(self) -> float:
        """Roughly how much of that the vigilance trials take, in minutes."""
        ...

    def upcoming(self, stimuli: Stimuli, history: Sequence[Answered], seed: int) -> list[TrialSpec]:
        """Every trial that is already certain after this history; none when it is over.

        The history has one entry for each place of the plan: what was shown in the place of a spoiled trial
        stands there instead of it. No answer that is `voided` may change what comes.
        """
        ...

    def verdict(self, history: Sequence[Answered]) -> str:
        """Why the participation ended early, such as "failed_qualification"; empty: it did not."""
        ...

    def outcome(self, spec: TrialSpec, answer: str | None, more: Mapping[str, str]) -> dict[str, Any]:
        """What an answer means, as named values; None where there is no answer."""
        ...

    def in_a_word(self, answered: Answered) -> str:
        """What the answer means, for the list of a participation's trials."""
        ...

    def columns(self) -> tuple[Column, ...]:
        """What it adds to the per-trial table, outcome and facts of its own; `after` says where."""
        ...

    def record(
        self, spec: TrialSpec, answer: str | None, more: Mapping[str, str], shown: Mapping[str, str | None]
    ) -> dict[str, Any]:
        """The values of its columns for one trial; `shown` has the digest of the picture of each arm.

        Reports ask once for all trials that differ in participant and photo only, of whose digests they know
        none: neither this nor `passed` may look at the photo.
        """
        ...

    def passed(self, spec: TrialSpec, answer: str | None, more: Mapping[str, str]) -> bool | None:
        """Whether the answer to a vigilance trial, in time or none, was attentive; None: nobody can judge."""
        ...

    def score(self, answered: Sequence[Answered]) -> Score | None:
        """What participants may be told of themselves at the end; None where nothing is right or wrong."""
        ...

    def react(self, spec: TrialSpec, person: Person) -> Reaction:
        """What this simulated person does with a trial."""
        ...

    def feedback(self, answered: Answered) -> Feedback | None:
        """What to tell after the answer to a trial whose plan announces it; None: nothing."""
        ...
