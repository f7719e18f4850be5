from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from studies.models import Participation, Response, Study, Trial
from studies.services import lifecycle, planning
from studies.services.participations import begin_participation, own_score, progress
from tests.builders import launched_study, shown_as_planned

pytestmark = pytest.mark.database

HIDDEN = [{"type": "visibility", "value": "hidden", "at": 5.0}]
# 14 photos, two for practice; 8 + 2 are needed, so two are left to take a spoiled one's place.
SPARE = 2


def next_trial(participation):
    return participation.trials.filter(response=None).order_by("number").first()


@pytest.fixture
def in_test(participation, answer):
    """Someone who is through with practice."""
    for trial in participation.trials.filter(kind="practice").order_by("number"):
        answer(trial)
    return participation


@pytest.fixture
def spoil(answer):
    """Answer a trial, right, whose page was out of sight for a moment."""
    return lambda trial: answer(trial, answer=trial.key, events=HIDDEN)


def test_a_spoiled_trial_is_kept_as_voided_with_its_reasons(in_test, spoil):
    reply = spoil(next_trial(in_test))
    assert (reply.status_code, reply.json()["voided"]) == (201, True)
    response = Response.objects.get(voided=True)
    assert response.void_reasons == ["page hidden"]
    assert response.answer == response.trial.key


def test_a_sound_trial_is_not_voided(in_test, answer):
    assert answer(next_trial(in_test)).json()["voided"] is False
    assert Trial.objects.count() == 12


def test_a_browser_that_reports_no_exposure_has_shown_nothing_as_planned(in_test, answer):
    trial = next_trial(in_test)
    assert answer(trial, frames=[]).json()["voided"] is True
    assert trial.response.void_reasons == ["frame 1: not measured", "frame 3: not measured"]


def test_an_exposure_is_held_to_the_servers_plan_not_to_the_browsers(in_test, answer):
    for changes in ({"planned_ms": 3000.0}, {"planned_ms": None}):
        trial = next_trial(in_test)
        frames = shown_as_planned(trial.spec["frames"])
        frames[0] |= changes | dict.fromkeys(("offset_stamp", "offset_now"), frames[0]["onset_now"] + 3000)
        assert answer(trial, frames=frames).json()["voided"] is True
        assert trial.response.void_reasons == ["frame 1: +2000.0 ms"]


def test_a_trial_that_was_reloaded_away_while_it_was_shown_is_voided_and_repeated(in_test, answer):
    trial = next_trial(in_test)
    assert answer(trial, shown_before=1).json()["voided"] is True
    assert trial.response.void_reasons == ["shown before"]
    assert trial.response.shown_before == 1
    assert Trial.objects.filter(replaces=trial).count() == 1
    assert answer(next_trial(in_test), shown_before=0).json()["voided"] is False


def test_a_study_that_was_launched_before_there_was_the_rule_goes_on_without_it(study, in_test, answer):
    frozen = {name: value for name, value in study.voiding.items() if name != "shown_before"}
    Study.objects.update(voiding=frozen)
    trial = next_trial(in_test)
    assert answer(trial, shown_before=2).json()["voided"] is False
    assert trial.response.shown_before == 2


def test_another_photo_takes_the_place_of_a_spoiled_one(in_test, spoil):
    seen = set(in_test.trials.values_list("photo", flat=True))
    voided = next_trial(in_test)
    spoil(voided)
    new = Trial.objects.get(replaces=voided)
    assert new.number == 13
    for name in ("kind", "condition_id", "arrangement", "spec", "key"):
        assert getattr(new, name) == getattr(voided, name)
    assert new.photo_id not in seen
    assert {picture.stimulus.photo_id for picture in new.pictures.all()} == {new.photo_id}
    assert new.pictures.count() == voided.pictures.count()


def test_the_thinnest_cell_of_its_condition_is_taken(db, idle_queue, answer, spoil, finish):
    study = launched_study(photos=20)
    for _ in range(2):
        finish(begin_participation(study=study, source="person"))
    participation = begin_participation(study=study, source="person")
    for trial in participation.trials.filter(kind="practice").order_by("number"):
        answer(trial)
    voided = next_trial(participation)
    judged = planning.judged_cells(planning.arranged_cells(study, "person"))
    given = set(participation.trials.values_list("photo__digest", flat=True))
    free = {
        photo: judged[planning.Cell(photo, voided.condition.slug)]
        for photo in planning.material_of(study, []).test_photos
        if photo not in given
    }
    spoil(voided)
    assert free[Trial.objects.get(replaces=voided).photo.digest] == min(free.values())


def test_practice_is_never_voided(participation, spoil, trial):
    assert spoil(trial).json()["voided"] is False
    assert Trial.objects.count() == 12


def test_what_takes_a_place_can_be_spoiled_too(in_test, answer, spoil):
    first = next_trial(in_test)
    spoil(first)
    again = Trial.objects.get(replaces=first)
    while (trial := next_trial(in_test)) != again:
        answer(trial, answer=trial.key)
    spoil(again)
    assert next_trial(in_test) == Trial.objects.get(replaces=again)
    assert next_trial(in_test).number == 14


def test_without_a_photo_left_the_trial_stays_missing(in_test, spoil, finish):
    for _ in range(SPARE + 1):
        spoil(next_trial(in_test))
    assert Trial.objects.filter(replaces__isnull=False).count() == SPARE
    finish(in_test)
    assert in_test.state == "finished"
    assert own_score(in_test).answered + Response.objects.filter(
        voided=False, trial__kind="vigilance"
    ).count() == (10 - 1)


