"""What a browser saw of pictures, which two are compared, and the numbers that a classifier gets of them."""

from __future__ import annotations

import zlib
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from statistics import median
from typing import TypeVar
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from studies.blinding.envelope import Envelope

Floats = NDArray[np.float64]
# Ways of the server itself, the same for all it serves at one moment.
CLOCKS = {"date"}
# Eight random bytes come twice among a million with a chance of one in 37 million.
BLOCK = 8
SAMPLE = 1024
MOST_WORDS = 6

T = TypeVar("T")


@dataclass(frozen=True)
class Picture:
    """One picture as the browser got it, and of which trial; latencies in ms, the first request first."""

    photo: str
    arm: str
    """Empty: the real photo."""
    code: UUID
    """Of its trial."""
    number: int
    practice: bool
    token: UUID
    place: int
    """Which of the trial's slots, from 0."""
    turn: int
    """Which of the pictures of the trial, in the order of showing and of the JSON, from 0."""
    status: int
    headers: tuple[tuple[str, str], ...]
    length: int
    """Bytes of the body as they came over the line."""
    envelope: Envelope
    """Of the file behind the mask."""
    latencies: tuple[float, ...]
    sample: bytes = b""
    """The first and the last kilobyte as they came over the line, still masked."""
    picture: int = 0
    """Which picture it is: equal in two showings of the same one."""
    probes: tuple[str, ...] = ()
    """What odd requests for it were answered, in words; compared, never measured."""


@dataclass(frozen=True)
class Pair:
    """Two pictures of one photo by different arms: does anything tell which is which?"""

    one: Picture
    other: Picture

    @property
    def photo(self) -> str:
        """What must not be parted in a fold."""
        return self.one.photo

    @property
    def pictures(self) -> tuple[Picture, Picture]:
        return self.one, self.other


@dataclass(frozen=True)
class Table:
    """Numbers of each pair's pictures: values (pairs, 2, features); bits (pairs, 2, 128)."""

    names: tuple[str, ...]
    values: Floats
    bits: Floats
    photos: tuple[str, ...]


def table_of(pairs: Sequence[Pair]) -> Table:
    """Every observation as a number, whether or not it differs between pictures."""
    headers = sorted(
        {name.lower() for pair in pairs for one in pair.pictures for name, _ in one.headers} - CLOCKS
    )
    middle = median([one.number for pair in pairs for one in pair.pictures]) if pairs else 0.0
    # Of two pictures of one trial these are equal, and no observation.
    apart = any(pair.one.code != pair.other.code for pair in pairs)
    parts = sorted({part for pair in pairs for one in pair.pictures for part in one.envelope})
    rows = [
        [_numbers(one, headers, parts, middle) | (_of_trial(one) if apart else {}) for one in pair.pictures]
        for pair in pairs
    ]
    names = tuple(rows[0][0]) if rows else ()
    return Table(
        names=names,
        values=np.array([[list(one.values()) for one in row] for row in rows], float),
        bits=np.array([[_bits(one.token) for one in pair.pictures] for pair in pairs], float),
        photos=tuple(pair.photo for pair in pairs),
    )


def _of_trial(one: Picture) -> dict[str, float]:
    return {
        "trial, its number": one.number,
        "trial, its code": one.code.int / 2**128,
        "trial, practice or not": one.practice,
    }


