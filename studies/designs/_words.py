"""What a design says to participants: data in English, marked for the translators. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

REAL_COLOURS, INVENTED_COLOURS = "real", "invented"


class Said(str):
    """A text that means different things in different places: `context` says in which it stands."""

    context: str


def say(text: str, context: str = "") -> str:
    """The text as it is. scripts/messages.py collects what stands in these calls, so write it out in them."""
    if not context:
        return text
    said = Said(text)
    said.context = context
    return said


@dataclass(frozen=True)
class Counted:
    """A wording for the number 1, and one for all others; {count}, {things} and {time} are filled in."""

    one: str
    many: str


@dataclass(frozen=True)
class ByInput:
    """A text for whoever has a keyboard, and one for whoever has fingers alone."""

    keyboard: str
    touch: str


@dataclass(frozen=True)
class Noun:
    """What a round is called."""

    one: str
    many: str
    heading: str
    at: str
    so_far: str


@dataclass(frozen=True)
class Figure:
    """A drawing of a page of the instructions.

    `scenes`: the drawn landscapes side by side, with their captions. `course`: the steps of a trial, which
    can be played. `choices`: the answers with their keys. `scenes` says in which slot stands a landscape in
    its "real" or in "invented" colours; any other slot stays empty.
    """

    kind: str
    description: str
    scenes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """A page of the instructions.

    The runner fills in {prompt}, {keys}, {exposure}, {limit}, and {first} and {second}: where the first and
    the second slot are, side by side or one above the other.
    """

    title: str
    text: tuple[str | ByInput, ...]
    figure: Figure | None = None


@dataclass(frozen=True)
class Verdict:
    """What is said after an answer that was right, wrong, or neither.

    `wrong_at` says where the marked picture was, by its slot; `wrong_stacked` where slots stand one above
    the other. Empty: nothing is said.
    """

    right: str = ""
    wrong: str = ""
    wrong_at: Mapping[str, str] = field(default_factory=dict)
    wrong_stacked: Mapping[str, str] = field(default_factory=dict)
    neither: str = ""


ROUNDS = Noun(
    say("round"), say("rounds"), say("Rounds"), say("Round {number} of {total}"),
    say("{done} of {total} rounds are done."),
)  # fmt: skip
PAIRS = Noun(
    say("pair"), say("pairs"), say("Picture pairs"), say("Pair {number} of {total}"),
    say("{done} of {total} pairs are done."),
)  # fmt: skip
PICTURES = Noun(
    say("picture"), say("pictures"), say("Pictures"), say("Picture {number} of {total}"),
    say("{done} of {total} pictures are done."),
)  # fmt: skip

# Before practice whose answers are told, and whose answers are not.
PRACTICE_TOLD = Counted(
    say("First comes one {things} for practice. It does not count, and you are told whether you were right."),
    say(
        "First come {count} {things} for practice. They do not count, and you are told each time whether you "
        "were right."
    ),
)
PRACTICE_UNTOLD = Counted(
    say("First comes one {things} for practice. It does not count."),
    say("First come {count} {things} for practice. They do not count."),
)
# After practice: that of the answers nothing is told any more, or nothing about that.
TEST_UNTOLD = Counted(
    say(
        "Practice is over. One {things} is left, which takes {time}. From now on you are not told "
        "whether you were right."
    ),
    say(
        "Practice is over. {count} {things} are left, which takes {time}. From now on you are not told "
        "whether you were right."
    ),
)
TEST = Counted(
    say("Practice is over. One {things} is left, which takes {time}."),
    say("Practice is over. {count} {things} are left, which takes {time}."),
)

TWO_SCENES = Figure(
    "scenes",
    say("Two drawings of one landscape: one with natural colours, one with colours that are slightly off."),
    {"left": REAL_COLOURS, "right": INVENTED_COLOURS},
)

# Where one of two places was the fake.
WHERE_THE_FAKE_WAS = Verdict(
    right=say("Right", "verdict"),
    wrong=say("Wrong", "verdict"),
    wrong_at={
        "left": say("Wrong – the fake was on the left"),
        "right": say("Wrong – the fake was on the right"),
    },
    wrong_stacked={
        "left": say("Wrong – the fake was at the top"),
        "right": say("Wrong – the fake was at the bottom"),
    },
)


def general_page(*, limited: bool) -> Page:
    """What to do in any trial: look, and answer its question."""
    text = (say("Look at what is shown and answer the question: “{prompt}”"),)
    return Page(say("What to do"), text + ((say("You have {limit} to answer."),) if limited else ()))


def looking_page(*, sequential: bool, timed: bool, limited: bool, varied: bool = False) -> Page:
    """How the two photos of a trial come and go; `varied`: their time differs from trial to trial."""
    if sequential and varied:
        course = say(
            "One photo appears {first}, then the other {second}, or the other way round, each for only a "
            "short time."
        )
    elif sequential:
        course = say(
            "One photo appears {first}, then the other {second}, or the other way round, each for only "
            "{exposure}."
        )
    elif varied:
        course = say("Both photos appear together and stay for only a short time.")
    elif timed:
        course = say("Both photos appear together and stay for only {exposure}.")
    else:
        course = say("Both photos appear together and stay until you have chosen.")
    afterwards: tuple[str, ...] = ()
    if limited:
        afterwards = (say("Then you have {limit} to choose."),)
    elif timed:
        afterwards = (say("Then you choose. Take as long as you need."),)
    description = say("A drawing of the order: the photos appear, vanish, and then you choose.")
    return Page(
        say("Look closely, it is quick") if timed else say("What you will see"),
        (course, *afterwards),
        Figure("course", description, TWO_SCENES.scenes),
    )


@dataclass(frozen=True)
class Words:
    """What a design says beside the questions of its trials; what it leaves out suits any design.

    After the text of the last page the runner says how many trials come: `practice` where there is some.
    `lead` and `look` stand on the page that invites to the study.
    """

    noun: Noun = ROUNDS
    pages: tuple[Page, ...] = (general_page(limited=False),)
    practice: Counted = PRACTICE_UNTOLD
    test: Counted = TEST
    captions: Mapping[str, str] = field(
        default_factory=lambda: {
            REAL_COLOURS: say("Real colours"),
            INVENTED_COLOURS: say("Invented colours"),
        }
    )
    verdict: Verdict = Verdict()
    lead: str = ""
    look: Figure | None = None
