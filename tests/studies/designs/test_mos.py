"""The rating scale: its points and words, its hidden reference, and what simulated people say."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from evaluation.models import Population
from evaluation.services import reports
from studies.designs import get
from studies.designs._base import REAL_PHOTO
from studies.designs._design import MIXED, ONE_CONDITION
from studies.designs._example import passing_by_chance
from studies.designs._trial import REAL
from studies.models import Trial
from studies.simulation.people import Crowd, PlantedEffects
from tests.simulated import simulated_study
from tests.studies.designs.plans import played, specs

MOS = get("mos")
ARMS = ["deep", "flat", "pale"]


def labels(spec):
    return {choice.value: choice.label for choice in spec.answers if choice.label != choice.value}


def test_five_points_have_a_word_each_and_nine_at_the_ends_and_in_the_middle():
    five, nine = (specs("mos", ARMS, scale=scale)[0] for scale in ("5 points", "9 points"))
    assert labels(five) == {"1": "Bad", "2": "Poor", "3": "Fair", "4": "Good", "5": "Excellent"}
    assert labels(nine) == {"1": "Bad", "5": "Fair", "9": "Excellent"}
    assert [choice.keys for choice in nine.answers] == [(str(point),) for point in range(1, 10)]


def test_the_words_name_the_ends_of_the_scale():
    for scale, most in (("5 points", 5), ("9 points", 9)):
        *_, rating = MOS.configured({"scale": scale}).words().pages
        assert f"from 1 (bad) to {most} (excellent)" in rating.text[0].touch


@pytest.mark.parametrize("hidden", [False, True])
def test_every_condition_is_rated_alike_often_and_the_real_photo_only_where_it_is_hidden(hidden):
    found = specs("mos", ARMS, hidden_reference=hidden, test_trials=36)
    counted = Counter(spec.condition for spec in found)
    assert counted == dict.fromkeys([*([REAL] if hidden else []), *ARMS], 9 if hidden else 12)


def test_with_a_hidden_reference_a_person_rates_every_picture_of_a_photo():
    found = specs("mos", ARMS, hidden_reference=True, test_trials=40)
    rated = {}
    for spec in found:
        rated.setdefault(spec.photo, set()).add(spec.condition)
    assert len(rated) == 10
    assert all(arms == {REAL, *ARMS} for arms in rated.values())


@pytest.mark.parametrize("seed", range(20))
def test_no_photo_comes_twice_in_a_row(seed):
    found = [item.spec for item in played("mos", ARMS, hidden_reference=True, test_trials=24, seed=seed)]
    assert not any(one.photo == after.photo for one, after in pairwise(found))


def test_only_the_hidden_reference_needs_true_colours_and_everybody_to_see_all():
    plain, hidden = MOS, MOS.configured({"hidden_reference": True})
    assert (plain.needs_truth, hidden.needs_truth) == (False, True)
    assert plain.allocations == (MIXED, ONE_CONDITION)
    assert hidden.allocations == (MIXED,)


@pytest.mark.parametrize(("scale", "most"), [("5 points", 2), ("9 points", 4)])
def test_whoever_rates_the_control_below_the_middle_is_attentive(scale, most):
    design = MOS.configured({"scale": scale})
    (vigilance, *_) = specs("mos", ARMS, kind="vigilance", scale=scale)
    passed = [choice.value for choice in vigilance.answers if design.passed(vigilance, choice.value, {})]
    assert passed == [str(point) for point in range(1, most + 1)]
    assert design.passed(vigilance, None, {}) is False
    assert design.passed(specs("mos", ARMS, scale=scale)[0], "1", {}) is None
    assert passing_by_chance(design) == most / len(vigilance.answers)


@pytest.mark.parametrize("scale", ["5 points", "9 points"])
def test_simulated_people_rate_below_the_middle_what_they_would_not_take_for_real(scale):
    design = MOS.configured({"scale": scale, "hidden_reference": True})
    found = {spec.condition: spec for spec in specs("mos", ARMS, scale=scale, hidden_reference=True)}
    effects = PlantedEffects({"deep": 0.5, "flat": 0.3, "pale": 0.1}, lapse_rate=0.0)
    crowd = Crowd(effects, 3, [f"photo-{n:03}" for n in range(200)], vigilance="random")
    rng = np.random.default_rng(4)
    middle, share, mean = (design.points + 1) / 2, {}, {}
    for condition, spec in found.items():
        rated = [
            int(design.react(replace(spec, photo=f"photo-{photo:03}"), person).answer)
            for person in map(crowd.person, range(100))
            for photo in rng.permutation(200)[:40]
        ]
        share[condition] = np.mean(np.array(rated) >= middle)
        mean[condition] = np.mean(rated)
    assert share["deep"] == pytest.approx(0.5, abs=0.06)
    assert share["pale"] == pytest.approx(0.1, abs=0.04)
    assert mean[REAL] > mean["deep"] > mean["flat"] > mean["pale"]


def test_a_hidden_reference_is_launched_answered_and_reported(db, idle_queue):
    """A photo comes under each condition: the rows must not be told that it may come once only."""
    study = simulated_study("mos", hidden_reference=True, confidence="3 steps")
    trials = Trial.objects.filter(participation__study=study, kind="test")
    one = trials.filter(participation=trials.first().participation)
    assert set(Counter(one.values_list("photo", flat=True)).values()) == {4}
    analysis = reports.make_report(study=study, population=Population.SIMULATED).results["analysis"]
    assert analysis["reference"] == REAL_PHOTO
    assert analysis["differential"]["unpaired"] == 0
    assert sum(arm["n"] for arm in analysis["differential"]["arms"]) == 6 * len(one) * 3 / 4
