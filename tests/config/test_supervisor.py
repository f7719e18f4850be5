"""What the supervisor starts, it stops: on its own end, on a signal, and when it is killed."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from config import celery, pulse
from config.processes.supervisor import Service, ServiceFailed, Supervisor

pytestmark = pytest.mark.workers

ROOT = Path(__file__).parents[2]

SLEEPER = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(99)"])
print("up", flush=True)
time.sleep(99)
"""
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(99)
"""


def service(name: str, code: str, **more) -> Service:
    return Service(name=name, command=[sys.executable, "-c", code], is_ready=lambda: True, **more)


def family(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def until(condition, seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())


def gone(processes: list[psutil.Process]) -> bool:
    return all(not p.is_running() or p.status() == psutil.STATUS_ZOMBIE for p in processes)


@pytest.fixture
def said() -> list[str]:
    return []


def test_stopping_ends_the_children_and_their_children(tmp_path: Path, said):
    with Supervisor(tmp_path, said.append) as supervisor:
        supervisor.start([service("sleeper", SLEEPER)])
        log = supervisor.log_path("sleeper")
        assert until(lambda: "up" in log.read_text())
        processes = family(supervisor.process_ids()["sleeper"])
        assert len(processes) == 2
    assert until(lambda: gone(processes))


def test_a_child_that_ignores_the_request_is_killed(tmp_path: Path, said):
    with Supervisor(tmp_path, said.append) as supervisor:
        supervisor.start([service("deaf", DEAF, grace=0.3)])
        assert until(lambda: "up" in supervisor.log_path("deaf").read_text())
        processes = family(supervisor.process_ids()["deaf"])
    assert gone(processes)


def work_beside(logs: Path, services: list[Service]) -> None:
    with Supervisor(logs, print) as supervisor:
        supervisor.start(services)
        time.sleep(30)


def test_a_service_that_dies_while_it_starts_is_reported_with_its_log(tmp_path: Path):
    command = [sys.executable, "-c", "print('bad option'); raise SystemExit(1)"]
    with pytest.raises(ServiceFailed, match="bad option"):
        work_beside(tmp_path, [Service("redis", command, lambda: False)])


def test_a_dead_worker_is_started_again_and_it_says_so(tmp_path: Path, said):
    with Supervisor(tmp_path, said.append) as supervisor:
        supervisor.start([service("worker", "import time; time.sleep(99)")])
        first = supervisor.process_ids()["worker"]
        os.kill(first, signal.SIGKILL)
        assert until(lambda: supervisor.process_ids()["worker"] != first)
    assert "The worker ended (killed by SIGKILL); starting it again at once" in said[0]


def test_a_worker_that_keeps_dying_is_started_ever_more_slowly(tmp_path: Path, said):
    with Supervisor(tmp_path, said.append) as supervisor:
        supervisor.start([service("worker", "raise SystemExit(1)")])
        assert until(lambda: len(said) >= 3, 15)
    assert "at once" in said[0]
    assert "in 1 s" in said[1]
    assert "in 3 s" in said[2]


def test_a_full_disk_ends_no_watching(tmp_path: Path, said):
    """A folder in the place of the earlier log stands for the disk: no log can be put aside."""
    (tmp_path / "worker.log.1").mkdir()
    (tmp_path / "worker.log").write_bytes(b"x" * (5 * 1024**2 + 1))
    failures = [OSError(28, "No space left on device")] * 2

    def before_start() -> None:
        if any("worker ended" in one for one in said) and failures:
            raise failures.pop()

    def say(sentence: str) -> None:
        said.append(sentence)
        raise OSError(28, "No space left on device")

    with Supervisor(tmp_path, say) as supervisor:
        supervisor.start([service("worker", "import time; time.sleep(99)", before_start=before_start)])
        first = supervisor.process_ids()["worker"]
        os.kill(first, signal.SIGKILL)
        assert until(lambda: supervisor.process_ids()["worker"] != first)
    assert not failures
    assert sum("Could not put the log of the worker aside" in one for one in said) == 1
    assert sum("Could not start the worker: [Errno 28] No space left" in one for one in said) == 1


def test_who_cannot_ask_for_a_sign_of_life_kills_nobody_and_asks_again(tmp_path: Path, said):
    faults: list[Exception] = [RuntimeError("no more files")] * 12

    def is_alive() -> bool:
        if faults:
            raise faults.pop()
        return False

    silent = service("web", "import time; time.sleep(99)", is_alive=is_alive, beat=0.05, patience=0.3)
    with Supervisor(tmp_path, said.append) as supervisor:
        supervisor.start([silent])
        first = supervisor.process_ids()["web"]
        assert until(lambda: supervisor.process_ids()["web"] != first)
    assert said[0] == "Could not ask the web for a sign of life: no more files. It is tried again."
    assert "The web did not answer any more and was killed" in said[1]


def test_no_fault_ends_the_sweeps_of_a_worker(monkeypatch):
    faults = [RuntimeError("no room"), ValueError("no broker")]
    sent = []

    def send(name: str, **options: object) -> None:
        if faults:
            raise faults.pop()
        sent.append(name)
        raise KeyboardInterrupt

    monkeypatch.setattr(celery.app, "send_task", send)
    monkeypatch.setattr(celery.time, "sleep", lambda seconds: None)
    with pytest.raises(KeyboardInterrupt):
        celery._sweep()
    assert sent == ["config.tasks.sweep"]


HANGING = """
import pathlib, sys, time
while True:
    pathlib.Path(sys.argv[1]).write_text(str(time.time()))
    time.sleep(0.05)
