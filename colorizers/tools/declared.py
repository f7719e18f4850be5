"""Settings that a dataclass declares: read for forms, files and checks without knowing which ones."""

from __future__ import annotations

import dataclasses
import difflib
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_UNKNOWN = 20
"""So many unknown names are told one by one, each with the nearest that is known; finding that takes time."""
WORDS: dict[type, str] = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


@dataclass(frozen=True)
class Declared:
    """One setting: its name, type and default, and what to tell people about it.

    `several`: a list of values of the type may stand there too.
    """

    name: str
    type: type
    optional: bool
    default: Any
    label: str
    help: str
    choices: tuple[str, ...] = ()
    several: bool = False

    @property
    def expected(self) -> str:
        """The type in words, for error messages and documents."""
        if self.choices:
            return "one of " + ", ".join(f'"{choice}"' for choice in self.choices)
        word = WORDS.get(self.type, self.type.__name__)
        return f"{word}, or a list of them" if self.several else word

    def accepts(self, value: Any) -> bool:
        """Whether the value is of the right type; its range is the dataclass's own business."""
        if value is None:
            return self.optional
        if self.several and isinstance(value, list | tuple):
            return all(not isinstance(one, list | tuple) and self.accepts(one) for one in value)
        if self.choices:
            return value in self.choices
        # To Python true is a number; to people it is not.
        if isinstance(value, bool) is not (self.type is bool):
            return False
        return isinstance(value, (int, float) if self.type is float else self.type)


def declared(kind: type[Any]) -> list[Declared]:
    """The settings that a dataclass declares, in its order."""
    hints = typing.get_type_hints(kind)
    found = []
    for item in dataclasses.fields(kind):
        plain, optional, several = _plain(hints[item.name])
        found.append(
            Declared(
                name=item.name,
                type=plain,
                optional=optional,
                default=item.default,
                label=item.metadata.get("label", item.name.replace("_", " ").capitalize()),
                help=item.metadata.get("help", ""),
                choices=tuple(item.metadata.get("choices", ())),
                several=several,
            )
        )
    return found


def _plain(hint: Any) -> tuple[type, bool, bool]:
    """The type itself, whether there may be none, and whether there may be a list."""
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        arms = typing.get_args(hint)
        lists = [arm for arm in arms if typing.get_origin(arm) in (list, tuple)]
        plain = next(arm for arm in arms if arm is not types.NoneType and arm not in lists)
        return plain, types.NoneType in arms, bool(lists)
    return hint, False, False


def complete(kind: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with the defaults for what is not given; ValueError if a value is wrong."""
    errors = problems(kind, values)
    if errors:
        raise ValueError(" ".join(errors))
    return dataclasses.asdict(kind(**values))


def problems(kind: type[Any], values: Mapping[str, Any]) -> list[str]:
    """Everything that is wrong with these values, one sentence each: names, types, ranges."""
    settings = {setting.name: setting for setting in declared(kind)}
    found, sound = [], {}
    found.extend(unknown_ones(values, settings))
    for name, value in values.items():
        if name not in settings:
            continue
        if not settings[name].accepts(value):
            found.append(f"{name} must be {settings[name].expected}, not {value!r}.")
        else:
            sound[name] = value
    whole = _refusal(kind, sound)
    if whole:
        # A dataclass stops at its first complaint; each value by itself brings out the others.
        single = [_refusal(kind, {name: value}) for name, value in sound.items()]
        found.extend(dict.fromkeys([*filter(None, single), whole]))
    return found


def in_words(sentence: str, labels: Mapping[str, str]) -> str:
    """The sentence with the labels that people see in the place of the keys that files and commands use.

    A key of one plain word, such as `mask`, is taken for a key only where a sentence begins with it.
    """
    never = r"(?!)"
    compound = "|".join(re.escape(key) for key in labels if "_" in key) or never
    plain = "|".join(re.escape(key) for key in labels if "_" not in key) or never
    pattern = rf"\b(?:({compound})|(?:(?<=^)|(?<=: ))({plain})(?= must\b|:))\b"
    return re.sub(pattern, lambda found: f"“{labels[found[1] or found[2]]}”", sentence)


def _refusal(make: Callable[..., Any], values: Mapping[str, Any]) -> str:
    try:
        make(**values)
    except ValueError as error:
        return str(error)
    return ""


def unknown(name: object, known: Sequence[str] | Mapping[str, Any]) -> str:
    """A sentence about an unknown name that says which known one is nearest."""
    return f"there is no {name!r}; {near(name, known)}"


def near(name: object, known: Iterable[str]) -> str:
    """Which known name is nearest to an unknown one, or all of them where none is."""
    names = sorted(known)
    found = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    return f"did you mean {found[0]!r}?" if found else f"known are: {', '.join(names) or 'none'}."


def refuse_unknown(kind: type[Any], values: Mapping[str, Any]) -> None:
    """Raise ValueError for a value that the dataclass does not declare."""
    known = {field.name for field in dataclasses.fields(kind)}
    for name in values:
        if name not in known:
            raise ValueError(f"There is no setting {name!r}; {near(name, known)}")


def unknown_ones(given: Iterable[object], known: Sequence[str] | Mapping[str, Any]) -> list[str]:
    """A sentence about each name that is not known, up to a number, and one about how many more there are."""
    strange = [name for name in given if name not in known]
    more = len(strange) - MOST_UNKNOWN
    told = [unknown(name, known) for name in strange[:MOST_UNKNOWN]]
    return [*told, f"there are {more} more unknown names."] if more > 0 else told
