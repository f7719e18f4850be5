"""Simulated answers with planted effects, one function a design; and what each design then estimates.

Effects are drawn anew for each study, so that intervals for new people and new photos can be held against
the planted values. Where an estimate is an average over people and photos, the planted value is averaged too.
"""

import numpy as np
from scipy.special import expit, ndtr, ndtri

from evaluation.statistics.bradley_terry import Preferences
from evaluation.statistics.choice_model import fit
from evaluation.statistics.confidence import ConfidentAnswers
from evaluation.statistics.exposure_levels import Exposed
from evaluation.statistics.opinion_scores import Ratings
from evaluation.statistics.ranked_choice import NONE, RankedChoices, Stages
from evaluation.statistics.simulation import normal_nodes
from evaluation.statistics.single_arms import ArmJudgements
from evaluation.statistics.staircase import Rule, Steps
from evaluation.statistics.table import Factor

NAMES = ("a", "b", "c", "d", "e", "f")


def who_and_what(rng, people, photos, trials):
    """Each person judges `trials` photos; none twice while there are enough.

    One trial each on as many photos: nobody and nothing occurs twice, for averages over all of them.
    """
    if trials == 1 and people == photos:
        return np.arange(people), np.arange(people)
    order = rng.random((people, photos)).argsort(axis=1)
    what = order[:, np.arange(trials) % photos]
    return np.repeat(np.arange(people), trials), what.ravel()


def utilities(rng, strength, who, what, sd_people, sd_photos):
    """Of each condition in each trial, without noise, shape (trials, conditions)."""
    k = len(strength)
    taste = rng.normal(0, sd_people, (who.max() + 1, k))
    suits = rng.normal(0, sd_photos, (what.max() + 1, k))
    return np.asarray(strength) + taste[who] + suits[what]


def preferences(
    rng, strength=(0.0, 0.5, 1.0), people=40, photos=60, trials=30, sds=(0.4, 0.6), left=0.0, log_tie=None
):
    """Choices between two conditions; with `log_tie`, ties by Davidson's rule."""
    who, what = who_and_what(rng, people, photos, trials)
    k, n = len(strength), len(who)
    first = rng.integers(0, k, n)
    second = (first + rng.integers(1, k, n)) % k
    u = utilities(rng, strength, who, what, *sds)
    rows = np.arange(n)
    one, other = u[rows, first] + left / 2, u[rows, second] - left / 2
    if log_tie is None:
        return Preferences(who, first, second, rng.random(n) < expit(one - other), NAMES[:k], what)
    appeal = np.stack((one, other, (u[rows, first] + u[rows, second]) / 2 + log_tie), axis=1)
    outcome = np.argmax(appeal + rng.gumbel(size=appeal.shape), axis=1)
    return Preferences(who, first, second, outcome == 0, NAMES[:k], what, tied=outcome == 2)


def exposed_preferences(rng, strengths, people=40, photos=60, trials=30, sds=(0.4, 0.6)):
    """Choices at each exposure, with the strengths that it has there; people and photos are the same at each.

    Gives the choices and the exposure of each.
    """
    who, what = who_and_what(rng, people, photos, trials)
    k, n = len(next(iter(strengths.values()))), len(who)
    level = rng.choice(sorted(strengths), n)
    first = rng.integers(0, k, n)
    second = (first + rng.integers(1, k, n)) % k
    u = utilities(rng, np.zeros(k), who, what, *sds) + np.array([strengths[each] for each in level])
    rows = np.arange(n)
    chose = rng.random(n) < expit(u[rows, first] - u[rows, second])
    return Preferences(who, first, second, chose, NAMES[:k], what), level


def averaged_abilities(strength, sds):
    """The abilities that a Bradley-Terry model has over all people and photos, relative to the first."""
    k, sd = len(strength), np.sqrt(2 * (sds[0] ** 2 + sds[1] ** 2))
    nodes, weights = normal_nodes(80)
    design, taken = [], []
    for a in range(k):
        for b in range(a):
            chance = float(weights @ expit(strength[a] - strength[b] + sd * nodes))
            design.append(np.eye(k)[a] - np.eye(k)[b])
            taken.append(chance)
    design, taken = np.array(design)[:, 1:], np.array(taken)
    theta = np.zeros(k - 1)
    for _ in range(50):
        rates = expit(design @ theta)
        theta += np.linalg.solve(
            design.T @ (design * (rates * (1 - rates))[:, None]), design.T @ (taken - rates)
        )
    return np.append(0.0, theta)


