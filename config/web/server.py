"""One process of the web server, on sockets that its supervisor holds open.

python -m config.web.server --listen FD [--listen FD …]
"""

from __future__ import annotations

import argparse
import os
import resource
import socket
import time
from pathlib import Path

import uvicorn
from django.conf import settings

from config.environment import env_int
from config.web.bridge import Bridge
from config.web.protocol import Protocol
from config.wsgi import application

THREADS = 8
GRACE_SECONDS = 10
LEFT_BEHIND_SECONDS = 86_400
MOST_CONNECTIONS = 16_384


def main() -> None:
    """Serve until SIGTERM, then finish what is under way."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--listen", type=int, action="append", required=True, help="an open socket's number")
    sockets = [socket.socket(fileno=number) for number in parser.parse_args().listen]
    allow_many_connections()
    remove_leftovers(Path(settings.FILE_UPLOAD_TEMP_DIR))
    bridge = Bridge(
        application,
        threads=env_int("WEB_THREADS", THREADS, at_least=1),
        body_max=settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        folder=str(settings.FILE_UPLOAD_TEMP_DIR),
    )
    config = uvicorn.Config(
        bridge,
        http=Protocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        loop="uvloop",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    uvicorn.Server(config).run(sockets=sockets)


def allow_many_connections() -> None:
    """Each connection is an open file: as many as the system allows, up to what memory allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS if hard == resource.RLIM_INFINITY else min(hard, MOST_CONNECTIONS)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def remove_leftovers(folder: Path) -> None:
    """Files of uploads whose process was killed."""
    for path in folder.iterdir():
        if path.is_file() and path.stat().st_mtime < time.time() - LEFT_BEHIND_SECONDS:
            path.unlink(missing_ok=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main()
