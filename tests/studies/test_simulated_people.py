from collections import Counter

import numpy as np
import pytest

from studies import designs
from studies.designs._trial import TrialSpec
from studies.rules.exposure import exposure_faults
from studies.simulation.people import Crowd, PlantedEffects, intercept_for, marginal_rate
from studies.simulation.visitor import as_shown

PHOTOS = [f"photo-{n}" for n in range(30)]


def crowd(seed=1, **effects):
    planted = PlantedEffects(**({"fool_rates": {"flat": 0.226, "deep": 0.301}} | effects))
    return Crowd(effects=planted, seed=seed, photos=PHOTOS, vigilance="random")


def answer(person, condition, photo, key):
    """To a trial of the pair test."""
    spec = TrialSpec("test", photo, (), ("left", "right"), "", (), condition=condition, key=key)
    return designs.get("pair").react(spec, person)


def fooled_share(people, condition, persons=1500):
    fooled = total = 0
    for number in range(persons):
        person = people.person(number)
        for at, photo in enumerate(PHOTOS):
            key = "left" if (at + number) % 2 else "right"
            fooled += answer(person, condition, photo, key).answer != key
            total += 1
    return fooled / total


@pytest.mark.parametrize("rate", [0.05, 0.226, 0.5, 0.9])
def test_the_intercept_gives_the_marginal_rate(rate):
    photos = 0.7 * np.random.default_rng(3).standard_normal(25)
    intercept = intercept_for(rate, 0.8, photos, 0.03)
    assert marginal_rate(intercept, 0.8, photos, 0.03) == pytest.approx(rate, abs=1e-9)


def test_the_marginal_rate_agrees_with_drawing_many_persons():
    photos = np.array([-1.0, 0.3, 0.9])
    persons = np.random.default_rng(4).standard_normal(400_000)[:, None]
    drawn = (1 / (1 + np.exp(-(-1.2 + 0.8 * persons + photos)))).mean()
    assert marginal_rate(-1.2, 0.8, photos, 0.0) == pytest.approx(drawn, abs=1e-3)


@pytest.mark.parametrize(("condition", "planted"), [("flat", 0.226), ("deep", 0.301), ("random", 0.13)])
def test_a_large_crowd_is_fooled_at_the_planted_rate(condition, planted):
    assert fooled_share(crowd(), condition) == pytest.approx(planted, abs=0.01)


def test_an_inverse_logit_of_the_intercept_would_be_wrong():
    wide = crowd(person_sd=2.0)
    naive = 1 / (1 + np.exp(-wide.logit("flat", "no such photo")))
    assert abs(naive - 0.226) > 0.03


def test_equal_seeds_make_equal_people():
    def answers(seed):
        person = crowd(seed).person(5)
        return [answer(person, "deep", photo, "left") for photo in PHOTOS]

    assert answers(9) == answers(9)
    assert answers(9) != answers(10)


def test_a_leaning_person_prefers_one_side():
    people = crowd(side_sd=3.0, fool_rates={"flat": 0.5})
    chosen = Counter()
    person = people.person(2)
    for at in range(400):
        key = ("left", "right")[at % 2]
        chosen[answer(person, "flat", PHOTOS[at % 30], key).answer] += 1
    assert (chosen["left"] > chosen["right"]) == (person.leaning > 0)
    assert abs(chosen["left"] - 200) > 40


def test_some_leave_when_told_to():
    people = crowd(dropout=0.3)
    leavers = [number for number in range(1000) if people.person(number).quits]
    assert 240 <= len(leavers) <= 360
    assert all(people.person(number).stays(0, 20) for number in leavers)
    assert not any(people.person(number).stays(20, 20) for number in leavers)


def test_a_simulated_screen_shows_frames_as_planned():
    frames = [
        {"kind": "blank", "duration_ms": 900},
        {"kind": "images", "duration_ms": 1000},
        {"kind": "noise", "duration_ms": 30},
        {"kind": "answer", "duration_ms": None},
    ]
    report = as_shown(frames, 500.0, crowd().person(1).lateness)
    assert [entry["index"] for entry in report] == [1, 2]
    assert exposure_faults(report, [], 1000 / 60) == []


@pytest.mark.parametrize(
    ("effects", "words"),
    [
        ({"fool_rates": {"flat": 0.0}}, "only rates between"),
        ({"fool_rates": {"flat": 1.2}}, "only rates between"),
        ({"person_sd": -1}, "person_sd must be"),
        ({"lapse_rate": 1.0}, "lapse_rate must be"),
        ({"vigilance_detection": 1.0}, "fool rate of vigilance"),
    ],
)
def test_effects_that_cannot_come_about_are_refused(effects, words):
    with pytest.raises(ValueError, match=words):
        crowd(**effects)


def test_a_condition_without_a_planted_rate_is_refused():
    with pytest.raises(ValueError, match="No fool rate was planted for 'grey'"):
        answer(crowd().person(1), "grey", PHOTOS[0], "left")
