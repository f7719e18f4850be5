"""What many finished pictures differ by from their photos besides colour, in numbers and words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from math import fsum
from typing import Any

from colorizers.pictures.delivered import AS_DELIVERED

# From here on somebody may see it: a step of L* side by side, a softer or harder edge, grain, a doubled line.
LIGHTNESS, SHARPNESS, NOISE, DISPLACEMENT = 1.0, 0.05, 0.3, 0.5


@dataclass(frozen=True)
class Difference:
    """Means over so many pictures of what `delivered.look` measures of each, and the largest displacement.

    `displaced` counts the pictures of which a part lies off, `resampled` those that came in another size.
    """

    pictures: int
    lightness_shift: float
    lightness_bias: float
    sharpness: float
    noise: float
    displacement: float
    displaced: int
    resampled: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def over(pictures: Sequence[dict[str, Any]]) -> Difference:
    """The difference over pictures, each with its measures and whether it was `resampled`; one at least."""
    off = [one["displacement"] or 0.0 for one in pictures]
    return Difference(
        pictures=len(pictures),
        **{
            name: round(_mean(one[name] or 0.0 for one in pictures), 4)
            for name in ("lightness_shift", "lightness_bias", "sharpness", "noise")
        },
        displacement=round(max(off), 4),
        displaced=sum(value >= DISPLACEMENT for value in off),
        resampled=sum(bool(one["resampled"]) for one in pictures),
    )


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return fsum(listed) / len(listed)


def tells(found: Difference, treatment: str) -> list[str]:
    """What people could tell the pictures by, besides colour; empty where each measure is small.

    With the photo's own lightness, only colours that lie off remain.
    """
    said = []
    if treatment == AS_DELIVERED:
        if found.lightness_shift >= LIGHTNESS:
            side = "lighter" if found.lightness_bias > 0 else "darker"
            said.append(
                f"lightness differs by {found.lightness_shift:.1f} L* on average "
                f"(the whole is {abs(found.lightness_bias):.1f} {side})"
            )
        if abs(found.sharpness - 1) >= SHARPNESS:
            words = "softer" if found.sharpness < 1 else "harder"
            said.append(f"edges are {words} ({found.sharpness:.2f} times the photos' gradients)")
        if abs(found.noise) >= NOISE:
            words = "more grain" if found.noise > 0 else "less grain"
            said.append(f"there is {words} ({found.noise:+z.1f} L*)")
        if found.resampled:
            said.append(f"{found.resampled} of {found.pictures} were resampled")
    if found.displaced:
        said.append(
            f"parts of {found.displaced} of {found.pictures} lie off, by up to "
            f"{found.displacement:.1f} pixels"
        )
    return said


def summary(found: Difference, treatment: str) -> str:
    """One or two sentences: how the pictures were treated, and what tells them besides colour."""
    said = tells(found, treatment)
    treated = "as delivered" if treatment == AS_DELIVERED else "with the photos' own lightness"
    pictures = f"{found.pictures} picture{'' if found.pictures == 1 else 's'} shown {treated}"
    if said:
        return f"{pictures}. Besides colour, {'; '.join(said)}."
    numbers = "" if treatment != AS_DELIVERED else (
        f" (lightness {found.lightness_shift:.1f} L*, sharpness {found.sharpness:.2f}, "
        f"grain {found.noise:+z.1f} L*)"
    )  # fmt: skip
    return f"{pictures}. Little tells them besides colour{numbers}."
