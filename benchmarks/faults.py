"""What faults cost: processes of a running site are killed and stopped while people answer and a worker paints.

    python -m benchmarks.faults [--rounds 20] [--database postgres://...] [--web 3] [--people 4] [--only TEXT]

An installation as `make run` starts it, with several web processes, on SQLite or on an empty PostgreSQL database.
People answer over HTTP all the time; what gets no 200 or 201 is sent again, as the trial runner does. In each round
pictures are ordered from the worker, and a moment later a process is killed (SIGKILL) or stopped (SIGSTOP: it hangs)
amid answers. The round is over when the process is replaced, every person's answers are taken again, /readyz/ says
that all is well and the pictures are there. The supervisor is killed with all its processes, too; then `manage.py run`
is called again, as systemd or Docker would.

Prints for each fault how many acknowledged answers are lost (not in the database), doubled (more than one row, or
recorded twice) or changed, how long answers waited, and how often a human was needed: the site was not itself again
within three minutes. Ends with status 1 if any of these is not 0.
"""

import argparse
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from benchmarks import _own_site

WITHIN, PATIENCE = 180.0, 20.0
PICTURES = 16
KILL, STOP = signal.SIGKILL, signal.SIGSTOP
EVERYTHING = "all of it, started again"
FAULTS = {
    "Redis killed": ("redis-server", KILL),
    "a web process killed": ("config.web.server", KILL),
    "worker killed": ("celery", KILL),
    "a process of the worker killed": ("celery", KILL),
    "Redis stopped": ("redis-server", STOP),
    "a web process stopped": ("config.web.server", STOP),
    "worker stopped": ("celery", STOP),
    "a process of the worker stopped": ("celery", STOP),
    f"{EVERYTHING}": ("", KILL),
}


