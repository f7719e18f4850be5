"""Writes designs.json: small simulated data, and what other people's code makes of them.

Run in an environment of its own with choix 0.4.1, statsmodels 0.15.0, sureal 0.9.0, numpy and scipy:

    python designs_script.py > designs.json
"""

import contextlib
import io
import json

import choix
import numpy as np
import statsmodels.api as sm
from statsmodels.discrete.conditional_models import ConditionalLogit
from sureal.dataset_reader import RawDatasetReader
from sureal.subjective_model import BiasremvMosModel, SubjectMLEModelProjectionSolver

rng = np.random.default_rng(20261130)
PEOPLE, PHOTOS = 12, 9


def ids(n):
    return rng.integers(0, PEOPLE, n), rng.integers(0, PHOTOS, n)


def softmax_choice(utility):
    return int(np.argmax(utility + rng.gumbel(size=len(utility))))


def conditional(design, choice, taken):
    model = ConditionalLogit(taken.astype(float), design, groups=choice)
    found = model.fit(method="newton", disp=False, maxiter=100)
    return found.params, found.bse


def two_way(design, residual, bread, who, photo):
    """Sandwich with G/(G-1) for people, photos and cells; also what statsmodels' cov_cluster gives."""
    total = 0.0
    for codes, sign in ((who, 1), (photo, 1), (who * 1000 + photo, -1)):
        _, code = np.unique(codes, return_inverse=True)
        g = code.max() + 1
        sums = np.stack([np.bincount(code, column * residual) for column in design.T], axis=1)
        total = total + sign * g / (g - 1) * bread @ sums.T @ sums @ bread
    return total


def poisson_two_way(design, choice, taken, who, photo):
    """Errors of a conditional logit: a Poisson regression with a level per choice has the same scores."""
    dummies = np.eye(choice.max() + 1)[choice]
    full = np.column_stack((design, dummies))
    fit = sm.GLM(taken.astype(float), full, family=sm.families.Poisson()).fit(tol=1e-14, maxiter=200)
    bread = np.linalg.inv(full.T @ (full * fit.mu[:, None]))
    return np.sqrt(np.diag(two_way(full, taken - fit.mu, bread, who, photo)))[: design.shape[1]]


def preference():
    n, strength = 400, np.array([0.0, 0.8, -0.4])
    who, photo = ids(n)
    left = rng.integers(0, 3, n)
    right = (left + rng.integers(1, 3, n)) % 3
    outcome = np.array(
        [
            softmax_choice(
                np.array([strength[a] + 0.15, strength[b] - 0.15, (strength[a] + strength[b]) / 2 - 0.3])
            )
            for a, b in zip(left, right, strict=True)
        ]
    )
    eye = np.eye(3)
    rows = np.stack((eye[left], eye[right], (eye[left] + eye[right]) / 2), axis=1)
    plain = np.concatenate((rows[:, :, 1:], np.broadcast_to([[0.0], [0.0], [1.0]], (n, 3, 1))), axis=2)
    side = np.concatenate((np.broadcast_to([[0.5], [-0.5], [0.0]], (n, 3, 1)), plain), axis=2)
    choice, taken = np.repeat(np.arange(n), 3), (outcome[:, None] == np.arange(3)).ravel()
    params, errors = conditional(plain.reshape(-1, 3), choice, taken)
    sided, sided_errors = conditional(side.reshape(-1, 4), choice, taken)
    clustered = poisson_two_way(plain.reshape(-1, 3), choice, taken, np.repeat(who, 3), np.repeat(photo, 3))
    kept = outcome < 2
    pairs = [
        (int(a), int(b)) if out == 0 else (int(b), int(a))
        for a, b, out in zip(left[kept], right[kept], outcome[kept], strict=True)
    ]
    without = choix.opt_pairwise(3, pairs, tol=1e-12)
    return {
        "data": {"who": who, "photo": photo, "left": left, "right": right, "outcome": outcome},
        "davidson_conditional_logit": {"params": params, "bse": errors, "two_way_G_adj": clustered},
        "davidson_with_side": {"params": sided, "bse": sided_errors},
        "choix_opt_pairwise_without_ties": without - without[0],
    }


