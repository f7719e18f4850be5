"""How fast a large study is exported, and in how much memory.

    python benchmarks/exports.py [--trials 1000000] [--only-trials]

Makes a study of made-up answers straight in an SQLite file in a temporary folder (bulk inserts, no pictures),
then exports it as a worker would, in a process of its own: all tables as CSV and Parquet, zipped. Prints rows
per second, the peak memory of that process beside what it had before the first row, and the sizes.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

# Not inserted but replaced, as in the other scripts: this folder must not stand in for standard modules.
sys.path[0] = str(Path(__file__).parents[1])

TRIALS_EACH = 50
PHOTOS = 1600
RATES = {"l2": 0.226, "classes": 0.301}


def set_up(folder):
    os.environ |= {
        "FOOLRATE_DATA": str(folder),
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    import django

    django.setup()


def fill(folder, trials):
    """A study with so many trials, 50 in a participation: 5 practice, 40 test, 5 vigilance."""
    set_up(folder)
    import numpy as np
    from django.core.management import call_command
    from django.db import connection, transaction

    call_command("migrate", verbosity=0)
    connection.cursor().execute("PRAGMA synchronous=OFF")
    from studies.models import Participant, Participation, Response, Trial, TrialKind
    from tests.evaluation.cast import SPEC, frames, played_study

    sky = played_study(photos=PHOTOS)
    rng = np.random.default_rng(1)
    arms = {"l2": sky.conditions[0].pk, "classes": sky.conditions[1].pk}
    trial = Trial(participation_id=0, number=0, kind="", condition_id=0, photo_id=0, spec=SPEC, key="")
    response = Response(
        trial_id=0, answer="", rt_ms=0.0, refresh_ms=16.667, frames=frames(), input="keyboard", layout="row",
        runner="1.0.0",
    )  # fmt: skip
    insert_trials, insert_responses = Insert(connection, trial), Insert(connection, response)
    measured = measured_frames(SPEC["frames"], TRIALS_EACH * 20)
    photos = [photo.pk for photo in sky.photos]
    other = {"left": "right", "right": "left"}
    kinds = [TrialKind.PRACTICE.value] * 5 + [TrialKind.TEST.value] * 40 + [TrialKind.VIGILANCE.value] * 5
    pk = 0
    while pk < trials:
        with transaction.atomic():
            people = Participant.objects.bulk_create(Participant() for _ in range(200))
            rows = Participation.objects.bulk_create(
                Participation(study=sky.study, participant=person, state="finished", consent_version="1")
                for person in people
            )
            planned, answered = [], []
            for row in rows:
                chosen = rng.choice(PHOTOS, size=TRIALS_EACH, replace=False)
                luck, times = rng.random((TRIALS_EACH, 2)), rng.integers(300, 3000, TRIALS_EACH)
                for number, kind in enumerate(kinds, start=1):
                    if pk == trials:
                        break
                    pk += 1
                    slug = "l2" if number % 2 else "classes"
                    key = "left" if luck[number - 1, 0] < 0.5 else "right"
                    checks = kind == TrialKind.VIGILANCE
                    fooled = not checks and luck[number - 1, 1] < RATES[slug]
                    planned.append(
                        {
                            "id": pk,
                            "code": uuid4().hex,
                            "participation_id": row.pk,
                            "number": number,
                            "kind": kind,
                            "condition_id": sky.vigilance.pk if checks else arms[slug],
                            "photo_id": photos[chosen[number - 1]],
                            "key": key,
                        }
                    )
                    answer = other[key] if fooled else key
                    rt_ms = float(times[number - 1])
                    shown = measured[pk % len(measured)]
                    answered.append(
                        {"id": pk, "trial_id": pk, "answer": answer, "rt_ms": rt_ms, "frames": shown}
                    )
            insert_trials(planned)
            insert_responses(answered)


def measured_frames(planned, count):
    """What a display of 60 Hz would have measured in so many trials, as JSON."""
    from studies.simulated_people import Crowd, PlantedEffects

    person = Crowd(PlantedEffects(RATES), seed=1, photos=[]).person(1)
    return [json.dumps(person.frame_report(planned, 4321.0 * number)) for number in range(count)]


class Insert:
    """Many rows like one, without a model for each."""

    def __init__(self, connection, row):
        values = {
            f.column: f.get_db_prep_save(f.pre_save(row, True), connection) for f in row._meta.concrete_fields
        }
        self.connection, self.values = connection, values
        names = ", ".join(f'"{name}"' for name in values)
        places = ", ".join(f":{name}" for name in values)
        self.sql = f"INSERT INTO {row._meta.db_table} ({names}) VALUES ({places})"

    def __call__(self, rows):
        self.connection.connection.executemany(self.sql, (self.values | row for row in rows))


def measure(folder, only_trials):
    """Export in this process and print the figures as JSON."""
    set_up(folder)
    from evaluation.exports import codebook, rows
    from evaluation.exports.writers import TableWriter
    from evaluation.models import Population
    from evaluation.services import exports
    from studies.models import Study

    study = Study.objects.get()
    before, begun, busy = peak_mb(), time.perf_counter(), time.process_time()
    stages = []

    def watch(stage, done=0, total=0):
        if not stages or stages[-1][0] != stage:
            stages.append((stage, time.perf_counter()))

    with tempfile.TemporaryDirectory(dir=folder) as name:
        root = Path(name) / "sky-people"
        if only_trials:
            root.mkdir()
            with TableWriter(root / "trials", codebook.TRIALS) as writer:
                writer.write_all(rows.trial_rows(study, Population.PEOPLE))
            counts = {"trials": writer.rows}
        else:
            counts = exports.write_tables(study, Population.PEOPLE, root, ("csv", "parquet"), watch)
            exports.pack(root, Path(name) / "all.zip", watch)
        whole, busy = time.perf_counter() - begun, time.process_time() - busy
        sizes = {path.name: path.stat().st_size / 1e6 for path in Path(name).rglob("*.*") if path.is_file()}
    ends = [at for _, at in stages[1:]] + [begun + whole]
    seconds = {stage: end - at for (stage, at), end in zip(stages, ends, strict=True)}
    print(
        json.dumps(
            {
                "counts": counts,
                "seconds": whole,
                "cpu": busy,
                "stages": seconds,
                "before": before,
                "peak": peak_mb(),
                "mb": sizes,
            }
        )
    )


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    """Fill, measure in a fresh process, print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=1_000_000)
    parser.add_argument(
        "--only-trials", action="store_true", help="only the table of trials, without the rest"
    )
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure, options.only_trials)
        return
    with tempfile.TemporaryDirectory() as name:
        print(f"making {options.trials:,} trials ...", file=sys.stderr, flush=True)
        begun = time.perf_counter()
        fill(Path(name), options.trials)
        print(f"made in {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
        command = [sys.executable, __file__, "--measure", name, *(["--only-trials"] * options.only_trials)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    found = json.loads(done.stdout.splitlines()[-1])
    rows = found["counts"]["trials"]
    print(f"| {rows:,} trials | |\n|---|---:|")
    print(f"| seconds | {found['seconds']:.1f} |\n| trials per second | {rows / found['seconds']:,.0f} |")
    print(f"| processor time, s | {found['cpu']:.1f} |")
    for stage, seconds in found["stages"].items():
        print(f"| - {stage.lower()}, s | {seconds:.1f} |")
    print(f"| memory before, MB | {found['before']:.0f} |\n| peak memory, MB | {found['peak']:.0f} |")
    for file, size in sorted(found["mb"].items()):
        print(f"| {file}, MB | {size:.1f} |")


if __name__ == "__main__":
    main()
