"""What a design says, in the language that is active: designs themselves are pure and speak English."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext, pgettext

from studies.designs._words import Said, Words

# The kind of a figure and its scenes are names, which nobody reads.
NAMES = ("kind", "scenes")


def spoken_words(words: Words) -> dict[str, Any]:
    """A design's words as JSON values."""
    spoken: dict[str, Any] = _spoken(dataclasses.asdict(words))
    return spoken


def spoken(text: str) -> str:
    """A text of a design; what nobody has translated stays English."""
    if isinstance(text, Said):
        return pgettext(text.context, text)
    return gettext(text) if text else ""


def spoken_questions(script: Mapping[str, Any]) -> dict[str, Any]:
    """Slots, prompt, answers and further questions of a trial's script, as JSON values."""
    return {
        "slots": script["slots"],
        "prompt": spoken(script["prompt"]),
        "answers": _spoken_answers(script["answers"]),
        "more": [
            question | {"prompt": spoken(question["prompt"]), "answers": _spoken_answers(question["answers"])}
            for question in script.get("more", ())
        ],
    }


def _spoken_answers(answers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The answers of a trial's script with their labels; a script does not keep the context of a text."""
    return [{**choice, "label": pgettext("answer", choice["label"])} for choice in answers]


def _spoken(value: Any, key: str = "") -> Any:
    if value is None or key in NAMES:
        return value
    if isinstance(value, Mapping):
        return {inner: _spoken(item, inner) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [_spoken(item) for item in value]
    return spoken(value)
