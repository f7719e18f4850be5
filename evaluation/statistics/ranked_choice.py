"""Best of N, best and worst, and rankings of N pictures at once: strengths with crossed intervals.

The best is chosen with chances proportional to the exponential of strengths (Luce, Individual Choice
Behavior, 1959); a second best among the rest (Plackett, Applied Statistics 24 (1975) 193-202); the worst
among the rest with the sign reversed (sequential best-worst: Marley & Louviere, J. Mathematical Psychology
49 (2005) 464-480). The parts of one trial are one cluster, as are all of a person and all of a photo.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from evaluation.statistics.arrays import AnyCodes, Bools, Floats, Ints, Json
from evaluation.statistics.choice_model import (
    Alternatives,
    Fitted,
    connected_groups,
    fit,
    strongly_connected,
    taken,
)
from evaluation.statistics.crossed import NO_PHOTOS, t_interval
from evaluation.statistics.intervals import check_alpha
from evaluation.statistics.joint import Joint

FEWEST, MOST = 2, 6
NONE = -1


@dataclass(frozen=True)
class RankedChoices:
    """One row for each trial: which condition stood in which slot, and which slots were chosen.

    `shown` (n, slots) codes conditions, NONE where a slot was empty; `best` (n, places) holds the slot chosen
    first, then second and so on, NONE for places that were not asked; `worst` (n,) the slot chosen as worst,
    NONE where it was not asked. `photo` is None where nobody knows it.
    """

    participant: AnyCodes
    shown: Ints
    best: Ints
    labels: tuple[str, ...]
    worst: Ints | None = None
    photo: AnyCodes | None = None

    def take(self, rows: Bools) -> RankedChoices:
        """Some of the trials, at least one; conditions that none of them shows stay in `labels`."""
        return taken(self, rows)

    def __post_init__(self) -> None:
        if len(self.shown) == 0:
            raise ValueError("no choices: strengths need at least one trial")
        if self.best.ndim != 2:
            raise ValueError(f"best has a column for each place, not shape {self.best.shape}")
        filled = (self.shown != NONE).sum(axis=1)
        ranked = np.sort(self.shown, axis=1)
        twice = ((np.diff(ranked, axis=1) == 0) & (ranked[:, 1:] != NONE)).any(axis=1)
        wrong = twice | (filled < FEWEST) | (filled > MOST)
        if wrong.any():
            trial = int(np.flatnonzero(wrong)[0]) + 1
            raise ValueError(f"trial {trial} must show {FEWEST} to {MOST} different conditions")
        worst = np.full(len(self.shown), NONE) if self.worst is None else self.worst
        chosen = np.column_stack((self.best, worst))
        taken = np.take_along_axis(self.shown, np.maximum(chosen, 0), axis=1)
        if np.any((chosen != NONE) & (taken == NONE)):
            raise ValueError("a slot was chosen that showed nothing")
        ordered = np.sort(chosen, axis=1)
        if np.any((np.diff(ordered, axis=1) == 0) & (ordered[:, 1:] != NONE)):
            raise ValueError("a slot was chosen twice in one trial")
        if np.any(self.best[:, 0] == NONE):
            raise ValueError("a trial without a best choice says nothing; leave it out")


def ranked_choice(choices: RankedChoices, alpha: float = 0.05) -> Json:
    """Strengths relative to the first condition by name, all differences, and the chance to be chosen.

    `strengths` are against the average of all conditions (log-odds); `pairwise` differences have Holm's p and
    simultaneous intervals; `chance_best` is how often a condition would be called best if all stood side by
    side, `chance_equal` what it would be if they were alike. `position` holds the habit of choosing a slot,
    as log-odds against the average slot; strengths are those beside it. `win_matrix` counts who was chosen
    before whom. Without a path of wins between all, `connected` is False, and `reason`
    and `groups` say between whom.
    """
    check_alpha(alpha)
    found = estimate(choices)
    models, plain, joint = found.models, found.plain, found.joint
    wins = found.stages.wins(len(models))
    result = _counts(choices, models, wins)
    if plain is None or joint is None:
        groups = connected_groups(wins, models)
        return result | {
            "connected": False,
            "reason": found.reason,
            "groups": groups if len(groups) > 1 else [],
            "strengths": None,
            "ranking": None,
        }
    k, order_found = len(models), joint.order(alpha)
    return result | {
        "connected": True,
        "reason": "" if choices.photo is not None else NO_PHOTOS,
        "estimand": joint.estimand,
        "log_strength": joint.values.tolist(),
        "strengths": joint.centred.each(alpha),
        "chance_best": chance_best(joint, alpha),
        "chance_equal": 1 / k,
        "position": _positions(plain if found.sided else None, k, found.stages.slots, alpha),
        "log_likelihood": plain.log_likelihood,
        "ranking": [each["label"] for each in order_found],
        "order": order_found,
        "pairwise": joint.pairs(alpha),
    }


@dataclass(frozen=True)
class Estimated:
    """The strengths in `joint`, relative to the first condition by name; None, and `reason` says why.

    `sided`: they are those beside the habit of choosing a slot.
    """

    models: tuple[str, ...]
    stages: Stages
    plain: Fitted | None
    sided: bool
    joint: Joint | None
    reason: str


def estimate(choices: RankedChoices) -> Estimated:
    """The strengths of all conditions together, without what is derived from them."""
    order = sorted(range(len(choices.labels)), key=lambda code: choices.labels[code])
    models = tuple(choices.labels[code] for code in order)
    stages = Stages.of(choices, np.append(np.argsort(order), NONE))
    connected, reason = strongly_connected(stages.wins(len(models)), models)
    if not connected:
        return Estimated(models, stages, None, False, None, reason)
    sided = fit(stages.alternatives(len(models), with_positions=True))
    plain = sided or fit(stages.alternatives(len(models), with_positions=False))
    if plain is None:
        reason = "the strengths have no finite estimates: too few choices"
        return Estimated(models, stages, None, False, None, reason)
    return Estimated(models, stages, plain, sided is not None, _strengths(models, plain), "")


def _counts(choices: RankedChoices, models: tuple[str, ...], wins: Ints) -> Json:
    """How often each was shown, called best and called worst, and who was chosen before whom."""
    k = len(models)

    def counted(slots: Ints) -> Ints:
        kept = slots != NONE
        codes = choices.shown[np.flatnonzero(kept), slots[kept]]
        return np.asarray(np.bincount(codes, minlength=k))

    shown = np.bincount(choices.shown[choices.shown != NONE], minlength=k)
    best = counted(choices.best[:, 0])
    worst = None if choices.worst is None else counted(choices.worst)
    rows: list[Json] = []
    for model in models:
        code = choices.labels.index(model)
        row: Json = {"model": model, "shown": int(shown[code]), "best": int(best[code])}
        rows.append(row if worst is None else row | {"worst": int(worst[code])})
    return {
        "n": len(choices.shown),
        "participants": int(np.count_nonzero(np.bincount(choices.participant))),
        "photos": None if choices.photo is None else int(np.count_nonzero(np.bincount(choices.photo))),
        "models": list(models),
        "reference": models[0],
        "counts": rows,
        "win_matrix": wins.tolist(),
    }


@dataclass(frozen=True)
class Stages:
    """Each choice from a set that remained: conditions by slot (s, slots), the slot chosen, and its trial.

    `sign` (s,) is 1 for a best and -1 for a worst choice.
    """

    shown: Ints
    chosen: Ints
    sign: Floats
    participant: AnyCodes
    photo: AnyCodes | None

    @property
    def slots(self) -> int:
        return int(self.shown.shape[1])

    @classmethod
    def of(cls, choices: RankedChoices, place: Ints) -> Stages:
        """`place` gives the place of each condition by name; its last entry is NONE, for empty slots."""
        left = np.asarray(place[choices.shown])
        shown, chosen, sign, trial = [], [], [], []
        asked = [(column, 1.0) for column in choices.best.T]
        if choices.worst is not None:
            asked.append((choices.worst, -1.0))
        for slots, direction in asked:
            # A choice from one picture is none.
            rows = np.flatnonzero((slots != NONE) & ((left != NONE).sum(axis=1) > 1))
            shown.append(left[rows])
            chosen.append(slots[rows])
            sign.append(np.full(len(rows), direction))
            trial.append(rows)
            left = left.copy()
            done = np.flatnonzero(slots != NONE)
            left[done, slots[done]] = NONE
        rows = np.concatenate(trial)
        return cls(
            np.concatenate(shown),
            np.concatenate(chosen),
            np.concatenate(sign),
            choices.participant[rows],
            None if choices.photo is None else choices.photo[rows],
        )

    def wins(self, conditions: int) -> Ints:
        """How often the condition of the row was put before that of the column."""
        found = np.zeros((conditions, conditions), dtype=np.int64)
        own = self.shown[np.arange(len(self.shown)), self.chosen]
        for slot in range(self.slots):
            rows = np.flatnonzero((self.shown[:, slot] != NONE) & (self.chosen != slot))
            for direction in (1.0, -1.0):
                kept = rows[self.sign[rows] == direction]
                one, other = own[kept], self.shown[kept, slot]
                np.add.at(found, (one, other) if direction > 0 else (other, one), 1)
        return found

    def alternatives(self, conditions: int, *, with_positions: bool) -> Alternatives:
        """Columns: conditions beside the first, then slots beside the first, of best and of worst choices.

        Slots are coded so that they add up to 0: strengths are those at the average slot.
        """
        stage, slot = np.nonzero(self.shown != NONE)
        design = self.sign[stage, None] * np.eye(conditions)[self.shown[stage, slot]][:, 1:]
        if with_positions:
            coded = np.eye(self.slots)[slot][:, 1:] - (slot == 0)[:, None]
            for direction in np.unique(self.sign)[::-1]:
                design = np.column_stack((design, coded * (self.sign[stage] == direction)[:, None]))
        return Alternatives(
            design,
            stage.astype(np.int64),
            np.asarray(slot == self.chosen[stage]),
            self.participant[stage],
            None if self.photo is None else self.photo[stage],
        )


def _strengths(models: tuple[str, ...], found: Fitted) -> Joint:
    own = len(models) - 1
    moves = np.vstack((np.zeros(len(found.theta)), found.covariance[:own]))
    return Joint(models, np.append(0.0, found.theta[:own]), moves, found.crossed)


def chance_best(joint: Joint, alpha: float) -> list[Json]:
    """Of being chosen from all conditions at once; the interval is symmetric in log-odds (delta method)."""
    chances = softmax(joint.values)
    rows: list[Json] = []
    for place, chance in enumerate(chances):
        # The log-odds against all others move by 1 with the own strength, and by their shares with theirs.
        others = chances / (1 - chance)
        found = joint.interval(np.where(np.arange(len(chances)) == place, 1.0, -others), alpha)
        half = None if found["ci"] is None else (found["ci"][1] - found["ci"][0]) / 2
        centre = float(np.log(chance / (1 - chance)))
        ends = None if half is None else [_share(centre - half), _share(centre + half)]
        rows.append(
            {
                "model": joint.labels[place],
                "chance": float(chance),
                "ci": ends,
                "estimand": found["estimand"],
                "reason": found["reason"],
            }
        )
    return rows


def _share(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-log_odds)))


def _positions(found: Fitted | None, conditions: int, slots: int, alpha: float) -> Json:
    """The habit of choosing each slot as best and as worst, against the average slot."""
    if found is None:
        return {"reason": "the slots cannot be told from the conditions", "best": None, "worst": None}
    result: Json = {"reason": "", "best": None, "worst": None}
    first = conditions - 1
    for name in ("best", "worst"):
        if first + slots - 1 > len(found.theta):
            break
        # The first slot is what makes all add up to 0.
        coded = np.vstack((-np.ones(slots - 1), np.eye(slots - 1)))
        rows = []
        for slot in range(slots):
            contrast = np.zeros(len(found.theta))
            contrast[first : first + slots - 1] = coded[slot]
            basis = found.crossed.basis(found.covariance @ contrast)
            value = float(contrast @ found.theta)
            rows.append({"slot": slot} | t_interval(value, basis, found.crossed.estimand, alpha, null=0.0))
        result[name] = rows
        first += slots - 1
    return result
