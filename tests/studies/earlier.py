"""A database filled by an earlier release, brought up to date in a process of its own, and gone on with.

    python -m tests.studies.earlier FILE.sqlite3 [postgres://…]

prints as JSON what its studies export, and what happens to somebody who was half-way and to a newcomer. With
an empty PostgreSQL database the rows of the file are first brought into its tables as that release had them.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any
from unittest import mock

BEFORE = "0016"
TABLES = ("studies_trial", "studies_trialpicture", "studies_response", "studies_participation")
PAID = ("state", "outcome", "attention", "decision", "reason", "right_answers")
NEW_SEED = 20_301


def main(file: Path, database: str) -> dict[str, Any]:
    """Migrate there and back and there; everything that is to be compared."""
    import django

    os.environ |= {"DATABASE_URL": database or f"sqlite:///{file}", "BLINDING_AUDIT_PAIRS": "0"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    if database:
        with sqlite3.connect(file) as rows:
            bring_over(rows)
    raw = _raw()
    call_command("migrate", verbosity=0)
    there = exported()
    call_command("migrate", "studies", BEFORE, verbosity=0)
    assert _raw() == raw, "the way back does not give the rows that there were"
    call_command("migrate", verbosity=0)
    assert exported() == there
    return {"exported": there, "gone_on": gone_on()}


def bring_over(source: sqlite3.Connection) -> None:
    """The rows of our tables in the file, into tables of the same migrations in the empty database."""
    from django.core.management import call_command
    from django.db import connection, transaction

    for app, name in source.execute("SELECT app, max(name) FROM django_migrations GROUP BY app"):
        call_command("migrate", app, name, verbosity=0)
    tables = [name for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    # Foreign keys are checked at the end.
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            if table.startswith(("studies_", "colorizers_")):
                _bring_table(source.execute(f"SELECT * FROM {table}"), table, cursor)


def _bring_table(rows: sqlite3.Cursor, table: str, cursor: Any) -> None:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND data_type = 'boolean'",
        [table],
    )
    flags = {name for (name,) in cursor.fetchall()}
    names = [column[0] for column in rows.description]
    columns = ", ".join(f'"{name}"' for name in names)
    values = [
        [
            bool(value) if name in flags and value is not None else value
            for name, value in zip(names, row, strict=True)
        ]
        for row in rows
    ]
    cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * len(names))})", values)
    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")


def _raw() -> dict[str, str]:
    """A digest of each table as it lies in the database, columns by name."""
    from django.db import connection

    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            names = [column[0] for column in cursor.description]
            rows = [sorted(zip(names, map(str, row), strict=True)) for row in cursor.fetchall()]
            found[table] = hashlib.sha256(json.dumps(rows).encode()).hexdigest()
    return found


def exported() -> dict[str, list[dict[str, Any]]]:
    from studies.models import Study
    from studies.services.exports import trial_rows

    return {study.slug: list(trial_rows(study, "pooled")) for study in Study.objects.order_by("slug")}


def gone_on() -> dict[str, Any]:
    """Who was half-way finishes, with two spoiled trials; a newcomer begins; payments and scores of all."""
    from studies.models import Participation, Study
    from studies.services import participations, payments, responses

    found: dict[str, Any] = {}
    for study in Study.objects.order_by("slug"):
        # What is kept of who withdrew, and whether an answer came too soon, is a matter of today's date.
        found[f"payments of {study.slug}"] = [
            {
                name: row[name]
                for name in ("state", "outcome", "attention", "decision", "reason", "right_answers")
            }
            for row in payments.payment_rows(study)
            if row["state"] == "finished"
        ]
    half_way = Participation.objects.get(state="started", source="person", study__slug="meadow-study")
    answer_all(half_way, spoiled=(2, 4))
    half_way.refresh_from_db()
    found["half_way"] = {"state": half_way.state, "attention": half_way.attention_passed} | _plan(half_way)
    for study in Study.objects.order_by("slug"):
        with mock.patch.object(Participation._meta.get_field("seed"), "default", NEW_SEED):
            newcomer = participations.begin_participation(study=study, source="person")
        found[f"newcomer of {study.slug}"] = {"stimuli": newcomer.stimuli} | _plan(newcomer)
        finished = study.participations.filter(state="finished").order_by("pk")
        found[f"scores of {study.slug}"] = [
            [(score := participations.own_score(one)).right, score.answered, responses.attention_passed(one)]
            for one in finished
        ]
    return found


def answer_all(participation: Any, *, spoiled: tuple[int, ...] = (), wrong: int = 3, late: int = 0) -> None:
    """Answer what is open: every `wrong`-th wrongly, every `late`-th not in time, some of them spoiled."""
    for count in range(1, 200):
        trial = participation.trials.filter(response=None).order_by("number").first()
        if trial is None:
            return
        answer_one(trial, right=count % wrong != 0, missed=bool(late) and count % late == 0,
                   spoiled=count in spoiled)  # fmt: skip


def answer_one(trial: Any, *, right: bool = True, missed: bool = False, spoiled: bool = False) -> None:
    from studies.rules.payloads import parse_answer
    from studies.services import responses
    from tests.builders import shown_as_planned

    other = "right" if trial.key == "left" else "left"
    payload = {
        "answer": None if missed else trial.key if right else other, "rt_ms": None if missed else 700.5,
        "input": "" if missed else "mouse", "frames": shown_as_planned(trial.spec["frames"]),
        "refresh_ms": 16.667, "layout": "row", "shown_before": 0, "runner": "1.1.0",
        "events": [{"type": "visibility", "value": "hidden", "at": 5.0}] if spoiled else [],
    }  # fmt: skip
    answer = parse_answer(json.dumps(payload).encode(), offered=("left", "right"))
    responses.record_response(trial=trial, answer=answer)


def _plan(participation: Any) -> dict[str, Any]:
    from tests.studies.as_before import told

    trials = participation.trials.select_related("condition", "photo", "replaces").order_by("number")
    pictures = trials.values_list(
        "number", "pictures__frame", "pictures__slot", "pictures__stimulus__digest", "pictures__sent_bytes"
    ).order_by("number", "pictures__frame", "pictures__slot")
    return {
        "trials": [
            told(trial.as_planned) | {"replaces": trial.replaces and trial.replaces.number}
            for trial in trials
        ],
        "pictures": [list(row) for row in pictures],
    }


if __name__ == "__main__":
    json.dump(main(Path(sys.argv[1]), "".join(sys.argv[2:])), sys.stdout)