class Site:
    """`manage.py run` at one port, started again by whoever kills it."""

    def __init__(self, data, web):
        from tests.installation import Installation, free_port

        self.data, self.port, self.web = data, free_port(), web
        self.running = Installation(data, self.port, None)
        self.address = self.running.address

    def start(self):
        """Start it and wait for it to be well."""
        environment = os.environ | {
            "WEB_PROCESSES": str(self.web),
            "WORKER_PROCESSES": "2",
            "LOG_LEVEL": "WARNING",
        }
        (self.data / "logs").mkdir(exist_ok=True)
        with (self.data / "logs" / "console.log").open("ab") as log:
            self.running.process = subprocess.Popen(
                [sys.executable, "manage.py", "run", "--port", str(self.port)],
                cwd=_own_site.ROOT, env=environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        if not waited(self.is_well):
            sys.exit(f"the site did not start:\n{self.running.said()[-3000:]}")

    def is_well(self):
        """Whether all services answer."""
        with suppress(httpx.HTTPError):
            return httpx.get(f"{self.address}/readyz/", timeout=5).status_code == 200
        return False

    def processes(self, word):
        """The services with this word in their command line, as process numbers."""
        with suppress(psutil.Error):
            return {process.pid for process in self.running.processes(word)}
        return set()

    def stop(self):
        """End it in an orderly way."""
        self.running.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.running.process.wait(60)
        self.running.process.kill()


@dataclass
class Answer:
    """An answer that the site says it has."""

    trial: str
    value: str
    recorded: int
    asked: float
    acknowledged: float


@dataclass
class People:
    """Threads that answer without end, and what they were told."""

    address: str
    landing: str
    answers: list = field(default_factory=list)
    replies: Counter = field(default_factory=Counter)
    pause: float = 0.4
    over: threading.Event = field(default_factory=threading.Event)
    last: dict = field(default_factory=dict)

    def start(self, count):
        """Let so many people begin."""
        for number in range(count):
            threading.Thread(target=self._take_part, args=(number,), daemon=True).start()

    def answered_since(self, moment, count):
        """Whether each of them asked and got an acknowledgement after that moment."""
        return len(self.last) == count and all(asked > moment for asked in self.last.values())

    def _take_part(self, number):
        from tests.installation import Visitor

        chance = random.Random(number)
        while not self.over.is_set():
            try:
                visitor = Visitor(self.address, self.landing)
                visitor.client.timeout = httpx.Timeout(PATIENCE)
                trials = visitor.trials()
            except (httpx.HTTPError, AssertionError, KeyError):
                time.sleep(1)
                continue
            for trial in trials:
                time.sleep(self.pause * chance.random())
                if self.over.is_set() or not self._answer(number, visitor, trial):
                    break
            visitor.client.close()

    def _answer(self, number, visitor, trial):
        """Send until it is acknowledged; False where the site has another opinion of this trial."""
        asked, pause = time.monotonic(), 0.25
        value = trial["answers"][len(self.answers) % 2]["value"]
        while not self.over.is_set():
            try:
                status = visitor.answer(trial, value).status_code
            except httpx.HTTPError as error:
                status = type(error).__name__
            self.replies[status] += 1
            if status in (200, 201):
                now = time.monotonic()
                self.answers.append(Answer(trial["code"], value, status == 201, asked, now))
                self.last[number] = asked
                return True
            if status in (400, 403, 404, 409):
                return False
            time.sleep(pause)
            pause = min(2 * pause, 4.0)
        return False


def waited(condition):
    """Seconds until the condition held; None if it did not within the three minutes."""
    begun = time.monotonic()
    while time.monotonic() - begun < WITHIN:
        if condition():
            return time.monotonic() - begun
        time.sleep(0.25)
    return None


class Work:
    """Pictures that are ordered anew each round."""

    def __init__(self):
        from tests.builders import make_colorizer, make_photo_set

        self.photos = make_photo_set(PICTURES, name="work", first_seed=500, width=640, height=480)
        self.colorizer = make_colorizer("grey")

    def order(self):
        """Forget earlier pictures and order them."""
        from colorizers.models import Colorization, GenerationRun
        from colorizers.services import catalogue

        Colorization.objects.filter(colorizer=self.colorizer, photo__in=self.photos.photos.all()).delete()
        GenerationRun.objects.filter(photo_set=self.photos).delete()
        catalogue.order_generation(photo_set=self.photos, colorizer=self.colorizer)

    def is_done(self):
        """Whether every picture is there and the run has ended."""
        from colorizers.models import Colorization, GenerationRun

        made = Colorization.objects.of(self.photos, self.colorizer).done().count()
        return made == PICTURES and not GenerationRun.objects.get(photo_set=self.photos).is_active


def strike(site, name, chance):
    """Do it; returns a condition that says whether the process is replaced."""
    word, how = FAULTS[name]
    if name == EVERYTHING:
        services = psutil.Process(site.running.process.pid).children()
        for process in [site.running.process, *services]:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, KILL)
        site.running.process.wait()
        site.start()
        return lambda: True
    before = site.processes(word)
    (victim,) = chance.sample(sorted(before), 1)
    if "process of the worker" in name:
        victim = chance.choice([child.pid for child in psutil.Process(victim).children()])
        os.kill(victim, how)
        return lambda: not psutil.pid_exists(victim)
    os.killpg(victim, how)
    return lambda: victim not in (now := site.processes(word)) and len(now) == len(before)


def one_round(site, people, count, work, name, chance):
    """Seconds until all was as before; None if a human is needed (who starts the site again)."""
    work.order()
    time.sleep(chance.random())
    people.pause = 0.0
    time.sleep(0.3)
    struck = time.monotonic()
    replaced = strike(site, name, chance)
    time.sleep(0.5)
    people.pause = 0.4
    took = waited(
        lambda: replaced() and site.is_well() and work.is_done() and people.answered_since(struck, count)
    )
    if took is None:
        print(f"{name}: not as before within {WITHIN:.0f} s", file=sys.stderr, flush=True)
        strike(site, EVERYTHING, chance)
        waited(work.is_done)
    return struck, time.monotonic(), took


