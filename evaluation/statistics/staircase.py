"""Thresholds from staircases: the exposure at which people are still right three times in four.

HYPE-time of Zhou et al., NeurIPS 2019; weighted up-down rule: Kaernbach, Perception & Psychophysics 49 (1991)
227-229. Steps of -10 ms after a right and +30 ms after a wrong answer settle where 75 % are right.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Bools, Floats, Ints, Json
from evaluation.statistics.compared import Compared
from evaluation.statistics.distributions import t_quantile
from evaluation.statistics.intervals import THESE_PHOTOS
from evaluation.statistics.staircase_pairs import compared_thresholds
from evaluation.statistics.staircase_photos import threshold_interval
from evaluation.statistics.table import Factor

GUESS, LAPSE, TARGET = 0.5, 0.02, 0.75
LARGEST_ERROR = 0.1
"""Standard error of the logarithm of the slope above which the pooled curve counts as not identified."""


@dataclass(frozen=True)
class Rule:
    """How the exposure goes on, in ms: up and down steps, and the range it is kept in."""

    start_ms: float = 500.0
    after_right_ms: float = -10.0
    after_wrong_ms: float = 30.0
    shortest_ms: float = 100.0
    longest_ms: float = 1000.0

    def followed(self, exposure_ms: Floats, right: Ints) -> bool:
        """Whether a block, in order, went as the rule says."""
        steps = np.where(right[:-1] == 1, self.after_right_ms, self.after_wrong_ms)
        due = np.clip(exposure_ms[:-1] + steps, self.shortest_ms, self.longest_ms)
        return bool(exposure_ms[0] == self.start_ms and np.all(np.abs(exposure_ms[1:] - due) < 1e-6))

    def clamped(self, exposure_ms: Floats, right: Ints) -> int:
        """Number of trials of a block, in order, that the range kept from going further."""
        due = exposure_ms[:-1] + np.where(right[:-1] == 1, self.after_right_ms, self.after_wrong_ms)
        return int(np.count_nonzero((due < self.shortest_ms) | (due > self.longest_ms)))

    def at_end(self, exposure_ms: float) -> bool:
        """Whether a threshold lies at an end of the range: then it is a bound and no measurement."""
        return not self.shortest_ms < exposure_ms < self.longest_ms


@dataclass(frozen=True)
class Steps:
    """One row for each trial, all of shape (n,), n >= 1; `right` is 0 or 1, `photo` None where unknown.

    `clamped` says of each trial whether the range cut its exposure; None: it follows from the rule.
    """

    participant: Factor
    condition: Factor
    block: Ints
    trial_index: Floats
    exposure_ms: Floats
    right: Ints
    photo: AnyCodes | None = None
    clamped: Bools | None = None

    def take(self, rows: Bools) -> Steps:
        """Some of the trials."""
        return Steps(
            self.participant.take(rows), self.condition.take(rows), self.block[rows], self.trial_index[rows],
            self.exposure_ms[rows], self.right[rows], None if self.photo is None else self.photo[rows],
            None if self.clamped is None else self.clamped[rows],
        )  # fmt: skip


def staircases(steps: Steps, rule: Rule | None = None, alpha: float = 0.05) -> Json:
    """Each block, each participant's threshold, and each condition's mean threshold with a t interval.

    A block's threshold is its most frequent exposure (the mean of several that tie), a participant's the mean
    over blocks. `participant_t_ci` is over participants: a claim about these photos; `interval` of each
    condition is by people and photos, where the photos are known, and so are the differences in `pairwise`.
    `se_boot_limit` is what a bootstrap over participants approaches. `clamped` counts trials that the range
    kept from going on, `at_end` blocks whose mode lies at an end of it: such a threshold is a bound. The
    pooled curve ignores that people differ: a warning light.
    """
    rule = rule or Rule()
    blocks, followed = _blocks(steps, rule)
    done: dict[tuple[str, str], list[Json]] = {}
    for block in blocks:
        done.setdefault((block["model"], block["participant_id"]), []).append(block)
    people: list[Json] = [
        {
            "model": model,
            "participant_id": who,
            "thr": float(np.mean([block["mode_ms"] for block in own_blocks])),
            **_clamped(own_blocks),
        }
        for (model, who), own_blocks in sorted(done.items(), key=lambda item: item[0][::-1])
    ]
    models: list[Json] = []
    intervals: Json = {"estimand": THESE_PHOTOS}
    curves: Json = {}
    for model in sorted({person["model"] for person in people}):
        own = np.array([person["thr"] for person in people if person["model"] == model])
        n, mean = len(own), float(own.mean())
        sd = float(own.std(ddof=1)) if n > 1 else None
        rows = steps.condition.is_label(model)
        models.append(
            {
                "model": model,
                "interval": _interval(steps, rows, own, alpha),
                "participants": n,
                "hype_time_ms": mean,
                "sd": sd,
                "se_boot_limit": None if sd is None else sd * sqrt((n - 1) / n) / sqrt(n),
                **_clamped([block for block in blocks if block["model"] == model]),
            }
        )
        half = None if sd is None else t_quantile(alpha / 2, n - 1) * sd / sqrt(n)
        intervals[model] = None if half is None else [mean - half, mean + half]
        curves[model] = weibull(steps.exposure_ms[rows], steps.right[rows])
    differences = compared(steps, people)
    return {
        "rule": rule.__dict__ | {},
        "all_transitions_follow_rule": followed,
        "blocks": blocks,
        "participants": people,
        "models": models,
        "pairwise": differences.pairs(alpha),
        "order": differences.order(alpha),
        "participant_t_ci": intervals,
        "psychometric_pooled_weibull": curves,
    }


def _clamped(blocks: list[Json]) -> Json:
    """Trials kept at an end of the range, their share, and blocks whose mode lies there."""
    trials, clamped = (sum(block[name] for block in blocks) for name in ("trials", "clamped"))
    return {
        "clamped": clamped,
        "clamped_share": clamped / trials,
        "at_end": sum(block["mode_at_end"] for block in blocks),
    }


def compared(steps: Steps, people: list[Json]) -> Compared:
    """All differences of mean thresholds, and their joint covariance; `people` as `staircases` has them."""
    labels = tuple(sorted({person["model"] for person in people}))
    place = {name: code for code, name in enumerate(steps.participant.labels)}
    return compared_thresholds(
        labels,
        np.array([person["thr"] for person in people]),
        np.array([labels.index(person["model"]) for person in people]),
        np.array([place[person["participant_id"]] for person in people]),
        [steps.condition.is_label(label) for label in labels],
        participant=steps.participant.codes,
        photo=steps.photo,
        block=_block_numbers(steps),
        exposure_ms=steps.exposure_ms,
        right=steps.right.astype(np.float64),
    )


def _block_numbers(steps: Steps) -> Ints:
    """One number for each block of each person and condition, shape (n,)."""
    keys = np.stack((steps.condition.codes, steps.participant.codes, steps.block))
    return np.asarray(np.unique(keys, axis=1, return_inverse=True)[1].reshape(-1), dtype=np.int64)


def _interval(steps: Steps, rows: Bools, own: Floats, alpha: float) -> Json:
    """Of one condition's mean threshold."""
    who = steps.participant.codes[rows]
    block = np.unique(np.stack((who, steps.block[rows])), axis=1, return_inverse=True)[1]
    return threshold_interval(
        own,
        participant=who,
        photo=None if steps.photo is None else steps.photo[rows],
        block=block.reshape(-1),
        exposure_ms=steps.exposure_ms[rows],
        right=steps.right[rows].astype(np.float64),
        alpha=alpha,
    )


