"""What a preference test concludes from planted answers, and how it says so."""

import dataclasses
import json

import numpy as np
import pytest

from evaluation.designs import get
from evaluation.designs._common.files import CHOSEN_SIDES
from evaluation.designs._design import Evidence
from evaluation.report import charts, terminal
from evaluation.statistics.bradley_terry import LEFT, TIE, bradley_terry
from evaluation.statistics.table import Factor, ResponseTable
from tests.evaluation import planted
from tests.evaluation.designs.answers import facts_of, table_of
from tests.evaluation.reference import disagreements

PREFERENCE = get("preference")
TITLES = {"a": "Bins", "b": "Classes", "c": "Sepia"}
SETTINGS = {
    "presentation": "simultaneous", "ties": False, "with_truth": False, "exposure_ms": None,
    "test_trials": 30,
}  # fmt: skip


def table_from(choices, names=TITLES, **columns) -> ResponseTable:
    """Choices as a table of trials; `names` in the order of the choices' labels."""
    names = [*names]
    left, right = ([names[code] for code in side] for side in (choices.left, choices.right))
    best = np.where(choices.outcome == LEFT, left, right)
    own = {
        "left_model": left,
        "right_model": right,
        "preferred_model": list(np.where(choices.outcome == TIE, "(tie)", best)),
    }
    return table_of(
        choices.participant, choices.photo, [""] * len(left), own=own | columns.pop("own", {}), **columns
    )


def planted_choices(seed=3, strength=(0.0, 0.9, -0.8), **how):
    return planted.preferences(np.random.default_rng(seed), strength=strength, people=30, photos=50, **how)


def concluded(table, settings=SETTINGS, titles=TITLES, **evidence):
    """Findings and sections, by name; whatever is said can be drawn and printed."""
    found = PREFERENCE.analyse(Evidence(table, settings=settings, **evidence))
    json.dumps(found, allow_nan=False)
    sections = PREFERENCE.report(found, facts_of(titles, design="preference", settings=SETTINGS | settings))
    terminal.text(sections)
    for section in sections:
        for chart in section.charts:
            charts.svg(chart, charts.whole(chart))
    return found["analysis"], {section.name: section for section in sections}, found


def only(choices, *codes):
    return choices.take(np.isin(choices.left, codes) & np.isin(choices.right, codes))


def test_the_planted_order_is_found_and_said():
    analysis, sections, _ = concluded(table_from(planted_choices()))
    assert analysis["ranking"] == ["b", "a", "c"]
    assert [row["rank_set"] for row in analysis["order"]] == [[1, 1], [2, 2], [3, 3]]
    answer = sections["answer"]
    assert answer.lead.startswith(
        "Participants preferred “Classes” most and “Sepia” least: “Classes” to “Sepia” in "
    )
    assert "no other condition is preferred more often" in answer.paragraphs[0]
    assert [row[0] for row in answer.tables[0].rows] == ["Classes", "Bins", "Sepia"]
    assert [row["title"] for row in answer.charts[0].data["rows"]] == ["Classes", "Bins", "Sepia"]
    assert [row[0] for row in sections["pairs"].tables[0].rows] == [
        "Classes preferred to Bins", "Classes preferred to Sepia", "Bins preferred to Sepia",
    ]  # fmt: skip


def test_the_numbers_are_those_of_the_statistics():
    choices = planted_choices()
    analysis, _, _ = concluded(table_from(choices))
    for name, value in bradley_terry(dataclasses.replace(choices, labels=("a", "b", "c"))).items():
        if name not in ("participants", "photos"):
            assert list(disagreements(value, analysis[name])) == [], name


def test_two_conditions_have_the_share_of_choices_as_their_answer():
    choices = only(planted_choices(), 0, 1)
    analysis, sections, _ = concluded(table_from(choices))
    share = (choices.outcome == LEFT)[choices.left == 1].sum() + (choices.outcome != LEFT)[
        choices.left == 0
    ].sum()
    assert analysis["chance_preferred"][1]["chance"] == pytest.approx(share / len(choices.left))
    lead = f"Participants preferred “Classes” to “Bins” in {100 * share / len(choices.left):.1f}\xa0% ["
    assert sections["answer"].lead.startswith(lead)
    assert not sections["pairs"].charts
    assert [row[0] for row in sections["answer"].tables[0].rows] == ["Classes", "Bins", "Sepia"]
    assert sections["answer"].tables[0].rows[2][1].note == "no answers"


def test_ties_are_counted_apart_and_stand_in_the_headline():
    choices = planted_choices(log_tie=0.0)
    analysis, sections, found = concluded(table_from(choices), SETTINGS | {"ties": True})
    ties = int((choices.outcome == TIE).sum())
    assert analysis["ties"]["n"] == ties > 50
    assert analysis["ranking"] == ["b", "a", "c"]
    assert (
        f"In {100 * ties / len(choices.left):.1f}\xa0% of all trials they saw no difference."
        in (sections["answer"].paragraphs[0])
    )
    assert sections["pairs"].tables[0].columns[-1].title == "No difference"
    assert "No difference" in [fact.term for fact in sections["quality"].facts]
    column = found["photos"]["conditions"]["b"]
    assert sum(column["shown"]) == analysis["counts"][1]["shown"]
    assert sum(column["shown"]) - sum(column["n"]) == analysis["counts"][1]["ties"]


