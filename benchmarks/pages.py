"""How long each page of the workbench takes, and how many queries, on an installation with a million answers.

    python benchmarks/pages.py [--times 5] [--database postgres://... --small postgres://...] [--only TEXT] [--keep DIR]

Fills two installations: a small one, of the size of the demonstration, and one with 111,355 colorizations, 25,041
participations and 1,001,640 answered trials. Then a researcher with every right opens every page that the addresses
offer (a new page is among them by itself), each some times. Prints the least time, the least processor time of the web
process (a busy machine hardly changes it; PostgreSQL's own work is not in it), the queries, and how many times more
processor time the page takes than in the small installation. Ends with status 1 if a page is above 300 ms of wall clock
or 25 queries.
SQLite unless told otherwise; on PostgreSQL `--database` and `--small` name two empty databases. `--keep` keeps the
SQLite files in a folder and uses them again.
"""

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Not inserted but replaced, as in the other scripts: this folder must not stand in for standard modules.
sys.path[0] = str(ROOT)
MILLISECONDS, QUERIES = 300, 25


def sizes():
    """The two installations, small and large."""
    from tests.multitude import Size

    return {
        "small": Size(sets=((40, 4), (45, 4)), people=(30,)),
        "large": Size(sets=((8000, 13), (725, 7), (570, 4)), people=(20000, 4000, 1000, 41), runs=2),
    }


def filled(name):
    """The researcher of an installation, which is filled if it is empty."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Permission
    from django.core.management import call_command

    from evaluation.models import Population, Report
    from evaluation.services.reports import (
        make_report,
    )
    from studies.models import Study
    from tests.multitude import fill

    begun = time.perf_counter()
    call_command("migrate", verbosity=0)
    users = get_user_model().objects
    if not users.exists():
        ada = users.create_user("ada", password=None, is_staff=True)
        ada.user_permissions.set(Permission.objects.all())
        fill(sizes()[name], ada)
        print(f"{name}: filled in {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    study = Study.objects.exclude(launched_at=None).order_by("pk")[0]
    if not Report.objects.exists():
        begun = time.perf_counter()
        make_report(study=study, population=Population.PEOPLE)
        print(f"{name}: report in {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    return users.get(username="ada")


def measure(name, times, only):
    """Each page's least time and processor time in ms and its queries, in this process's installation."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.conf import settings
    from django.db import connection, reset_queries
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    logging.disable(logging.ERROR)
    ada = filled(name)
    with connection.cursor() as cursor:
        # As autovacuum would have done by the time when somebody opens a page.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    from tests.workbench_pages import pages

    client = Client(raise_request_exception=False)
    client.force_login(ada)
    found = {}
    for page, address in pages():
        if only not in page:
            continue
        with CaptureQueriesContext(connection) as queries:
            status = client.get(address).status_code
        count = len(queries)
        if status not in (200, 302):
            if status not in (403, 404, 405):
                print(f"{page}: status {status}", file=sys.stderr)
            continue
        reset_queries()
        took = []
        for _ in range(times):
            begun, worked = time.perf_counter(), time.process_time()
            client.get(address)
            took.append((1000 * (time.perf_counter() - begun), 1000 * (time.process_time() - worked)))
            if took[-1][0] > 5000:
                break
        wall, busy = (min(column) for column in zip(*took, strict=True))
        found[page] = wall, busy, count
        print(
            f"{name}: {page} {wall:.0f} ms, {busy:.0f} ms of the processor, {count} queries",
            file=sys.stderr, flush=True,
        )  # fmt: skip
        if only and os.environ.get("SHOW"):
            for query in queries.captured_queries:
                print(query["time"], query["sql"][:600], file=sys.stderr)
    return found


def main():
    """Fill, open, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument(
        "--database", default="", help="an empty PostgreSQL database for the large installation"
    )
    parser.add_argument("--small", default="", help="and one for the small installation")
    parser.add_argument("--only", default="", metavar="TEXT", help="pages whose name holds this text")
    parser.add_argument("--keep", type=Path, help="a folder for the SQLite files")
    parser.add_argument("--inside", choices=("small", "large"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(measure(options.inside, options.times, options.only)))
        return
    found = {}
    with tempfile.TemporaryDirectory() as temporary:
        for name, url in (("small", options.small), ("large", options.database)):
            folder = (options.keep or Path(temporary)).resolve() / name
            environment = os.environ | {
                "FOOLRATE_DATA": str(folder), "DATABASE_URL": url, "LOG_LEVEL": "ERROR", "DEBUG": "0",
            }  # fmt: skip
            command = [
                sys.executable, __file__, "--inside", name, "--times", str(options.times), "--only", options.only
            ]  # fmt: skip
            made = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, cwd=ROOT)
            found[name] = json.loads(made.stdout)
    print("| page | ms | ms of the processor | queries | times the small one's |\n|---|---:|---:|---:|---:|")
    over = 0
    for page, (wall, busy, queries) in sorted(found["large"].items(), key=lambda item: -item[1][0]):
        small = found["small"].get(page)
        ratio = f"{busy / small[1]:.1f}" if small else "–"
        missed = wall > MILLISECONDS or queries > QUERIES
        over += missed
        print(
            f"| {page}{' **above the bar**' if missed else ''} | {wall:.0f} | {busy:.0f} | {queries} | {ratio} |"
        )
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"{len(found['large'])} pages, {over} above {MILLISECONDS} ms or {QUERIES} queries")
    print(f"{os.cpu_count()} cores, load of the machine {load} (1, 5, 15 minutes)")
    sys.exit(1 if over else 0)


if __name__ == "__main__":
    main()
