"""What the planners of all designs have in common, and that each says what its formula says."""

import math
from dataclasses import replace

import pytest

from evaluation.designs._asked import Draft, items, problems
from evaluation.designs._choices.plan import PREFERENCE, RANK, PreferenceQuestion, RankQuestion
from evaluation.designs._one_image.plan import SINGLE, STAIRCASE, SingleQuestion, StaircaseQuestion
from evaluation.designs._pair.plan import PLANNING as PAIR
from evaluation.report.section import cell_of, definitions_of
from evaluation.report.terminal import text
from evaluation.statistics import planning_designs as formulas
from evaluation.statistics.distributions import t_power, t_quantile
from evaluation.statistics.planning import Plan

PLANNINGS = {"pair": PAIR, "preference": PREFERENCE, "rank": RANK, "single": SINGLE, "staircase": STAIRCASE}


@pytest.fixture(params=PLANNINGS)
def planning(request):
    return PLANNINGS[request.param]


def said(planning, **asked):
    return text(planning.plan(planning.Question(**asked)))


def test_choices_say_what_the_formula_of_strengths_says():
    asked = {"participants": 40, "photos": 60, "trials": 30, "sd_people": 0.4, "sd_photos": 0.6}
    spread = formulas.Spread(0.4, 0.6)
    two = PREFERENCE.numbers(PreferenceQuestion(**asked, conditions=3, tied=0.2))
    half = formulas.strength_half_width(Plan(40, 60, 30), 3, spread, ties=0.2)
    assert two["strength_half_width"] == pytest.approx(half)
    assert two["half_width"] == pytest.approx(1 / (1 + math.exp(-half)) - 0.5)
    several = RANK.numbers(RankQuestion(**asked, conditions=4, pictures=3, ask_worst=True))
    half = formulas.strength_half_width(Plan(40, 60, 30), 4, spread, shown=3, worst=True)
    assert several["strength_half_width"] == pytest.approx(half)


def test_a_preference_that_is_found_with_the_power_wanted_is_where_the_power_says():
    question = PreferenceQuestion()
    found = PREFERENCE.numbers(question)["detectable_difference"]
    again = PREFERENCE.numbers(replace(question, difference=found))
    assert again["power"] == pytest.approx(question.power)


def test_single_pictures_say_what_the_formulas_of_errors_and_dprime_say():
    found = SINGLE.numbers(SingleQuestion(rate=0.25, participants=60, photos=90, trials=48, conditions=3))
    assert (found["trials_each"], found["dprime"]) == (8, pytest.approx(1.349, abs=1e-3))
    spread = formulas.Spread(0.8, 0.8)
    assert found["half_width"] == pytest.approx(formulas.error_half_width(Plan(60, 90, 8), 0.25, spread))
    assert found["real_half_width"] == pytest.approx(
        formulas.error_half_width(Plan(60, 90, 24), 0.25, spread)
    )
    sds = formulas.Spread(0.8 / 1.7, 0.8 / 1.7)
    assert found["dprime_half_width"] == pytest.approx(
        formulas.dprime_half_width(Plan(60, 90, 32), found["dprime"], sds, 0.25)
    )


def test_staircases_say_what_the_formula_of_thresholds_says():
    question = StaircaseQuestion(
        participants=44, photos=40, blocks=2, sd_people=60, sd_blocks=55, sd_photos=50
    )
    found = STAIRCASE.numbers(question)
    wanted = formulas.threshold_half_width(Plan(22, 40, 40), formulas.Spread(60, 50), 55, 2)
    assert found["half_width"] == pytest.approx(wanted)


def test_exposures_share_out_the_trials():
    question = SingleQuestion(levels=2, trials=40, conditions=2)
    at_one = formulas.level_half_width(Plan(100, 200, 10), 2, 0.3, formulas.Spread(0.8, 0.8))
    assert f"At one of 2 exposures alone it is ± {100 * at_one:.1f} points" in text(SINGLE.plan(question))


def test_the_people_needed_are_the_fewest_that_are_enough(planning):
    question = planning.Question()
    found = planning.numbers(question)
    groups = question.groups(question.values())
    for key, good in (
        ("participants_for_precision", lambda n: n["half_width"] <= question.half_width),
        ("participants_for_difference", lambda n: n["power"] >= question.power),
    ):
        enough, fewer = found[key], found[key] - groups
        assert good(planning.numbers(replace(question, participants=enough)))
        assert not good(planning.numbers(replace(question, participants=fewer)))


