"""The runner's JSON, hostile until parsed: one dataclass parser a message, errors in words."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from colorizers.tools.nested import load_json
from studies.rules.exposure import LEAST_REFRESH_MS

# As docs/runner.md has it; each is counted as it arrives and as it is kept, where escapes make it longer.
MAX_BYTES = 16 * 1024
MAX_DEVICE_BYTES = 4 * 1024
MAX_FRAMES = 100
MAX_EVENTS = 100
MAX_TEXT = 200
MAX_FACTS = 60
MAX_SHOWINGS = 10_000
# No time in a browser reaches this: about 300 years in ms.
MAX_NUMBER = 1e13

NO_QUESTIONS: Mapping[str, Collection[str]] = {}

Kept = TypeVar("Kept", dict[str, Any], list[Any])

INPUTS = ("keyboard", "mouse", "touch", "pen", "")
LAYOUTS = ("row", "column", "grid", "single", "")
RUNNER_VERSION = re.compile(r"[0-9A-Za-z.+-]*")
EVENT_TYPES = ("visibility", "focus", "resize", "fullscreen", "truncated")
TIMES = ("onset_stamp", "onset_now", "offset_stamp", "offset_now")


class BadPayload(ValueError):
    """What a browser sent is not what was agreed; the message says where and why."""


@dataclass(frozen=True)
class Answer:
    """What was answered to one trial, and how its presentation went; times in ms."""

    answer: str
    rt_ms: float | None
    input: str
    frames: list[dict[str, Any]]
    refresh_ms: float | None
    layout: str
    events: list[dict[str, Any]]
    runner: str
    shown_before: int | None = None
    more: list[dict[str, Any]] = field(default_factory=list)

    def as_fields(self) -> dict[str, Any]:
        return asdict(self)


def parse_answer(
    body: bytes,
    *,
    offered: Collection[str],
    questions: Mapping[str, Collection[str]] = NO_QUESTIONS,
    distinct: Collection[str] = (),
    may_be_missing: bool = True,
) -> Answer:
    """The answer to a trial that offers these values; null is a missing answer and has no time.

    `questions` are the further ones, by name, with what each offers; those in `distinct` do not offer what
    was answered before them. An answer may be missing only where the
    study sets a limit that can run out.
    """
    facts = load_object(body)
    answer = facts.get("answer")
    if answer is not None and (not isinstance(answer, str) or answer not in offered):
        raise BadPayload(f"answer must be one of {', '.join(offered)} or null, not {_shown(answer)}.")
    if answer is None and not may_be_missing:
        raise BadPayload(f"answer must be one of {', '.join(offered)}: this study has no answer limit.")
    rt_ms = number(facts, "rt_ms", low=0, optional=True)
    if (answer is None) != (rt_ms is None):
        raise BadPayload("rt_ms must be a number with an answer, and null without one.")
    return Answer(
        answer=answer or "",
        rt_ms=rt_ms,
        input=text(facts, "input", among=INPUTS),
        frames=_kept("frames", _items(facts, "frames", _frame, most=MAX_FRAMES), MAX_BYTES),
        refresh_ms=number(facts, "refresh_ms", low=LEAST_REFRESH_MS, optional=True),
        layout=text(facts, "layout", among=LAYOUTS),
        events=_kept("events", _items(facts, "events", _event, most=MAX_EVENTS), MAX_BYTES),
        runner=_version(facts),
        shown_before=_shown_before(facts),
        more=_more(facts, answer, questions, distinct) if answer is not None else [],
    )


def _more(
    facts: Mapping[str, Any],
    first: str,
    questions: Mapping[str, Collection[str]],
    distinct: Collection[str],
) -> list[dict[str, Any]]:
    """The answers to the further questions, one for each, in the order in which they are asked."""
    given = {one["name"]: one for one in _items(facts, "more", _further, most=len(questions))}
    if given.keys() != questions.keys():
        raise BadPayload(f"more must answer {', '.join(questions) or 'nothing'}, each once.")
    before = [first]
    for name, all_offered in questions.items():
        offered = [value for value in all_offered if name not in distinct or value not in before]
        if given[name]["answer"] not in offered:
            what = f"{', '.join(offered)}, not {_shown(given[name]['answer'])}"
            raise BadPayload(f"The answer to {name} must be one of {what}.")
        before.append(given[name]["answer"])
    return [given[name] for name in questions]


def _further(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": text(facts, "name"),
        "answer": text(facts, "answer"),
        "rt_ms": number(facts, "rt_ms", low=0),
    }


def parse_device(body: bytes) -> dict[str, Any]:
    """Facts on the device: named texts, numbers, yes or no, or one level of such below a name."""
    facts = load_object(body, most=MAX_DEVICE_BYTES)
    flat = {name: _fact(name, value, deeper=True) for name, value in facts.items()}
    if sum(len(value) if isinstance(value, dict | list) else 1 for value in flat.values()) > MAX_FACTS:
        raise BadPayload(f"At most {MAX_FACTS} facts on the device are kept.")
    return _kept("The facts on the device", flat, MAX_DEVICE_BYTES)


def load_object(body: bytes, *, most: int = MAX_BYTES) -> dict[str, Any]:
    """A JSON object from bytes: of limited size, without NaN, infinities or lone surrogates."""
    if len(body) > most:
        raise BadPayload(f"At most {most} bytes are read, not {len(body)}.")
    try:
        facts = load_json(body.decode("utf-8"), parse_constant=_refuse_constant)
    except BadPayload:
        raise
    except ValueError as error:
        raise BadPayload("This is not JSON that can be read.") from error
    if not isinstance(facts, dict):
        raise BadPayload(f"A JSON object was expected, not {_shown(facts)}.")
    return facts


def number(facts: Mapping[str, Any], name: str, *, low: float, optional: bool = False) -> float | None:
    """A finite number of at least `low`, or None where that is allowed."""
    value = facts.get(name)
    if value is None and optional:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadPayload(f"{name} must be a number, not {_shown(value)}.")
    if isinstance(value, float) and not math.isfinite(value):
        raise BadPayload(f"{name} must be finite.")
    if not low <= value <= MAX_NUMBER:
        raise BadPayload(f"{name} must be between {low:g} and {MAX_NUMBER:g}.")
    return float(value)


def text(
    facts: Mapping[str, Any], name: str, *, most: int = MAX_TEXT, among: Sequence[str] | None = None
) -> str:
    """A short text; missing or null is the empty one."""
    value = facts.get(name)
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise BadPayload(f"{name} must be a text, not {_shown(value)}.")
    if among is not None and value not in among:
        words = ", ".join(word for word in among if word)
        raise BadPayload(f"{name} must be one of {words}, not {_shown(value)}.")
    return _clean(name, value, most)


def _version(facts: Mapping[str, Any]) -> str:
    version = text(facts, "runner", most=20)
    if not RUNNER_VERSION.fullmatch(version):
        raise BadPayload(f"runner must be a version such as 1.0.0, not {_shown(version)}.")
    return version


def _shown_before(facts: Mapping[str, Any]) -> int | None:
    count = _whole(facts, "shown_before", optional=True)
    if count is not None and count > MAX_SHOWINGS:
        raise BadPayload(f"shown_before may be {MAX_SHOWINGS} at most, not {count}.")
    return count


def _frame(facts: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "index": _whole(facts, "index"),
        "planned_ms": number(facts, "planned_ms", low=0, optional=True),
        "dropped": _whole(facts, "dropped", optional=True),
    }
    return kept | {name: number(facts, name, low=0, optional=True) for name in TIMES}


def _event(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": text(facts, "type", among=EVENT_TYPES),
        "value": _fact("value", facts.get("value"), deeper=True),
        "at": number(facts, "at", low=0),
    }


def _items(
    facts: Mapping[str, Any], name: str, parse: Callable[[Mapping[str, Any]], Any], *, most: int
) -> list[Any]:
    value = facts.get(name, [])
    if not isinstance(value, list):
        raise BadPayload(f"{name} must be a list, not {_shown(value)}.")
    if len(value) > most:
        raise BadPayload(f"{name} may hold {most} entries, not {len(value)}.")
    for item in value:
        if not isinstance(item, dict):
            raise BadPayload(f"Each of {name} must be an object, not {_shown(item)}.")
    return [parse(item) for item in value]


def _kept(name: str, value: Kept, most: int) -> Kept:
    """The value, unless it takes more room in the database than was agreed."""
    size = len(json.dumps(value))
    if size > most:
        raise BadPayload(f"{name} may take {most} bytes as they are kept, not {size}.")
    return value


def _whole(facts: Mapping[str, Any], name: str, *, optional: bool = False) -> int | None:
    value = number(facts, name, low=0, optional=optional)
    if value is None:
        return None
    if value != int(value):
        raise BadPayload(f"{name} must be a whole number, not {value}.")
    return int(value)


def _fact(name: str, value: Any, *, deeper: bool) -> Any:
    _clean("a name", name, 60)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _clean(name, value, 500)
    if isinstance(value, int | float):
        return number({name: value}, name, low=-MAX_NUMBER)
    if deeper and isinstance(value, dict):
        return {key: _fact(key, inner, deeper=False) for key, inner in value.items()}
    if deeper and isinstance(value, list):
        return [_fact(name, inner, deeper=False) for inner in value]
    raise BadPayload(f"{name} must be a text, a number, or yes or no, not {_shown(value)}.")


def _clean(name: str, value: str, most: int) -> str:
    if len(value) > most:
        raise BadPayload(f"{name} may hold {most} characters, not {len(value)}.")
    # PostgreSQL keeps neither in a text.
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise BadPayload(f"{name} holds a character that no text holds.")
    return value


def _refuse_constant(constant: str) -> None:
    raise BadPayload(f"{constant} is no number.")


def _shown(value: Any) -> str:
    return repr(value)[:40]
