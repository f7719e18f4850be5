"""Exposure as a factor of choices: the strength of each condition at each level, and how it moves."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
from scipy.linalg import block_diag

from evaluation.statistics.arrays import Floats, Json, cells_of
from evaluation.statistics.crossed import Crossed
from evaluation.statistics.intervals import check_alpha
from evaluation.statistics.joint import Joint

ONE_LEVEL = "a single level of exposure: nothing shows what the time does"


def strengths_by_level(
    levels: Mapping[float, Joint | None], shown: Mapping[float, Mapping[str, int]], alpha: float = 0.05
) -> Json:
    """As `exposure_levels.by_exposure`, with strengths against the average of all as what is averaged.

    `levels` holds by exposure in ms the strengths that its trials alone give, None where they are not
    connected; `shown` how often each condition was shown there. Levels share people and photos, and their
    differences know it. There is no trend over all conditions: their strengths add up to 0 at each level.
    """
    check_alpha(alpha)
    times = sorted(levels)
    result: Json = {
        "levels_ms": times,
        "reason": "",
        "unit": "per doubling of the exposure",
        "trend": None,
        "conditions": [],
    }
    if len(times) < 2:
        return result | {"reason": ONE_LEVEL}
    known = [joint for time in times if (joint := levels[time]) is not None]
    labels = known[0].labels if known else ()
    if len(known) < len(times) or any(joint.labels != labels for joint in known):
        apart = " and ".join(f"{time:g}" for time in times if levels[time] is None) or "some levels"
        return result | {"reason": f"at {apart} ms no path of wins leads between all conditions"}
    every = beside([joint.centred for joint in known])
    slopes = _slopes(np.array(times))
    for place, label in enumerate(labels):
        own = np.arange(len(times)) * len(labels) + place
        found = every.combined(tuple(f"{time:g}" for time in times), np.eye(len(every.values))[own])
        result["conditions"].append(
            {
                "label": label,
                "levels": _levels(found, times, [shown[time][label] for time in times], alpha),
                "differences": _differences(found, times, alpha),
                "trend": found.interval(slopes, alpha, null=0.0),
            }
        )
    return result


def beside(joints: list[Joint]) -> Joint:
    """Values of different trials of the same people and photos as one; labels are those of all in turn."""
    parts = [joint.crossed for joint in joints]
    participant = np.concatenate([part.participant for part in parts])
    photos = [part.photo for part in parts if part.photo is not None]
    photo = np.concatenate(photos) if len(photos) == len(parts) else None
    crossed = Crossed(
        block_diag(*(part.design for part in parts)),
        np.concatenate([part.residual for part in parts]),
        np.concatenate([part.noise for part in parts]),
        np.concatenate([part.response for part in parts]),
        participant,
        photo,
        None if photo is None else cells_of(participant, photo),
    )
    return Joint(
        tuple(label for joint in joints for label in joint.labels),
        np.concatenate([joint.values for joint in joints]),
        block_diag(*(joint.moves for joint in joints)),
        crossed,
        separate=True,
    )


def _levels(found: Joint, times: list[float], shown: list[int], alpha: float) -> list[Json]:
    rows: list[Json] = []
    for place, (time, n) in enumerate(zip(times, shown, strict=True)):
        one = found.one(place, alpha)
        row: Json = {"exposure_ms": time, "n": n, "mean": one["estimate"]}
        rows.append(row | {name: one[name] for name in ("estimand", "ci", "reason")})
    return rows


def _differences(found: Joint, times: list[float], alpha: float) -> list[Json]:
    """From the longer to the shorter time, Holm over all of them."""
    return [
        {"shorter_ms": shorter, "longer_ms": longer}
        | {name: value for name, value in pair.items() if name not in ("a", "b")}
        for (shorter, longer), pair in zip(combinations(times, 2), found.pairs(alpha), strict=True)
    ]


def _slopes(times: Floats) -> Floats:
    """What makes the least-squares slope on log2 of the time of one value a level."""
    x = np.log2(times)
    x = x - x.mean()
    return np.asarray(x / np.dot(x, x))