def ranked(
    rng, strength=(0.0, 0.5, 1.0, 0.2), people=40, photos=60, trials=20, sds=(0.3, 0.5), slots=3, worst=True,
    habit=0.0,
):  # fmt: skip
    """Best and worst of `slots` conditions; `habit` draws to the first slot."""
    who, what = who_and_what(rng, people, photos, trials)
    k, n = len(strength), len(who)
    shown = rng.random((n, k)).argsort(axis=1)[:, :slots]
    u = np.take_along_axis(utilities(rng, strength, who, what, *sds), shown, axis=1)
    appeal = u + habit * (np.arange(slots) == 0) + rng.gumbel(size=u.shape)
    best = appeal.argmax(axis=1)
    disgust = -u + rng.gumbel(size=u.shape)
    disgust[np.arange(n), best] = -np.inf
    return RankedChoices(
        who, shown, best[:, None], NAMES[:k], disgust.argmax(axis=1) if worst else None, what
    )


def averaged_strengths(strength, sds, slots=3, worst=True, trials=60_000, seed=9):
    """The strengths that the choice model has over all people and photos: by a study of people seen once."""
    k = len(strength)
    found = ranked(np.random.default_rng(seed), strength, trials, trials, 1, sds, slots, worst)
    stages = Stages.of(found, np.append(np.arange(k), NONE))
    return np.append(0.0, fit(stages.alternatives(k, with_positions=False)).theta)


def ratings(
    rng, quality=(2.6, 3.2, 3.6), people=24, photos=40, trials=30, sds=(0.5, 0.4), rest=0.9, reference=None
):
    """Ratings from 1 to 5, each condition rated alike often; a hidden reference rates 4.4 on average."""
    quality = np.asarray(quality)
    labels = NAMES[: len(quality)]
    if reference is not None:
        quality, labels = np.append(quality, 4.4), (*labels, reference)
    who, what = who_and_what(rng, people, photos, trials)
    k = len(quality)
    bias, suits = rng.normal(0, sds[0], people), rng.normal(0, sds[1], (photos, k))
    if reference is None:
        arm = rng.integers(0, k, len(who))
    else:  # Everybody rates all conditions of the photos they see.
        who, what, arm = np.repeat(who, k), np.repeat(what, k), np.tile(np.arange(k), len(who))
    value = quality[arm] + bias[who] + suits[what, arm] + rng.normal(0, rest, len(who))
    rating = np.clip(np.round(value), 1, 5).astype(np.int64)
    return Ratings(who, arm, rating, labels, 5, what, reference)


def mean_rating(quality, sds, rest):
    """The mean of a rounded and clipped rating over all people and photos."""
    sd = np.sqrt(sds[0] ** 2 + sds[1] ** 2 + rest**2)
    # A rating is 1 plus the number of borders below the value.
    return 1 + sum(float(ndtr((quality - border) / sd)) for border in (1.5, 2.5, 3.5, 4.5))


def single(
    rng, dprimes=(1.2, 0.4), people=30, photos=60, trials=40, sds=(0.3, 0.5), criterion=0.5, shared=True
):  # fmt: skip
    """Half fakes, of conditions in turn; people lean to one answer, pictures look more or less fake."""
    who, what = who_and_what(rng, people, photos, trials)
    n, k = len(who), len(dprimes)
    is_fake = rng.random(n) < 0.5
    arm = rng.integers(0, k, n)
    looks = rng.normal(0, sds[1], (photos, k + 1))
    evidence = np.where(is_fake, np.asarray(dprimes)[arm], 0.0) + looks[what, np.where(is_fake, arm, k)]
    called = evidence + rng.normal(0, sds[0], people)[who] + rng.normal(size=n) > criterion
    return ArmJudgements(who, np.where(is_fake, arm, -1) if shared else arm, is_fake, called, NAMES[:k], what)


def averaged_dprime(dprime, sds, criterion=0.5):
    """z(hits) - z(false alarms) over all people and photos, and the share of fakes called real."""
    wide = np.sqrt(1 + sds[0] ** 2 + sds[1] ** 2)
    hit, false = ndtr((dprime - criterion) / wide), ndtr(-criterion / wide)
    return float(ndtri(hit) - ndtri(false)), float(1 - hit)


