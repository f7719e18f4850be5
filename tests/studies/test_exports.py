import csv
import io

import pytest

from colorizers.models import Photo
from colorizers.tools.csv_files import csv_lines
from studies import designs
from studies.models import Participation, Response
from studies.rules.trial_columns import with_own
from studies.services.exports import trial_rows
from studies.services.participations import begin_participation

pytestmark = pytest.mark.database

REFERENCE = [
    "row_id", "participant_id", "trial_index", "phase", "model", "image_id", "fake_side", "chosen_side",
    "fooled", "rt_ms", "exposure_ms", "attention_passed",
]  # fmt: skip

COLUMNS = tuple(column.name for column in with_own(designs.get("pair").columns()))


def test_the_columns_of_the_reference_cases_come_first():
    assert list(COLUMNS[:12]) == REFERENCE


def test_every_planned_trial_is_a_row(study, participation, finish):
    finish(participation)
    rows = list(trial_rows(study))
    assert [row["trial_index"] for row in rows] == list(range(12))
    assert [row["row_id"] for row in rows] == list(range(1, 13))
    phases = [row["phase"] for row in rows]
    assert (phases.count("practice"), phases.count("test"), phases.count("attention")) == (2, 8, 2)
    assert {row["exposure_ms"] for row in rows} == {1000}
    assert all(set(row) <= set(COLUMNS) for row in rows)


def test_a_trial_without_an_answer_stays_a_row(study, participation, trial, answer):
    answer(trial, answer=None, rt_ms=None)
    rows = list(trial_rows(study))
    assert len(rows) == 12
    assert {row["chosen_side"] for row in rows} == {None}
    assert {row["fooled"] for row in rows} == {None}


@pytest.mark.parametrize("right", [True, False])
def test_fooled_is_having_called_the_real_one_fake(study, participation, finish, right):
    finish(participation, right=right)
    for row in trial_rows(study):
        assert row["fooled"] == (0 if right else 1)
        assert (row["fake_side"] == row["chosen_side"]) == right
        if row["phase"] == "attention":
            assert row["attention_passed"] == (1 if right else 0)
        else:
            assert row["attention_passed"] is None


def test_spoiled_trials_and_those_in_their_places_are_told_apart(study, participation, answer):
    for trial in participation.trials.filter(number__lte=3).order_by("number"):
        answer(trial, events=[{"type": "visibility", "value": "hidden", "at": 1.0}])
    rows = list(trial_rows(study))
    assert [row["voided"] for row in rows] == [0, 0, 1, *[None] * 10]
    assert rows[2]["void_reasons"] == "page hidden"
    assert [row["replaces"] for row in rows] == [None] * 12 + [2]
    assert rows[12]["arrangement"] == rows[2]["arrangement"]
    assert rows[12]["model"] == rows[2]["model"]


def test_measured_times_are_reported(study, trial, answer):
    times = {"onset_stamp": 10.0, "onset_now": 10.2, "offset_stamp": 1110.0, "offset_now": 1110.2}
    frames = [{"index": 1, "planned_ms": 1000, "dropped": 6} | times]
    answer(trial, frames=frames, refresh_ms=100 / 6, events=[])
    row = next(trial_rows(study))
    assert row["exposure_measured_ms"] == pytest.approx(1100)
    assert row["exposure_error_ms"] == pytest.approx(100, abs=0.01)
    assert row["frames_dropped"] == 6
    assert "frame 1" in row["faults"]


def test_populations_are_never_mixed_unless_asked(study):
    for source in ("person", "simulated", "simulated", "preview"):
        begin_participation(study=study, source=source)
    counts = {name: len(list(trial_rows(study, name))) for name in ("people", "simulated", "pooled")}
    assert counts == {"people": 12, "simulated": 24, "pooled": 36}
    with pytest.raises(ValueError, match="people, simulated, pooled"):
        next(trial_rows(study, "everyone"))


def test_withdrawn_answers_are_left_out(study, participation):
    Participation.objects.update(state="withdrawn")
    assert list(trial_rows(study)) == []


def test_the_code_that_opens_a_participation_is_in_no_table(study, participation):
    lines = "".join(csv_lines(trial_rows(study), COLUMNS))
    assert str(participation.code) not in lines
    read = list(csv.DictReader(io.StringIO(lines)))
    assert len(read) == 12
    assert read[0]["participant_id"] == str(participation.participant.code)


def test_the_number_of_queries_does_not_grow_with_the_rows(study, django_assert_max_num_queries):
    for _ in range(4):
        begin_participation(study=study, source="person")
    with django_assert_max_num_queries(6):
        assert len(list(trial_rows(study))) == 48


def test_no_cell_runs_as_a_formula(study, participation):
    Photo.objects.update(name="=cmd|'/C calc'!A1")
    read = list(csv.DictReader(io.StringIO("".join(csv_lines(trial_rows(study), COLUMNS)))))
    assert {row["photo"] for row in read} == {"'=cmd|'/C calc'!A1"}


def test_a_vigilance_trial_whose_time_ran_out_is_not_passed(study, participation):
    checks = participation.trials.filter(kind="vigilance")
    assert checks
    for trial in checks:
        Response.objects.create(trial=trial, answer="")
    passed = [row["attention_passed"] for row in trial_rows(study) if row["phase"] == "attention"]
    assert passed == [0] * len(checks)
