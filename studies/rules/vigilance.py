"""What a rule on vigilance trials lets through: guessers, and people who look."""

from __future__ import annotations

import math
from dataclasses import dataclass

GUESSING = 0.5
# How often attentive people are right in one such trial of a pair: 87 % in Zhang et al. 2016, up to 95 %
# elsewhere. Those who do not see it guess, so that in the others they do.
ATTENTIVE = (0.87, 0.95)
MOST_GUESSERS, LEAST_ATTENTIVE = 0.05, 0.95


def right_to_pass(trials: int, share: float) -> int:
    """How many of so many vigilance trials must be right."""
    return math.ceil(share * trials - 1e-9)


def share_passing(trials: int, share: float, right: float) -> float:
    """The share of people who pass, each right in a trial with probability `right`; exact (binomial)."""
    return sum(
        math.comb(trials, k) * right**k * (1 - right) ** (trials - k)
        for k in range(right_to_pass(trials, share), trials + 1)
    )


@dataclass(frozen=True)
class Filter:
    """A rule on vigilance trials, with the shares of people whom it lets through.

    `guessing`: how often somebody who answers at random passes one such trial.
    """

    trials: int
    share: float
    guessing: float = GUESSING

    @property
    def guessers(self) -> float:
        return share_passing(self.trials, self.share, self.guessing)

    @property
    def right(self) -> tuple[float, float]:
        """How often attentive people are right: they see it, or guess."""
        seen = [1 - (1 - right) / (1 - GUESSING) for right in ATTENTIVE]
        low, high = (one + (1 - one) * self.guessing for one in seen)
        return low, high

    @property
    def attentive(self) -> tuple[float, float]:
        low, high = (share_passing(self.trials, self.share, right) for right in self.right)
        return low, high

    @property
    def is_sharp(self) -> bool:
        """Whether at most 5 % of guessers and at least 95 % of attentive people pass."""
        return self.guessers <= MOST_GUESSERS and self.attentive[0] >= LEAST_ATTENTIVE

    @property
    def sentence(self) -> str:
        """The two shares in words."""
        low, high = self.attentive
        needed = right_to_pass(self.trials, self.share)
        return (
            f"{needed} of {self.trials} vigilance trials must be right. {self.guessers:.1%} of people who "
            f"only guess pass, and {low:.1%} to {high:.1%} of attentive people (right in "
            f"{self.right[0]:.0%} to {self.right[1]:.0%} of such trials)."
        )


def fewest(guessing: float = GUESSING, most: int = 200) -> Filter | None:
    """The fewest vigilance trials, with their rule, that let few guessers and most attentive people pass.

    None where not even the most can: nearly every answer passes.
    """
    for trials in range(1, most + 1):
        for right in range(1, trials + 1):
            found = Filter(trials, right / trials, guessing)
            if found.is_sharp:
                return found
    return None
