"""A database that was filled before designs became plug-ins, migrated: tests/oracles/pair/ORIGIN.md."""

import gzip
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

pytestmark = pytest.mark.database

ORACLES = Path(__file__).parents[1] / "oracles" / "pair"


@pytest.fixture(scope="module")
def empty_database():
    """The address of a PostgreSQL database of its own, if the tests run on such a server; else nothing."""
    server = os.environ.get("TEST_DATABASE_URL", "")
    if not server:
        yield ""
        return
    import psycopg

    own = urlsplit(server)._replace(path=f"/foolrate_earlier_{os.getpid()}")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {own.path[1:]}")
        yield urlunsplit(own)
        connection.execute(f"DROP DATABASE {own.path[1:]} WITH (FORCE)")


@pytest.fixture(scope="module")
def after(tmp_path_factory, empty_database):
    """What its studies export and how its people go on, by today's code."""
    folder = tmp_path_factory.mktemp("earlier")
    with sqlite3.connect(folder / "earlier.sqlite3") as database:
        database.executescript(gzip.decompress((ORACLES / "earlier.sql.gz").read_bytes()).decode())
    database.close()
    environment = os.environ | {"FOOLRATE_DATA": str(folder), "SECRET_KEY": "for-this-test-only-" * 4}
    environment |= {"DJANGO_SETTINGS_MODULE": "config.settings", "REDIS_URL": ""}
    done = subprocess.run(
        [sys.executable, "-m", "tests.studies.earlier", str(folder / "earlier.sqlite3"), empty_database],
        env=environment, capture_output=True, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def before():
    return json.loads((ORACLES / "earlier.json").read_text())


def test_every_row_of_its_export_is_as_it_was(before, after):
    assert before["exported"] == after["exported"]


def test_its_people_go_on_and_are_paid_as_before(before, after):
    assert before["gone_on"] == after["gone_on"]
