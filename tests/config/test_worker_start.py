"""How workers are started: which queues, how many processes, how many threads each."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from colorizers.services import devices
from config.processes import services

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def machine(monkeypatch, settings):
    """Four cores, no GPU, nothing set."""
    for name in ("WORKER_PROCESSES", "WORKER_QUEUES", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(services, "cores", lambda: 4)
    monkeypatch.setattr(devices, "gpus", lambda: 0)
    settings.COLORIZE_DEVICE = "auto"


def option(service, name: str) -> str:
    return service.command[service.command.index(name) + 1]


def test_without_a_gpu_one_worker_serves_all_queues_with_a_process_for_each_core():
    (worker,) = services.worker_services()
    assert (option(worker, "--queues"), option(worker, "--concurrency")) == ("cpu,gpu", "4")
    assert worker.environment["OMP_NUM_THREADS"] == "1"


def test_with_gpus_they_have_a_worker_of_their_own_with_a_process_for_each(monkeypatch):
    monkeypatch.setattr(devices, "gpus", lambda: 2)
    cpu, gpu = services.worker_services()
    assert (option(cpu, "--queues"), option(cpu, "--concurrency")) == ("cpu", "4")
    assert (option(gpu, "--queues"), option(gpu, "--concurrency")) == ("gpu", "2")
    assert cpu.name != gpu.name
    assert option(cpu, "--hostname") != option(gpu, "--hostname")


def test_gpus_are_left_alone_where_networks_are_to_run_on_the_cpu(monkeypatch, settings):
    monkeypatch.setattr(devices, "gpus", lambda: 2)
    settings.COLORIZE_DEVICE = "cpu"
    (worker,) = services.worker_services()
    assert option(worker, "--concurrency") == "4"


def test_processes_and_queues_can_be_chosen(monkeypatch):
    monkeypatch.setenv("WORKER_PROCESSES", "2")
    monkeypatch.setenv("WORKER_QUEUES", "cpu")
    (worker,) = services.worker_services()
    assert (option(worker, "--queues"), option(worker, "--concurrency")) == ("cpu", "2")
    assert worker.environment["MKL_NUM_THREADS"] == "2"


def test_a_queue_that_does_not_exist_is_refused(monkeypatch):
    monkeypatch.setenv("WORKER_QUEUES", "cpu,tpu")
    with pytest.raises(ImproperlyConfigured, match="cpu, gpu"):
        services.worker_queues()


def test_more_processes_than_cores_have_a_thread_each_and_a_choice_of_ones_own_is_kept(monkeypatch):
    assert services.worker_environment(9)["OMP_NUM_THREADS"] == "1"
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert services.worker_environment(1)["OMP_NUM_THREADS"] == "3"


@pytest.mark.parametrize(
    ("name", "value"), [("COLORIZE_PRECISION", "float8"), ("COLORIZE_BATCH", "0"), ("COLORIZE_THREADS", "x")]
)
def test_settings_of_no_sense_are_refused(name, value):
    code = "import config.settings"
    environment = os.environ | {name: value}
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode != 0
    assert name in result.stderr


def test_a_machine_without_a_driver_has_no_gpu_and_asks_nobody(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(devices, "_DRIVER_FILES", ())
    monkeypatch.setattr(devices.shutil, "which", lambda name: None)
    monkeypatch.setattr(devices.subprocess, "run", lambda *a, **k: pytest.fail("asked"))
    assert devices.gpus.__wrapped__() == 0


def test_the_driver_is_asked_in_another_process(monkeypatch, tmp_path):
    monkeypatch.undo()
    monkeypatch.setattr(devices, "_DRIVER_FILES", (tmp_path,))
    answers = iter([("2\n", 0), ("", 1), ("oops", 0)])

    def run(command, **_):
        assert command[0] == sys.executable
        text, code = next(answers)
        return subprocess.CompletedProcess(command, code, text, "")

    monkeypatch.setattr(devices.subprocess, "run", run)
    assert [devices.gpus.__wrapped__() for _ in range(3)] == [2, 0, 0]
