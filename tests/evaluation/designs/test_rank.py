"""What best of several concludes from planted answers, and how it says so."""

import dataclasses
import json

import numpy as np
import pytest

from evaluation.designs import get
from evaluation.designs._design import Evidence
from evaluation.report import charts, terminal
from evaluation.statistics.ranked_choice import NONE, ranked_choice
from evaluation.statistics.table import Factor, ResponseTable
from tests.evaluation import planted
from tests.evaluation.designs.answers import facts_of, table_of
from tests.evaluation.reference import disagreements

RANK = get("rank")
TITLES = {"a": "Bins", "b": "Classes", "c": "Sepia", "d": "Grey"}
SETTINGS = {
    "pictures": 3, "ask_worst": True, "with_truth": False, "exposure_ms": None, "test_trials": 20,
}  # fmt: skip
STRENGTH = (0.0, 1.4, -0.9, 0.6)


def table_from(choices, names=TITLES, **columns) -> ResponseTable:
    """Choices as a table of trials; `names` in the order of the choices' labels."""
    names, every = [*names], np.arange(len(choices.shown))

    def named(codes):
        return ["" if code < 0 else names[code] for code in codes]

    own = {f"shown_{place + 1}": named(slot) for place, slot in enumerate(choices.shown.T)}
    own["best_model"] = named(choices.shown[every, choices.best[:, 0]])
    if choices.worst is not None:
        own["worst_model"] = named(
            np.where(choices.worst == NONE, NONE, choices.shown[every, np.maximum(choices.worst, 0)])
        )
    return table_of(choices.participant, choices.photo, [""] * len(every), own=own, **columns)


def planted_choices(seed=3, strength=STRENGTH, **how):
    return planted.ranked(np.random.default_rng(seed), strength, people=30, photos=50, **how)


def concluded(table, settings=SETTINGS, titles=TITLES, **evidence):
    """Findings and sections, by name; whatever is said can be drawn and printed."""
    found = RANK.analyse(Evidence(table, settings=settings, **evidence))
    json.dumps(found, allow_nan=False)
    sections = RANK.report(found, facts_of(titles, design="rank", settings=SETTINGS | settings))
    terminal.text(sections)
    for section in sections:
        for chart in section.charts:
            charts.svg(chart, charts.whole(chart))
    return found["analysis"], {section.name: section for section in sections}, found


def test_the_planted_order_is_found_and_said():
    analysis, sections, _ = concluded(table_from(planted_choices()))
    assert analysis["ranking"] == ["b", "d", "a", "c"]
    answer = sections["answer"]
    best, worst = (f"{100 * analysis['chance_best'][at]['chance']:.1f}\xa0% [" for at in (1, 2))
    assert answer.lead.startswith(
        "Participants found “Classes” most natural and “Sepia” least: of all 4 at once, "
    )
    assert f"“Classes” would be called most natural in {best}" in answer.lead
    assert f"“Sepia” in {worst}" in answer.lead
    assert "no other condition is called most natural more often" in answer.paragraphs[0]
    assert "25\xa0% each would mean that all look alike" in answer.paragraphs[0]
    assert "Called least natural most often: “Sepia”" in answer.paragraphs[0]
    assert answer.charts[0].data["axis"]["mark"] == 0.25
    assert [row[0] for row in answer.tables[0].rows] == ["Classes", "Grey", "Bins", "Sepia"]
    assert sections["pairs"].tables[0].rows[0][0] == "Classes chosen before Grey"


def test_the_numbers_are_those_of_the_statistics():
    choices = planted_choices()
    analysis, sections, _ = concluded(table_from(choices))
    for name, value in ranked_choice(choices).items():
        if name not in ("participants", "photos"):
            assert list(disagreements(value, analysis[name])) == [], name
    row = sections["counts"].tables[0].rows[0]
    assert row[0] == "Classes"
    assert row[2].note == f"{analysis['counts'][1]['best']} of {analysis['counts'][1]['shown']}"


def test_without_the_worst_nothing_is_said_of_it():
    analysis, sections, _ = concluded(
        table_from(planted_choices(worst=False)), SETTINGS | {"ask_worst": False}
    )
    assert analysis["ranking"][0] == "b"
    assert [column.title for column in sections["counts"].tables[0].columns][-1] == "Most natural"
    assert "least" not in sections["answer"].paragraphs[0]
    assert "least natural" not in sections["methods"].methods
    assert len(sections["places"].tables[0].columns) == 4


def test_where_all_stood_together_and_where_only_two_did():
    all_shown = planted_choices(slots=4)
    assert concluded(table_from(all_shown))[0]["ranking"] == ["b", "d", "a", "c"]
    two = planted_choices(strength=(0.0, 0.9), slots=2, worst=False)
    analysis, sections, _ = concluded(
        table_from(two, ["a", "b"]), SETTINGS | {"pictures": 2, "ask_worst": False}
    )
    chance = f"{100 * analysis['chance_best'][1]['chance']:.1f}\xa0%"
    assert sections["answer"].lead.startswith(
        f"Participants called “Classes” more natural than “Bins” in {chance} ["
    )


