from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from studies.designs._design import Stimuli
from studies.models import Participation, Response, Source, Stimulus, Trial, TrialPicture
from studies.services import lifecycle, planning, trial_rows
from studies.services.participations import (
    StudyNotOpen,
    begin_participation,
    is_open,
    note_page_load,
    own_score,
    progress,
)
from tests.builders import launched_study, make_study

pytestmark = pytest.mark.database


def judged_cells(study, source):
    return planning.judged_cells(planning.arranged_cells(study, source))


def test_everything_is_planned_before_anything_is_shown(participation):
    trials = list(participation.trials.order_by("number"))
    assert [trial.number for trial in trials] == list(range(1, 13))
    assert Counter(trial.kind for trial in trials) == {"practice": 2, "test": 8, "vigilance": 2}
    assert TrialPicture.objects.count() == 24


def test_trials_that_are_planned_one_by_one_count_from_the_beginning(db, idle_queue, every_design):
    study = launched_study(
        design="staircase", allocation="one_condition_per_participation", photos=24,
        design_settings={"practice_trials": 2, "blocks": 2, "trials_per_block": 4, "vigilance_share": 0.25},
    )  # fmt: skip
    participation = begin_participation(study=study, source="person")
    assert participation.trials.count() < 12
    assert progress(participation) == {"done": 0, "total": 12, "practice": 2}


def test_pictures_are_the_stimuli_of_the_faces_that_were_planned(participation):
    for trial in participation.trials.select_related("condition"):
        for picture in trial.pictures.select_related("stimulus__colorization"):
            (planned,) = (
                image
                for image in trial.spec["frames"][picture.frame]["images"]
                if image["slot"] == picture.slot
            )
            made = picture.stimulus.colorization
            assert picture.stimulus.photo_id == trial.photo_id
            assert planned["arm"] == (picture.condition.slug if picture.condition else "")
            assert (made is None) == (planned["arm"] == "")
            if made is not None:
                assert made.colorizer_id == trial.condition.colorizer_id
                assert picture.slot == trial.key


def test_a_participation_can_be_replayed_from_what_it_stores(participation):
    design = planning.design_of(participation.study)
    specs = design.upcoming(Stimuli.from_json(participation.stimuli), [], participation.seed)
    trials = participation.trials.order_by("number").select_related("condition", "photo")
    assert [(spec.photo, spec.condition, spec.key) for spec in specs] == [
        (trial.photo.digest, trial.condition.slug, trial.key) for trial in trials
    ]


@pytest.mark.parametrize("move", ["pause", "close"])
def test_nobody_begins_a_study_that_is_not_live(study, move):
    getattr(lifecycle, move)(study=study)
    with pytest.raises(StudyNotOpen, match="not live"):
        begin_participation(study=study, source="person")
    assert not Participation.objects.exists()


def test_who_has_begun_may_finish_a_paused_study_but_not_a_closed_one(study, participation):
    lifecycle.pause(study=study)
    participation.refresh_from_db()
    assert is_open(Participation.objects.get())
    lifecycle.close(study=study)
    assert not is_open(Participation.objects.get())


def test_a_draft_can_be_previewed_once_its_stimuli_are_there(db, idle_queue):
    study = make_study()
    with pytest.raises((trial_rows.NotPrepared, ValueError)):
        begin_participation(study=study, source=Source.PREVIEW)
    lifecycle.prepare(study=study)
    preview = begin_participation(study=study, source=Source.PREVIEW)
    assert preview.trials.count() == 12
    assert is_open(preview)


def test_previews_and_simulations_take_nothing_from_people(study):
    for source in ("preview", "simulated"):
        begin_participation(study=study, source=source)
    assert judged_cells(study, "person") == Counter()
    assert sum(judged_cells(study, "simulated").values()) == 10


def test_who_is_not_heard_of_gives_the_cells_back(study, participation):
    assert sum(judged_cells(study, "person").values()) == 10
    Participation.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    assert judged_cells(study, "person") == Counter()


def test_who_finished_keeps_the_cells(study, participation, finish):
    finish(participation)
    Participation.objects.update(held_until=timezone.now() - timedelta(days=9))
    assert sum(judged_cells(study, "person").values()) == 10


def test_one_condition_each_where_the_study_says_so(db, idle_queue):
    study = launched_study(allocation="one_condition_per_participation")
    arms = [
        set(
            begin_participation(study=study, source="person")
            .trials.filter(kind="test")
            .values_list("condition__slug", flat=True)
        )
        for _ in range(4)
    ]
    assert sorted(map(sorted, arms)) == [["luminance-table"]] * 2 + [["sepia"]] * 2


