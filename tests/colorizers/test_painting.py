"""How a worker paints many: together what is new, alone what may have killed; networks on their device."""

import time
from datetime import timedelta

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from colorizers import methods
from colorizers.models import Colorization, Colorizer, WorkState
from colorizers.pictures import inference, pipeline
from colorizers.services import (
    catalogue,
    claims,
    devices,
    loading,
    painting,
)
from colorizers.services.stored_files import sha256
from tests.builders import make_colorizer, make_photo_set

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def one_thread():
    """Two threads of OpenMP on cores that others use wait for each other more than they compute."""
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def meadow():
    return make_photo_set(6)


@pytest.fixture
def order(meadow):
    return lambda colorizer: catalogue.order_generation(photo_set=meadow, colorizer=colorizer)


def with_weights(data: bytes, slug: str, **settings) -> Colorizer:
    """A colorizer with a real network, without the check of its file that registering makes."""
    colorizer = Colorizer(
        slug=slug,
        method="zhang2016",
        variant="class",
        settings={"input_px": 64} | settings,
        weights_digest=sha256(data),
    )
    colorizer.weights.save(f"{slug}.safetensors", ContentFile(data), save=False)
    colorizer.save()
    return colorizer


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> bytes:
    small_networks = pytest.importorskip("tests.small_networks")
    return small_networks.small_weights(tmp_path_factory.mktemp("w"), "zhang2016", "class").read_bytes()


@pytest.fixture
def network(weights):
    return with_weights(weights, "network")


@pytest.fixture
def in_flight(monkeypatch):
    """How many rows were running at each prediction, and which photos went together."""
    seen = []
    predicted = inference.predicted

    def watched(predict, lightness, sources):
        seen.append([source.digest for source in sources])
        return predicted(predict, lightness, sources)

    monkeypatch.setattr(pipeline, "predicted", watched)
    return seen


def silence(run) -> None:
    """The worker of this run's pictures died a while ago."""
    long_ago = timezone.now() - timedelta(hours=1)
    run.colorizations.filter(state=WorkState.RUNNING).update(claimed_at=long_ago)


# --- together and alone ------------------------------------------------------------------------


def test_a_networks_photos_go_in_batches_and_the_record_says_how(order, network, in_flight, settings):
    settings.COLORIZE_BATCH = 3
    run = catalogue.colorize_here(order(network))
    assert (run.state, run.error) == (WorkState.DONE, "")
    assert [len(batch) for batch in in_flight] == [3, 3]
    for row in run.colorizations.all():
        assert row.provenance["device"] == "cpu"
        assert row.provenance["precision"] == "float32"
        assert row.provenance["weights"] == network.weights_digest
        assert row.seconds > 0


def test_a_batch_paints_what_one_photo_after_the_other_gives(order, network, settings):
    pictures = {}
    for batch in (1, 4):
        settings.COLORIZE_BATCH = batch
        run = catalogue.colorize_here(order(network))
        pictures[batch] = {row.photo.digest: row.read_rgb().astype(int) for row in run.colorizations.all()}
        Colorization.objects.all().delete()
    for digest, alone in pictures[1].items():
        assert np.abs(alone - pictures[4][digest]).max() <= 1


def test_what_a_worker_died_of_is_painted_alone_and_last(order, network, in_flight):
    run = order(network)
    rows = list(run.colorizations.select_related("photo"))
    suspects = rows[1:3]
    for row in suspects:
        assert claims.claim(row.pk, task_id="dead")
    silence(run)
    painting.colorize_chunk(run.pk, [row.pk for row in rows], task_id="next")
    assert sorted(len(batch) for batch in in_flight) == [1, 1, 4]
    assert {batch[0] for batch in in_flight[-2:]} == {row.photo.digest for row in suspects}
    assert run.progress().done == 6
    assert {row.attempts for row in run.colorizations.filter(pk__in=[s.pk for s in suspects])} == {2}


def test_a_deadly_photo_never_costs_its_batch_mates_more_than_one_life(order, network):
    """Lives of a worker that a photo kills: it is found out, given up, and all others are painted."""
    run = order(network)
    rows = list(run.colorizations.order_by("pk"))
    ids, deadly = [row.pk for row in rows], rows[2].pk
    # The first life ended with the whole batch in flight.
    for pk in ids[:4]:
        assert claims.claim(pk, task_id="life-1")
    silence(run)
    for life in range(2, 2 + 3):
        # This life paints what it can before it meets the deadly one, which comes alone.
        others = [pk for pk in ids if pk != deadly]
        assert painting.colorize_chunk(run.pk, others, task_id=f"life-{life}") == []
        if life < 4:
            assert claims.claim(deadly, task_id=f"life-{life}")
            silence(run)
    assert painting.colorize_chunk(run.pk, ids, task_id="last") == []
    states = dict(run.colorizations.values_list("pk", "state"))
    assert states.pop(deadly) == WorkState.FAILED
    assert set(states.values()) == {WorkState.DONE}
    assert "worker died" in run.colorizations.get(pk=deadly).error


