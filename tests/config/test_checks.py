"""Each thing that may stand in the way has its sentence."""

import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from config.processes import checks
from config.processes.checks import NotReady


@pytest.fixture
def taken_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        yield server.getsockname()[1]


def test_a_port_in_use_is_named_with_a_free_one(taken_port):
    with pytest.raises(NotReady, match=f"Port {taken_port} is in use") as caught:
        checks.listen("127.0.0.1", taken_port)
    suggested = int(str(caught.value).rpartition("PORT=")[2])
    checks.listen("127.0.0.1", suggested).close()


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_number_that_is_no_port_is_refused(port):
    with pytest.raises(NotReady, match="from 1 to 65535"):
        checks.listen("127.0.0.1", port)


def test_a_reserved_port_is_explained(monkeypatch):
    def refuse(host, port):
        raise PermissionError

    monkeypatch.setattr(checks, "_listening", refuse)
    with pytest.raises(NotReady, match="above 1023"):
        checks.listen("127.0.0.1", 80)


def test_a_host_that_is_not_this_machine_is_refused():
    with pytest.raises(NotReady, match=r"no-such-host\.invalid"):
        checks.listen("no-such-host.invalid", 8000)


def test_a_full_disk_is_refused_before_anything_is_written(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda path: SimpleNamespace(free=1.2 * 1024**3))
    with pytest.raises(NotReady, match=r"Only 1\.2 GB are free .*; 2 GB are needed"):
        checks.check_disk(tmp_path)


def test_a_command_is_repeated_whole_with_what_to_change(taken_port, monkeypatch):
    for given, repeated in (("demo", "make demo PORT="), ("run", "make run PORT="), ("web", "web --port ")):
        monkeypatch.setattr(checks.sys, "argv", ["manage.py", given, "--port", str(taken_port)])
        with pytest.raises(NotReady, match=repeated):
            checks.listen("127.0.0.1", taken_port)


def test_one_data_folder_serves_one_installation_at_a_time(tmp_path: Path):
    with checks.sole_use(tmp_path, address="http://127.0.0.1:8000"):
        with pytest.raises(NotReady) as caught, _held(tmp_path):
            pass
        words = str(caught.value)
        assert "already runs" in words
        assert "Open it in a browser: http://127.0.0.1:8000." in words
        # The whole command, not half of one, and a port on which something can listen.
        assert "make run FOOLRATE_DATA=./var2 PORT=" in words
        checks.listen("127.0.0.1", int(words.rpartition("PORT=")[2])).close()
        other = tmp_path / "other"
        other.mkdir()
        with _held(other):
            pass
    with _held(tmp_path):
        pass


def _held(folder: Path):
    return checks.sole_use(folder, address="http://127.0.0.1:8001")
