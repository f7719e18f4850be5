"""What the table of a report holds of each design's own columns, beside the rows of its export."""

import dataclasses
import json

import numpy as np
import pytest

from evaluation.models import Population
from evaluation.reading import tables
from evaluation.reading.outcomes import Outcomes
from evaluation.reading.tables import read_study
from evaluation.statistics.table import LEFT, Factor
from studies import designs
from studies.designs._columns import TEXT
from studies.models import Response, Trial
from studies.services.exports import trial_rows
from studies.services.planning import design_of
from tests.simulated import simulated_study

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_design")]
SETTINGS = {
    "pair": {"confidence": "4 steps"},
    "preference": {"ties": True, "with_truth": True},
    "rank": {"ask_worst": True},
    "single": {"exposure_ms": [200, 500]},
    "staircase": {},
}


@pytest.fixture(params=designs.names())
def study(request):
    settings = SETTINGS.get(request.param, {})
    return simulated_study(request.param, people=3, **settings)


def in_the_table(column):
    """Its values as a row of the export has them."""
    if isinstance(column, Factor):
        return [None if code < 0 else column.labels[code] for code in column.codes]
    return [None if np.isnan(value) else value for value in column.astype(float)]


def test_the_table_says_what_the_exported_rows_say(study):
    table = read_study(study, Population.SIMULATED).table
    exported = [row for row in trial_rows(study, "simulated") if row["answered_at"]]
    assert len(table) == len(exported) > 20
    own = [column for column in design_of(study).columns() if "digest" not in column.name]
    for column in own:
        values = [row[column.name] for row in exported]
        named = table.names(column.name) if column.type == TEXT else table.numbers(column.name)
        if column.name not in ("fake_side", "chosen_side", "fooled"):
            assert in_the_table(named) == values, column.name
    passed = [-1 if row["attention_passed"] is None else row["attention_passed"] for row in exported]
    assert table.attention_passed.tolist() == passed
    assert 1 in passed
    assert in_the_table(table.exposure_ms) == [row["exposure_ms"] for row in exported]
    assert in_the_table(table.condition) == [row["model"] for row in exported]


def test_sides_and_outcome_of_a_pair_come_from_its_own_columns():
    study = simulated_study("pair", people=3, confidence="4 steps")
    table = read_study(study, Population.SIMULATED).table
    exported = list(trial_rows(study, "simulated"))
    for name in ("fake_side", "chosen_side"):
        assert ["LR"[side] for side in getattr(table, name)] == [row[name] for row in exported]
    assert table.stored_fooled.tolist() == [row["fooled"] for row in exported]


def test_the_design_is_asked_once_for_each_different_trial(study):
    design = design_of(study)
    asked = []

    class Counting(type(design)):
        def record(self, *given):
            asked.append(given)
            return super().record(*given)

    counting = Counting(design.settings)
    outcomes = Outcomes(counting)
    rows = sum(len(block) for block in tables.recorded_trials(study, Population.SIMULATED, outcomes))
    different = {
        (
            json.dumps(dataclasses.asdict(spec), default=str, sort_keys=True),
            answer,
            json.dumps(more, sort_keys=True),
        )
        for spec, answer, more, _ in asked
    }
    assert len(asked) == len(different) <= rows


def test_the_digest_does_not_depend_on_how_many_rows_are_read_at_once(study, monkeypatch):
    whole = read_study(study, Population.SIMULATED)
    monkeypatch.setattr(tables, "CHUNK", 7)
    parts = read_study(study, Population.SIMULATED)
    assert (parts.digest, parts.vigilance) == (whole.digest, whole.vigilance)
    assert parts.table.own.keys() == whole.table.own.keys()


def test_facts_and_further_answers_are_in_the_digest():
    study = simulated_study("staircase", people=3)
    before = read_study(study, Population.SIMULATED).digest
    trial = Trial.objects.filter(participation__study=study, kind="test").first()
    Trial.objects.filter(pk=trial.pk).update(facts=trial.facts | {"block": 7})
    assert read_study(study, Population.SIMULATED).digest != before


def test_the_time_of_a_further_answer_is_not_in_the_digest_but_the_answer_is():
    study = simulated_study("rank", people=3, ask_worst=True)
    before = read_study(study, Population.SIMULATED).digest
    response = Response.objects.filter(trial__participation__study=study, trial__kind="test").first()
    (worst,) = response.more
    Response.objects.filter(pk=response.pk).update(more=[worst | {"rt_ms": 12.0}])
    assert read_study(study, Population.SIMULATED).digest == before
    Response.objects.filter(pk=response.pk).update(more=[])
    assert read_study(study, Population.SIMULATED).digest != before


def test_a_trial_of_two_conditions_is_of_none():
    study = simulated_study("preference", people=3)
    table = read_study(study, Population.SIMULATED).table
    tests = table.phase.is_label("test")
    assert set(table.condition.codes[tests].tolist()) == {-1}
    assert set(table.names("left_model").labels) >= {"sepia", "luminance-table"}


def test_whoever_is_asked_for_the_photo_from_a_camera_is_read_like_anybody_else(idle_queue):
    study = simulated_study("pair", wording="from a camera")
    table = read_study(study, Population.SIMULATED).table
    answers = Response.objects.exclude(trial__kind="practice").values_list("answer", "trial__key")
    judged = ~table.phase.is_label("practice")
    fooled = (table.fake_side != table.chosen_side)[judged]
    assert fooled.sum() == sum(answer != key for answer, key in answers) > 0
    arranged = np.array([label.split("-")[0] for label in table.arrangement.labels])[table.arrangement.codes]
    assert ((arranged == "left") == (table.fake_side == LEFT)).all()
