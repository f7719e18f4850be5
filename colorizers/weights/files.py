"""What a file of weights says of itself, read without torch: its digest, its header, our facts in it."""

import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path, PurePath
from typing import Any, NoReturn

from colorizers.tools.nested import load_json

KEY = "foolrate"
DTYPE_BYTES = {
    "F64": 8,
    "F32": 4,
    "F16": 2,
    "BF16": 2,
    "I64": 8,
    "I32": 4,
    "I16": 2,
    "I8": 1,
    "U8": 1,
    "BOOL": 1,
}
# The first one holds numbers and nothing else; the others are refused if they hold more than that.
TENSOR_FORMATS = (".safetensors", ".pth", ".pt", ".tar")
MAX_HEADER = 16 * 2**20
MAX_PRIOR = 10_000
MAX_RECORD = 100_000
SHORTEST_DIGEST = 8
_CLAIM = re.compile(r"-([0-9a-f]{8,64})\.")


class WeightsRefused(ValueError):
    """A file is not the weights that were asked for; the message reports what does not match."""


@dataclass(frozen=True)
class WeightsFacts:
    """What a file of weights says of itself; a foreign file says nothing and is the paper's own size.

    `borrowed` names the package that carries the encoder, if the file holds only what was learned on it.
    """

    network: str = ""
    variant: str = ""
    architecture: Mapping[str, Any] = field(default_factory=dict)
    prior: list[float] | None = None
    trained_at: float = 0.5
    training: Mapping[str, Any] = field(default_factory=dict)
    borrowed: str = ""

    def contradiction(self, network: str, variant: str) -> str:
        """The sentence that says that these are other weights than the wanted ones; empty if they are not."""
        if (self.network or network, self.variant or variant) == (network, variant):
            return ""
        said = f"{self.network or network} ({self.variant or 'any variant'})"
        return f"The file says that it holds {said}; expected was {network} ({variant})."


@dataclass(frozen=True)
class Header:
    """A .safetensors file without its numbers: shape and type of each tensor, and our facts."""

    tensors: Mapping[str, tuple[str, tuple[int, ...]]]
    facts: WeightsFacts


def file_digest(path: Path) -> str:
    """SHA-256 of a file in hexadecimal digits; WeightsRefused if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise WeightsRefused(f"The weights {path} cannot be read: {error.strerror}.") from error


def claimed_digest(name: str) -> str:
    """The first digits of the digest that a name such as vgg16-397923af.pth carries; empty if it has none."""
    found = _CLAIM.search(PurePath(name).name)
    # Digits alone are more often a date than a digest.
    return found[1] if found and not found[1].isdigit() else ""


def check_digest(digest: str, name: str, expected: str = "") -> None:
    """Refuse a file whose digest is neither the expected one nor the one that its name claims.

    `digest` is complete; `expected` may be its first 8 digits or more, or empty. Raises WeightsRefused.
    """
    expected = expected.strip().lower()
    if expected and not re.fullmatch(rf"[0-9a-f]{{{SHORTEST_DIGEST},64}}", expected):
        raise WeightsRefused(
            f"A SHA-256 is given in hexadecimal digits, at least its first {SHORTEST_DIGEST} of 64, not as "
            f"{expected[:70]!r}."
        )
    if not digest.startswith(expected):
        raise WeightsRefused(
            f"The file {name} is not the expected one: its SHA-256 is {digest}, expected was {expected}. "
            "Fetch it again, or find out which of the two is right."
        )
    claim = claimed_digest(name)
    if not digest.startswith(claim):
        raise WeightsRefused(
            f"The name of {name} claims a SHA-256 that begins with {claim}, but it is {digest}: the file is "
            "damaged or another one. Fetch it again; if it is your own, take the digits out of its name."
        )


def read_header(path: Path) -> Header:
    """The header of a .safetensors file, checked in full; WeightsRefused says what is wrong with it."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if size < 10 or not 2 <= length <= min(size - 8, MAX_HEADER):
                raise WeightsRefused(
                    f"The file {path.name} is not in the safetensors format, or it is cut short: it has "
                    f"{size} bytes and claims a header of {length} (at most {MAX_HEADER} are read)."
                )
            text = file.read(length)
    except OSError as error:
        raise WeightsRefused(f"The weights {path} cannot be read: {error.strerror}.") from error
    try:
        entries = _json_object(text.decode(), "its header")
        metadata = entries.pop("__metadata__", {})
        tensors = {name: _tensor(name, entry, size - 8 - length) for name, entry in entries.items()}
        if sum(end - begin for begin, end, *_ in tensors.values()) != size - 8 - length:
            raise ValueError("its tensors do not fill it exactly: it is cut short, or something was added")
        facts = facts_in(metadata)
    except ValueError as error:
        raise WeightsRefused(f"The file {path.name} is refused: {error}.") from error
    return Header({name: (dtype, shape) for name, (_, _, dtype, shape) in tensors.items()}, facts)


