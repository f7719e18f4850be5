"""Whether the web server on this machine answers: a script for a container's health check.

python config/processes/healthcheck.py [http://127.0.0.1:8000]
"""

import os
import sys
import urllib.request


def host_header() -> str:
    """A name that the site answers to: the first of ALLOWED_HOSTS, which may be a pattern."""
    first = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip()
    return "127.0.0.1" if first in {"", "*"} else first.lstrip(".")


def answers(root: str, *, seconds: float = 2.0) -> bool:
    """Whether the health page of the site at this address says that all is well."""
    request = urllib.request.Request(f"{root}/healthz/", headers={"Host": host_header()})  # noqa: S310 - http only
    try:
        with urllib.request.urlopen(request, timeout=seconds) as reply:  # noqa: S310
            return bool(reply.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if answers(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000") else 1)
