"""Orders fill the catalogue: only what is missing, each picture once, failures apart."""

import hashlib
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils import timezone
from kombu.exceptions import OperationalError

from colorizers.models import Colorization, GenerationRun, PhotoSet, WorkState
from colorizers.pictures import images, inference
from colorizers.services import (
    catalogue,
    claims,
    loading,
    painting,
)
from colorizers.signals import colorizations_done
from tests.builders import fill_catalogue, make_colorizer, make_photo, make_photo_set

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def meadow() -> PhotoSet:
    return make_photo_set(5)


@pytest.fixture
def sepia():
    return make_colorizer()


@pytest.fixture
def order(meadow, sepia):
    return lambda: catalogue.order_generation(photo_set=meadow, colorizer=sepia)


@pytest.fixture
def announced():
    heard = []

    def listen(colorizations, **_):
        heard.extend(one.pk for one in colorizations)

    colorizations_done.connect(listen)
    yield heard
    colorizations_done.disconnect(listen)


@pytest.fixture
def queue(monkeypatch, django_capture_on_commit_callbacks):
    """What was sent to the queue: (task name, arguments)."""
    sent = []
    monkeypatch.setattr("celery.Celery.send_task", lambda app, name, args, **_: sent.append((name, *args)))
    return sent


def spoil(monkeypatch, photo_name: str, error: Exception) -> None:
    """Let the reading of one photo fail."""
    read = painting.read_intact

    def fragile(photo):
        if photo.name == photo_name:
            raise error
        return read(photo)

    monkeypatch.setattr(painting, "read_intact", fragile)


# --- ordering ----------------------------------------------------------------------------------


def test_an_order_makes_a_row_for_every_photo_and_queues_them_in_chunks(
    order, queue, settings, django_capture_on_commit_callbacks
):
    settings.COLORIZE_CHUNK = 2
    with django_capture_on_commit_callbacks(execute=True):
        run = order()
    assert run.total == 5
    assert [len(ids) for _, _, ids in queue] == [2, 2, 1]
    assert {pk for _, _, ids in queue for pk in ids} == set(run.colorizations.values_list("pk", flat=True))


def test_ordering_again_orders_only_what_is_missing(order, meadow, sepia):
    catalogue.colorize_here(order())
    meadow.photos.add(make_photo(99))
    assert catalogue.missing_colorizations(meadow, sepia).count() == 1
    run = order()
    assert run.total == 1
    catalogue.colorize_here(run)
    assert catalogue.missing_colorizations(meadow, sepia).count() == 0
    assert Colorization.objects.done().count() == 6


def test_an_order_with_nothing_to_do_is_done_at_once(order):
    catalogue.colorize_here(order())
    run = order()
    assert (run.state, run.total) == (WorkState.DONE, 0)
    assert run.finished_at is not None


def test_an_order_for_a_run_under_way_continues_that_run(order):
    assert order() == order()
    assert GenerationRun.objects.count() == 1


def test_an_overlapping_set_leaves_the_other_runs_pictures_to_it(order, meadow, sepia):
    first = order()
    wider = PhotoSet.objects.create(name="wider")
    wider.photos.set([*meadow.photos.all(), make_photo(99)])
    second = catalogue.order_generation(photo_set=wider, colorizer=sepia)
    assert (first.progress().total, second.total) == (5, 1)


def test_pictures_of_a_run_that_failed_are_taken_over(order):
    first = order()
    GenerationRun.objects.filter(pk=first.pk).update(state=WorkState.FAILED)
    second = order()
    assert second != first
    assert second.total == 5


