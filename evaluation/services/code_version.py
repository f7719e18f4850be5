"""Which code computed a report: the release, and a digest of the code of the analysis itself."""

import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings

PARTS = ("designs", "metrics", "reading", "services", "statistics")
"""The folders that shape results; pages, charts and exports only show them."""


@lru_cache(maxsize=1)
def code_version() -> str:
    """Such as “0.1.0+3fa9c2d1”: a changed analysis never passes for an old one, also between releases."""
    root = Path(__file__).parents[1]
    files = sorted(path for part in PARTS for path in (root / part).rglob("*.py"))
    sha = hashlib.sha256()
    for path in files:
        if path.is_file():
            sha.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{settings.VERSION}+{sha.hexdigest()[:8]}"