def _numbers(one: Picture, headers: Sequence[str], parts: Sequence[str], middle: float) -> dict[str, float]:
    side, turn = 2.0 * (one.place > 0) - 1, 2.0 * (one.turn > 0) - 1
    code = one.code.int / 2**128 - 0.5
    found: dict[str, float] = {
        "length": one.length,
        "status": one.status,
        "latency, first request": one.latencies[0],
        "latency, lowest": min(one.latencies),
        "address, as a number": one.token.int / 2**128,
        "address, its last bits": one.token.int % 2**48 / 2**48,
        "address, ones among its bits": one.token.int.bit_count(),
        "position, side": side,
        "position, order": turn,
        "position, side by practice": side * (1 if one.practice else -1),
        "position, order by practice": turn * (1 if one.practice else -1),
        "position, side by odd and even trials": side * (one.number % 2 * 2 - 1),
        "position, order by odd and even trials": turn * (one.number % 2 * 2 - 1),
        "position, side by early and late trials": side * (one.number - middle),
        "position, side by the trial's code": side * code,
        "position, order by the trial's code": turn * code,
    }
    got = {name.lower(): value for name, value in one.headers}
    for name in headers:
        found[f"header, {name}"] = _as_number(got.get(name))
    for name in parts:
        found[f"file, {name}"] = _as_number(one.envelope.get(name))
    return found


def _as_number(text: str | None) -> float:
    """A number, a date or any text as a number that is equal for equal texts."""
    if text is None:
        return -1.0
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, IndexError, TypeError):
        return zlib.crc32(text.encode()) / 2**32


def _bits(token: UUID) -> list[int]:
    return [token.int >> place & 1 for place in range(128)]


def uneven(pictures: Sequence[Picture]) -> list[str]:
    """What must be the same for every picture and is not, in words: certain, whatever a classifier finds."""
    found = []
    for name, values in {
        "status": {str(one.status) for one in pictures},
        "names of the headers": {", ".join(name for name, _ in one.headers) for one in pictures},
        "headers that name the file": {_naming(one) for one in pictures},
    }.items():
        if len(values) > 1:
            found.append(_differs(name, values))
    for ours in by_key((one.photo, one) for one in pictures):
        for name, values in {
            "length of the reply": {str(one.length) for one in ours},
            "replies to odd requests": {"; ".join(one.probes) for one in ours if one.probes},
        }.items():
            if len(values) > 1:
                found.append(_differs(name, values))
    return found + uneven_files((one.photo, one.envelope) for one in pictures) + repeated(pictures)


def uneven_files(envelopes: Iterable[tuple[Hashable, Envelope]]) -> list[str]:
    """The parts of the files' envelopes, by photo, that are not the same for all arms of it, in words."""
    found = []
    for ours in by_key(envelopes):
        parts = {part for one in ours for part in one}
        values = {part: {one.get(part, "none") for one in ours} for part in sorted(parts)}
        found += [_differs(part, different) for part, different in values.items() if len(different) > 1]
    return list(dict.fromkeys(found))[:MOST_WORDS]


def by_key(items: Iterable[tuple[Hashable, T]]) -> list[list[T]]:
    """What has the same key, together; keys in the order in which they first come."""
    grouped: dict[Hashable, list[T]] = {}
    for key, item in items:
        grouped.setdefault(key, []).append(item)
    return list(grouped.values())


def repeated(pictures: Iterable[Picture]) -> list[str]:
    """Whether bytes of one showing come again in another: then a second visit tells real from fake.

    The real picture of a photo is the one that comes in every arm, so whatever repeats with it names it.
    """
    seen: dict[bytes, UUID] = {}
    for one in pictures:
        blocks = {one.sample[at : at + BLOCK] for at in range(0, len(one.sample) - BLOCK + 1, BLOCK)}
        if any(seen.setdefault(block, one.token) != one.token for block in blocks):
            return ["Bytes of one showing of a picture come again in another showing."]
    return []


def _naming(one: Picture) -> str:
    kept = {
        "etag",
        "last-modified",
        "content-location",
        "content-disposition",
        "cache-control",
        "content-type",
    }
    return ", ".join(f"{name}: {value}" for name, value in one.headers if name.lower() in kept)


def _differs(name: str, values: set[str]) -> str:
    shown = " | ".join(value[:80] or "none" for value in sorted(values)[:3])
    more = f" | and {len(values) - 3} more" if len(values) > 3 else ""
    return f"The pictures differ in the {name}: {shown}{more}."