def test_an_unreachable_queue_is_said_and_the_run_is_sent_when_it_is_back(
    order, monkeypatch, settings, django_capture_on_commit_callbacks
):
    settings.CLAIM_SECONDS = 0

    def refuse(*_, **__):
        raise OperationalError("Error 111 connecting")

    monkeypatch.setattr("celery.Celery.send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        run = order()
    run.refresh_from_db()
    assert run.state == WorkState.QUEUED
    assert "cannot be reached" in run.error
    assert "Error 111" in run.error
    assert run.progress().queued == 5
    sent = []
    monkeypatch.setattr("celery.Celery.send_task", lambda app, name, args, **_: sent.append(args))
    assert catalogue.recover_abandoned() == 0  # behind other work nothing is lost
    assert catalogue.recover_abandoned(["cpu"]) == 5
    assert len(sent) == 1
    run.refresh_from_db()
    assert run.error == ""
    assert catalogue.colorize_here(run).state == WorkState.DONE


def test_the_reason_shows_no_password(order, monkeypatch, settings, django_capture_on_commit_callbacks):
    settings.REDIS_URL = "redis://:hunter2@example.org:6379/0"

    def refuse(*_, **__):
        raise OperationalError("no")

    monkeypatch.setattr("celery.Celery.send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        run = order()
    run.refresh_from_db()
    assert "hunter2" not in run.error
    assert "example.org" in run.error


# --- painting ----------------------------------------------------------------------------------


def test_a_picture_is_a_file_named_by_its_content_with_a_record_of_its_making(order, sepia):
    catalogue.colorize_here(order())
    for picture in Colorization.objects.done():
        data = default_storage.open(picture.file.name).read()
        assert hashlib.sha256(data).hexdigest() == picture.digest
        assert picture.file.name == f"catalogue/{picture.digest[:2]}/{picture.digest}.png"
        assert picture.provenance["photo"] == picture.photo.digest
        assert picture.provenance["colorizer"] == sepia.digest
        assert picture.provenance.keys() >= {
            "method", "variant", "weights", "settings", "reference", "seed", "code", "device", "libraries",
            "worker",
        }  # fmt: skip
        assert picture.seconds >= 0
        assert 0 <= picture.share_clipped <= 1
        assert picture.attempts == 1


def test_the_pixels_are_those_that_the_method_paints(order, sepia):
    catalogue.colorize_here(order())
    picture = Colorization.objects.done().first()
    predict = loading.load(sepia.pk, sepia.digest).predict
    expected = inference.colorize_rgb(
        picture.photo.read_rgb(), predict, inference.Source(picture.photo.digest)
    )
    assert np.array_equal(picture.read_rgb(), expected.rgb8)


def test_the_same_order_elsewhere_gives_the_same_bytes(meadow):
    colorizer = make_colorizer("random")
    first = {p.photo_id: p.digest for p in fill_catalogue(meadow, colorizer)}
    Colorization.objects.all().delete()
    loading.load.cache_clear()
    assert {p.photo_id: p.digest for p in fill_catalogue(meadow, colorizer)} == first


def test_an_existing_file_is_used_and_never_written_again(order, monkeypatch):
    catalogue.colorize_here(order())
    Colorization.objects.all().delete()
    monkeypatch.setattr(FileSystemStorage, "_save", lambda *_: pytest.fail("wrote a file that was there"))
    catalogue.colorize_here(order())
    assert Colorization.objects.done().count() == 5


def test_a_torso_left_by_a_killed_worker_is_replaced(order):
    catalogue.colorize_here(order())
    picture = Colorization.objects.done().first()
    Path(default_storage.path(picture.file.name)).write_bytes(b"\x89PNG torn")
    Colorization.objects.all().delete()
    catalogue.colorize_here(order())
    again = Colorization.objects.done().get(photo=picture.photo)
    assert again.digest == picture.digest
    assert again.read_rgb().shape == (80, 96, 3)


def test_one_bad_photo_fails_alone_and_shows_why(order, monkeypatch):
    spoil(monkeypatch, "photo-002.png", inference.ColorizationFailed("The colours are not finite."))
    run = catalogue.colorize_here(order())
    failed = run.colorizations.failed().get()
    assert failed.photo.name == "photo-002.png"
    assert failed.error == "The colours are not finite."
    assert not failed.file
    assert run.progress().done == 4
    assert run.state == WorkState.DONE
    assert run.error == "1 of 5 photos could not be coloured."


def test_a_run_in_which_nothing_worked_is_failed(order, monkeypatch):
    monkeypatch.setattr(painting, "keep", lambda *_: 1 / 0)
    run = catalogue.colorize_here(order())
    assert run.state == WorkState.FAILED
    assert run.colorizations.first().error == "ZeroDivisionError: division by zero"


def test_a_photo_whose_file_was_tampered_with_is_not_coloured(order, meadow):
    victim, other = meadow.photos.all()[:2]
    Path(default_storage.path(victim.file.name)).write_bytes(images.encode_png(other.read_rgb()))
    run = catalogue.colorize_here(order())
    assert "no longer holds the photo" in run.colorizations.get(photo=victim).error


def test_a_photo_whose_file_is_gone_says_so(order, meadow):
    victim = meadow.photos.first()
    default_storage.delete(victim.file.name)
    run = catalogue.colorize_here(order())
    assert "is missing" in run.colorizations.get(photo=victim).error


def test_what_failed_can_be_tried_again(order, monkeypatch, queue, django_capture_on_commit_callbacks):
    with monkeypatch.context() as patch:
        spoil(patch, "photo-002.png", OSError("disk full"))
        run = catalogue.colorize_here(order())
    with django_capture_on_commit_callbacks(execute=True):
        assert catalogue.resume_run(run) == 1
    assert run.state == WorkState.QUEUED
    assert len(queue) == 1
    assert catalogue.colorize_here(run).progress().done == 5
    assert run.error == ""


def test_ordering_again_tries_again_what_failed(order, monkeypatch):
    with monkeypatch.context() as patch:
        spoil(patch, "photo-002.png", OSError("disk full"))
        catalogue.colorize_here(order())
    run = order()
    assert run.total == 1
    assert catalogue.colorize_here(run).state == WorkState.DONE


def test_a_cancelled_run_stops_and_can_be_taken_up_again(order):
    run = order()
    ids = list(run.colorizations.values_list("pk", flat=True))
    painting.colorize_chunk(run.pk, ids[:2], task_id="t")
    assert catalogue.cancel_run(run) == 3
    assert run.state == WorkState.CANCELLED
    painting.colorize_chunk(run.pk, ids, task_id="late")
    catalogue.settle_run(run.pk)
    assert Colorization.objects.done().count() == 2
    run.refresh_from_db()
    assert run.state == WorkState.CANCELLED
    assert catalogue.resume_run(run) == 3
    assert catalogue.colorize_here(run).progress().done == 5


# --- nothing twice -----------------------------------------------------------------------------


def test_every_picture_is_announced_once_after_the_commit(
    order, announced, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        catalogue.colorize_here(order())
    assert announced == []
    for callback in callbacks:
        if "_announce" in callback.__code__.co_names:
            callback()
    assert sorted(announced) == sorted(Colorization.objects.done().values_list("pk", flat=True))


def test_a_task_delivered_twice_paints_nothing_twice(order, monkeypatch):
    painted = []
    read = painting.read_intact
    monkeypatch.setattr(painting, "read_intact", lambda photo: painted.append(photo.pk) or read(photo))
    run = order()
    ids = list(run.colorizations.values_list("pk", flat=True))
    assert painting.colorize_chunk(run.pk, ids, task_id="same") == []
    assert painting.colorize_chunk(run.pk, ids, task_id="same") == []
    assert sorted(painted) == sorted(run.photo_set.photos.values_list("pk", flat=True))


def test_a_redelivered_task_leaves_alone_what_a_living_worker_paints(order):
    run = order()
    pk = run.colorizations.first().pk
    assert claims.claim(pk, task_id="same") is not None
    assert painting.colorize_chunk(run.pk, [pk], task_id="same") == [pk]
    assert Colorization.objects.get(pk=pk).attempts == 1


def test_a_picture_whose_worker_fell_silent_is_taken_over(order, settings):
    run = order()
    pk = run.colorizations.first().pk
    claims.claim(pk, task_id="dead")
    long_ago = timezone.now() - timedelta(seconds=settings.CLAIM_SECONDS + 1)
    Colorization.objects.filter(pk=pk).update(claimed_at=long_ago)
    assert painting.colorize_chunk(run.pk, [pk], task_id="successor") == []
    done = Colorization.objects.get(pk=pk)
    assert (done.state, done.attempts) == (WorkState.DONE, 2)


def test_a_worker_that_lost_its_claim_changes_nothing_any_more(order, monkeypatch, announced):
    """It was taken for dead, woke up, and finished its picture after its successor had."""
    run = order()
    pk = run.colorizations.first().pk
    paint = painting.paint

    def slow(claimed, loaded):
        for done in paint(claimed, loaded):
            Colorization.objects.filter(pk=pk).update(claim="successor/1", attempts=2)
            yield done

    monkeypatch.setattr(painting, "paint", slow)
    painting.colorize_chunk(run.pk, [pk], task_id="sleeper")
    row = Colorization.objects.get(pk=pk)
    assert (row.state, row.claim, row.digest) == (WorkState.RUNNING, "successor/1", "")


def test_a_photo_that_kills_its_worker_again_and_again_is_given_up(order, settings):
    run = order()
    pk = run.colorizations.first().pk
    long_ago = timezone.now() - timedelta(seconds=settings.CLAIM_SECONDS + 1)
    for life in range(painting.MAX_DEATHS):
        assert claims.claim(pk, task_id=f"life-{life}") is not None
        Colorization.objects.filter(pk=pk).update(claimed_at=long_ago)
    assert painting.colorize_chunk(run.pk, [pk], task_id="last") == []
    row = Colorization.objects.get(pk=pk)
    assert row.state == WorkState.FAILED
    assert "memory" in row.error


def test_the_work_of_a_dead_worker_is_queued_again_with_the_rest_of_its_chunk(
    order, queue, settings, django_capture_on_commit_callbacks
):
    settings.COLORIZE_CHUNK = 2
    with django_capture_on_commit_callbacks(execute=True):
        run = order()
    _, _, chunk = queue[0]
    task_id = Colorization.objects.get(pk=chunk[0]).claim
    claims.claim(chunk[0], task_id=task_id)
    queue.clear()
    assert catalogue.recover_abandoned() == 0
    long_ago = timezone.now() - timedelta(seconds=settings.CLAIM_SECONDS + 1)
    Colorization.objects.filter(pk=chunk[0]).update(claimed_at=long_ago)
    assert catalogue.recover_abandoned() == 2
    assert queue == [("colorizers.tasks.colorize_chunk", run.pk, sorted(chunk))]


def test_a_colorizer_is_loaded_once_in_a_process(order):
    loading.load.cache_clear()
    run = order()
    ids = list(run.colorizations.values_list("pk", flat=True))
    for chunk in (ids[:3], ids[3:]):
        painting.colorize_chunk(run.pk, chunk, task_id="t")
    info = loading.load.cache_info()
    assert (info.misses, info.hits) == (1, 1)
