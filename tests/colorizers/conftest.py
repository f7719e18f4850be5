"""Weights that are tried without a process of their own."""

import contextlib
import io
import subprocess

import pytest

from colorizers.methods import _check as check
from colorizers.services import checking


@pytest.fixture
def checked_here(monkeypatch) -> None:
    """Weights are tried in this process, which has torch already: for tests of what the verdict leads to."""

    def run(order: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        arguments = [one for one in order[3:] if not one.startswith("--memory-mb")]
        said = io.StringIO()
        with contextlib.redirect_stdout(said), pytest.raises(SystemExit) as ended:
            check.main(arguments)
        return subprocess.CompletedProcess(order, ended.value.code, said.getvalue(), "")

    monkeypatch.setattr(checking.subprocess, "run", run)
