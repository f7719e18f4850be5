"""manage.py as people call it: by any Python, in a pipe, and on any port."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.environment import running_address

ROOT = Path(__file__).resolve().parents[2]


def manage(*arguments: str, python: list[str], data: Path, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*python, str(ROOT / "manage.py"), *arguments],
        env=os.environ | {"FOOLRATE_DATA": str(data), "SITE_URL": ""},
        cwd=data, capture_output=True, text=True, check=False, **options,
    )  # fmt: skip


def without_packages() -> list[str]:
    """The Python that the environment was made from: it has no Django."""
    python = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    found = subprocess.run([python, "-c", "import django"], capture_output=True, check=False)
    if found.returncode == 0:
        pytest.skip("the machine's own Python has Django")
    return [str(python)]


@pytest.mark.slow
def test_it_finds_its_packages_whatever_python_calls_it(tmp_path):
    if not (ROOT / ".venv").exists():
        pytest.skip("the packages are not in .venv here")
    run = manage("list_methods", "--json", python=without_packages(), data=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "zhang2016" in run.stdout


@pytest.mark.slow
def test_a_reader_who_has_enough_causes_no_traceback(tmp_path):
    command = f"{sys.executable} {ROOT / 'manage.py'} list_methods | head -n 1"
    run = subprocess.run(
        ["sh", "-c", command], env=os.environ | {"FOOLRATE_DATA": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stdout.count("\n") == 1
    assert "Traceback" not in run.stderr


def test_links_lead_to_the_port_on_which_the_site_runs(tmp_path):
    assert running_address(tmp_path) == ""
    lock = tmp_path / "running.lock"
    lock.write_text(json.dumps({"process": os.getpid(), "address": "http://127.0.0.1:8123"}))
    assert running_address(tmp_path) == "http://127.0.0.1:8123"


@pytest.mark.parametrize("left", ["", "{", "[]", '{"process": 99999999, "address": "http://127.0.0.1:8123"}'])
def test_a_site_that_no_longer_runs_gives_no_address(tmp_path, left):
    (tmp_path / "running.lock").write_text(left)
    assert running_address(tmp_path) == ""
