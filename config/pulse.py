"""Signs of life of the processes that a worker forks: the worker itself cannot tell one that hangs."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from pathlib import Path

FOLDER = "FOOLRATE_PULSE"  # the variable that names the folder to the processes
EVERY = 2.0  # seconds
SILENT = 30.0  # seconds after which a process is taken for hung


def begin() -> None:
    """Renew this process's file from now on, where a supervisor watches."""
    folder = os.environ.get(FOLDER)
    if folder:
        threading.Thread(target=_beat, args=[Path(folder)], name="pulse", daemon=True).start()


def _beat(folder: Path) -> None:
    mine = folder / str(os.getpid())
    # Whole from the first moment; a process may be stopped at any.
    beside = mine.with_name(f".{mine.name}")
    while True:
        # A disk that is full has room later. A folder that is gone: so is the supervisor that looked at it.
        with contextlib.suppress(OSError):
            if not mine.exists():
                beside.write_text(str(os.getpgrp()), encoding="ascii")
                beside.replace(mine)
            os.utime(mine)
        time.sleep(EVERY)


def clear(folder: Path) -> None:
    """An empty folder: what earlier processes left says nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        file.unlink(missing_ok=True)


def kill_silent(folder: Path, *, after: float = SILENT) -> list[int]:
    """Kill the processes whose files have not been renewed for so long; returns their numbers."""
    killed = []
    for file in folder.glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError):
            if time.time() - file.stat().st_mtime < after:
                continue
            process, group = int(file.name), int(file.read_text(encoding="ascii"))
            file.unlink()
            # The number may have gone to somebody else's process meanwhile.
            if os.getpgid(process) == group:
                os.kill(process, signal.SIGKILL)
                killed.append(process)
    return killed
