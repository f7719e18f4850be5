"""Preferences between colorizations: Bradley-Terry abilities with errors clustered by people and photos.

Bradley & Terry, Biometrika 39 (1952) 324-345. The logarithm of the odds that a is preferred to b is the
difference of their abilities. A photo on which one condition happens to do well is shown to many people:
clustered by people alone, conditions that do not differ come out significant in half of all large studies.
Ties: Davidson, JASA 65 (1970) 317-328, where a tie is the likelier the nearer the abilities. The side effect
is that of Davidson & Beaver, Biometrics 33 (1977) 693-702, in the form in which swapping sides mirrors it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from math import exp, sqrt

import numpy as np
from scipy.special import expit

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

LEFT, RIGHT, TIE = 0, 1, 2
NO_WINS = "all choices are ties: nothing says how far the conditions are apart"
ONE_WAY = "only ties lead back from the winners to the losers: the abilities have no finite estimates"


@dataclass(frozen=True)
class Preferences:
    """One row for each choice between two conditions, all of shape (n,); codes point into `labels`.

    `photo` codes the photo that both pictures were made of; None where the file does not say. `tied` marks
    the choices that preferred neither (`chose_left` says nothing there); None where ties were not offered.
    `left_first` says that the left picture came before the right one; None where both came at once.
    """

    participant: AnyCodes
    left: AnyCodes
    right: AnyCodes
    chose_left: Bools
    labels: tuple[str, ...]
    photo: AnyCodes | None = None
    tied: Bools | None = None
    left_first: Bools | None = None

    def __post_init__(self) -> None:
        if len(self.left) == 0:
            raise ValueError("no preferences: abilities need at least one choice between two conditions")
        if np.any(self.left == self.right):
            row = int(np.flatnonzero(self.left == self.right)[0]) + 1
            raise ValueError(f"choice {row} is between a condition and itself; leave it out")

    @property
    def outcome(self) -> Ints:
        """LEFT, RIGHT or TIE."""
        found = np.where(self.chose_left, LEFT, RIGHT)
        return np.asarray(found if self.tied is None else np.where(self.tied, TIE, found), dtype=np.int64)

    def wins(self) -> Ints:
        """How often the condition of the row was preferred to that of the column."""
        kept = self.outcome != TIE
        winner = np.where(self.chose_left, self.left, self.right)[kept].astype(np.int64)
        loser = np.where(self.chose_left, self.right, self.left)[kept]
        return self._counted(winner, loser)

    def ties(self) -> Ints:
        """How often neither of two conditions was preferred, symmetric."""
        tied = self.outcome == TIE
        found = self._counted(self.left[tied].astype(np.int64), self.right[tied])
        return found + found.T

    def take(self, rows: Bools) -> Preferences:
        """Some of the choices, at least one; conditions without any stay in `labels`."""
        return taken(self, rows)

    def _counted(self, one: Ints, other: AnyCodes) -> Ints:
        k = len(self.labels)
        return np.asarray(np.bincount(one * k + other, minlength=k * k).reshape(k, k))


def bradley_terry(choices: Preferences, alpha: float = 0.05) -> Json:
    """Abilities relative to the first condition by name, their errors, the differences and the ranking.

    `se` takes choices as independent, `se_cluster_participant` (HC0 times G/(G-1)) lets those of a person
    depend on each other, `se_two_way` those of a photo as well, with the guard of every other two-way
    variance (`se_two_way_G_adj`: as other software has it, without the guard). The intervals and tests in
    `pairwise` use the two-way variance where the photos are known; `these_photos` of each pair clusters by
    people only. `share_a` is the chance that a is preferred to b where one of them is, for an average person
    and photo; `simultaneous_ci` holds for all pairs at once. `strengths` are abilities against the average of
    all conditions, `order` how sure the ranking is. `with_left_side_effect` adds a habit of choosing left.
    `ties` is there where ties were offered: their share, and the logarithm of Davidson's tie parameter.
    Without a path of wins (a tie leads both ways) between all conditions no abilities exist (Ford, American
    Math. Monthly 64 (1957) 28-33): then `connected` is False, and `reason` and `groups` name the groups.
    """
    check_alpha(alpha)
    found = estimate(choices)
    models, trials, plain, joint = found.models, found.trials, found.plain, found.joint
    result = _counts(choices, models, found.wins, found.ties)
    if plain is None or joint is None:
        groups = connected_groups(found.wins + found.ties, models)
        return result | {
            "connected": False,
            "reason": found.reason,
            "groups": groups if len(groups) > 1 else [],
            "log_ability": None,
            "ranking": None,
        }
    ability = joint.values
    return result | {
        "photos": None if choices.photo is None else int(np.count_nonzero(np.bincount(choices.photo))),
        "connected": True,
        "reason": "" if choices.photo is not None else NO_PHOTOS,
        "estimand": joint.estimand,
        "log_ability": ability.tolist(),
        "se": np.sqrt(np.append(0.0, np.diag(plain.covariance)[: len(models) - 1])).tolist(),
        "se_cluster_participant": _errors_by_people(joint),
        **_two_way_errors(joint),
        "strengths": joint.centred.each(alpha),
        "chance_preferred": chance_preferred(joint, alpha),
        "with_left_side_effect": _left_side(trials, plain, len(models), alpha),
        **_first_effect(choices, trials, plain, alpha),
        "ties": _ties(plain, found.ties, choices, trials, alpha),
        "ranking": [models[place] for place in sorted(range(len(models)), key=lambda place: -ability[place])],
        "order": joint.order(alpha),
        "pairwise": _differences(joint, plain, trials, alpha),
    }


@dataclass(frozen=True)
class Estimated:
    """The abilities in `joint`, relative to the first condition by name; None, and `reason` says why."""

    models: tuple[str, ...]
    wins: Ints
    ties: Ints
    trials: _Trials
    plain: Fitted | None
    joint: Joint | None
    reason: str


def estimate(choices: Preferences) -> Estimated:
    """The abilities of all conditions together, without what is derived from them."""
    order = sorted(range(len(choices.labels)), key=lambda code: choices.labels[code])
    models = tuple(choices.labels[code] for code in order)
    wins, ties = (found[np.ix_(order, order)] for found in (choices.wins(), choices.ties()))
    connected, reason = strongly_connected(wins + ties, models)
    trials = _Trials.of(choices, np.argsort(order), with_ties=bool(ties.any()))
    plain = fit(trials.alternatives) if connected else None
    if plain is None:
        reason = reason or (ONE_WAY if wins.any() else NO_WINS)
        return Estimated(models, wins, ties, trials, None, None, reason)
    return Estimated(models, wins, ties, trials, plain, _abilities(models, plain), "")


def chance_preferred(joint: Joint, alpha: float) -> list[Json]:
    """The chance that each is preferred where one is: to the other of two, else to one of average ability."""
    k = len(joint.labels)
    against = np.full((k, k), 1 / k) if k > 2 else 1 - np.eye(k)
    rows: list[Json] = []
    for place, model in enumerate(joint.labels):
        found = joint.interval(np.eye(k)[place] - against[place], alpha)
        ends = None if found["ci"] is None else [float(expit(end)) for end in found["ci"]]
        rows.append(
            {
                "model": model,
                "chance": float(expit(found["estimate"])),
                "ci": ends,
                "estimand": found["estimand"],
                "reason": found["reason"],
            }
        )
    return rows


def _counts(choices: Preferences, models: tuple[str, ...], wins: Ints, ties: Ints) -> Json:
    """What was chosen how often."""
    pairs: list[Json] = []
    for a, b in combinations(range(len(models)), 2):
        pair: Json = {"a": models[a], "b": models[b], "wins_a": int(wins[a, b]), "wins_b": int(wins[b, a])}
        pairs.append(pair if choices.tied is None else pair | {"ties": int(ties[a, b])})
    return {
        "n": len(choices.left),
        "participants": int(np.count_nonzero(np.bincount(choices.participant))),
        "models": list(models),
        "reference": models[0],
        "win_matrix_pairs": pairs,
    }


@dataclass(frozen=True)
class _Trials:
    """The choices as alternatives: k - 1 columns for the abilities, one for ties where there were some."""

    alternatives: Alternatives
    side: Floats
    """1/2 for each left picture, -1/2 for each right one, 0 for a tie."""
    with_ties: bool

    @classmethod
    def of(cls, choices: Preferences, place: Ints, *, with_ties: bool) -> _Trials:
        n, k = len(choices.left), len(choices.labels)
        unit = np.eye(k)
        left, right = unit[place[choices.left]], unit[place[choices.right]]
        kinds = [left, right, (left + right) / 2] if with_ties else [left, right]
        m = len(kinds)
        # The ability of the first condition is 0: its column is left out.
        design = np.stack(kinds, axis=1).reshape(n * m, k)[:, 1:]
        if with_ties:
            design = np.column_stack((design, np.tile([0.0, 0.0, 1.0], n)))
        rows = Alternatives(
            design,
            np.repeat(np.arange(n), m),
            np.asarray((choices.outcome[:, None] == np.arange(m)).ravel()),
            np.repeat(choices.participant, m),
            None if choices.photo is None else np.repeat(choices.photo, m),
        )
        return cls(rows, np.tile([0.5, -0.5, 0.0][:m], n), with_ties)

    def with_habit(self, drawn: Floats) -> Alternatives:
        """With a first column for a habit that draws to some alternatives and from others."""
        rows = self.alternatives
        return replace(rows, design=np.column_stack((drawn, rows.design)))


def _abilities(models: tuple[str, ...], found: Fitted) -> Joint:
    """Those of the first k - 1 parameters, and the 0 of the first condition."""
    own = len(models) - 1
    moves = np.vstack((np.zeros(len(found.theta)), found.covariance[:own]))
    return Joint(models, np.append(0.0, found.theta[:own]), moves, found.crossed)


def _errors_by_people(joint: Joint) -> list[float | None]:
    """Of the abilities beside the first: HC0 times G/(G - 1); None with one participant."""
    crossed = joint.crossed
    people = int(np.count_nonzero(np.bincount(crossed.participant)))
    if people < 2:
        return [None] * (len(joint.labels) - 1)
    errors: list[float | None] = []
    for moves in joint.moves[1:]:
        totals = np.bincount(crossed.participant, crossed.design @ moves * crossed.residual)
        errors.append(sqrt(float(np.dot(totals, totals)) * people / (people - 1)))
    return errors


def _two_way_errors(joint: Joint) -> Json:
    """Of the abilities beside the first: as the intervals have them, and as other software prints them."""
    if joint.crossed.photo is None:
        return {"se_two_way": None, "se_two_way_G_adj": None}
    bases = [joint.crossed.basis(moves) for moves in joint.moves[1:]]
    variances = [joint.crossed.textbook_variance(moves) for moves in joint.moves[1:]]
    return {
        "se_two_way": [None if basis is None else sqrt(basis.variance) for basis in bases],
        "se_two_way_G_adj": [None if variance is None else sqrt(variance) for variance in variances],
    }


def _left_side(trials: _Trials, plain: Fitted, conditions: int, alpha: float) -> Json:
    """The habit of choosing left, as log-odds between equals, and the abilities beside it."""
    habit, abilities, se, reason = _habit(trials, trials.side, plain, alpha)
    # Whoever always chooses one side says nothing of the conditions that could be told from it.
    return {
        "estimand": plain.crossed.estimand,
        "left_logit": habit and habit["estimate"],
        "left_logit_interval": habit,
        "se": se,
        "log_ability": None if abilities is None else abilities[: conditions - 1].tolist(),
        "reason": reason and "the sides cannot be told from the conditions",
    }


def _first_effect(choices: Preferences, trials: _Trials, plain: Fitted, alpha: float) -> Json:
    """The habit of choosing what came first, as log-odds between equals; nothing where both came at once."""
    if choices.left_first is None:
        return {}
    outcomes = len(trials.side) // len(choices.left)
    first = trials.side * np.repeat(np.where(choices.left_first, 1.0, -1.0), outcomes)
    habit, _, _, reason = _habit(trials, first, plain, alpha)
    reason = reason and "the order cannot be told from the conditions"
    return {"with_first_effect": {"first_logit_interval": habit, "reason": reason}}


def _habit(
    trials: _Trials, drawn: Floats, plain: Fitted, alpha: float
) -> tuple[Json | None, Floats | None, float | None, str]:
    """Its interval and naive error, and the abilities beside it; or why there are none."""
    found = fit(trials.with_habit(drawn))
    if found is None:
        return None, None, None, "the habit cannot be told from the conditions"
    basis = found.crossed.basis(found.covariance[:, 0])
    interval = t_interval(float(found.theta[0]), basis, plain.crossed.estimand, alpha, null=0.0)
    return interval, found.theta[1:], float(np.sqrt(found.covariance[0, 0])), ""


def _ties(plain: Fitted, ties: Ints, choices: Preferences, trials: _Trials, alpha: float) -> Json | None:
    """Their share, and the tie parameter; None where ties were not offered."""
    if choices.tied is None:
        return None
    n = int(ties.sum()) // 2
    found: Json = {"n": n, "share": n / len(choices.left), "log_tie": None}
    if not trials.with_ties:
        return found
    estimate = float(plain.theta[-1])
    basis = plain.crossed.basis(plain.covariance[:, -1])
    return found | {"log_tie": t_interval(estimate, basis, plain.crossed.estimand, alpha)}


def _differences(joint: Joint, plain: Fitted, trials: _Trials, alpha: float) -> list[Json]:
    """Each pair, with the chance to be preferred; nothing with a single participant."""
    if np.count_nonzero(np.bincount(joint.crossed.participant)) < 2:
        return []
    by_people = joint.these_photos
    named = ("estimand", "se", "df", "ci", "simultaneous_ci", "reason", "p_t", "p_t_holm")
    results: list[Json] = []
    for pair, alone in zip(joint.pairs(alpha), by_people.pairs(alpha), strict=True):
        results.append(
            {name: pair[name] for name in ("a", "b", "diff")}
            | _chances(pair, plain.theta[-1] if trials.with_ties else None)
            | {name: pair[name] for name in named}
            | {"these_photos": {name: alone[name] for name in named}}
        )
    return results


def _chances(pair: Json, log_tie: float | None) -> Json:
    """That a is preferred to b where one is, with intervals, and how often a, neither and b is preferred."""
    difference = pair["diff"]
    found: Json = {"share_a": float(expit(difference)), "share_a_ci": None, "share_a_simultaneous_ci": None}
    for kind in ("ci", "simultaneous_ci"):
        if pair[kind] is not None:
            found[f"share_a_{kind}"] = [float(expit(end)) for end in pair[kind]]
    if log_tie is None:
        return found
    # Relative to the geometric mean of both abilities.
    one, other, tie = exp(difference / 2), exp(-difference / 2), exp(log_tie)
    whole = one + other + tie
    return found | {"chance_a": one / whole, "chance_tie": tie / whole, "chance_b": other / whole}