def _blocks(steps: Steps, rule: Rule) -> tuple[list[Json], bool]:
    order = np.lexsort((steps.trial_index, steps.block, steps.participant.codes, steps.condition.codes))
    keys = np.stack((steps.condition.codes, steps.participant.codes, steps.block))[:, order]
    ends = np.flatnonzero(np.any(np.diff(keys, axis=1) != 0, axis=0)) + 1
    blocks: list[Json] = []
    followed = True
    for rows in np.split(order, ends):
        exposure, right = steps.exposure_ms[rows], steps.right[rows]
        followed = followed and rule.followed(exposure, right)
        levels, counts = np.unique(exposure, return_counts=True)
        turns = np.sign(np.diff(exposure))
        turns = turns[turns != 0]
        blocks.append(
            {
                "model": steps.condition.labels[steps.condition.codes[rows[0]]],
                "participant_id": steps.participant.labels[steps.participant.codes[rows[0]]],
                "block": int(steps.block[rows[0]]),
                "mode_ms": float(levels[counts == counts.max()].mean()),
                "median_ms": float(np.median(exposure)),
                "mean_last_half": float(exposure[len(exposure) // 2 :].mean()),
                "reversals": int(np.count_nonzero(np.diff(turns))),
                "prop_correct": float(right.mean()),
                "trials": len(rows),
                "clamped": rule.clamped(exposure, right)
                if steps.clamped is None
                else int(np.count_nonzero(steps.clamped[rows])),
                "mode_at_end": rule.at_end(float(levels[counts == counts.max()].mean())),
            }
        )
    return sorted(blocks, key=lambda block: (block["participant_id"], block["block"])), followed


def weibull(exposure_ms: Floats, right: Ints) -> Json:
    """The curve p = 1/2 + (1/2 - 0.02) (1 - exp(-(x/alpha)^beta)) by maximum likelihood, both of shape (n,).

    Not identified, and then without numbers, where the slope's error is over 10 %, or the threshold lies
    outside the exposures shown: a staircase stays near one level per person, so the slope is mostly the
    differences between people. Wichmann & Hill, Perception & Psychophysics 63 (2001) 1293-1313.
    """
    levels, where = np.unique(exposure_ms, return_inverse=True)
    shown, hits = np.bincount(where).astype(np.float64), np.bincount(where, right).astype(np.float64)
    theta = np.array([log(float(np.average(levels, weights=shown))), 0.0])
    nll, _, information = _weibull_terms(theta, levels, shown, hits)
    converged = False
    for _ in range(200):
        _, slope, information = _weibull_terms(theta, levels, shown, hits)
        if np.linalg.cond(information) > 1e10:
            break
        step = np.clip(np.linalg.solve(information, slope), -1, 1)
        while np.abs(step).max() > 1e-12 and _weibull_terms(theta + step, levels, shown, hits)[0] > nll:
            step = step / 2
        theta = theta + step
        nll = _weibull_terms(theta, levels, shown, hits)[0]
        if np.abs(step).max() < 1e-10:
            converged = True
            break
    if not converged or np.abs(theta).max() > 20:
        return _not_identified("the fit runs to the boundary")
    error = sqrt(float(np.linalg.inv(information)[1, 1]))
    scale, shape = float(np.exp(theta[0])), float(np.exp(theta[1]))
    threshold = scale * (-log(1 - (TARGET - GUESS) / (1 - GUESS - LAPSE))) ** (1 / shape)
    if error > LARGEST_ERROR:
        return _not_identified(f"the slope has a standard error of {error:.0%}")
    if not levels[0] <= threshold <= levels[-1]:
        return _not_identified("the threshold lies outside the exposures shown")
    return {
        "identified": True,
        "alpha": scale,
        "beta": shape,
        "nll": nll,
        "threshold_75pct_ms": threshold,
    }


def _weibull_terms(
    theta: Floats, levels: Floats, shown: Floats, hits: Floats
) -> tuple[float, Floats, Floats]:
    """Negative log-likelihood, slope and Fisher information in the logarithms of alpha and beta."""
    shape = float(np.exp(theta[1]))
    log_u = np.clip(shape * (np.log(levels) - theta[0]), -50, 50)
    u = np.exp(log_u)
    span = 1 - GUESS - LAPSE
    p = GUESS + span * -np.expm1(-u)
    nll = -float(hits @ np.log(p) + (shown - hits) @ np.log1p(-p))
    gradient = (span * np.exp(-u) * u) * np.stack((np.full_like(u, -shape), log_u))
    slope = gradient @ ((hits - shown * p) / (p * (1 - p)))
    return nll, slope, (gradient * (shown / (p * (1 - p)))) @ gradient.T


def _not_identified(why: str) -> Json:
    return {"identified": False, "note": f"{why}: do not test with this curve"}
