"""Every word that the trial runner says of itself: the page brings them in the participation's language.

What the trials are about is said by designs (designs.py, and their own files).

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

TEXTS: Mapping[str, Any] = {
    "next": _("Continue"),
    "back": _("Back"),
    "step": _("{page} of {pages}"),
    "withdraw": _("Withdraw and erase my answers"),
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
    # Where the first and the second slot are.
    "where": {
        "row": [_("on the left"), _("on the right")],
        "column": [_("at the top"), _("at the bottom")],
    },
    # Captions of the drawings of a trial's steps: short.
    "example": {
        "dots": {"one": _("A dot"), "many": _("Dots")},
        "photos": {"one": _("One photo"), "two": _("Both photos"), "many": _("All photos")},
        "mask": _("A pattern"),
        "choose": _("You choose"),
        "play": _("Play the example"),
    },
    "begin": {
        # things is what the design calls a round, time is of `minutes`.
        "noPractice": {
            "one": _("There is one {things}. That takes {time}."),
            "many": _("There are {count} {things}. That takes {time}."),
        },
        "practice": _("Start practice"),
        "test": _("Start"),
    },
    "test": {
        "title": _("Now the test starts"),
        "hint": _("Sit comfortably, and keep this window in front."),
        "next": _("Start the test"),
    },
    "pause": {
        "title": _("Time for a short break"),
        # so_far is what the design says of the rounds that are done.
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
    "practiceAt": _("Practice {number} of {total}"),
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
