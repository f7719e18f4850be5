import time

import numpy as np
import pytest

from evaluation.models import Exclusion, Population
from evaluation.reading import tables
from evaluation.reading.outcomes import Outcomes
from evaluation.reading.tables import read_study
from evaluation.statistics.filters import valid_responses
from studies.models import (
    Participation,
    ParticipationState,
    Response,
    Source,
    Trial,
    TrialKind,
)
from studies.services.planning import design_of
from tests.evaluation.cast import SPEC, frames, played_study

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def sky(ada):
    return played_study(ada)


def response_table(study, population):
    return read_study(study, population).table


def test_people_and_simulated_participants_stay_apart_unless_pooled(sky):
    sky.participate(fooled={"l2": [True, False]})
    sky.participate(fooled={"l2": [True]}, source=Source.SIMULATED)
    sky.participate(fooled={"l2": [True] * 5}, source=Source.PREVIEW)
    assert len(response_table(sky.study, Population.PEOPLE)) == 2
    assert len(response_table(sky.study, Population.SIMULATED)) == 1
    pooled = response_table(sky.study, Population.POOLED)
    assert pooled.source.counts() == {"person": 2, "simulated": 1}


def test_another_study_is_not_mixed_in(sky, ada):
    played_study(ada, slug="sea", arms=("l2",)).participate(fooled={"l2": [True]})
    assert len(response_table(sky.study, Population.PEOPLE)) == 0


def test_fooled_means_that_the_real_photo_was_called_fake(sky):
    sky.participate(fooled={"l2": [True, False, True]})
    assert valid_responses(response_table(sky.study, Population.PEOPLE)).fooled.tolist() == [1, 0, 1]


def test_practice_and_vigilance_keep_their_phase(sky):
    sky.participate(fooled={"l2": [True]}, practice=2, vigilance=[True, False])
    rows = read_study(sky.study, Population.PEOPLE)
    assert rows.table.phase.counts() == {"practice": 2, "test": 1, "attention": 2}
    assert (rows.vigilance["asked"], rows.vigilance["passed"]) == (2, 1)


def test_a_planned_trial_without_a_response_is_counted_but_is_no_row(sky):
    sky.participate(fooled={"l2": [True] * 4}, unanswered=3, state=ParticipationState.ABANDONED)
    rows = read_study(sky.study, Population.PEOPLE)
    assert (rows.planned, len(rows.table)) == (4, 1)


def test_a_timed_out_answer_is_a_row_without_a_choice(sky):
    sky.participate(fooled={"l2": [True] * 2})
    Response.objects.filter(trial__number=1).update(answer="", rt_ms=None)
    valid = valid_responses(response_table(sky.study, Population.PEOPLE))
    assert (valid.rows, valid.usable_rows) == (2, 1)


def test_voided_trials_are_in_no_rate_and_in_the_certificate(sky):
    sky.participate(
        fooled={"l2": [True, True, False]},
        vigilance=[False, True],
        voided={1: ["frame 1: +33.3 ms", "frame 3: +50.0 ms", "page hidden"], 4: ["page hidden"]},
    )
    first = Trial.objects.get(number=1)
    Trial.objects.filter(number=3).update(replaces=first)
    rows = read_study(sky.study, Population.PEOPLE)
    valid = valid_responses(rows.table)
    assert valid.fooled.tolist() == [1, 0]
    assert [step["dropped"] for step in valid.steps if step["step"] == "V"] == [1]
    assert (rows.vigilance["asked"], rows.vigilance["passed"]) == (1, 1)
    certificate = rows.exposures.summary()
    assert (certificate["trials"], certificate["as_planned"], certificate["spoiled"]) == (5, 3, 2)
    assert certificate["spoiled_by"] == {"exposure off": 1, "page hidden": 2}
    assert certificate["repeats"] == 1


def test_a_trial_that_was_reloaded_away_while_it_was_shown_is_in_the_certificate(sky):
    sky.participate(fooled={"l2": [True, True, False]})
    before = read_study(sky.study, Population.PEOPLE)
    Response.objects.filter(trial__number=2).update(shown_before=1)
    Response.objects.filter(trial__number=3).update(shown_before=0)
    rows = read_study(sky.study, Population.PEOPLE)
    certificate = rows.exposures.summary()
    assert (certificate["shown_again"], certificate["trials_with_faults"]) == (1, 1)
    assert (before.faulty, rows.faulty) == ([], [2])
    assert before.digest != rows.digest
    assert before.exposures.summary()["shown_again"] == 0


def test_whether_a_trial_was_voided_is_in_the_digest(sky):
    sky.participate(fooled={"l2": [True, False]})
    before = read_study(sky.study, Population.PEOPLE).digest
    Response.objects.filter(trial__number=1).update(voided=True, void_reasons=["focus lost"])
    assert read_study(sky.study, Population.PEOPLE).digest != before