def ranked():
    n, strength, slot_habit = 300, np.array([0.0, 0.6, -0.5, 0.3, 0.9]), np.array([0.2, 0.0, -0.1, -0.1])
    who, photo = ids(n)
    shown = np.stack([rng.permutation(5)[:4] for _ in range(n)])
    order = np.stack([np.argsort(-(strength[row] + slot_habit + rng.gumbel(size=4))) for row in shown])
    arms = np.take_along_axis(shown, order, axis=1)
    top1 = choix.opt_top1(5, [(int(row[0]), [int(x) for x in row[1:]]) for row in arms], tol=1e-12)
    full = choix.opt_rankings(5, [[int(x) for x in row] for row in arms], tol=1e-12)
    # Best, then worst of the three left, as one conditional logit.
    design, choice, taken, people, photos = [], [], [], [], []
    eye, coded = np.eye(5)[:, 1:], np.vstack((-np.ones(3), np.eye(3)))
    stage = 0
    for trial in range(n):
        for sign, slots, pick in (
            (1, range(4), order[trial, 0]),
            (-1, [s for s in range(4) if s != order[trial, 0]], order[trial, 3]),
        ):
            for slot in slots:
                place = np.zeros(6)
                place[:3] = coded[slot] * (sign == 1)
                place[3:] = coded[slot] * (sign == -1)
                design.append(np.concatenate((sign * eye[shown[trial, slot]], place)))
                choice.append(stage), taken.append(slot == pick)
                people.append(who[trial]), photos.append(photo[trial])
            stage += 1
    design, choice, taken = np.array(design), np.array(choice), np.array(taken)
    params, errors = conditional(design, choice, taken)
    clustered = poisson_two_way(design, choice, taken, np.array(people), np.array(photos))
    return {
        "data": {"who": who, "photo": photo, "shown": shown, "order": order},
        "choix_opt_top1": top1 - top1[0],
        "choix_opt_rankings": full - full[0],
        "best_worst_conditional_logit": {"params": params, "bse": errors, "two_way_G_adj": clustered},
    }


def ratings():
    quality = np.array([2.4, 3.1, 4.2])
    # Everybody judges nearly everything; a seventh is missing.
    kept = np.flatnonzero(rng.random(PEOPLE * PHOTOS * 3) < 6 / 7)
    who, photo, arm = kept // (PHOTOS * 3), kept // 3 % PHOTOS, kept % 3
    n = len(kept)
    bias, sd = rng.normal(0, 0.5, PEOPLE), rng.uniform(0.4, 1.2, PEOPLE)
    value = (
        quality[arm] + rng.normal(0, 0.4, (PHOTOS, 3))[photo, arm] + bias[who] + rng.normal(0, 1, n) * sd[who]
    )
    rating = np.clip(np.round(value), 1, 5)
    means = np.eye(3)[arm]
    fit = sm.OLS(rating, means).fit()
    bread = np.linalg.inv(means.T @ means)
    errors = np.sqrt(np.diag(two_way(means, fit.resid, bread, who, photo)))
    exposure = np.array([500.0, 1000.0, 4000.0])[rng.integers(0, 3, len(rating))]
    full = np.column_stack((means, np.log2(exposure)))
    slope = sm.OLS(rating, full).fit()
    slope_bread = np.linalg.inv(full.T @ full)
    slope_error = np.sqrt(two_way(full, slope.resid, slope_bread, who, photo)[3, 3])
    pictures, picture = np.unique(photo * 3 + arm, return_inverse=True)
    table = np.full((len(pictures), PEOPLE), np.nan)
    table[picture, who] = rating
    dataset = type(
        "Dataset",
        (),
        {
            "dataset_name": "x",
            "yuv_fmt": "x",
            "width": 1,
            "height": 1,
            "ref_score": 5.0,
            "ref_videos": [{"content_id": 0, "content_name": "x", "path": "x"}],
            "dis_videos": [
                {
                    "content_id": 0,
                    "asset_id": place,
                    "path": f"x{place}",
                    "os": {
                        f"{person:02d}": float(score)
                        for person, score in enumerate(row)
                        if np.isfinite(score)
                    },
                }
                for place, row in enumerate(table)
            ],
        },
    )
    found = {}
    for name, model in (("p913", BiasremvMosModel), ("p910", SubjectMLEModelProjectionSolver)):
        with contextlib.redirect_stdout(io.StringIO()):
            found[name] = model(RawDatasetReader(dataset)).run_modeling()
    return {
        "data": {"who": who, "photo": photo, "arm": arm, "rating": rating, "exposure": exposure},
        "ols": {"mean": fit.params, "two_way_G_adj": errors},
        "trend": {"slope": slope.params[3], "two_way_G_adj": slope_error},
        "sureal_bias_removed": found["p913"]["quality_scores"],
        "sureal_projection": {
            name: found["p910"][name]
            for name in ("quality_scores", "observer_bias", "observer_inconsistency")
        },
    }


def plain(value):
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return np.asarray(value).tolist()


print(json.dumps(plain({"preference": preference(), "ranked": ranked(), "ratings": ratings()})))
