"""The planner agrees with the functions that it stands on, with simulated studies, and with common sense."""

import pytest

from evaluation.designs._asked import problems as wrong_with
from evaluation.designs._common.rate_plan import RatePlanner as Planner
from evaluation.designs._pair.plan import PLANNING, Question
from evaluation.statistics.planning import Components, Plan, interval_width, minimal_detectable_difference


def test_it_says_what_the_formulas_say():
    found = Planner(Question(rate=0.3, participants=90, photos=400, trials=40, sd_photos=0.6)).size()
    parts = Components.around(0.3, 0.8, 0.6)
    assert parts.rate == pytest.approx(0.3, abs=1e-6)
    assert 2 * found.half_width == pytest.approx(interval_width(Plan(90, 400, 20), parts))
    assert found.detectable == pytest.approx(minimal_detectable_difference(Plan(90, 400, 20), parts))


def test_simulated_studies_are_as_wide_as_it_says():
    planner = Planner(Question(participants=60, photos=120, trials=40))
    seen, _told = PLANNING.simulated(planner.question, 150, seed=3)
    assert seen["half_width"] == pytest.approx(planner.size().half_width, rel=0.07)
    assert seen["coverage"] > 0.88


def test_the_people_needed_are_the_fewest_that_are_enough():
    planner = Planner(Question())
    need = planner.need()
    enough, fewer = planner.size(need.for_precision), planner.size(need.for_precision - 1)
    assert enough.half_width <= 0.03 < fewer.half_width
    enough, fewer = planner.size(need.for_difference), planner.size(need.for_difference - 1)
    assert enough.power >= 0.8 > fewer.power


def test_with_few_photos_no_number_of_people_is_enough():
    need = Planner(Question(photos=40, trials=40)).need()
    assert (need.for_precision, need.for_difference) == (None, None)
    assert need.floor > 0.03


def test_one_condition_each_takes_people_for_every_condition():
    both = Planner(Question(trials=40, conditions=2))
    apart = Planner(Question(trials=20, conditions=2, mixed=False))
    assert apart.need().for_precision == 2 * both.need().for_precision
    # Other people under the other condition: what they share no longer cancels.
    assert apart.need().for_difference > 2 * both.need().for_difference


def test_more_conditions_are_more_comparisons_and_find_less():
    power = [Planner(Question(conditions=k, trials=20 * k)).size().power for k in (2, 4, 8)]
    assert power == sorted(power, reverse=True)
    assert power[0] - power[-1] > 0.1


def test_one_condition_has_nothing_to_compare():
    planner = Planner(Question(conditions=1))
    assert (planner.size().power, planner.size().detectable, planner.need().for_difference) == (None,) * 3


@pytest.mark.parametrize(
    ("values", "to_blame", "words"),
    [
        ({"rate": 0.0}, "rate", "from 1 to 99 %"),
        ({"rate": float("nan")}, "rate", "from 1 to 99 %"),
        ({"sd_people": -0.1}, "sd_people", "from 0 to 3"),
        ({"trials": 300}, "trials", "Nobody sees a photo twice"),
        ({"trials": 1}, "trials", "takes as many test trials"),
        ({"mixed": False, "participants": 3}, "participants", "4 in all"),
    ],
)
def test_what_does_not_fit_is_said_of_the_number_that_is_to_blame(values, to_blame, words):
    whole = {name: getattr(Question(), name) for name in Question.__dataclass_fields__} | values
    found = wrong_with(Question, whole)
    assert list(found) == [to_blame]
    assert words in found[to_blame]
    with pytest.raises(ValueError, match=words):
        Question(**values)


@pytest.mark.parametrize("conditions", [1, 2, 50])
@pytest.mark.parametrize("mixed", [True, False])
@pytest.mark.parametrize(("sd", "rate"), [(0.0, 0.01), (3.0, 0.99)])
def test_it_answers_at_the_ends_of_every_range(conditions, mixed, sd, rate):
    question = Question(
        rate=rate, conditions=conditions, mixed=mixed, sd_people=sd, sd_photos=sd, participants=100,
        photos=60, trials=60,
    )  # fmt: skip
    planner = Planner(question)
    for size in planner.sizes():
        low, high = planner.interval(size)
        assert 0 <= low <= rate <= high <= 1
    assert len(planner.needs()) > 3
    assert len(planner.spreads()) == 3
