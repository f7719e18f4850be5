"""The numbers that AMT_Real_vs_Fake itself prints for a file of its answers. Pure.

For comparison with what was published, not to conclude from: an unset answer counts as a click on the left
picture, vigilance trials count as a condition, and the intervals know nothing of photos.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evaluation.reading.files.amt_files import LEFT, UNSET, AnswerFile
from evaluation.statistics.arrays import Floats, Json

REPLICATES = 10_000
BLOCK = 250
# The tool adds this to the share of a condition's trials, lest it divide by zero.
EPSILON = 0.000001


@dataclass(frozen=True)
class Counts:
    """By assignment, condition and outcome (0 wrong, 1 right): trials after practice, shape (A, C, 2)."""

    conditions: tuple[str, ...]
    trials: npt.NDArray[np.int64]

    @property
    def per_assignment(self) -> int:
        """Trials of one assignment after practice."""
        return int(self.trials[0].sum())


def count(answers: AnswerFile, practice: int) -> Counts:
    """Right and wrong answers after the first `practice` pairs; ValueError if none is left."""
    if not 0 <= practice < answers.pairs:
        raise ValueError(
            f"of {answers.pairs} pairs {practice} are practice: expected from 0 to {answers.pairs - 1}"
        )
    conditions = tuple(sorted({p.condition for a in answers.assignments for p in a.pairs[practice:]}))
    place = {name: number for number, name in enumerate(conditions)}
    trials = np.zeros((len(answers.assignments), len(conditions), 2), dtype=np.int64)
    for number, assignment in enumerate(answers.assignments):
        for pair in assignment.pairs[practice:]:
            clicked = LEFT if pair.answer == UNSET else pair.answer
            trials[number, place[pair.condition], int(clicked != pair.real_side)] += 1
    return Counts(conditions, trials)


def fool_rates(trials: npt.NDArray[np.int64]) -> Floats:
    """1 - accuracy by condition; `trials` (..., C, 2) summed over assignments gives (..., C).

    A condition that a replicate has not drawn counts as 1, as in the tool.
    """
    total = trials.sum(axis=(-1, -2), keepdims=True)[..., 0]
    share = trials.sum(axis=-1) / total
    return np.asarray(1 - (trials[..., 1] / total) / (share + EPSILON), dtype=np.float64)


def bootstrap(counts: Counts, replicates: int = REPLICATES, seed: int = 1) -> Floats:
    """Fool rates of replicates that draw assignments and then trials within each, shape (replicates, C).

    Trials drawn with replacement from an assignment have multinomial counts, so these are drawn at once.
    """
    assignments = len(counts.trials)
    n = counts.per_assignment
    chances = counts.trials.reshape(assignments, -1) / n
    parts = []
    for block in range(-(-replicates // BLOCK)):
        rng = np.random.default_rng((seed, block))
        drawn = rng.integers(assignments, size=(BLOCK, assignments))
        sums = rng.multinomial(n, chances[drawn]).sum(axis=1)
        parts.append(fool_rates(sums.reshape(BLOCK, len(counts.conditions), 2)))
    return np.concatenate(parts)[:replicates]


def tool_numbers(answers: AnswerFile, practice: int, replicates: int = REPLICATES, seed: int = 1) -> Json:
    """By condition: n, fool rate, mean and standard deviation over replicates, and P(greater) for each other.

    P counts ties as a half.
    """
    counts = count(answers, practice)
    rates = bootstrap(counts, replicates, seed)
    overall = fool_rates(counts.trials.sum(axis=0))
    found: Json = {}
    for number, name in enumerate(counts.conditions):
        own = rates[:, number]
        found[name] = {
            "n": int(counts.trials[:, number].sum()),
            "fool_rate": float(overall[number]),
            "bootstrap_mean": float(own.mean()),
            "bootstrap_sd": float(own.std()),
            "greater_than": {
                other: float((own > rates[:, place]).mean() + 0.5 * (own == rates[:, place]).mean())
                for place, other in enumerate(counts.conditions)
                if place != number
            },
        }
    return {
        "assignments": len(answers.assignments),
        "pairs_each": counts.per_assignment,
        "replicates": replicates,
        "seed": seed,
        "conditions": found,
    }