"""


def test_a_service_that_hangs_is_killed_and_started_again_and_it_says_so(tmp_path: Path, said):
    beat = tmp_path / "beat"

    def is_alive() -> bool:
        return beat.exists() and time.time() - float(beat.read_text() or 0) < 0.5

    hanging = Service(
        "web", [sys.executable, "-c", HANGING, str(beat)], is_alive, beat=0.1, patience=1.0
    )  # fmt: skip
    with Supervisor(tmp_path, said.append) as supervisor:
        supervisor.start([hanging])
        first = supervisor.process_ids()["web"]
        time.sleep(1.5)
        assert supervisor.process_ids()["web"] == first
        os.kill(first, signal.SIGSTOP)
        assert until(lambda: supervisor.process_ids()["web"] != first)
    assert "The web did not answer any more and was killed; starting it again at once" in said[0]


def test_a_process_of_a_worker_that_hangs_is_killed(tmp_path: Path, monkeypatch):
    pulses = tmp_path / "pulses"
    pulse.clear(pulses)
    code = "from config import pulse; import time; pulse.EVERY = 0.1; pulse.begin(); time.sleep(99)"
    child = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ | {pulse.FOLDER: str(pulses)}
    )
    try:
        assert until(lambda: [file.name for file in pulses.glob("[0-9]*")] == [str(child.pid)])
        time.sleep(0.7)
        assert pulse.kill_silent(pulses, after=0.5) == []
        os.kill(child.pid, signal.SIGSTOP)
        time.sleep(0.7)
        assert pulse.kill_silent(pulses, after=0.5) == [child.pid]
        assert child.wait(5) == -signal.SIGKILL
    finally:
        child.kill()


PROGRAM = """
import contextlib, sys, time
from pathlib import Path
from config import pulse
from config.processes.supervisor import Service, Supervisor
logs = Path(sys.argv[1])
# The signal may come between the word "ready" and the waiting.
with Supervisor(logs, print) as supervisor, contextlib.suppress(KeyboardInterrupt):
    supervisor.start([Service("sleeper", [sys.executable, "-c", {sleeper!r}], lambda: True)])
    while "up" not in supervisor.log_path("sleeper").read_text():
        time.sleep(0.05)
    print("ready", supervisor.process_ids()["sleeper"], flush=True)
    supervisor.wait()
print("ended in order", flush=True)
"""


@pytest.fixture
def program(tmp_path: Path):
    """A supervisor in a process of its own, with the processes that it started."""
    code = textwrap.dedent(PROGRAM).format(sleeper=SLEEPER)
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout
    word, pid = process.stdout.readline().split()
    assert word == "ready"
    yield process, family(int(pid))
    if process.poll() is None:
        process.kill()
    process.wait()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_in_order(program, ending):
    process, started = program
    process.send_signal(ending)
    output, _ = process.communicate(timeout=20)
    assert output.strip() == "ended in order"
    assert process.returncode == 0
    assert until(lambda: gone(started))


def test_nothing_outlives_a_supervisor_that_is_killed(program):
    process, started = program
    process.kill()
    assert until(lambda: gone(started), 15)


def test_a_long_log_of_earlier_runs_is_put_aside(tmp_path: Path, said):
    (tmp_path / "web.log").write_bytes(b"x" * (5 * 1024**2 + 1))
    with Supervisor(tmp_path, said.append) as supervisor:
        supervisor.start([service("web", "import time; time.sleep(99)")])
        assert supervisor.log_path("web").stat().st_size < 1000
    assert (tmp_path / "web.log.1").exists()


def test_a_long_or_old_log_of_a_running_process_is_put_aside(tmp_path: Path, said):
    writer = "import time\nfor n in range(999): print(n, flush=True); time.sleep(0.05)"
    with Supervisor(tmp_path, said.append) as supervisor:
        supervisor.start([service("web", writer)])
        log = supervisor.log_path("web")
        assert until(lambda: log.stat().st_size > 5)
        os.utime(tmp_path / "web.log.begun", (0, 0))
        supervisor._renew_log("web")
        assert (tmp_path / "web.log.1").read_text().startswith("0\n")
        assert until(lambda: log.stat().st_size > 5)
        assert not log.read_bytes().startswith((b"\0", b"0\n"))