def test_the_real_photo_takes_part_under_its_own_name():
    table = table_from(planted_choices(), ["a", "(real)", "c"])
    settings = SETTINGS | {"with_truth": True}
    analysis, sections, _ = concluded(table, settings, {"a": "Bins", "c": "Sepia"})
    assert analysis["ranking"] == ["(real)", "a", "c"]
    assert sections["answer"].lead.startswith("Participants preferred the real photo most and “Sepia” least")
    assert sections["answer"].tables[0].rows[0][0] == "Real photo"
    assert {row["title"] for row in sections["answer"].charts[0].data["rows"]} == {
        "Real photo",
        "Bins",
        "Sepia",
    }
    assert "beside the photograph itself" in sections["methods"].methods


def test_groups_that_no_choice_connects_are_named_with_what_to_do():
    choices = planted_choices()
    winner = (choices.left == 2) | (choices.right == 2)
    loses = np.where(winner, choices.right == 2, choices.chose_left)
    _, sections, found = concluded(table_from(dataclasses.replace(choices, chose_left=loses)))
    answer = sections["answer"]
    assert answer.lead == "The answers do not yet put the conditions in one order."
    assert "“Bins” and “Classes”; “Sepia”" in answer.paragraphs[0]
    assert "Gather more answers" in answer.paragraphs[0]
    assert answer.charts[0].data["rows"] == []
    sepia = found["analysis"]["counts"][2]
    assert answer.tables[0].rows[2][1].text == f"0 of {sepia['shown']}"
    assert sections["pairs"].tables[0].rows[0][1].text == "–"
    assert "strengths" not in sections


def test_two_conditions_of_which_one_always_wins_have_a_share_with_an_interval():
    choices = only(planted_choices(), 0, 1)
    always = dataclasses.replace(choices, chose_left=choices.left == 1)
    _, sections, _ = concluded(table_from(always))
    assert sections["answer"].lead.startswith("Participants preferred “Classes” to “Bins” in 100.0\xa0% [")
    assert "no finite strength" in sections["answer"].paragraphs[0]


def test_a_study_without_answers_says_so():
    nothing = ResponseTable.of({"participant_id": Factor.of([])})
    analysis, sections, found = concluded(nothing)
    assert analysis["connected"] is False
    assert (
        sections["answer"].lead == "No test trial has been answered yet, so there is no preference to report."
    )
    assert [row[0] for row in sections["answer"].tables[0].rows] == [*TITLES.values()]
    assert found["views"] == []
    assert PREFERENCE.standing(Evidence(nothing)) is None


def test_one_participant_has_strengths_and_no_intervals():
    choices = planted_choices()
    alone = dataclasses.replace(choices, participant=np.zeros_like(choices.participant))
    # Each photo comes once with each pair of conditions.
    _, first = np.unique(np.stack((choices.photo, choices.left + choices.right)), axis=1, return_index=True)
    keep = np.isin(np.arange(len(choices.photo)), first)
    analysis, sections, _ = concluded(table_from(alone.take(keep)))
    assert analysis["connected"]
    assert analysis["chance_preferred"][0]["ci"] is None
    assert "come from one participant, who cannot tell" in sections["answer"].paragraphs[0]
    assert "[" not in sections["answer"].lead


def test_a_trial_that_was_recorded_twice_counts_once():
    choices = planted_choices()
    n = len(choices.photo)
    one, other = (table_from(choices), table_from(dataclasses.replace(
        choices, left=choices.right, right=choices.left, chose_left=~choices.chose_left)))  # fmt: skip
    doubled = ResponseTable.of({
        "participant_id": stacked(one.participant, other.participant),
        "image_id": stacked(one.photo, other.photo),
        "phase": stacked(one.phase, other.phase), "trial_index": np.tile(np.arange(float(n)), 2),
        **{name: stacked(one.own[name], other.own[name]) for name in one.own},
    })  # fmt: skip
    twice, once = (concluded(table)[0] for table in (doubled, one))
    assert twice["rows"] == 2 * n
    assert twice["valid_rows"] == once["valid_rows"]
    assert twice["log_ability"] == once["log_ability"]


def stacked(*factors):
    return Factor.of([factor.labels[code] for factor in factors for code in factor.codes])


def test_answers_that_name_neither_picture_do_not_count():
    table = table_from(planted_choices())
    best = table.own["preferred_model"]
    codes = best.codes.copy()
    codes[:5] = -1
    own = dict(table.own) | {"preferred_model": Factor(codes, best.labels)}
    analysis, _, _ = concluded(dataclasses.replace(table, own=own))
    assert next(step for step in analysis["filters"] if step["step"] == "S2")["dropped"] == 5


