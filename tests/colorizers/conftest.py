"""Weights that are tried without a process of their own."""

import json
from pathlib import Path
from typing import Any

import pytest

from colorizers.methods import _check as check
from colorizers.services import checking, waiting_checks


@pytest.fixture
def checked_here(monkeypatch) -> None:
    """Weights are tried in this process, which has torch already: for tests of what the verdict leads to."""

    def ask(process: None, order: dict[str, Any]) -> tuple[int, str, str]:
        found = check.verdict(Path(order["file"]), order["method"], order["variant"], order["settings"])
        return 0, json.dumps(found), ""

    monkeypatch.setattr(waiting_checks, "take", lambda runtime: None)
    monkeypatch.setattr(checking, "_ask", ask)
