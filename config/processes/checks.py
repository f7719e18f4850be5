"""What must hold before an installation starts, and a sentence for each thing that may not."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from colorizers.tools.command_line import MANAGE

GIGABYTE = 1024**3
NEEDED_DISK_GB = 2
BACKLOG = 2048  # visitors who wait while a web server starts again


class NotReady(RuntimeError):
    """The installation cannot start; the message says why and what to do."""


def check_disk(folder: Path, *, needed_gb: float = NEEDED_DISK_GB) -> None:
    """Raise NotReady if the disk of this folder has too little room."""
    free = shutil.disk_usage(folder).free / GIGABYTE
    if free < needed_gb:
        raise NotReady(
            f"Only {free:.1f} GB are free on the disk of {folder}; {needed_gb:g} GB are needed. "
            "Free some space, or set FOOLRATE_DATA to a folder on another disk."
        )


def check_writable(folder: Path) -> None:
    """Raise NotReady if this folder takes no files."""
    if not os.access(folder, os.W_OK | os.X_OK):
        raise NotReady(f"{folder} cannot be written to. Set FOOLRATE_DATA to a folder of your own.")


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; raises NotReady if none can, and names a port that is free."""
    if not 1 <= port <= 65535:
        raise NotReady(f"A port is a number from 1 to 65535, not {port}. Try: {_make(port=8000)}")
    try:
        return _listening(host, port)
    except PermissionError:
        raise NotReady(
            f"Port {port} is reserved for the system's own services. Choose one above 1023: "
            + _make(port=8000)
        ) from None
    except socket.gaierror:
        raise NotReady(
            f"{host!r} is not a name or an address of this machine. Try: {_make(host='127.0.0.1')}"
        ) from None
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise NotReady(f"Nothing can listen at {host}:{port}: {error.strerror}.") from None
        raise NotReady(
            f"Port {port} is in use by another program. Choose another one: "
            + _make(port=next_free_port(host, port))
        ) from None


def next_free_port(host: str, port: int) -> int:
    """The first free port above this one."""
    for candidate in range(port + 1, min(port + 200, 65536)):
        with contextlib.suppress(OSError):
            _listening(host, candidate).close()
            return candidate
    raise NotReady(f"No port between {port} and {port + 200} is free.")


def _listening(host: str, port: int) -> socket.socket:
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        # A port whose last connections are still closing is free for a server.
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(BACKLOG)
    except BaseException:
        found.close()
        raise
    return found


@contextlib.contextmanager
def sole_use(data: Path, *, address: str) -> Iterator[None]:
    """Hold the data folder for one set of processes; raises NotReady if another one holds it."""
    with (data / "running.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotReady(_held_by(lock.name, data)) from None
        lock.truncate(0)
        lock.write(json.dumps({"process": os.getpid(), "address": address}))
        lock.flush()
        try:
            yield
        finally:
            lock.truncate(0)


def _held_by(path: str, data: Path) -> str:
    try:
        holder = json.loads(Path(path).read_text(encoding="utf-8"))
        process, address = holder["process"], holder["address"]
        port = next_free_port("127.0.0.1", int(address.rpartition(":")[2]))
    except (ValueError, KeyError, NotReady):
        return (
            f"Another process already uses the folder {data}. Stop it with Ctrl-C in its terminal, or start "
            f"this one with a folder and a port of its own: {_make(foolrate_data='./var2', port=8001)}"
        )
    return (
        f"Foolrate already runs from {data}. Open it in a browser: {address}. To stop it, press Ctrl-C in "
        f"its terminal (process {process}). To run a second one beside it, give that a folder and a port of "
        f"its own: {_make(foolrate_data='./var2', port=port)}"
    )


def _make(**variables: object) -> str:
    """The whole command that was given, with these variables."""
    command = next((name for name in ("demo", "web") if name in sys.argv[1:2]), "run")
    if command == "web":  # make has no target for it
        return " ".join([f"{MANAGE} web", *(f"--{name} {value}" for name, value in variables.items())])
    return " ".join([f"make {command}", *(f"{name.upper()}={value}" for name, value in variables.items())])