def test_a_file_may_say_which_side_was_chosen():
    choices = planted_choices()
    table = table_from(choices)
    side = np.where(choices.chose_left, 0, 1).astype(np.int8)
    own = {name: table.own[name] for name in ("left_model", "right_model")}
    by_side = CHOSEN_SIDES.read(dataclasses.replace(table, own=own, chosen_side=side))
    assert concluded(by_side)[0]["log_ability"] == concluded(table)[0]["log_ability"]


def test_exposure_as_a_factor_moves_strengths():
    """At the short exposure nobody sees a difference."""
    choices = planted_choices()
    rng = np.random.default_rng(8)
    brief = rng.random(len(choices.left)) < 0.5
    guessed = np.where(brief, rng.random(len(brief)) < 0.5, choices.chose_left)
    table = table_from(
        dataclasses.replace(choices, chose_left=guessed), exposure_ms=np.where(brief, 100.0, 1600.0)
    )
    analysis, sections, _ = concluded(table, SETTINGS | {"exposure_ms": [100, 1600]})
    levels = {one["label"]: one for one in analysis["exposure_levels"]["conditions"]}
    assert levels["b"]["trend"]["ci"][0] > 0 > levels["c"]["trend"]["ci"][1]
    assert levels["b"]["differences"][0]["p_t_holm"] < 0.05
    assert "exposure-levels" in sections
    assert "exposure_levels" not in concluded(table)[0]


def test_a_habit_of_choosing_the_first_picture_is_told_apart_from_sides():
    choices = planted_choices()
    rng = np.random.default_rng(4)
    first = rng.random(len(choices.left)) < 0.5
    drawn = rng.random(len(first)) < 0.4
    chose = np.where(drawn, first, choices.chose_left)
    names = [*TITLES]
    came = [names[code] for code in np.where(first, choices.left, choices.right)]
    table = table_from(dataclasses.replace(choices, chose_left=chose), own={"first_model": came})
    analysis, sections, _ = concluded(table, SETTINGS | {"presentation": "sequential", "exposure_ms": 1000})
    assert analysis["with_first_effect"]["first_logit_interval"]["ci"][0] > 0.3
    facts = {fact.term: fact.text for fact in sections["quality"].facts}
    assert facts["Order of the two pictures"].startswith("The first picture was preferred in ")
    assert "Left was preferred in " in facts["Sides"]


def test_spoiled_trials_are_counted_in_a_line_of_their_own():
    choices = planted_choices()
    voided = ["1"] * 40 + ["0"] * (len(choices.left) - 40)
    analysis, sections, found = concluded(table_from(choices, voided=voided))
    assert analysis["valid_rows"] == len(choices.left) - 40
    last = found["views"][-1]
    assert (last["code"], last["n"]) == ("voided", len(choices.left))
    assert sections["changes"].tables[0].rows[-1][0] == "voided trials counted as well"


def test_crops_of_one_photograph_are_one_cluster():
    choices = planted_choices()
    table = table_from(choices)
    clusters = Factor.of([f"scene-{code // 5}" for code in choices.photo])
    analysis, _, _ = concluded(dataclasses.replace(table, photo_cluster=clusters))
    assert (analysis["images"], analysis["photo_clusters"]) == (50, 10)
    assert analysis["log_ability"] == concluded(table)[0]["log_ability"]
    assert analysis["strengths"][0]["se"] != concluded(table)[0]["strengths"][0]["se"]


def test_people_and_simulated_participants_are_not_mixed_unasked():
    choices = planted_choices()
    sources = ["people", "simulated"] * (len(choices.left) // 2)
    table = table_from(choices, source=sources)
    with pytest.raises(ValueError, match="mixes responses"):
        PREFERENCE.analyse(Evidence(table))
    assert PREFERENCE.analyse(Evidence(table, mix_sources=True))["analysis"]["connected"]


def test_what_is_compared_with_other_studies_is_greater_for_what_looks_more_natural():
    standing = PREFERENCE.standing(Evidence(table_from(planted_choices())))
    assert standing.labels == ("a", "b", "c")
    assert standing.values[1] > standing.values[0] > standing.values[2]
    assert standing.photos.shape == (50, 3)


def test_the_tables_of_an_export_hold_counts_strengths_and_ranks():
    evidence = Evidence(table_from(planted_choices(log_tie=0.0)), settings=SETTINGS | {"ties": True})
    found = PREFERENCE.analyse(evidence)
    rows = PREFERENCE.rows(evidence, found)
    condition, analysis = rows["conditions"]["b"], found["analysis"]
    assert condition["shown"] == analysis["counts"][1]["shown"]
    assert condition["chance"] == analysis["chance_preferred"][1]["chance"]
    assert (condition["rank_best"], condition["rank_worst"]) == (1, 1)
    assert condition["strict_chance"] == pytest.approx(condition["chance"])
    assert sum(row.get("n", 0) for row in rows["participants"].values()) == analysis["valid_rows"]
    for table, own in rows.items():
        names = {column.name for column in PREFERENCE.columns[table]}
        assert all(row.keys() <= names for row in own.values()), table
    assert (
        PREFERENCE.analyse(dataclasses.replace(evidence, brief=True))["analysis"]["strengths"]
        == analysis["strengths"]
    )
