"""Processes that check weights: begun while a form is filled in, so that what is slow to load is loaded.

Each answers once and ends, as whatever it was given may have changed it. Nobody's need ends it, too.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import threading

from django.conf import settings

MEMORY_MB = 8192
IDLE = 75
"""The exit status of a process that was given no order for a while (sysexits: a temporary failure)."""
IDLE_SECONDS = 600

_lock = threading.Lock()
_waiting: dict[str, subprocess.Popen[str]] = {}


def prepare(runtime: str) -> None:
    """Have a process load this package now, unless one waits already or the package is not installed here."""
    if importlib.util.find_spec(runtime) is None:
        return
    with _lock:
        there = _waiting.get(runtime)
        if there is None or there.poll() is not None:
            _waiting[runtime] = start(runtime)


def take(runtime: str) -> subprocess.Popen[str]:
    """A process that takes one order on its standard input: the one that waits, else a new one."""
    with _lock:
        there = _waiting.pop(runtime, None)
    return there if there is not None and there.poll() is None else start(runtime)


def start(runtime: str) -> subprocess.Popen[str]:
    """A new process of this kind."""
    order = [
        sys.executable, "-m", "colorizers.methods._check", f"--runtime={runtime}", f"--memory-mb={MEMORY_MB}",
        f"--idle-seconds={IDLE_SECONDS}", f"--idle-status={IDLE}",
    ]  # fmt: skip
    # One thread: it waits for the disk, and the machine has other work.
    environment = os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.Popen(
        order, cwd=settings.BASE_DIR, env=environment, text=True, errors="replace",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