def staircase_steps(
    rng, thresholds=(300.0, 420.0), people=20, blocks=2, trials=80, photos=40, sds=(60.0, 50.0)
):
    """Each person does blocks of one condition; photos take longer or shorter."""
    rule, k = Rule(), len(thresholds)
    condition = np.arange(people) % k
    own = np.asarray(thresholds)[condition] + rng.normal(0, sds[0], people)
    harder = rng.normal(0, sds[1], photos)
    count = people * blocks
    shown = np.stack([rng.permutation(np.arange(trials) % photos) for _ in range(count)])
    exposure, columns = np.full(count, rule.start_ms), []
    for trial in range(trials):
        photo = shown[:, trial]
        right = rng.random(count) < 0.5 + 0.5 * expit(
            (exposure - np.repeat(own, blocks) - harder[photo]) / 60
        )
        columns.append((exposure, right, photo))
        step = np.where(right, rule.after_right_ms, rule.after_wrong_ms)
        exposure = np.clip(exposure + step, rule.shortest_ms, rule.longest_ms)
    exposure, right, photo = (np.stack(column, axis=1).ravel() for column in zip(*columns, strict=True))
    who = np.repeat(np.arange(people), blocks * trials)
    return Steps(
        Factor(who.astype(np.int32), tuple(f"p{person}" for person in range(people))),
        Factor(condition[who].astype(np.int32), NAMES[:k]),
        np.tile(np.repeat(np.arange(blocks), trials), people),
        np.tile(np.arange(trials), count).astype(np.float64),
        exposure,
        right.astype(np.int64),
        photo,
    )


def exposed(
    rng, log_odds=(-1.0, -0.4), per_doubling=-0.3, people=40, photos=60, trials=40, sds=(0.5, 0.6),
    levels=(500.0, 1000.0, 4000.0),
):  # fmt: skip
    """Fooled or not, at balanced levels of the exposure."""
    who, what = who_and_what(rng, people, photos, trials)
    arm, level = rng.integers(0, len(log_odds), len(who)), rng.choice(levels, len(who))
    logit = np.asarray(log_odds)[arm] + per_doubling * np.log2(level / 1000)
    logit = logit + rng.normal(0, sds[0], people)[who] + rng.normal(0, sds[1], photos)[what]
    fooled = (rng.random(len(who)) < expit(logit)).astype(np.float64)
    return Exposed(who, arm, level, fooled, NAMES[: len(log_odds)], what)


def averaged_trend(log_odds, per_doubling, sds, levels):
    """The slope of the rate on log2 of the level, over all people and photos and conditions."""
    nodes, weights = normal_nodes(60)
    sd = float(np.hypot(*sds))
    x = np.log2(np.asarray(levels) / 1000)
    rates = np.array(
        [[weights @ expit(one + per_doubling * each + sd * nodes) for each in x] for one in log_odds]
    )
    return float(np.polyfit(x, rates.mean(axis=0), 1)[0])


def confident(rng, people=40, photos=60, trials=40, sds=(0.3, 0.5), strength=1.0, steps=4):
    """Two-choice answers by normal evidence; confidence grows with its distance from the criterion."""
    who, what = who_and_what(rng, people, photos, trials)
    evidence = strength + rng.normal(0, sds[0], people)[who] + rng.normal(0, sds[1], photos)[what]
    seen = evidence + rng.normal(size=len(who))
    borders = np.array([0.5, 1.0, 1.6])[: steps - 1]
    return ConfidentAnswers(who, seen > 0, 1 + np.searchsorted(borders, np.abs(seen)), steps, what)


def averaged_area(sds, strength=1.0, steps=4, count=2_000_000, seed=3):
    """The area under the type-2 ROC over all people and photos, by one person and photo each trial."""
    rng = np.random.default_rng(seed)
    seen = strength + rng.normal(size=count) * np.sqrt(1 + sds[0] ** 2 + sds[1] ** 2)
    step = np.searchsorted(np.array([0.5, 1.0, 1.6])[: steps - 1], np.abs(seen))
    right = np.bincount(step[seen > 0], minlength=steps) / np.count_nonzero(seen > 0)
    wrong = np.bincount(step[seen <= 0], minlength=steps) / np.count_nonzero(seen <= 0)
    below = np.cumsum(wrong) - wrong
    return float(np.sum(right * (below + wrong / 2)))
