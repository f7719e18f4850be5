"""What a design is: a plan made of plain data, with the answer key beside it."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

PRACTICE, TEST, VIGILANCE = "practice", "test", "vigilance"
ROLES = (PRACTICE, TEST, VIGILANCE)
REAL, FAKE = "real", "fake"


@dataclass(frozen=True, order=True)
class Cell:
    """One photo under one condition: what a trial is about."""

    photo: str
    condition: str


Arranged = tuple[Cell, str]
"""A cell and one of the design's arrangements."""


@dataclass(frozen=True)
class Stimuli:
    """The cells that one participation was given; practice in the order of showing, easy ones first.

    `arranged` says how many other participations have a cell in which arrangement; none is no entry.
    """

    practice: tuple[Cell, ...] = ()
    test: tuple[Cell, ...] = ()
    vigilance: tuple[Cell, ...] = ()
    arranged: Mapping[Arranged, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, list[list[Any]]]:
        """Lists of [photo, condition], and under "arranged" of [photo, condition, arrangement, count]."""
        roles: dict[str, list[list[Any]]] = {
            role: [[cell.photo, cell.condition] for cell in getattr(self, role)] for role in ROLES
        }
        used = [[cell.photo, cell.condition, name, n] for (cell, name), n in self.arranged.items()]
        return roles | {"arranged": sorted(used)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Sequence[Sequence[Any]]]) -> Stimuli:
        roles = {role: tuple(Cell(*cell) for cell in stored.get(role, ())) for role in ROLES}
        used = {(Cell(photo, condition), name): n for photo, condition, name, n in stored.get("arranged", ())}
        return cls(**roles, arranged=used)


@dataclass(frozen=True)
class Needs:
    """How many photos one participation uses up, by what for."""

    practice: int
    test: int
    vigilance: int


@dataclass(frozen=True)
class Picture:
    """One place of a frame and which of the photo's two faces is shown there."""

    slot: str
    face: str


@dataclass(frozen=True)
class Frame:
    """A stretch of a trial: blank, images, noise or answer; no duration means until answered."""

    kind: str
    duration_ms: int | None = None
    images: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Choice:
    """One answer that a trial offers, and the keys that give it."""

    value: str
    label: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class TrialSpec:
    """One trial as planned; only slots, answers, prompt and frames without faces leave the server.

    `arrangement` names which of the design's balanced arrangements it has; empty where there are none.
    """

    kind: str
    condition: str
    photo: str
    frames: tuple[Frame, ...]
    slots: tuple[str, ...]
    answers: tuple[Choice, ...]
    prompt: str
    key: str
    arrangement: str = ""

    def script(self) -> dict[str, Any]:
        """Frames, slots, answers and prompt as JSON values: what the trial's row keeps beside its columns."""
        script = dataclasses.asdict(self)
        for column in ("kind", "condition", "photo", "key", "arrangement"):
            del script[column]
        return script

    @classmethod
    def from_script(
        cls,
        script: Mapping[str, Any],
        *,
        kind: str,
        condition: str,
        photo: str,
        key: str,
        arrangement: str = "",
    ) -> TrialSpec:
        """The spec back from its row."""
        frames = tuple(
            Frame(
                kind=frame["kind"],
                duration_ms=frame["duration_ms"],
                images=tuple(Picture(**picture) for picture in frame["images"]),
            )
            for frame in script["frames"]
        )
        answers = tuple(
            Choice(value=choice["value"], label=choice["label"], keys=tuple(choice["keys"]))
            for choice in script["answers"]
        )
        return cls(
            kind=kind,
            condition=condition,
            photo=photo,
            frames=frames,
            slots=tuple(script["slots"]),
            answers=answers,
            prompt=script["prompt"],
            key=key,
            arrangement=arrangement,
        )


@dataclass(frozen=True)
class Answered:
    """A trial with its answer; None when the answer limit ran out.

    A `voided` one was spoiled and nothing took its place: its answer says nothing, and must move nothing.
    """

    spec: TrialSpec
    answer: str | None
    voided: bool = False


@dataclass(frozen=True)
class Score:
    """A participant's own result over the test trials that they answered."""

    right: int
    answered: int


@dataclass(frozen=True)
class Feedback:
    """What a participant learns after a practice trial: whether they were right and where the fake was."""

    right: bool
    fake: str
    show_ms: int


@dataclass(frozen=True)
class Briefing:
    """What the runner must know of the whole participation.

    `task` picks its instructions (docs/runner.md); break_every 0 means no breaks.
    """

    task: str
    break_every: int
    answer_limit_ms: int | None


class Design(Protocol):
    """Decides what is shown next and what counts as right."""

    @property
    def Settings(self) -> type[Any]:  # noqa: N802
        """The dataclass that declares and checks what a study may choose."""
        ...

    @property
    def settings(self) -> Any:
        """An instance of Settings."""
        ...

    def configured(self, values: Mapping[str, Any]) -> Design:
        """This design under other settings; ValueError says in words which value is wrong."""
        ...

    def needs(self) -> Needs:
        """How many photos one participation uses up."""
        ...

    def briefing(self) -> Briefing: ...

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

    def score(self, answered: Sequence[Answered]) -> Score: ...

    def feedback(self, answered: Answered) -> Feedback | None:
        """What to tell after this answer; None after everything but practice."""
        ...


S = TypeVar("S")


def make_settings(kind: type[S], values: Mapping[str, Any]) -> S:
    """Settings from a mapping (JSON, TOML or a form); an unknown key names the nearest known one."""
    known = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for key in values:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(sorted(known))}."
            raise ValueError(f"There is no design setting {key!r}; {hint}")
    return kind(**values)


def check_whole(name: str, value: object, *, low: int, high: int) -> None:
    """Raise ValueError unless the value is a whole number in [low, high]."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name} must be a whole number, not {value!r}.")
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, not {value}.")


def check_share(name: str, value: object, *, high: float) -> None:
    """Raise ValueError unless the value is a number in [0, high]."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} must be a number, not {value!r}.")
    if not 0 <= value <= high:
        raise ValueError(f"{name} must be between 0 and {high}, not {value}.")


def check_one_of(name: str, value: object, allowed: Sequence[str]) -> None:
    """Raise ValueError unless the value is one of the allowed words."""
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")
