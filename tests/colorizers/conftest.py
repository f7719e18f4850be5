"""Processes that try weights: none waits from before, and some tests do without."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from colorizers.methods import _check as check
from colorizers.services import checking, waiting_checks


@pytest.fixture(autouse=True)
def none_waits(monkeypatch) -> Iterator[None]:
    """No process that a page of another test had begun checks the weights of this one."""
    waiting: dict[str, subprocess.Popen[str]] = {}
    monkeypatch.setattr(waiting_checks, "_waiting", waiting)
    yield
    for process in waiting.values():
        process.kill()
        process.communicate()


@pytest.fixture
def checked_here(monkeypatch) -> None:
    """Weights are tried in this process, which has torch already: for tests of what the verdict leads to."""

    def ask(process: None, order: dict[str, Any]) -> tuple[int, str, str]:
        found = check.verdict(Path(order["file"]), order["method"], order["variant"], order["settings"])
        return 0, json.dumps(found), ""

    monkeypatch.setattr(waiting_checks, "take", lambda runtime: None)
    monkeypatch.setattr(checking, "_ask", ask)