def test_the_habit_of_choosing_a_place_is_told_apart_from_the_conditions():
    analysis, sections, _ = concluded(table_from(planted_choices(habit=1.0)))
    assert analysis["position"]["best"][0]["ci"][0] > 0.2
    first, *_ = sections["places"].tables[0].rows
    assert first[0] == "Place 1"
    assert analysis["ranking"] == ["b", "d", "a", "c"]
    assert sum(place["best"] for place in analysis["places"]) == analysis["n"]


def test_the_real_photo_takes_part_under_its_own_name():
    table = table_from(planted_choices(), ["a", "(real)", "c", "d"])
    titles = {name: title for name, title in TITLES.items() if name != "b"}
    analysis, sections, found = concluded(table, SETTINGS | {"with_truth": True}, titles)
    assert analysis["ranking"][0] == "(real)"
    assert sections["answer"].lead.startswith(
        "Participants found the real photo most natural and “Sepia” least"
    )
    assert "(real)" in found["photos"]["conditions"]
    assert "(real)" not in RANK.gallery(found)


def test_groups_that_no_choice_connects_are_named_with_what_to_do():
    choices = planted_choices(worst=False)
    shows_c = (choices.shown == 2).any(axis=1)
    always = np.where(shows_c, (choices.shown == 2).argmax(axis=1), choices.best[:, 0])
    table = table_from(dataclasses.replace(choices, best=always[:, None]))
    _, sections, _ = concluded(table, SETTINGS | {"ask_worst": False})
    answer = sections["answer"]
    assert answer.lead == "The answers do not yet put the conditions in one order."
    assert "“Bins”, “Classes” and “Grey”; “Sepia”" in answer.paragraphs[0]
    assert "places" not in sections


def test_a_study_without_answers_says_so():
    _, sections, _ = concluded(ResponseTable.of({"participant_id": Factor.of([])}))
    assert sections["answer"].lead.startswith("No test trial has been answered yet")
    assert [row[0] for row in sections["answer"].tables[0].rows] == [*TITLES.values()]


def test_a_trial_that_was_recorded_twice_counts_once():
    choices = planted_choices(worst=False)
    n = len(choices.shown)
    turned = dataclasses.replace(choices, shown=choices.shown[:, ::-1], best=2 - choices.best)
    both = dataclasses.replace(
        choices,
        participant=np.tile(choices.participant, 2),
        photo=np.tile(choices.photo, 2),
        shown=np.vstack((choices.shown, turned.shown)),
        best=np.vstack((choices.best, turned.best)),
    )
    once = concluded(table_from(choices))[0]
    twice = concluded(table_from(both, trial_index=list(range(n)) * 2))[0]
    assert twice["rows"] == 2 * once["rows"]
    assert twice["valid_rows"] == once["valid_rows"]
    assert twice["log_strength"] == once["log_strength"]


def test_a_best_that_was_not_shown_and_the_same_picture_twice_do_not_count():
    choices = planted_choices()
    table = table_from(choices)
    names = {column: [factor.labels[code] for code in factor.codes] for column, factor in table.own.items()}
    names["best_model"][0] = next(
        name for name in "abcd" if name not in [names[f"shown_{at}"][0] for at in (1, 2, 3)]
    )
    names["shown_1"][1] = names["shown_2"][1]
    own = {column: Factor.of(values) for column, values in names.items()}
    analysis, _, _ = concluded(dataclasses.replace(table, own=own))
    assert next(step for step in analysis["filters"] if step["step"] == "S2")["dropped"] >= 2


def test_exposure_as_a_factor_moves_strengths():
    choices = planted_choices(worst=False, trials=40)
    rng = np.random.default_rng(8)
    brief = rng.random(len(choices.shown)) < 0.5
    guessed = np.where(brief, rng.integers(0, 3, len(brief)), choices.best[:, 0])
    table = table_from(
        dataclasses.replace(choices, best=guessed[:, None]), exposure_ms=np.where(brief, 100.0, 1600.0)
    )
    settings = SETTINGS | {"ask_worst": False, "exposure_ms": [100, 1600]}
    analysis, sections, _ = concluded(table, settings)
    levels = {one["label"]: one for one in analysis["exposure_levels"]["conditions"]}
    assert levels["b"]["trend"]["ci"][0] > 0 > levels["c"]["trend"]["ci"][1]
    assert "exposure-levels" in sections


def test_what_is_compared_with_other_studies_is_greater_for_what_looks_more_natural():
    standing = RANK.standing(Evidence(table_from(planted_choices())))
    assert standing.labels == ("a", "b", "c", "d")
    assert list(np.argsort(-standing.values)) == [1, 3, 0, 2]


def test_the_tables_of_an_export_hold_counts_strengths_and_ranks():
    evidence = Evidence(table_from(planted_choices()), settings=SETTINGS)
    found = RANK.analyse(evidence)
    rows = RANK.rows(evidence, found)
    condition, analysis = rows["conditions"]["b"], found["analysis"]
    assert (condition["shown"], condition["chosen"]) == tuple(
        analysis["counts"][1][name] for name in ("shown", "best")
    )
    assert condition["strict_chance"] == pytest.approx(condition["chance"])
    for table, own in rows.items():
        names = {column.name for column in RANK.columns[table]}
        assert all(row.keys() <= names for row in own.values()), table