def test_no_arm_gets_more_people_than_its_quota(db, idle_queue):
    study = launched_study(allocation="one_condition_per_participation", arm_quota=2)
    for _ in range(4):
        begin_participation(study=study, source="person")
    with pytest.raises(planning.OverQuota, match="all the 2 people"):
        begin_participation(study=study, source="person")
    arms = Participation.objects.filter(trials__kind="test").values_list("trials__condition__slug", "pk")
    assert Counter(arm for arm, _ in set(arms)) == {"sepia": 2, "luminance-table": 2}
    begin_participation(study=study, source="simulated")


def test_a_full_arm_is_not_given_though_its_cells_are_thin(db, idle_queue):
    """A spoiled trial gives its cell back, but the person who saw it still counts for the arm."""
    study = launched_study(allocation="one_condition_per_participation", arm_quota=1)
    first = begin_participation(study=study, source="person")
    for trial in first.trials.exclude(kind="practice"):
        Response.objects.create(trial=trial, voided=True)
    second = begin_participation(study=study, source="person")
    arms = [set(p.trials.filter(kind="test").values_list("condition", flat=True)) for p in (first, second)]
    assert arms[0].isdisjoint(arms[1])


def test_who_is_not_heard_of_gives_the_place_in_an_arm_back(db, idle_queue):
    study = launched_study(allocation="one_condition_per_participation", arm_quota=1)
    for _ in range(2):
        begin_participation(study=study, source="person")
    Participation.objects.order_by("pk").update(held_until=timezone.now() - timedelta(minutes=1))
    begin_participation(study=study, source="person")


def test_the_study_gets_no_more_people_than_its_quota(db, idle_queue):
    study = launched_study(participant_quota=2)
    for _ in range(2):
        begin_participation(study=study, source="person")
    with pytest.raises(planning.OverQuota, match="all the 2 people"):
        begin_participation(study=study, source="person")


def test_arrangements_are_kept_with_the_trials(participation):
    for trial in participation.trials.all():
        side, place = trial.arrangement.split("-")
        assert side == trial.key
        arms = [image["arm"] for frame in trial.spec["frames"] for image in frame["images"]]
        assert arms[0 if place == "first" else 1] == trial.condition.slug == trial.treatment


def test_a_missing_stimulus_is_named_and_nothing_is_left_behind(study):
    Stimulus.objects.filter(colorization=None).delete()
    with pytest.raises(trial_rows.NotPrepared, match="no real picture of photo"):
        begin_participation(study=study, source="person")
    assert not Participation.objects.exists()


def test_the_score_counts_test_trials_only(participation, finish):
    finish(participation)
    score = own_score(participation)
    assert (score.right, score.answered) == (8, 8)


def test_progress_counts_answers(participation, answer, trial):
    assert progress(participation) == {"done": 0, "total": 12, "practice": 2}
    answer(trial)
    assert progress(participation) == {"done": 1, "total": 12, "practice": 2}


def test_page_loads_are_kept_up_to_a_limit(participation):
    kept = [note_page_load(participation=participation, device={"dpr": 2}) for _ in range(12)]
    participation.refresh_from_db()
    assert kept == [True] * 10 + [False] * 2
    assert len(participation.device) == 10
    assert participation.device[0]["dpr"] == 2


@pytest.mark.django_db(transaction=True)
def test_many_who_arrive_at_once_get_balanced_cells(idle_queue):
    study = launched_study()

    def arrive(_):
        try:
            return begin_participation(study=study, source="person").pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=10) as pool:
        assert len(set(pool.map(arrive, range(50)))) == 50
    cells = Counter(Trial.objects.filter(kind="test").values_list("photo_id", "condition__slug"))
    assert sum(cells.values()) == 400
    assert max(cells.values()) - min(cells.values()) <= 1
    assert set(Counter(condition for _, condition in cells.elements()).values()) == {200}


def test_a_photo_comes_twice_only_where_the_design_lets_it(participation):
    first, second = participation.trials.order_by("number")[:2]
    with pytest.raises(IntegrityError), transaction.atomic():
        participation.trials.filter(pk=second.pk).update(photo=first.photo)
    participation.trials.update(photo_once=False)
    participation.trials.filter(pk=second.pk).update(photo=first.photo)
    assert participation.trials.filter(photo=first.photo).count() == 2
