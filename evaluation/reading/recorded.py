"""Recorded trials in columns: some thousand at a time, as a report reads a million of them. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evaluation.reading.outcomes import PARTS, SEPARATOR
from evaluation.reading.showings import NOTHING, Showings
from evaluation.statistics.arrays import Bools, Floats, Ints
from evaluation.statistics.table import Factor

encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_spell = lru_cache(maxsize=1 << 16)(encode)


@dataclass(frozen=True)
class RecordedTrials:
    """Answered (or timed-out) trials as the analysis needs them, each column of shape (trials,)."""

    pks: Ints
    participations: Ints
    participants: Factor
    sources: Factor
    numbers: Ints
    kinds: Factor
    conditions: Factor
    photos: Factor
    keys: Factor
    answers: Factor
    arrangements: Factor
    rt_ms: Floats
    voided: Bools
    void_reasons: Sequence[str]
    """JSON texts."""
    repeats: Bools
    """Whether each was shown in the place of a voided trial."""
    again: Bools
    """Whether each had begun to be shown before, in a page that was reloaded."""
    showings: Showings
    outcomes: Factor
    """What each means; the labels are what a digest has to say of it besides, mostly nothing."""

    def __len__(self) -> int:
        return len(self.pks)

    def facts(self) -> memoryview:
        """Everything but the rows' numbers in this database, in UTF-8: a JSON list for each trial.

        Where the design has more to say of a trial, an object with it ends the list. Written column by
        column; `encode` of a list for each trial gives the same bytes.
        """
        joined: Any = pc
        names = (
            self.kinds, self.conditions, self.photos, self.keys, self.answers, self.arrangements
        )  # fmt: skip
        lines = joined.binary_join_element_wise(
            _quoted(self.participants, "["),
            _quoted(self.sources),
            pc.cast(pa.array(self.numbers), pa.string()),
            *(_quoted(factor) for factor in names),
            json_numbers(self.rt_ms),
            _yes_or_no(self.voided),
            pa.array([text if text == NOTHING else encode(json.loads(text)) for text in self.void_reasons]),
            _yes_or_no(self.repeats),
            json_lists(json_numbers(self.showings.errors_ms), self.showings.starts),
            json_numbers(self.showings.refresh_ms),
            joined.binary_join_element_wise(
                pc.cast(pa.array(self.showings.faults), pa.string()), self._further(), "]", ""
            ),
            ",",
        )
        return memoryview(joined.binary_join(_one_list(lines), "")[0].as_buffer())

    def _further(self) -> Any:
        texts = [f",{text}" if text else "" for text in self.outcomes.labels]
        return pa.array(texts, type=pa.string()).take(pa.array(self.outcomes.codes))


def named(ids: Ints, names: Mapping[int, str]) -> Factor:
    """The names of rows by their numbers, labels in the order in which they first occur."""
    unique, first, inverse = np.unique(ids, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order))
    return Factor(place[inverse], tuple(names[pk] for pk in unique[order].tolist()))


def in_order(column: Factor) -> Factor:
    """The same names without labels that do not occur, in the order in which they first occur."""
    return named(column.codes.astype(np.int64), dict(enumerate(column.labels)))


def spelled(texts: Sequence[str]) -> Factor:
    """A column of few different texts, labels in the order in which they first occur."""
    column: Any = pa.array(texts, type=pa.string()).dictionary_encode()
    return Factor(column.indices.to_numpy(), tuple(column.dictionary.to_pylist()))


def part_of(told: Factor, name: str) -> Factor:
    """One of the PARTS of a column of such texts."""
    texts = [label.split(SEPARATOR)[PARTS.index(name)] for label in told.labels]
    labels = tuple(dict.fromkeys(texts))
    return Factor(np.array([labels.index(text) for text in texts], dtype=np.int32)[told.codes], labels)


def json_numbers(values: Floats) -> Any:
    """Numbers as Python and hence JSON spells them, NaN as null; an array of texts."""
    texts: Any = pc.cast(pa.array(values), pa.string())
    whole = values == np.trunc(values)
    texts = pc.if_else(whole, pc.binary_join_element_wise(texts, ".0", ""), texts)
    sizes = np.abs(values)
    odd = ~((sizes >= 1e-4) & (sizes < 1e9) | (sizes == 0))
    if odd.any():
        # Where others write an exponent, or none.
        spellings = [encode(value) if value == value else "null" for value in values[odd].tolist()]
        texts = pc.replace_with_mask(texts, odd, pa.array(spellings, type=pa.string()))
    return texts


def json_lists(texts: Any, starts: Ints) -> Any:
    """Texts joined to JSON lists; list i holds those from starts[i] to starts[i + 1]."""
    lists: Any = pa.ListArray.from_arrays(pa.array(starts, type=pa.int32()), texts)
    return pc.binary_join_element_wise("[", pc.binary_join(lists, ","), "]", "")


def _one_list(texts: Any) -> Any:
    return pa.ListArray.from_arrays(pa.array([0, len(texts)], type=pa.int32()), texts)


def _quoted(factor: Factor, before: str = "") -> Any:
    labels = pa.array([before + _spell(label) for label in factor.labels], type=pa.string())
    return labels.take(pa.array(factor.codes))


def _yes_or_no(flags: Bools) -> Any:
    return pa.array(["false", "true"]).take(pa.array(flags.astype(np.int8)))
