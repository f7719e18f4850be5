"""A model of participants who are fooled at planted rates: pure, seeded, nothing of a server.

What a person does with a trial is its design's to say; this says how real a picture looks to whom. On the
logit scale that is the condition's intercept, a person effect, a photo effect and a side bias; a lapse is a
coin toss. The intercept is solved so that the *marginal* rate, over new persons and
over the photos at hand, is the planted one: the inverse logit of an intercept would not be it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.designs._trial import REAL

Floats = NDArray[np.float64]
# Independent random streams from one seed.
_PERSON, _PHOTO = 1, 2
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(40)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True)
class PlantedEffects:
    """What the simulated participants are like; rates by condition, standard deviations in logits."""

    fool_rates: Mapping[str, float]
    person_sd: float = 0.5
    photo_sd: float = 0.6
    side_sd: float = 0.2
    lapse_rate: float = 0.02
    vigilance_detection: float = 0.87
    dropout: float = 0.0
    median_rt_ms: float = 900.0
    rt_sigma: float = 0.45

    def __post_init__(self) -> None:
        for name in ("person_sd", "photo_sd", "side_sd", "rt_sigma"):
            if not 0 <= getattr(self, name) <= 5:
                raise ValueError(f"{name} must be between 0 and 5, not {getattr(self, name)}.")
        for name in ("lapse_rate", "dropout"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 0 and below 1, not {getattr(self, name)}.")
        if not 1 <= self.median_rt_ms <= 600_000:
            raise ValueError(f"median_rt_ms must be between 1 and 600000, not {self.median_rt_ms}.")
        low, high = self.lapse_rate / 2, 1 - self.lapse_rate / 2
        for name, rate in [*self.fool_rates.items(), ("vigilance", 1 - self.vigilance_detection)]:
            if not low < rate < high:
                raise ValueError(
                    f"The fool rate of {name} is {rate:g}, but with {self.lapse_rate:g} of lapses "
                    f"only rates between {low:g} and {high:g} can come about."
                )

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"fool_rates": dict(self.fool_rates)}


def marginal_rate(intercept: float, spread_sd: float, photo_effects: Floats, lapse_rate: float) -> float:
    """Share fooled, averaged over persons N(0, spread_sd) and over the given photo effects (logits)."""
    logits = intercept + spread_sd * _NODES[:, None] + photo_effects[None, :]
    attentive = float(_WEIGHTS @ _logistic(logits).mean(axis=1))
    return lapse_rate / 2 + (1 - lapse_rate) * attentive


def intercept_for(rate: float, spread_sd: float, photo_effects: Floats, lapse_rate: float) -> float:
    """The intercept under which `marginal_rate` is `rate`, by bisection to 1e-10 logits."""
    low, high = -60.0, 60.0
    while high - low > 1e-10:
        middle = (low + high) / 2
        if marginal_rate(middle, spread_sd, photo_effects, lapse_rate) < rate:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@dataclass
class Crowd:
    """Everyone who takes part in one simulation: shared photo effects, one intercept a condition."""

    effects: PlantedEffects
    seed: int
    photos: Sequence[str]
    vigilance: str | None = None
    _photo_effects: dict[str, float] = field(init=False, repr=False)
    _intercepts: dict[str, float] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        planted = self.effects
        drawn = np.array([_keyed(self.seed, _PHOTO, photo).standard_normal() for photo in self.photos])
        self._photo_effects = dict(zip(self.photos, planted.photo_sd * drawn, strict=True))
        spread = math.hypot(planted.person_sd, planted.side_sd)
        photo_effects = planted.photo_sd * drawn if len(drawn) else np.zeros(1)
        self._intercepts = {
            condition: intercept_for(rate, spread, photo_effects, planted.lapse_rate)
            for condition, rate in planted.fool_rates.items()
        }
        if self.vigilance is not None:
            self._intercepts[self.vigilance] = intercept_for(
                1 - planted.vigilance_detection, spread, photo_effects, planted.lapse_rate
            )

    def person(self, number: int) -> Person:
        """The person of this number: the same one whenever asked."""
        return Person(self, np.random.default_rng([self.seed, _PERSON, number]))

    def logit(self, condition: str, photo: str) -> float:
        """Logit of being fooled for a person without leanings; photos for practice have no effect."""
        if condition not in self._intercepts:
            known = ", ".join(sorted(self._intercepts))
            raise ValueError(f"No fool rate was planted for {condition!r}; there are: {known}.")
        return self._intercepts[condition] + self._photo_effects.get(photo, 0.0)


class Person:
    """One simulated participant; answers in the order in which trials are put."""

    def __init__(self, crowd: Crowd, rng: np.random.Generator) -> None:
        planted = crowd.effects
        self._crowd, self._rng = crowd, rng
        self.ability = planted.person_sd * rng.standard_normal()
        self.leaning = planted.side_sd * rng.standard_normal()
        self._pace = math.exp(0.2 * rng.standard_normal())
        self.quits = bool(rng.random() < planted.dropout)
        self._quits_after = float(rng.random())

    def stays(self, done: int, total: int) -> bool:
        """Whether the person goes on after so many of all trials."""
        return not self.quits or done < self._quits_after * total

    def fooled(self, arm: str, photo: str, lean: int = 0) -> bool:
        """Whether the arm's picture is taken for the real photo.

        Someone who leans to the left calls left fake more often, whether it is or not.
        """
        logit = self._crowd.logit(arm, photo) + self.ability + lean * self.leaning
        lapse_rate = self._crowd.effects.lapse_rate
        return bool(self.luck() < (0.5 if self.luck() < lapse_rate else _logistic(logit)))

    def utility(self, arm: str, photo: str) -> float:
        """How much more natural the arm's picture looks than the real photo, in logits."""
        return 0.0 if arm == REAL else self._crowd.logit(arm, photo) + self.ability

    def luck(self) -> float:
        """Any number from 0 to 1."""
        return float(self._rng.random())

    def takes_ms(self) -> float:
        """The time for one answer."""
        planted = self._crowd.effects
        spread = math.exp(planted.rt_sigma * self._rng.standard_normal())
        return round(planted.median_rt_ms * self._pace * spread, 1)

    def lateness(self) -> tuple[float, float]:
        """By how many ms the callbacks of an onset and an offset come behind their time stamps."""
        first, second = self._rng.uniform(0.05, 0.6, size=2)
        return float(first), float(second)


def _logistic(logit: Any) -> Any:
    return 1 / (1 + np.exp(-np.clip(logit, -500, 500)))


def _keyed(seed: int, stream: int, name: str) -> np.random.Generator:
    """A generator for a name: it does not depend on which other names there are."""
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return np.random.default_rng([seed, stream, key])
