"""`manage.py check --deploy` as a real site would run it."""

import os
import re
import subprocess
import sys
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
SITE = {
    "SITE_URL": "https://study.example.org", "ALLOWED_HOSTS": "study.example.org", "TRUSTED_PROXIES": "1",
    "CSRF_TRUSTED_ORIGINS": "https://study.example.org", "DEBUG": "0",
}  # fmt: skip
KEPT = ("PATH", "HOME", "LANG", "VIRTUAL_ENV", "DATABASE_URL")


def test_a_real_site_is_warned_of_nothing_that_is_not_answered_in_the_docs(tmp_path):
    own = {name: os.environ[name] for name in KEPT if name in os.environ}
    run = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT, env=own | SITE | {"FOOLRATE_DATA": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stderr.count("WARNING")) == (0, 0), run.stderr
    assert "no issues (3 silenced)" in run.stdout
    answered = set(re.findall(r"\bW\d{3}\b", (ROOT / "docs" / "settings.md").read_text()))
    assert {name.partition(".")[2] for name in settings.SILENCED_SYSTEM_CHECKS} == answered
