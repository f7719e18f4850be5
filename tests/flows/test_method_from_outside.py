"""The example package brings a method by an entry point, and keeps the contract."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the example package in it, installed by pip from a copy of the sources."""
    source = tmp_path_factory.mktemp("source") / "package"
    shutil.copytree(ROOT / "examples" / "foolrate-sunset", source)
    target = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--target", str(target), str(source)]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    return target


def run(installed, *arguments):
    environment = {**os.environ, "PYTHONPATH": f"{installed}{os.pathsep}{ROOT}"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=150
    )


def test_an_installed_package_brings_its_method_by_an_entry_point(installed):
    listed = run(installed, "manage.py", "list_methods")
    assert listed.returncode == 0, listed.stderr
    assert "sunset" in listed.stdout


@pytest.mark.slow
def test_the_example_keeps_the_contract_of_every_method(installed):
    contract = run(
        installed,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/contracts/test_methods.py",
        "-k",
        "sunset",
    )
    assert contract.returncode == 0, contract.stdout[-3000:]
    assert "passed" in contract.stdout
