"""How fast a large study is exported, and in how much memory.

    python benchmarks/exports.py [--trials 1000000] [--formats csv parquet psych-ds] [--data FOLDER]

Makes a study of made-up answers straight in an SQLite file in a temporary folder (bulk inserts, no pictures),
then exports it as a worker would, each format in a process of its own. Prints the seconds, the processor time
(which a busy machine stretches less), the peak memory of that process beside what it had before the first row,
and the sizes. `psych-ds` holds every table twice, as CSV and as Parquet, and the report, which is made first.
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


def migrate(folder):
    set_up(folder)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def fill(folder, trials):
    """A study with so many trials, 50 in a participation: 5 practice, 40 test, 5 vigilance."""
    migrate(folder)
    import numpy as np
    from django.db import connection, transaction

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
    from studies.simulation.people import Crowd, PlantedEffects
    from studies.simulation.visitor import as_shown

    late = Crowd(PlantedEffects(RATES), seed=1, photos=[]).person(1).lateness
    return [json.dumps(as_shown(planned, 4321.0 * number, late)) for number in range(count)]


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


def measure(folder, form):
    """Export in this process, in one format, and print the figures as JSON."""
    set_up(folder)
    from evaluation.models import Population
    from evaluation.services import exports
    from studies.models import Study

    study = Study.objects.get()
    before, begun, busy = peak_mb(), time.perf_counter(), time.process_time()
    stages = []

    def watch(stage, done=0, total=0):
        if not stages or stages[-1][0] != stage:
            stages.append((stage, time.process_time()))

    with tempfile.TemporaryDirectory(dir=folder) as name:
        root, archive = Path(name), Path(name) / "all.zip"
        exports.export(study, Population.PEOPLE, exports.Format(form), root, archive, watch)
        whole, spent = time.perf_counter() - begun, time.process_time() - busy
        paths = [path for path in root.rglob("*.*") if path.is_file() and path.stat().st_size > 1e6]
        sizes = {path.name: path.stat().st_size / 1e6 for path in paths}
    ends = [at for _, at in stages[1:]] + [busy + spent]
    found = {
        "seconds": whole,
        "cpu": spent,
        "stages": {stage: end - at for (stage, at), end in zip(stages, ends, strict=True)},
        "before": before,
        "peak": peak_mb(),
        "mb": sizes,
    }
    print(json.dumps(found))


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(folder, form):
    """The figures of one format, from a process of its own."""
    command = [sys.executable, __file__, "--measure", str(folder), "--formats", form]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def main():
    """Fill, measure each format in a fresh process, print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=1_000_000)
    parser.add_argument("--formats", nargs="+", default=["csv", "parquet", "psych-ds"])
    parser.add_argument(
        "--data", type=Path, help="a folder to keep the made study in; found there, it is used"
    )
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure, options.formats[0])
        return
    with tempfile.TemporaryDirectory() as name:
        folder = options.data or Path(name)
        if not (folder / "foolrate.sqlite3").exists():
            print(f"making {options.trials:,} trials ...", file=sys.stderr, flush=True)
            fill(folder, options.trials)
        else:
            migrate(folder)
        found = {}
        for form in options.formats:
            print(f"{form} ...", file=sys.stderr, flush=True)
            found[form] = measured(folder, form)
    print("| format | seconds | processor time, s | memory before, MB | peak memory, MB | file, MB |")
    print("|---|---:|---:|---:|---:|---:|")
    for form, f in found.items():
        figures = (f["seconds"], f["cpu"], f["before"], f["peak"], f["mb"]["all.zip"])
        print(f"| {form} | " + " | ".join(f"{figure:.0f}" for figure in figures) + " |")
    for form, f in found.items():
        steps = ", ".join(f"{stage.lower()} {seconds:.0f} s" for stage, seconds in f["stages"].items())
        print(f"{form}: {steps} of processor time; before packing "
              + ", ".join(f"{file} {size:.0f} MB" for file, size in sorted(f["mb"].items())))  # fmt: skip
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"{os.cpu_count()} cores, load of the machine {load} (1, 5, 15 minutes)")


if __name__ == "__main__":
    main()