def test_withdrawn_participations_are_left_out(sky):
    sky.participate(fooled={"l2": [True]}, state=ParticipationState.WITHDRAWN)
    assert len(response_table(sky.study, Population.PEOPLE)) == 0


def test_who_begins_while_a_report_reads_is_left_to_the_next(sky, monkeypatch):
    first = sky.participate(fooled={"l2": [True] * 3})
    sky.participate(fooled={"l2": [False] * 4})
    everybody = tables.participations_in
    # The names are read before the second one has begun, the trials after.
    known = iter([everybody(sky.study, Population.PEOPLE).filter(pk=first.pk)])
    monkeypatch.setattr(tables, "participations_in", lambda *asked: next(known, None) or everybody(*asked))
    outcomes = Outcomes(design_of(sky.study))
    blocks = list(tables.recorded_trials(sky.study, Population.PEOPLE, outcomes))
    assert [len(block) for block in blocks] == [3]


def test_an_excluded_participation_is_left_out_and_counted(sky, ada):
    sky.participate(fooled={"l2": [True] * 3})
    twice = sky.participate(fooled={"l2": [False] * 4})
    Exclusion.objects.create(study=sky.study, participation=twice, rule="took it twice", reason="Wrote so.")
    rows = read_study(sky.study, Population.PEOPLE)
    assert len(rows.table) == 3
    (step,) = rows.exclusions
    assert step | {"reason": ""} == {
        "step": "E1", "rule": "took it twice", "reason": "", "rows_in": 7, "rows_out": 3, "dropped": 4,
        "participants_dropped": 1,
    }  # fmt: skip


def test_an_excluded_trial_is_left_out_and_counted_once(sky):
    person = sky.participate(fooled={"l2": [True] * 3})
    trial = person.trials.get(number=2)
    for rule in ("picture was broken", "again"):
        Exclusion.objects.create(study=sky.study, trial=trial, rule=rule, reason="Seen in the log.")
    rows = read_study(sky.study, Population.PEOPLE)
    assert len(rows.table) == 2
    assert [step["dropped"] for step in rows.exclusions] == [1, 0]


def test_the_digest_is_of_the_data_and_changes_with_it(sky):
    person = sky.participate(fooled={"l2": [True] * 3})
    first = read_study(sky.study, Population.PEOPLE).digest
    assert read_study(sky.study, Population.PEOPLE).digest == first
    Exclusion.objects.create(study=sky.study, participation=person, rule="r", reason="r")
    second = read_study(sky.study, Population.PEOPLE).digest
    Response.objects.filter(trial__number=1).update(rt_ms=801)
    third = read_study(sky.study, Population.PEOPLE).digest
    assert len({first, second, third}) == 3


def test_measured_exposures_leave_out_practice(sky):
    sky.participate(fooled={"l2": [True] * 2}, practice=1, measured_ms=1050)
    sky.participate(fooled={"l2": [True] * 2}, measured_ms=1000)
    summary = read_study(sky.study, Population.PEOPLE).exposures.summary()
    assert (summary["trials"], summary["within_one_frame"]) == (4, 2)


def test_twenty_five_thousand_rows_are_read_within_a_second(ada):
    sky = played_study(ada, photos=60)
    one = sky.participate(fooled={"l2": [True] * 20, "classes": [False] * 20})
    rng = np.random.default_rng(3)
    people = Participation.objects.bulk_create(
        Participation(study=sky.study, participant=p, consent_version="1")
        for p in type(one.participant).objects.bulk_create(type(one.participant)() for _ in range(625))
    )
    trials = [
        Trial(
            participation=person, number=n, kind=TrialKind.TEST, condition=sky.conditions[n % 2],
            photo=sky.photos[n], spec=SPEC, key="left",
        )
        for person in people
        for n in range(40)
    ]  # fmt: skip
    Trial.objects.bulk_create(trials, batch_size=2000)
    sides = rng.choice(["left", "right"], len(trials))
    Response.objects.bulk_create(
        (
            Response(trial=t, answer=str(side), rt_ms=700.0, frames=frames(), refresh_ms=16.7)
            for t, side in zip(trials, sides, strict=True)
        ),
        batch_size=2000,
    )
    # Processor time, so that a busy machine does not fail it.
    start = time.process_time()
    rows = read_study(sky.study, Population.PEOPLE)
    seconds = time.process_time() - start
    assert len(rows.table) == 25_040
    # A second on an idle core; the bound leaves room for a slower one.
    assert seconds < 2.5, f"{seconds:.2f} s"


def test_an_exclusion_of_a_person_is_no_step_of_the_simulated_participants(sky):
    person = sky.participate(fooled={"l2": [True]})
    sky.participate(fooled={"l2": [True]}, source=Source.SIMULATED)
    Exclusion.objects.create(study=sky.study, participation=person, rule="r", reason="r")
    assert read_study(sky.study, Population.SIMULATED).exclusions == []
    assert [step["dropped"] for step in read_study(sky.study, Population.POOLED).exclusions] == [1]
