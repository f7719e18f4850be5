"""The settings under test: the installation's own, in a folder and on services that are the tests' own.

pytest-django reads settings before any conftest, so this is the one place that comes early enough. A
process that a test starts (a worker, a command) inherits what was set here.
"""

import os
import sys
import tempfile
from pathlib import Path

if "pytest" in sys.modules:
    os.environ["FOOLRATE_DATA"] = tempfile.mkdtemp(prefix="foolrate-test-")
    # Whitenoise warns of a folder that `collectstatic` has not made yet.
    (Path(os.environ["FOOLRATE_DATA"]) / "static").mkdir()
    os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "")
    os.environ["REDIS_URL"] = os.environ.get("TEST_REDIS_URL", "")
    # Test processes that share a Redis server keep out of each other's queue.
    os.environ["REDIS_PREFIX"] = f"foolrate-test-{os.getpid()}:"
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ.setdefault("COLORIZE_DEVICE", "cpu")
    # Seconds for each launch; the tests that are about the audit ask for it.
    os.environ["BLINDING_AUDIT_PAIRS"] = "0"
    # Two test processes on two cores would wait for each other's threads, and sums stay the same.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # Hundreds of people come from one address here; the tests that are about limits set their own.
    for name in ("LIMIT_ADDRESS", "LIMIT_BEGINNINGS", "LIMIT_VISITS", "LIMIT_PARTICIPATION"):
        os.environ.setdefault(name, "0")

from config.settings import *  # noqa: F403

# A good hash takes a third of a second, on purpose; the tests log hundreds of people in.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# No test pulls a plug: what a killed process had committed is there without a write to the disk each time.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    pragmas = DATABASES["default"]["OPTIONS"]["init_command"]  # noqa: F405
    DATABASES["default"]["OPTIONS"]["init_command"] = f"{pragmas} PRAGMA synchronous=OFF;"  # noqa: F405
else:
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"  # noqa: F405

if "pytest" in sys.modules:
    # Pages name their static files as they lie in the source: nothing was collected.
    STORAGES["staticfiles"] = {  # noqa: F405
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    AXES_ENABLED = False
