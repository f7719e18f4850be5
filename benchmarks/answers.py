"""How many answers a second the site takes on SQLite, and what it costs to wait for the disk after each.

    python -m benchmarks.answers [--rounds 6] [--people 8] [--seconds 8] [--data FOLDER]

Two whole installations as `make run` starts them, alike but for SQLite's `synchronous`: FULL, which is what the
product has, and NORMAL, which forgets the last answers in a power cut. In turns, some people at a time answer the
trials of a study over HTTP as fast as they get replies; what is timed is answers only. Prints the answers of each
round that were acknowledged (201), by the second, and the ratio of the two. `--data` names a folder on the disk in
question. Ends with status 1 if a reply was another one.
"""

import argparse
import contextlib
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks import _own_site

MODES = ("FULL", "NORMAL")
SETTINGS = """from config.settings import *

pragmas = DATABASES["default"]["OPTIONS"]["init_command"]
DATABASES["default"]["OPTIONS"]["init_command"] = f"{pragmas} PRAGMA synchronous=NORMAL;"
"""


def copies(folder):
    """A data folder for each mode, both with the same study; NORMAL's settings are written beside them."""
    import shutil

    (folder / "synchronous_normal.py").write_text(SETTINGS)
    data = {mode: folder / mode.lower() for mode in MODES}
    _own_site.use(data["FULL"])
    study = _own_site.launch()
    from django.db import connections

    with connections["default"].cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connections.close_all()
    shutil.copytree(data["FULL"], data["NORMAL"])
    return data, f"/s/{study.slug}/"


def database(data):
    """The address of an installation's own file."""
    (path,) = data.glob("*.sqlite3")
    return f"sqlite:///{path}"


def one_round(address, landing, people, seconds):
    """Acknowledged answers, other replies and seconds of people who answer as fast as they can."""
    from tests.installation import Visitor

    lines = [[] for _ in range(people)]
    for line in lines:
        # Nobody may run out of trials before the time is over.
        for _ in range(2 + int(seconds // 2)):
            visitor = Visitor(address, landing)
            line.append((_own_site.Line(visitor), visitor.trials()))
            visitor.client.close()
    start, until = threading.Barrier(people + 1), [0.0]
    found = []

    def answer_all(line):
        good = bad = 0
        start.wait()
        for connection, trials in line:
            for trial in trials:
                if time.perf_counter() > until[0]:
                    break
                status = connection.answer(trial)
                good, bad = good + (status == 201), bad + (status != 201)
        found.append((good, bad, time.perf_counter()))

    threads = [threading.Thread(target=answer_all, args=(line,)) for line in lines]
    for thread in threads:
        thread.start()
    begun = time.perf_counter()
    until[0] = begun + seconds
    start.wait()
    for thread in threads:
        thread.join()
    goods, bads, ends = zip(*found, strict=True)
    return sum(goods), sum(bads), max(ends) - begun


def main():
    """Prepare, start both, measure in turns, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--data", type=Path, help="where the installations are made (a temporary folder)")
    options = parser.parse_args()
    rates, other = {mode: [] for mode in MODES}, 0
    with tempfile.TemporaryDirectory(dir=options.data) as name, contextlib.ExitStack() as running:
        folder = Path(name)
        data, landing = copies(folder)
        from tests.installation import installation

        sites = {}
        for mode in MODES:
            own = {"DATABASE_URL": database(data[mode])}
            if mode == "NORMAL":
                paths = filter(None, (name, os.environ.get("PYTHONPATH")))
                own |= {"DJANGO_SETTINGS_MODULE": "synchronous_normal", "PYTHONPATH": os.pathsep.join(paths)}
            sites[mode] = running.enter_context(installation(data[mode], **own)).address
            one_round(sites[mode], landing, options.people, 1.0)
        print("| round | " + " | ".join(MODES) + " |\n|---|---:|---:|")
        for number in range(options.rounds):
            for mode in MODES if number % 2 else MODES[::-1]:
                good, bad, seconds = one_round(sites[mode], landing, options.people, options.seconds)
                rates[mode].append(good / seconds)
                other += bad
            print(
                f"| {number + 1} | " + " | ".join(f"{rates[mode][-1]:.1f}" for mode in MODES) + " |",
                flush=True,
            )
    full, normal = (statistics.median(rates[mode]) for mode in MODES)
    print(
        f"answers a second, {options.people} people at a time; medians {full:.1f} and {normal:.1f}: {full / normal:.2f}"
    )
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"{os.cpu_count()} cores, load of the machine {load} (1, 5, 15 minutes); {other} other replies")
    sys.exit(1 if other else 0)


if __name__ == "__main__":
    main()
