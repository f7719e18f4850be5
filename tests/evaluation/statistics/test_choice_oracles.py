"""Choices and ratings against choix, statsmodels and sureal: tests/oracles/statistics/designs_script.py."""

import json

import numpy as np
import pytest

from evaluation.statistics.bradley_terry import Preferences, bradley_terry
from evaluation.statistics.choice_model import fit
from evaluation.statistics.exposure_levels import Exposed, by_exposure
from evaluation.statistics.joint import Joint
from evaluation.statistics.opinion_scores import Ratings, opinion_scores
from evaluation.statistics.ranked_choice import NONE, RankedChoices, Stages, ranked_choice
from evaluation.statistics.rater_bias import corrected, without_bias
from tests.evaluation.oracles import COPIES

ORACLE = json.loads((COPIES / "designs.json").read_text())


def data(name):
    return {key: np.array(value) for key, value in ORACLE[name]["data"].items()}


def preferences(*, with_ties=True):
    rows = data("preference")
    kept = np.full(len(rows["who"]), True) if with_ties else rows["outcome"] < 2
    tied = (rows["outcome"] == 2)[kept] if with_ties else None
    return Preferences(
        rows["who"][kept], rows["left"][kept], rows["right"][kept], (rows["outcome"] == 0)[kept],
        ("a", "b", "c"), rows["photo"][kept], tied,
    )  # fmt: skip


def test_davidsons_ties_agree_with_a_conditional_logit_of_statsmodels():
    wanted, found = ORACLE["preference"]["davidson_conditional_logit"], bradley_terry(preferences())
    log_tie = found["ties"]["log_tie"]["estimate"]
    assert [*found["log_ability"][1:], log_tie] == pytest.approx(wanted["params"], abs=1e-6)
    assert found["se"][1:] == pytest.approx(wanted["bse"][:2], rel=1e-5)
    assert found["se_two_way_G_adj"] == pytest.approx(wanted["two_way_G_adj"][:2], rel=1e-5)
    sided = ORACLE["preference"]["davidson_with_side"]
    assert found["with_left_side_effect"]["left_logit"] == pytest.approx(sided["params"][0], abs=1e-6)
    assert found["with_left_side_effect"]["se"] == pytest.approx(sided["bse"][0], rel=1e-5)
    assert found["with_left_side_effect"]["log_ability"] == pytest.approx(sided["params"][1:3], abs=1e-6)


def test_abilities_without_ties_agree_with_choix():
    found = bradley_terry(preferences(with_ties=False))
    wanted = ORACLE["preference"]["choix_opt_pairwise_without_ties"]
    assert found["log_ability"] == pytest.approx(wanted, abs=1e-5)
    assert found["ties"] is None


def ranked(best, worst=None):
    rows = data("ranked")
    order = rows["order"]
    return RankedChoices(
        rows["who"], rows["shown"], order[:, best], ("a", "b", "c", "d", "e"),
        None if worst is None else order[:, worst], rows["photo"],
    )  # fmt: skip


def test_best_and_worst_agree_with_a_conditional_logit_of_statsmodels():
    wanted = ORACLE["ranked"]["best_worst_conditional_logit"]
    found = ranked_choice(ranked([0], worst=3))
    assert found["log_strength"][1:] == pytest.approx(wanted["params"][:4], abs=1e-6)
    slots = [row["estimate"] for row in found["position"]["best"]]
    assert slots[1:] == pytest.approx(wanted["params"][4:7], abs=1e-6)
    assert sum(slots) == pytest.approx(0, abs=1e-9)
    slots = [row["estimate"] for row in found["position"]["worst"]]
    assert slots[1:] == pytest.approx(wanted["params"][7:], abs=1e-6)


@pytest.mark.parametrize(("places", "name"), [([0], "choix_opt_top1"), ([0, 1, 2], "choix_opt_rankings")])
def test_best_of_four_and_whole_rankings_agree_with_choix(places, name):
    # choix knows no habit of choosing a slot: the same trials in every order of slots have none.
    choices, orders = ranked(places), [np.array(order) for order in PERMUTATIONS]
    n = len(choices.shown)
    shown = np.concatenate([choices.shown[:, order] for order in orders])
    best = np.concatenate([np.argsort(order)[choices.best] for order in orders])
    codes = (np.tile(codes, len(orders)) for codes in (choices.participant, choices.photo))
    found = ranked_choice(RankedChoices(*_first(codes, shown, best, choices.labels)))
    assert found["n"] == 4 * n
    assert found["log_strength"] == pytest.approx(ORACLE["ranked"][name], abs=1e-5)


PERMUTATIONS = [[0, 1, 2, 3], [1, 2, 3, 0], [2, 3, 0, 1], [3, 0, 1, 2]]


def _first(codes, shown, best, labels):
    who, photo = codes
    return who, shown, best, labels, None, photo


def test_two_way_errors_of_a_choice_model_agree_with_a_poisson_regression():
    stages = Stages.of(ranked([0], worst=3), np.append(np.arange(5), NONE))
    found = fit(stages.alternatives(5, with_positions=True))
    errors = [np.sqrt(found.crossed.textbook_variance(row)) for row in found.covariance[:4]]
    wanted = ORACLE["ranked"]["best_worst_conditional_logit"]
    assert errors == pytest.approx(wanted["two_way_G_adj"][:4], rel=1e-5)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(wanted["bse"], rel=1e-5)


def rated():
    rows = data("ratings")
    return Ratings(rows["who"], rows["arm"], rows["rating"].astype(int), ("a", "b", "c"), 5, rows["photo"])


def test_mean_scores_and_their_errors_agree_with_statsmodels():
    scores, wanted = rated(), ORACLE["ratings"]["ols"]
    assert [row["mos"] for row in opinion_scores(scores)["arms"]] == pytest.approx(wanted["mean"])
    joint = Joint.means(
        scores.labels, scores.rating.astype(float), scores.arm, scores.participant, scores.photo, scores.cell
    )
    errors = [np.sqrt(joint.crossed.textbook_variance(row)) for row in joint.moves]
    assert errors == pytest.approx(wanted["two_way_G_adj"], rel=1e-9)


def test_the_trend_over_exposures_agrees_with_statsmodels():
    rows, wanted = data("ratings"), ORACLE["ratings"]["trend"]
    found = by_exposure(
        Exposed(rows["who"], rows["arm"], rows["exposure"], rows["rating"], ("a", "b", "c"), rows["photo"])
    )["trend"]
    assert found["estimate"] == pytest.approx(wanted["slope"], rel=1e-9)
    # The guard and the factors of Bell and McCaffrey make ours no smaller.
    assert wanted["two_way_G_adj"] * 0.95 <= found["se"]


def test_scores_without_bias_agree_with_sureal():
    rows = data("ratings")
    _, picture = np.unique(rows["photo"] * 3 + rows["arm"], return_inverse=True)
    wanted = ORACLE["ratings"]["sureal_bias_removed"]
    assert without_bias(rows["rating"], rows["who"], picture).quality == pytest.approx(wanted, abs=1e-9)
    found, wanted = corrected(rows["rating"], rows["who"], picture), ORACLE["ratings"]["sureal_projection"]
    assert found.quality == pytest.approx(wanted["quality_scores"], abs=1e-6)
    assert found.bias == pytest.approx(wanted["observer_bias"], abs=1e-6)
    assert found.sd == pytest.approx(wanted["observer_inconsistency"], abs=1e-6)
