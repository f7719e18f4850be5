"""What recorded trials mean: their design is asked once for each different one, and not for each row. Pure.

A million trials differ in participant, photo and time, but only in some hundred ways in what was shown and
answered.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evaluation.reading.showings import NOTHING
from evaluation.statistics.arrays import Flags, Floats, Ints
from evaluation.statistics.table import UNKNOWN, Factor
from studies.designs._columns import TEXT
from studies.designs._design import Design
from studies.designs._trial import VIGILANCE, TrialSpec

SEPARATOR = "\x1f"
"""Between the parts of what is known of a trial; a control character, which no JSON text holds."""
PARTS = ("kind", "key", "arrangement", "treatment", "facts", "spec", "response__answer")
"""What is known of a trial with its answer, facts and spec as JSON; with SEPARATOR they are one text."""

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True)
class Outcome:
    """What one trial with its answer means, whoever gave it and whatever photo it was about."""

    own: dict[str, Any]
    """The values of the design's own columns."""
    passed: int
    """Of a vigilance trial 1 or 0; UNKNOWN for others, and where nobody can judge."""
    exposure_ms: float
    """As planned; NaN: until answered."""
    further: str
    """JSON of what the columns of every design do not say: facts, further answers, pictures; mostly empty."""


@dataclass
class Outcomes:
    """The different outcomes of a study so far, in the order in which they first occur."""

    design: Design
    known: list[Outcome] = field(default_factory=list)
    _places: dict[tuple[str, ...], int] = field(default_factory=dict)

    def places(self, told: Factor, conditions: Factor, more: Sequence[str]) -> Ints:
        """The place in `known` of each trial, shape (trials,).

        `told` has the texts of PARTS, `more` the further answers as JSON texts.
        """
        further = _answers(more)
        codes = told.codes.astype(np.int64)
        for factor in (conditions, further):
            codes = codes * (len(factor.labels) + 1) + factor.codes + 1
        _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
        found = np.empty(len(first), dtype=np.int64)
        for which in np.argsort(first).tolist():
            at = first[which]
            found[which] = self._place(*(_label(factor, at) for factor in (told, conditions, further)))
        return found[inverse]

    def _place(self, *key: str) -> int:
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = len(self.known)
            self.known.append(self._outcome(*key))
        return place

    def _outcome(self, told: str, condition: str, more: str) -> Outcome:
        kind, key, arrangement, treatment, facts, script, answer = told.split(SEPARATOR)
        spec = TrialSpec.from_script(
            json.loads(script), kind=kind, photo="", condition=condition, key=key, arrangement=arrangement,
            treatment=treatment, facts=json.loads(facts),
        )  # fmt: skip
        given = dict(json.loads(more)) if more else {}
        passed = self.design.passed(spec, answer or None, given) if kind == VIGILANCE else None
        exposures = [frame.duration_ms for frame in spec.frames if frame.kind == "images"]
        exposure_ms = next(iter(exposures), None)
        further = ""
        if spec.facts or given or not key:
            shown = [[frame, show.slot, show.arm] for frame, show in spec.shows]
            further = _encode(
                {"exposure_ms": exposure_ms, "facts": spec.facts, "more": given, "shown": shown}
            )
        return Outcome(
            own=self.design.record(spec, answer or None, given, {}),
            passed=UNKNOWN if passed is None else int(passed),
            exposure_ms=np.nan if exposure_ms is None else exposure_ms,
            further=further,
        )

    def passed(self) -> Flags:
        """Whether each known one is a vigilance trial that was passed, shape (known,)."""
        return np.array([one.passed for one in self.known], dtype=np.int8)

    def exposures_ms(self) -> Floats:
        """The planned exposure of each known one, shape (known,)."""
        return np.array([one.exposure_ms for one in self.known], dtype=np.float64)

    def own(self, places: Ints) -> dict[str, Factor | Floats]:
        """The design's columns of the trials at these places, but digests and what is empty throughout."""
        used, inverse = np.unique(places, return_inverse=True)
        found: dict[str, Factor | Floats] = {}
        for column in self.design.columns():
            values = [self.known[place].own.get(column.name) for place in used]
            if column.of_bytes or all(value is None for value in values):
                continue
            if column.type == TEXT:
                names = Factor.of(values)
                found[column.name] = Factor(names.codes[inverse], names.labels)
            else:
                found[column.name] = np.array(values, dtype=np.float64)[inverse]
        return found


def _answers(more: Sequence[str]) -> Factor:
    """Names and answers without their times, as JSON; "" where there are none."""
    if list(more).count(NOTHING) == len(more):
        return Factor(np.full(len(more), UNKNOWN, dtype=np.int32), ())
    return Factor.of(
        _encode([[one["name"], one["answer"]] for one in json.loads(text)]) if text != NOTHING else ""
        for text in more
    )


def _label(factor: Factor, row: int) -> str:
    code = factor.codes[row]
    return "" if code == UNKNOWN else factor.labels[code]