def counted(answers):
    """How many of these acknowledged answers are lost, doubled and changed in the database."""
    from studies.models import Response

    stored = {}
    codes = [one.trial for one in answers]
    for start in range(0, len(codes), 500):
        rows = Response.objects.filter(trial__code__in=codes[start : start + 500])
        for code, value in rows.values_list("trial__code", "answer"):
            stored.setdefault(str(code), []).append(value)
    said, recorded = Counter(), Counter()
    for one in answers:
        said[one.trial] += 1
        recorded[one.trial] += one.recorded
    return (
        sum(one.trial not in stored for one in answers),
        sum(len(stored.get(code, ())) > 1 or recorded[code] > 1 for code in said),
        sum(stored.get(one.trial, [one.value]) != [one.value] for one in answers),
    )


def table(rounds, answers):
    """Print a row for each fault; returns whether everything held."""
    print("| fault | rounds | answers | lost | doubled | changed | longest wait of an answer, s: median, most | "
          "as before after, s: median, most | a human was needed |")  # fmt: skip
    print("|---|" + "---:|" * 8)
    good = True
    for name, found in rounds.items():
        if not found:
            continue
        within = [[one for one in answers if start - 1 <= one.acknowledged <= end] for start, end, _ in found]
        everything = [one for own in within for one in own]
        faults, human = counted(everything), sum(took is None for _, _, took in found)
        waits = [max((one.acknowledged - one.asked for one in own), default=WITHIN) for own in within]
        backs = [WITHIN if took is None else took for _, _, took in found]
        good = good and not human and not any(faults)
        columns = (
            name, len(found), f"{len(everything):,}", *faults,
            f"{statistics.median(waits):.1f}, {max(waits):.1f}",
            f"{statistics.median(backs):.1f}, {max(backs):.1f}", human,
        )  # fmt: skip
        print("| " + " | ".join(map(str, columns)) + " |")
    return good


def run(options, data):
    """Prepare, strike in turns, print."""
    from django.db import connection

    study = _own_site.launch()
    work = Work()
    site, chance = Site(data, options.web), random.Random(options.seed)
    site.start()
    people = People(site.address, f"/s/{study.slug}/")
    people.start(options.people)
    names = [name for name in FAULTS if options.only in name]
    rounds = {name: [] for name in names}
    waited(lambda: people.answered_since(0, options.people))
    try:
        for number in range(options.rounds):
            for name in names:
                rounds[name].append(one_round(site, people, options.people, work, name, chance))
            print(f"round {number + 1} of {options.rounds} is over", file=sys.stderr, flush=True)
    finally:
        people.over.set()
        time.sleep(1)
        answers = list(people.answers)
        what = f"{connection.vendor} {'.'.join(map(str, connection.get_database_version()))}"
        print(f"{what}; {options.web} web processes, {options.people} people, seed {options.seed}")
        good = table(rounds, answers)
        total, (lost, doubled, changed) = len(answers), counted(answers)
        replies = ", ".join(f"{what}: {n}" for what, n in people.replies.most_common())
        print(f"All in all {total:,} acknowledged answers: {lost} lost, {doubled} doubled, {changed} changed")
        print(f"Replies: {replies}")
        load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
        print(f"{os.cpu_count()} cores, load of the machine {load} (1, 5, 15 minutes)")
        site.stop()
    return 0 if good and not (lost or doubled or changed) else 1


def main():
    """Set up an installation in a temporary folder and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--database", default="", help="an empty PostgreSQL database (SQLite without)")
    parser.add_argument("--web", type=int, default=3, help="web processes (3)")
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--only", default="", metavar="TEXT", help="faults whose name holds this text")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        _own_site.use(data, options.database)
        sys.exit(run(options, data))


if __name__ == "__main__":
    main()