def _tensor(name: str, entry: Any, room: int) -> tuple[int, int, str, tuple[int, ...]]:
    try:
        dtype, shape, (begin, end) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
    except (TypeError, KeyError, ValueError):
        raise ValueError(f"the entry of tensor {name[:100]!r} lacks dtype, shape or data_offsets") from None
    if not isinstance(dtype, str) or dtype not in DTYPE_BYTES:
        raise ValueError(
            f"tensor {name[:100]!r} has the type {str(dtype)[:20]!r}; known are {', '.join(DTYPE_BYTES)}"
        )
    if (
        not all(type(number) is int and 0 <= number <= 2**40 for number in (*shape, begin, end))
        or len(shape) > 8
    ):
        raise ValueError(f"tensor {name[:100]!r} has an impossible shape or place")
    if end > room or end - begin != math.prod(shape) * DTYPE_BYTES[dtype]:
        raise ValueError(f"tensor {name[:100]!r} does not lie in the file in full")
    return begin, end, dtype, shape


def facts_in(metadata: Any) -> WeightsFacts:
    """Our facts in a file's metadata, every one checked for type and range; ValueError otherwise."""
    if not isinstance(metadata, Mapping):
        raise ValueError("its metadata is no object")
    text = metadata.get(KEY, "{}")
    if not isinstance(text, str):
        raise ValueError(f"its {KEY} metadata is no text")
    said = _json_object(text, f"its {KEY} metadata")
    unknown = sorted(said.keys() - {item.name for item in fields(WeightsFacts)})
    if unknown:
        raise ValueError(f"its metadata has facts of unknown name: {', '.join(unknown)[:200]}")
    for name, check in _CHECKS.items():
        if name in said and not check(said[name]):
            raise ValueError(f"its metadata says {name} = {_shown(said[name])}, which cannot be")
    return WeightsFacts(**said)


def _json_object(text: str, what: str) -> dict[str, Any]:
    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is no number")

    def without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError("a key stands twice")
        return dict(pairs)

    try:
        found = load_json(text, parse_constant=refuse, object_pairs_hook=without_twins)
    except ValueError as error:
        raise ValueError(f"{what} is no proper JSON ({error})") from error
    if not isinstance(found, dict):
        raise ValueError(f"{what} is no JSON object")
    return found


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= 1e9  # also false for an infinity


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[\w.-]{0,100}", value) is not None


def _is_architecture(value: Any) -> bool:
    return isinstance(value, dict) and all(
        _is_name(key) and (isinstance(item, bool) or _is_number(item) or _is_name(item))
        for key, item in value.items()
    )


def _is_prior(value: Any) -> bool:
    if value is None:
        return True
    if not isinstance(value, list) or not 0 < len(value) <= MAX_PRIOR:
        return False
    return all(_is_number(share) and share >= 0 for share in value) and sum(value) > 0


def _is_shallow(value: Any, levels: int = 60) -> bool:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels > 0 and all(_is_shallow(part, levels - 1) for part in parts)


def _is_record(value: Any) -> bool:
    # It is written again into what is trained from these weights, and has to be readable there.
    if not isinstance(value, dict) or not _is_shallow(value):
        return False
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except ValueError:
        return False
    return len(text) <= MAX_RECORD


def _shown(value: Any) -> str:
    try:
        return json.dumps(value)[:100]
    except RecursionError:
        return "something nested too deep"


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "network": _is_name,
    "variant": _is_name,
    "architecture": _is_architecture,
    "prior": _is_prior,
    "trained_at": lambda value: _is_number(value) and 0 <= value <= 1,
    "training": _is_record,
    "borrowed": _is_name,
}