def test_no_more_are_repeated_than_the_study_says(db, idle_queue, answer, spoil):
    study = launched_study(voiding={"most_repeats": 1})
    participation = begin_participation(study=study, source="person")
    for trial in participation.trials.filter(kind="practice").order_by("number"):
        answer(trial)
    for _ in range(2):
        spoil(next_trial(participation))
    assert Response.objects.filter(voided=True).count() == 2
    assert Trial.objects.filter(replaces__isnull=False).count() == 1


def test_a_study_may_void_without_repeating(db, idle_queue, answer, spoil, finish):
    participation = begin_participation(study=launched_study(voiding={"repeat": False}), source="person")
    for trial in participation.trials.filter(kind="practice").order_by("number"):
        answer(trial)
    spoil(next_trial(participation))
    finish(participation)
    assert participation.state == "finished"
    assert (Response.objects.filter(voided=True).count(), Trial.objects.count()) == (1, 12)


def test_the_end_comes_after_the_last_repeated_trial(in_test, answer, spoil):
    while next_trial(in_test).number < 12:
        trial = next_trial(in_test)
        answer(trial, answer=trial.key)
    reply = spoil(next_trial(in_test)).json()
    assert reply["finished"] is False
    assert reply["progress"] == {"done": 12, "total": 13, "practice": 2}
    last = next_trial(in_test)
    assert answer(last, answer=last.key).json()["finished"] is True
    assert progress(in_test) == {"done": 13, "total": 13, "practice": 2}


def test_the_own_score_counts_valid_trials_with_those_in_the_place_of_others(in_test, spoil, finish):
    while next_trial(in_test).kind != "test":
        spoil(next_trial(in_test))
    spoil(next_trial(in_test))
    finish(in_test)
    assert (own_score(in_test).right, own_score(in_test).answered) == (8, 8)


def test_a_retry_of_a_spoiled_answer_plans_nothing_more(in_test, spoil):
    trial = next_trial(in_test)
    assert [spoil(trial).status_code for _ in range(3)] == [201, 200, 200]
    assert Trial.objects.count() == 13
    assert spoil(trial).json()["voided"] is True


def test_a_spoiled_trial_is_no_judgement_of_its_cell(study, in_test, spoil):
    def judged():
        return planning.judged_cells(planning.arranged_cells(study, "person"))

    before = judged()
    trial = next_trial(in_test)
    spoil(trial)
    new = Trial.objects.get(replaces=trial)
    old_cell, new_cell = (planning.Cell(t.photo.digest, t.condition.slug) for t in (trial, new))
    assert judged() == before - Counter([old_cell]) + Counter([new_cell])


def test_the_next_trials_of_the_runner_hold_the_repeated_one(client, in_test, spoil):
    spoil(next_trial(in_test))
    trials = client.get(f"/p/{in_test.code}/state/").json()["trials"]
    assert [trial["number"] for trial in trials] == list(range(4, 14))
    assert set(trials[-1]) == set(trials[0])


def test_enough_right_vigilance_trials_pass_attention(participation, finish):
    finish(participation)
    assert participation.attention_passed is True


def test_too_few_right_vigilance_trials_do_not(participation, finish):
    finish(participation, right=False)
    assert participation.attention_passed is False


def test_without_vigilance_trials_attention_is_not_judged(db, idle_queue, finish):
    study = launched_study(vigilance=False, design_settings={"practice_trials": 0, "test_trials": 4,
                                                             "vigilance_share": 0})  # fmt: skip
    participation = begin_participation(study=study, source="person")
    finish(participation)
    assert participation.attention_passed is None


def test_a_spoiled_vigilance_trial_says_nothing_of_attention(in_test, answer):
    """Wrong when spoiled, right in its place: attention is passed."""
    while trial := next_trial(in_test):
        wrong = "left" if trial.key == "right" else "right"
        is_check = trial.kind == "vigilance" and trial.replaces_id is None
        answer(trial, answer=wrong if is_check else trial.key, events=HIDDEN if is_check else [])
    in_test.refresh_from_db()
    assert (in_test.state, in_test.attention_passed) == ("finished", True)


def test_who_has_not_finished_when_the_study_closes_has_abandoned_it(study, participation, finish):
    finish(participation)
    begun = begin_participation(study=study, source="person")
    preview = begin_participation(study=study, source="preview")
    lifecycle.close(study=study)
    states = dict(Participation.objects.values_list("pk", "state"))
    assert states == {participation.pk: "finished", begun.pk: "abandoned", preview.pk: "started"}


@pytest.mark.django_db(transaction=True)
def test_of_many_spoiled_answers_at_once_one_is_repeated(idle_queue, answer):
    from studies.services.responses import record_response
    from tests.studies.services.test_responses import an_answer

    participation = begin_participation(study=launched_study(), source="person")
    for trial in participation.trials.filter(kind="practice").order_by("number"):
        answer(trial)
    pk = next_trial(participation).pk

    def post(_):
        spoiled = an_answer()
        spoiled.events.extend(HIDDEN)
        try:
            return record_response(trial=Trial.objects.get(pk=pk), answer=spoiled)[1]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=8) as pool:
        assert sum(pool.map(post, range(16))) == 1
    assert Trial.objects.filter(replaces=pk).count() == 1
    assert Trial.objects.count() == 13
