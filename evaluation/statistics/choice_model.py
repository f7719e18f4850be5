"""Which of several pictures is chosen: the conditional logit model, with crossed scores.

McFadden, in: Frontiers in Econometrics (1974) 105-142. The chance of an alternative is proportional to the
exponential of a sum of its attributes times parameters. Bradley-Terry (two pictures), Davidson's ties (a
third alternative), best of N, Plackett-Luce (choices one after the other) and best-worst are special cases.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Bools, Floats, Ints, cells_of
from evaluation.statistics.crossed import Crossed

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Choices = TypeVar("Choices", bound=DataclassInstance)

FARTHEST = 25.0
"""A parameter that runs beyond this many log-odds has no finite estimate."""


@dataclass(frozen=True)
class Alternatives:
    """One row for each alternative of each choice; `design` (n, k), the others (n,).

    `choice` numbers the choices, and exactly one row of each is `taken`. `photo` codes the photo that the
    pictures of the choice were made of; None where nobody knows it.
    """

    design: Floats
    choice: Ints
    taken: Bools
    participant: AnyCodes
    photo: AnyCodes | None

    def __post_init__(self) -> None:
        taken = np.bincount(self.choice, self.taken)
        offered = np.bincount(self.choice)
        if np.any((offered > 0) & (taken != 1)):
            choice = int(np.flatnonzero((offered > 0) & (taken != 1))[0])
            raise ValueError(
                f"exactly one alternative of a choice is taken, but {int(taken[choice])} of choice {choice}"
            )

    def columns(self, kept: Bools) -> Alternatives:
        """With some of the parameters only."""
        return replace(self, design=self.design[:, kept])

    @property
    def cell(self) -> AnyCodes | None:
        """Pairs of participant and photo."""
        return None if self.photo is None else cells_of(self.participant, self.photo)


@dataclass(frozen=True)
class Fitted:
    """Estimates (k,), the inverse of the information (k, k), the crossed scores and the log-likelihood."""

    theta: Floats
    covariance: Floats
    crossed: Crossed
    log_likelihood: float


def fit(rows: Alternatives) -> Fitted | None:
    """The parameters that make the choices likeliest, by Newton's method; None where they are not finite.

    The likelihood is concave, so that there is one maximum or none. O(n k^2) a step.
    """
    theta = np.zeros(rows.design.shape[1])
    value, shares = _likelihood(rows, theta)
    for _ in range(100):
        centred = _centred(rows, shares)
        information = centred.T @ (centred * shares[:, None])
        if np.linalg.cond(information) > 1e13:
            return None
        step = np.linalg.solve(information, centred.T @ (rows.taken - shares))
        size, found, moved = 1.0, *_likelihood(rows, theta + step)
        while found < value - 1e-9 * (1 + abs(value)) and size > 1e-4:
            size /= 2
            found, moved = _likelihood(rows, theta + size * step)
        theta, value, shares = theta + size * step, found, moved
        if np.abs(theta).max() > FARTHEST:
            return None
        if np.abs(step).max() < 1e-12:
            break
    centred = _centred(rows, shares)
    information = centred.T @ (centred * shares[:, None])
    crossed = Crossed(
        centred,
        rows.taken - shares,
        # A choice of m alternatives varies by the sum of their centred squares times their shares.
        shares,
        shares,
        rows.participant,
        rows.photo,
        rows.cell,
    )
    covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
    return Fitted(theta, covariance, crossed, value)


def _likelihood(rows: Alternatives, theta: Floats) -> tuple[float, Floats]:
    """Log-likelihood, and the share with which each alternative is chosen."""
    utility = rows.design @ theta
    # Shares do not change with a number added to all alternatives of a choice.
    top = np.full(int(rows.choice.max()) + 1, -np.inf)
    np.maximum.at(top, rows.choice, utility)
    odds = np.exp(utility - top[rows.choice])
    shares = odds / np.bincount(rows.choice, odds)[rows.choice]
    return float(np.log(np.maximum(shares[rows.taken], 1e-300)).sum()), shares


def _centred(rows: Alternatives, shares: Floats) -> Floats:
    """The attributes less their mean over the alternatives of the choice: an alternative's score."""
    means = [np.bincount(rows.choice, shares * column)[rows.choice] for column in rows.design.T]
    return np.asarray(rows.design - np.stack(means, axis=1))


def taken(choices: Choices, rows: Bools) -> Choices:
    """Some rows of a dataclass of columns; `labels` stay all of them, and what is None stays so."""
    kept: dict[str, Any] = {
        f.name: None if (column := getattr(choices, f.name)) is None else column[rows]
        for f in fields(choices)
        if f.name != "labels"
    }
    return replace(choices, **kept)


def strongly_connected(beats: Ints | Floats, labels: tuple[str, ...]) -> tuple[bool, str]:
    """Whether strengths exist, from who was ever chosen before whom (k, k), and if not, the sentence why.

    They do where a path of wins leads from each to each other (Ford, American Math. Monthly 64 (1957) 28-33;
    for more than two at once: Hunter, Annals of Statistics 32 (2004) 384-406).
    """
    sets = connected_groups(beats, labels)
    if len(sets) < 2:
        return True, ""
    names = "; ".join(", ".join(group) for group in sets)
    return False, (
        f"no path of wins leads both ways between these groups: {names}. Their strengths cannot be compared; "
        "more choices between the groups are needed, or one condition must be left out"
    )


def connected_groups(beats: Ints | Floats, labels: tuple[str, ...]) -> list[list[str]]:
    """The conditions in groups, within which a path of wins leads from each to each other."""
    from scipy.sparse import csgraph  # Only here: it takes longer to load than to answer.

    groups, member = csgraph.connected_components(
        (np.asarray(beats) > 0).astype(np.float64), directed=True, connection="strong"
    )
    return sorted(
        [label for label, own in zip(labels, member, strict=True) if own == group] for group in range(groups)
    )