def test_an_untried_claim_takes_nothing_that_was_begun_before(order):
    run = order(make_colorizer())
    pk = run.colorizations.first().pk
    assert claims.claim(pk, task_id="dead", untried=True)
    silence(run)
    assert claims.claim(pk, task_id="next", untried=True) is None
    assert claims.claim(pk, task_id="next")


def test_a_colorizer_that_cannot_be_loaded_fails_its_photos_with_the_reason(order, network):
    network.weights.storage.delete(network.weights.name)
    loading.load.cache_clear()
    run = catalogue.colorize_here(order(network))
    assert run.state == WorkState.FAILED
    assert {row.error.split(":")[0] for row in run.colorizations.all()} == {"A file is missing"}


def test_memory_that_is_short_halves_the_batch_and_then_fails_the_photo(order, network, monkeypatch):
    sizes = []

    def predicted(predict, lightness, sources):
        sizes.append(len(lightness))
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(pipeline, "predicted", predicted)
    run = catalogue.colorize_here(order(network))
    assert sizes[:3] == [4, 2, 1]
    for row in run.colorizations.all():
        assert row.state == WorkState.FAILED
        assert not row.file
        assert "not enough memory" in row.error


# --- signs of life -----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_every_claim_that_is_held_is_renewed_and_no_other(order, settings):
    settings.CLAIM_SECONDS = 0.4
    run = order(make_colorizer())
    first, second, foreign = list(run.colorizations.all())[:3]
    with claims.SignsOfLife() as signs:
        tokens = {row.pk: claims.claim(row.pk, task_id="t") for row in (first, second)}
        for pk, token in tokens.items():
            signs.hold(pk, token)
        claims.claim(foreign.pk, task_id="other")
        before = {row.pk: row.claimed_at for row in run.colorizations.all()}
        wait(lambda: all(renewed(row, before) for row in (first, second)))
        signs.release(tokens[first.pk])
        # A renewal that was under way at the release may still come: only after one round is it settled.
        wait_for_renewals(second, 2)
        settled = {row.pk: row.claimed_at for row in run.colorizations.all()}
        wait_for_renewals(second, 2)
    assert not renewed(first, settled)
    assert not renewed(foreign, before)


def wait_for_renewals(row, count: int) -> None:
    for _ in range(count):
        before = {row.pk: Colorization.objects.get(pk=row.pk).claimed_at}
        wait(lambda before=before: renewed(row, before))


def renewed(row, before) -> bool:
    return Colorization.objects.get(pk=row.pk).claimed_at > before[row.pk]


def wait(condition) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


# --- devices, queues, memory -------------------------------------------------------------------


def test_networks_wait_in_one_queue_and_all_else_in_the_other(
    order, network, monkeypatch, django_capture_on_commit_callbacks
):
    sent = []
    monkeypatch.setattr("celery.Celery.send_task", lambda app, name, args, **how: sent.append(how["queue"]))
    for colorizer in (network, make_colorizer()):
        with django_capture_on_commit_callbacks(execute=True):
            order(colorizer)
    assert sent == ["gpu", "cpu"]
    assert loading.queue_of("a_method_that_was_uninstalled") == "cpu"


def test_gpus_are_dealt_out_to_the_processes_of_a_worker(monkeypatch, settings):
    monkeypatch.setattr(devices, "gpus", lambda: 2)
    assert [devices.device_of("auto", process) for process in range(3)] == ["cuda:0", "cuda:1", "cuda:0"]
    assert devices.device_of("cuda", 1) == "cuda:1"
    assert devices.device_of("cuda:0", 1) == "cuda:0"
    assert devices.device_of("cpu", 1) == "cpu"
    settings.COLORIZE_DEVICE = "auto"
    assert loading.process_device(methods.get("zhang2016")) == "cuda:0"
    assert loading.process_device(methods.get("sepia")) == "cpu"


def test_without_a_gpu_auto_is_the_cpu_and_cuda_is_refused(monkeypatch):
    monkeypatch.setattr(devices, "gpus", lambda: 0)
    assert devices.device_of("auto", 3) == "cpu"
    with pytest.raises(ValueError, match="finds no GPU"):
        devices.device_of("cuda", 0)


def test_colorizers_of_one_file_share_a_network_and_few_stay_in_memory(network):
    loading.load.cache_clear()
    warm = Colorizer(
        slug="warm", method="zhang2016", variant="class", settings={"temperature": 0.9},
        weights=network.weights.name, weights_digest=network.weights_digest,
    )  # fmt: skip
    warm.save()
    loaded = [loading.load(colorizer.pk, colorizer.digest) for colorizer in (network, warm)]
    assert loaded[0].predict.network is loaded[1].predict.network
    assert loaded[0].predict.decoding != loaded[1].predict.decoding
    assert loading.load.cache_info().maxsize == loading.KEPT


def test_another_precision_is_in_the_record(order, network, settings):
    settings.COLORIZE_PRECISION = "bfloat16"
    loading.load.cache_clear()
    run = catalogue.colorize_here(order(network))
    loading.load.cache_clear()
    record = run.colorizations.first().provenance
    assert record["precision"] == "bfloat16"
    assert record["precision_difference"]["max"] < 1