def test_fewer_photos_and_a_larger_spread_take_more_people(planning):
    sections = planning.plan(planning.Question())
    photos, spread = (section.tables[0].rows for section in sections[2:])
    for rows in (reversed(photos), spread):
        counts = [cell_of(row[1]).text.replace(",", "") for row in rows]
        needed = [int(count) if count.isdigit() else math.inf for count in counts]
        assert needed == sorted(needed)
        assert needed[0] < needed[-1]


def test_the_row_as_planned_is_marked_once_and_every_column_is_defined(planning):
    sections = planning.plan(planning.Question())
    known = {one.key for one in definitions_of(sections)}
    for section in sections[1:]:
        (table,) = section.tables
        assert {heading.definition for heading in table.columns if heading.align == "right"} <= known
        assert sum(cell_of(row[0]).strong for row in table.rows) == 1
        assert all(len(row) == len(table.columns) for row in table.rows)


def test_it_answers_at_the_ends_of_every_range(planning):
    for item in items(planning.Question):
        for end in (True, False) if item.choices else (item.low, item.high):
            question = planning.Question.fitted({item.name: end})
            sections = planning.plan(question)
            assert "nan" not in text(sections), item.name
            assert sections[0].lead


@pytest.mark.parametrize(
    ("kind", "values", "to_blame", "words"),
    [
        (
            PreferenceQuestion,
            {"trials": 700},
            "trials",
            "700 test trials of 3 sets of conditions need 234 photos",
        ),
        (RankQuestion, {"conditions": 3}, "pictures", "3 conditions are 3 pictures at most, not 4"),
        (RankQuestion, {"pictures": 2, "ask_worst": True}, "ask_worst", "takes three at once"),
        (SingleQuestion, {"trials": 3}, "trials", "takes 4 test trials, not 3"),
        (SingleQuestion, {"trials": 201}, "trials", "Nobody sees a photo twice"),
        (StaircaseQuestion, {"participants": 3}, "participants", "4 in all"),
        (StaircaseQuestion, {"half_width": 0}, "half_width", "from 1 to 500 ms"),
    ],
)
def test_what_does_not_fit_is_said_of_the_number_that_is_to_blame(kind, values, to_blame, words):
    found = problems(kind, kind().values() | values)
    assert list(found) == [to_blame]
    assert words in found[to_blame]


def test_a_photo_may_come_once_for_each_set_of_conditions_or_again_in_a_staircase():
    assert PreferenceQuestion(trials=600, photos=200)
    assert "a photo comes up to 9 times" in said(STAIRCASE, photos=50)


def test_a_draft_brings_the_settings_of_its_design():
    draft = Draft(3, True, 44, 70, 30, {"with_truth": True, "ties": True})
    question = PREFERENCE.Question.fitted(PREFERENCE.question(draft))
    assert (question.conditions, question.participants, question.photos, question.trials) == (4, 44, 70, 30)
    assert question.tied > 0
    settings = {"pictures": 5, "ask_worst": True, "with_truth": False, "exposure_ms": None}
    question = RANK.Question.fitted(RANK.question(Draft(2, True, 20, 9, 4, settings)))
    assert (question.pictures, question.conditions, question.ask_worst) == (5, 5, True)
    question = SINGLE.Question.fitted(
        SINGLE.question(Draft(1, False, 1, settings={"exposure_ms": [500, 900]}))
    )
    assert (question.levels, question.mixed, question.participants) == (2, False, 2)
    question = STAIRCASE.Question.fitted(
        STAIRCASE.question(Draft(4, False, 3, 0, 60, {"blocks": 2, "trials_per_block": 30}))
    )
    assert (question.trials, question.participants, question.photos) == (60, 8, 2)


def test_the_power_of_a_test_is_a_number_at_any_effect():
    for df in (5, 20, 38, 60, 199, 999):
        bar = t_quantile(0.025, df)
        powers = [t_power(bar, df, tenth / 10) for tenth in range(600)]
        assert all(0 <= power <= 1 for power in powers)
        assert powers[-1] == pytest.approx(1)
