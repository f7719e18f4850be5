"""Every word that the trial runner says: the page hands them over in the participation's language.

Keys are those of static/studies/runner/texts.js. What stands in braces is filled in by the runner; where a
number decides the form, `one` and `many` are the two forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

_RELOAD = _("Reload the page")
_GO_ON = _("Continue")
_FAKE_LEFT = _("Wrong – the fake was on the left")
_FAKE_RIGHT = _("Wrong – the fake was on the right")
_FAKE_ABOVE = _("Wrong – the fake was at the top")
_FAKE_BELOW = _("Wrong – the fake was at the bottom")

TEXTS: Mapping[str, Any] = {
    "next": _("Continue"),
    "back": _("Back"),
    "pairs": {"one": _("pair"), "many": _("pairs")},
    "rounds": {"one": _("round"), "many": _("rounds")},
    "step": _("{page} of {pages}"),
    "withdraw": _("Withdraw and erase my answers"),
    "real": _("Real colours"),
    "invented": _("Invented colours"),
    "places": {
        "left": pgettext_lazy("answer", "Left"),
        "right": pgettext_lazy("answer", "Right"),
        "centre": pgettext_lazy("answer", "Centre"),
    },
    "stackedPlaces": {
        "left": pgettext_lazy("answer", "Upper"),
        "right": pgettext_lazy("answer", "Lower"),
        "centre": pgettext_lazy("answer", "Centre"),
    },
    "keyNames": {
        "ArrowLeft": "←", "ArrowRight": "→", "ArrowUp": "↑", "ArrowDown": "↓",
        " ": pgettext_lazy("key", "Space"), "Enter": pgettext_lazy("key", "Enter"),
    },
    "or": pgettext_lazy("between keys", "or"),
    "fakes": {
        "title": _("Spot the fake colours"),
        "text": [
            _("You will see each photo twice: once with its real colours, once with colours that a computer "
              "invented."),
            _("Find the invented colours. If you are not sure, follow your first impression."),
        ],
        "figure": _("Two drawings of one landscape: one with natural colours, one with colours that are "
                    "slightly off."),
    },
    "looking": {
        "title": _("Look closely, it is quick"),
        # first and second are of `row` or `column`, exposure is of `duration`.
        "sequential": _("One photo appears {first}, then the other {second}, or the other way round, each "
                        "for only {exposure}."),
        "together": _("Both photos appear together and stay for only {exposure}."),
        "open": _("Both photos appear together and stay until you have chosen."),
        "row": [_("on the left"), _("on the right")],
        "column": [_("at the top"), _("at the bottom")],
        "afterwards": _("Then you choose. Take as long as you need."),
        "limited": _("Then you have {limit} to choose."),
        "figure": _("A drawing of the order: the photos appear, vanish, and then you choose."),
    },
    # Captions of the drawings of a trial's steps: short.
    "example": {
        "dots": {"one": _("A dot"), "many": _("Dots")},
        "photos": {"one": _("One photo"), "many": _("Both photos")},
        "mask": _("A pattern"),
        "choose": _("You choose"),
        "play": _("Play the example"),
    },
    "choosing": {
        "title": _("How to choose"),
        "keyboard": _("Press {keys}, or click the place where the fake was."),
        "touch": _("Tap the place where the fake was."),
        # things is of `pairs` or `rounds`, time of `minutes`.
        "practice": {
            "one": _("First comes one {things} for practice. It does not count, and you are told whether you "
                     "were right."),
            "many": _("First come {count} {things} for practice. They do not count, and you are told each "
                      "time whether you were right."),
        },
        "noPractice": {
            "one": _("There is one {things}. That takes {time}."),
            "many": _("There are {count} {things}. That takes {time}."),
        },
        "startPractice": _("Start practice"),
        "start": _("Start"),
        "figure": _("A drawing of the two places to choose from."),
    },
    "general": {
        "title": _("What to do"),
        "text": _("Look at what is shown and answer the question: “{prompt}”"),
        "limited": _("You have {limit} to answer."),
    },
    "test": {
        "title": _("Now the test starts"),
        "text": {
            "one": _("Practice is over. One {things} is left, which takes {time}. From now on you are not "
                     "told whether you were right."),
            "many": _("Practice is over. {count} {things} are left, which takes {time}. From now on you are "
                      "not told whether you were right."),
        },
        "hint": _("Sit comfortably, and keep this window in front."),
        "next": _("Start the test"),
    },
    "pause": {
        "title": _("Time for a short break"),
        # so_far is of `soFar`.
        "text": _("{so_far} Rest your eyes for a moment and continue when you like."),
        "next": _GO_ON,
    },
    "welcome": {
        "title": _("Welcome back"),
        "text": _("All your answers are saved. {so_far} You continue where you left off."),
        "next": _GO_ON,
    },
    "more": {
        "title": _("Almost done"),
        "text": {
            "one": _("Something came in between, so not everything was shown exactly as planned. One more "
                     "{things} takes its place."),
            "many": _("Something came in between, so not everything was shown exactly as planned. {count} "
                      "more {things} take its place."),
        },
        "next": _GO_ON,
    },
    "finished": {
        "title": _("That was the last one"),
        "text": _("All your answers are saved. Thank you for looking so closely."),
        "next": _("To the last page"),
    },
    "progress": _("{done} of {total} done"),
    # Beside the bar of progress: which one comes.
    "at": {
        "practice": _("Practice {number} of {total}"),
        "pairs": _("Pair {number} of {total}"),
        "rounds": _("Round {number} of {total}"),
    },
    "soFar": {
        "pairs": _("{done} of {total} pairs are done."),
        "rounds": _("{done} of {total} rounds are done."),
    },
    "verdict": {
        "right": pgettext_lazy("verdict", "Right"),
        "wrong": pgettext_lazy("verdict", "Wrong"),
        "wrongPlace": {"left": _FAKE_LEFT, "right": _FAKE_RIGHT},
        "wrongStacked": {"left": _FAKE_ABOVE, "right": _FAKE_BELOW},
    },
    "timeUp": _("Time is up. On to the next one."),
    "loading": _("Loading the photos …"),
    "saving": _("Saving …"),
    "waiting": {
        "one": _("Offline: 1 answer is waiting for the connection. You can continue."),
        "many": _("Offline: {count} answers are waiting for the connection. You can continue."),
    },
    "trouble": _("No connection. Your answer is kept here and will be sent as soon as the connection is "
                 "back. Please leave this page open."),
    "busy": _("Very many people are here just now. Your answer is kept and will be sent in a moment. Please "
              "leave this page open."),
    "busyLoading": _("Very many people are here just now. This page continues in a moment."),
    "troubleLoading": _("No connection. This page continues as soon as the connection is back."),
    "recovered": _("Connected again."),
    "otherTab": {
        "title": _("The test is open in another tab"),
        "text": _("It runs in one tab at a time, so that nothing is answered twice. Continue in the other "
                  "tab, or use this one instead."),
        "next": _("Use this tab"),
    },
    "takenOver": {
        "title": _("The test continues in another tab"),
        "text": _("This tab has stopped. Everything that you answered here was kept."),
        "next": _("Use this tab again"),
    },
    "picturesFailed": {
        "title": _("A photo could not be loaded"),
        "text": _("Please check your connection and try again. Nothing is lost."),
        "next": _("Try again"),
    },
    "tooSmall": {
        "title": _("This window is too small"),
        "text": _("The photos are shown at a fixed size and need at least {width} × {height} points. Please "
                  "enlarge the window, turn your phone, or zoom out. This goes away by itself."),
    },
    "closed": {
        "title": _("The test cannot continue"),
        "text": _("The study is closed, or this page is out of date."),
        "next": _RELOAD,
    },
    "refused": {
        "title": _("Your answer was not accepted"),
        # The plain one where the server gave no words.
        "text": _("The server said: {words}"),
        "plain": _("Please reload the page to continue."),
        "next": _RELOAD,
    },
    "broken": {
        "title": _("Something went wrong"),
        "text": _("Your earlier answers are saved. Please reload the page to continue where you left off."),
        "next": _RELOAD,
    },
    "oldBrowser": {
        "title": _("This browser is too old"),
        "text": _("The test needs a current browser. Please open this page in an up-to-date Firefox, Chrome, "
                  "Edge or Safari."),
    },
    "minutes": {"one": _("about a minute"), "many": _("about {minutes} minutes")},
    # By milliseconds; `other` for all else, in seconds.
    "duration": {
        "500": _("half a second"),
        "1000": _("one second"),
        "2000": _("two seconds"),
        "3000": _("three seconds"),
        "other": _("{seconds} seconds"),
    },
}  # fmt: skip


def runner_texts() -> dict[str, Any]:
    """The texts in the language that is active now, as JSON values."""
    spoken: dict[str, Any] = _spoken(TEXTS)
    return spoken


def _spoken(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _spoken(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_spoken(item) for item in value]
    return str(value)
