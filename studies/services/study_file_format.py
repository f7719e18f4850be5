"""The text of a study file: its keys, how it is read with every error named, and how it is written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import tomli_w

from colorizers.tools import declared
from colorizers.tools.nested import load_toml
from studies import designs, recruiters
from studies.models import Allocation, ConditionKind
from studies.rules import study_settings
from studies.texts import study as study_texts

HEADER = "# A study file of Foolrate; docs/study-file.md explains every key.\n\n"
REQUIRED = object()
MOST_BYTES = 256 * 2**10
# A file with more errors is another file, and each error costs the time to find its line.
MOST_ERRORS = 50
# How errors begin: "In [screening]: plates ...", "In [[conditions]] number 2: kind ...", "image_px ...".
WHERE = re.compile(
    r"(?:In )?(?:\[\[?(?P<table>[\w.-]+)\]\]?(?: number (?P<number>\d+))?:? ?)?"
    r"(?:there is no )?'?(?P<key>\w+)?"
)
HEAD = re.compile(r"\s*\[\[?\s*([\w.-]+)\s*\]\]?")


class StudyFileRefused(ValueError):
    """The study file cannot be used; `errors` has one sentence for each thing that is wrong."""

    def __init__(self, errors: list[str]) -> None:
        if len(errors) > MOST_ERRORS:
            errors = [*errors[:MOST_ERRORS], "There are more errors than these; mend these first."]
        self.errors = errors
        super().__init__("The study file has errors:\n" + "\n".join(f"  - {error}" for error in errors))


@dataclass(frozen=True)
class Key:
    """One key of the file: its type, its default, and the words that it may be."""

    type: type
    default: Any = REQUIRED
    choices: tuple[str, ...] = ()
    texts: bool = False

    @property
    def expected(self) -> str:
        if self.choices:
            return "one of " + ", ".join(f'"{choice}"' for choice in self.choices)
        if self.texts:
            return "a list of texts"
        return (declared.WORDS | {dict: "a table", list: "a list of tables"})[self.type]

    def accepts(self, value: Any) -> bool:
        # To Python true is a number; to people it is not.
        fits = isinstance(value, self.type) and isinstance(value, bool) is (self.type is bool)
        if fits and self.texts:
            return all(isinstance(item, str) for item in value)
        return fits and (not self.choices or value in self.choices)


STUDY_KEYS: Mapping[str, Key] = {
    "slug": Key(str),
    "title": Key(str),
    "question": Key(str, ""),
    "information": Key(str),
    "consent": Key(str),
    "consent_version": Key(str, "1"),
    "thanks": Key(str, ""),
    "contact": Key(str, ""),
    "ethics": Key(str, ""),
    "languages": Key(list, ["en"], texts=True),
    "translations": Key(dict, {}),
    "eligibility": Key(str, ""),
    "design": Key(str, "pair"),
    "allocation": Key(str, Allocation.MIXED.value, tuple(Allocation.values)),
    "photo_set": Key(str),
    "allow_crops": Key(bool, False),
    "image_px": Key(int, 256),
    "planned_participants": Key(int, 40),
    "participant_quota": Key(int, None),
    "arm_quota": Key(int, None),
    "show_score": Key(bool, True),
    "recruiter": Key(str, "open"),
    "linked_group": Key(str, ""),
    "completion_code": Key(str, ""),
    "seed": Key(int, None),
    "design_settings": Key(dict, {}),
    "exclusion_rules": Key(dict, {}),
    "screening": Key(dict, {}),
    "voiding": Key(dict, {}),
    "debrief": Key(dict, {}),
    "recruiter_settings": Key(dict, {}),
    "conditions": Key(list),
}
CONDITION_KEYS: Mapping[str, Key] = {
    "slug": Key(str, ""),
    "title": Key(str, ""),
    "kind": Key(str, ConditionKind.TEST.value, tuple(ConditionKind.values)),
    "colorizer": Key(str),
}


@dataclass
class Document:
    """A study file whose keys and types are right, with every default filled in."""

    study: dict[str, Any]
    conditions: list[dict[str, Any]]
    errors: list[str] = field(default_factory=list)


def read(text: str) -> Document:
    """Read a study file as far as it can be read; what is wrong with it stands in `errors`.

    Raises StudyFileRefused if it is not TOML at all.
    """
    if len(text) > MOST_BYTES:
        raise StudyFileRefused(
            [f"It has {len(text) // 2**10} kB; a study file has a few, and at most {MOST_BYTES // 2**10}."]
        )
    try:
        tables = load_toml(text)
    except ValueError as error:
        raise StudyFileRefused([f"It is not TOML that can be read: {error}."]) from error
    errors: list[str] = []
    study = _read_table(tables, STUDY_KEYS, "", errors)
    conditions = []
    for number, table in enumerate(study.pop("conditions", []), start=1):
        if len(errors) > MOST_ERRORS:
            break
        conditions.append(_read_condition(number, table, errors))
    _read_settings(study, errors)
    errors.extend(study_texts.faults(study.get("translations", {})))
    return Document(study, conditions, errors)


def line_of(text: str, error: str) -> int | None:
    """The line that an error speaks of, as far as the file has it: that of the key, or of its table."""
    if told := re.search(r"\(at line (\d+)", error):
        return int(told[1])
    named = WHERE.match(error)
    if named is None:
        return None
    table, number, key = named["table"] or "", int(named["number"] or 1), named["key"] or ""
    here, seen, header = "", Counter[str](), None
    for count, line in enumerate(text.splitlines(), start=1):
        if head := HEAD.match(line):
            here = head[1]
            seen[here] += 1
            if here == table and seen[here] == number:
                header = count
        elif (here, seen[here]) == (table, number if table else 0) and re.match(rf"\s*{key}\s*=", line):
            return count
    return header


def _read_table(
    table: Mapping[str, Any], keys: Mapping[str, Key], where: str, errors: list[str]
) -> dict[str, Any]:
    """The values that are right, with defaults; the others are errors that name their table."""
    place = f"In {where}: " if where else ""
    sound = {}
    errors.extend(f"{place}{sentence}" for sentence in declared.unknown_ones(table, keys))
    for name, value in table.items():
        if name not in keys:
            continue
        if not keys[name].accepts(value):
            errors.append(f"{place}{name} must be {keys[name].expected}, not {value!r}.")
        else:
            sound[name] = value
    for name, key in keys.items():
        if name not in table and key.default is REQUIRED:
            errors.append(f"{place}{name} is missing; it must be {key.expected}.")
        elif name not in table:
            sound[name] = key.default
    return sound


def _read_condition(number: int, table: Any, errors: list[str]) -> dict[str, Any]:
    where = f"[[conditions]] number {number}"
    if not isinstance(table, dict):
        errors.append(f"{where} must be a table, not {table!r}.")
        return {}
    condition = _read_table(table, CONDITION_KEYS, where, errors)
    condition["slug"] = condition.get("slug") or condition.get("colorizer", "")
    return condition


def _read_settings(study: dict[str, Any], errors: list[str]) -> None:
    """Complete the tables of settings, so that a later default changes nothing here."""
    design, recruiter = study.get("design"), study.get("recruiter")
    for name, value, known in (
        ("design", design, designs.offered()),
        ("recruiter", recruiter, recruiters.names()),
    ):
        if value is not None and value not in known:
            errors.append(f"{name}: {declared.unknown(value, known)}")
    for name, kind in study_settings.kinds(design, recruiter).items():
        given = study.get(name, {})
        found = declared.problems(kind, given)
        errors.extend(f"In [{name}]: {sentence}" for sentence in found)
        if not found:
            study[name] = declared.complete(kind, given)


def write(document: Mapping[str, Any]) -> str:
    """The text of a study file; what is None (no limit, say) is left out, as TOML has no word for it."""
    return HEADER + tomli_w.dumps(_without_none(document), multiline_strings=True)


def _without_none(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_none(item) for item in value]
    return value
