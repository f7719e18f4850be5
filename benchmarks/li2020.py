"""Li et al.'s study at its full size, simulated: through the real site on PostgreSQL, and analysed.

    createdb li2020
    DATABASE_URL=postgres://postgres@127.0.0.1/li2020 python benchmarks/li2020.py [--photos FOLDER] [--people 588]

588 people judge 40 pairs each, 20 from each of two models mixed, as in the published survey; the rates that are
planted are its own, 22.6 % (L2) and 30.1 % (classification). Everybody is simulated and labelled so in every row,
page and file: what is tried is the platform, not the networks. An empty database is prepared, the site is started
as `make run` starts it, photographs are recoloured by the shipped networks, the study is launched, people take it
over HTTP, some at a time, pictures and all, and a worker makes the report.

People, photos and habits of choosing a side differ by normal effects on the log-odds scale, the same for both
models, and some answers are coin tosses. The rates are planted in the *population*: over new people and new photos.
The photos at hand are a draw from theirs, so their own rate is another one, which is printed too and which the
interval for these photos should hold.

Ends with status 1 if an acknowledged answer is missing, doubled or changed, or the default interval misses a rate.
"""

import argparse
import json
import os
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import numpy as np

# Not inserted but replaced, as in the other scripts: this folder must not stand in for standard modules.
sys.path[0] = str(Path(__file__).parents[1])

RATES = {"l2": 0.226, "class": 0.301}
NETWORKS = {
    "l2": ("zhang2016", "l2", "zhang2016-l2.safetensors", {}),
    "class": ("zhang2016", "class", "zhang2016-class.safetensors", {"temperature": 0.38, "rebalance": 0.7}),
}
INTERVALS = {
    "default": "new participants × new photos",
    "these_photos": "these photos only",
    "naive": "naive (Wilson over trials)",
}
STUDY = """
slug = "li2020-simulated"
title = "Li et al. (2020) at full size, simulated"
question = "Do colours chosen by classification fool more people than those of an L2 regression? (Simulated.)"
information = "A test of the platform with simulated participants; nobody is asked to take part."
consent = "Simulated."
design = "pair"
allocation = "mixed"
photo_set = "li2020"
image_px = {image_px}
planned_participants = {people}
[design_settings]
practice_trials = 2
test_trials = 40
vigilance_share = 0.1
[screening]
colour_vision = "off"
display = "off"
[debrief]
comments = false
[[conditions]]
slug = "l2"
kind = "test"
colorizer = "l2"
title = "L2 regression"
[[conditions]]
slug = "class"
kind = "test"
colorizer = "class"
title = "Classification"
[[conditions]]
slug = "random"
kind = "vigilance"
colorizer = "random"
"""
FEWEST_PHOTOS = 46  # 40 test trials, 4 for vigilance and 2 for practice, none twice
ANSWER = re.compile(r"/t/([0-9a-f-]{36})/response/")
REPORT_WITHIN = 1200.0


@dataclass
class Ledger:
    """What the server said it has kept, noted on the people's side, with the time of every request."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"answers": [], "others": []})
    statuses: Counter = field(default_factory=Counter)
    acknowledged: dict[str, list[str]] = field(default_factory=dict)
    lost: Counter = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def client(self, kind):
        """The kind of HTTP client that also notes in this ledger."""
        import httpx

        ledger = self

        class Client(kind):
            def send(self, request, **how):
                begun = time.perf_counter()
                reply = self._sent(request, how)
                ledger.note(request, reply, time.perf_counter() - begun)
                return reply

            def _sent(self, request, how):
                # As the trial runner does: what got no reply is sent again, except that nobody begins twice.
                for pause in () if request.url.path.endswith("/begin/") else (0.5, 1.0, 2.0, 4.0):
                    try:
                        return super().send(request, **how)
                    except httpx.TransportError as error:
                        ledger.note_lost(request, error)
                        time.sleep(pause)
                return super().send(request, **how)

        return Client

    def note_lost(self, request, error):
        """Keep that a request got no reply."""
        answer = ANSWER.fullmatch(request.url.path)
        with self._lock:
            self.lost[answer[1] if answer else request.url.path] += 1
        print(f"no reply to {request.method} {request.url.path}: {error}", file=sys.stderr, flush=True)

    def note(self, request, reply, seconds):
        """Keep what a request came to; an answer counts as acknowledged if the reply says that it was recorded."""
        answer = ANSWER.fullmatch(request.url.path)
        with self._lock:
            self.seconds["answers" if answer else "others"].append(seconds)
            for each in [*reply.history, reply]:
                self.statuses[each.status_code] += 1
            # 200: the answer was there already, sent before and without a reply.
            again = reply.status_code == 200 and answer and answer[1] in self.lost
            if answer and (reply.status_code == 201 or again):
                self.acknowledged.setdefault(answer[1], []).append(json.loads(request.content)["answer"])

    @property
    def requests(self):
        return self.statuses.total()

    def against(self, stored):
        """Acknowledged answers against those stored, a list of (trial, answer): how many are not as they should be."""
        rows = {}
        for trial, answer in stored:
            rows.setdefault(trial, []).append(answer)
        return {
            "acknowledged": sum(len(answers) for answers in self.acknowledged.values()),
            "stored": len(stored),
            "missing": sum(trial not in rows for trial in self.acknowledged),
            "doubled": sum(len(answers) > 1 for answers in (*rows.values(), *self.acknowledged.values())),
            "changed": sum(
                rows.get(trial, answers) != answers for trial, answers in self.acknowledged.items()
            ),
            "never acknowledged": sum(trial not in self.acknowledged for trial in rows),
        }


def planted_crowd(study, rates, seed, **spreads):
    """A crowd in whose population the marginal rates are these, and the rates over the study's own photos.

    The marginal rate averages a normal effect of person, side and photo together on the log-odds scale. A crowd
    takes rates over the photos at hand: given those that follow from the same intercepts, it finds them again.
    """
    from studies.simulation.people import PlantedEffects, intercept_for, marginal_rate
    from studies.simulation.visits import crowd_for

    of_population = PlantedEffects(fool_rates=rates, **spreads)
    some = next(iter(rates))
    drawn = crowd_for(study, of_population, seed)
    photos = np.array([drawn.logit(some, photo) - drawn.logit(some, "") for photo in drawn.photos])
    person = float(np.hypot(of_population.person_sd, of_population.side_sd))
    everything, lapses = float(np.hypot(person, of_population.photo_sd)), of_population.lapse_rate
    here = {
        slug: marginal_rate(intercept_for(rate, everything, np.zeros(1), lapses), person, photos, lapses)
        for slug, rate in rates.items()
    }
    return crowd_for(study, PlantedEffects(fool_rates=here, **spreads), seed), here


def holds(interval, rate):
    return interval["low"] <= rate <= interval["high"]


def points(*shares):
    return " to ".join(f"{100 * share:.2f} %" for share in shares)


def prepare(folder, photos, say):
    """Photographs imported and recoloured by the worker, as a person at the workbench would have it done."""
    from django.core.management import call_command

    import colorizers
    from colorizers.models import PhotoSet
    from colorizers.services import importing, registering

    photo_set = PhotoSet.objects.create(name="li2020", title="Photographs of the simulation")
    importing.import_photos(photos, photo_set=photo_set, max_side=768)
    count = photo_set.photos.count()
    if count < FEWEST_PHOTOS:
        sys.exit(
            f"{count} photographs could be used, but {FEWEST_PHOTOS} are needed: give a folder with --photos"
        )
    weights = Path(colorizers.__file__).parent / "weights"
    arms = [
        registering.register_colorizer(
            slug=slug, method=method, variant=variant, settings=settings, weights=weights / file
        )
        for slug, (method, variant, file, settings) in NETWORKS.items()
    ]
    arms.append(registering.register_colorizer(slug="random", method="random", reference_set=photo_set))
    for colorizer in arms:
        say(f"{colorizer.slug}: recolouring {count} photographs")
        call_command(
            "colorize", "--set", photo_set.name, "--colorizer", colorizer.slug, "--wait", stdout=sys.stderr
        )
    return count


def launch(people, image_px):
    """The study, made from its file and launched."""
    from studies.services import lifecycle, study_files

    study, _ = study_files.create_study(STUDY.format(people=people, image_px=image_px))
    lifecycle.launch(study=study)
    study.refresh_from_db()
    return study


def take_part(study, crowd, people, server, at_once, say):
    """Everybody's participation over HTTP; the ledger and the seconds that it took."""
    from studies.simulation.visits import httpx, simulate

    ledger, done = Ledger(), []

    def tell(outcome):
        done.append(outcome)
        if len(done) % 50 == 0:
            say(f"{len(done)} of {people} people, {time.perf_counter() - begun:.0f} s")

    begun = time.perf_counter()
    with mock.patch.object(httpx, "Client", ledger.client(httpx.Client)):
        simulate(study=study, crowd=crowd, participants=people, server=server, workers=at_once, on_done=tell)
    return ledger, time.perf_counter() - begun


def report_by_worker(study):
    """The report on the simulated participants, ordered like the button on its page does, and the seconds for it."""
    from colorizers.models import OPEN_STATES
    from evaluation.models import OrderKind, Population
    from evaluation.services import orders

    begun = time.perf_counter()
    order = orders.place_order(study=study, population=Population.SIMULATED, kind=OrderKind.REPORT)
    while order.state in OPEN_STATES and time.perf_counter() - begun < REPORT_WITHIN:
        time.sleep(0.5)
        order.refresh_from_db()
    if order.report is None:
        sys.exit(f"The report was not made: {order.state} {order.error}")
    return order.report, time.perf_counter() - begun


def stored_answers(study):
    from studies.models import Response, Source

    rows = Response.objects.filter(
        trial__participation__study=study, trial__participation__source=Source.SIMULATED
    )
    return [(str(code), answer) for code, answer in rows.values_list("trial__code", "answer")]


def say_what_was_kept(ledger, seconds, kept):
    """A table of requests and answers; whether every acknowledged answer is stored once and as given."""
    print("| requests | | |\n|---|---:|---|")
    print(
        f"| requests | {ledger.requests:,} | in {seconds:.0f} s: {ledger.requests / seconds:.0f} a second |"
    )
    for name, times in ledger.seconds.items():
        middle, most = np.quantile(times, [0.5, 0.99]) * 1000
        print(f"| {name} | {len(times):,} | median {middle:.0f} ms, 99 % within {most:.0f} ms |")
    print(f"| replies by status | | {', '.join(f'{s}: {n:,}' for s, n in sorted(ledger.statuses.items()))} |")
    print(f"| requests without a reply, sent again | {ledger.lost.total():,} | |")
    for name, count in kept.items():
        print(f"| answers {name} | {count:,} | |")
    wrong = ("missing", "doubled", "changed", "never acknowledged")
    return not any(kept[name] for name in wrong) and kept["acknowledged"] == kept["stored"]


def say_what_was_found(analysis, rates, here):
    """A table of intervals against planted rates; whether each default interval holds its own."""
    held = []
    print(
        "\n| condition | n | rate | interval | 95 % | planted | holds it |\n|---|---:|---:|---|---|---:|---|"
    )
    for slug, rate in rates.items():
        model = analysis["models"][slug]
        for name, words in INTERVALS.items():
            interval, truth = model["intervals"][name], here[slug] if name == "these_photos" else rate
            ends = points(interval["low"], interval["high"])
            line = f"{model['n']:,} | {points(model['fool_rate'])} | {words} | {ends} | {points(truth)}"
            print(f"| {slug} | {line} | {'yes' if holds(interval, truth) else 'no'} |")
        held.append(holds(model["intervals"]["default"], rate))
        print(f"| {slug} | | | design effect {model['recommended']['deff']:.1f} | | | |")
    for pair in analysis["pairwise"]:
        truth = rates[pair["a"]] - rates[pair["b"]]
        ends, p = points(*pair["ci"]), f"p = {pair['p_t_holm']:.1e}"
        print(f"| {pair['a']} − {pair['b']} | | {points(pair['diff'])} | difference, {p} | {ends} | {points(truth)} "
              f"| {'yes' if pair['ci'][0] <= truth <= pair['ci'][1] else 'no'} |")  # fmt: skip
    return all(held)


def run(options, folder):
    """Everything, in an installation of its own below this folder; the exit status."""
    from django.db import connection

    from config.demo import own_photos
    from config.demo.photos import fetch_photos
    from config.processes import services, site

    def say(text):
        print(text, file=sys.stderr, flush=True)

    if connection.introspection.table_names():
        sys.exit("The database of DATABASE_URL is not empty: make one for this script and drop it afterwards")
    if options.photos is None:
        photos = fetch_photos(folder / "cache", say=say, needed=FEWEST_PHOTOS, wanted=options.most_photos)
    else:
        photos = own_photos.choose(options.photos, folder / "chosen", most=options.most_photos)
    with site.running(host="127.0.0.1", port=options.port, say=say):
        count = prepare(folder, photos, say)
        study = launch(options.people, options.image_px)
        crowd, here = planted_crowd(study, RATES, options.seed)
        server = services.address("127.0.0.1", options.port)
        ledger, seconds = take_part(study, crowd, options.people, server, options.at_once, say)
        report, making = report_by_worker(study)
        command = " ".join(services.web_command())
    kept = ledger.against(stored_answers(study))
    what = f"{connection.vendor} {'.'.join(map(str, connection.get_database_version()))}"
    print(f"SIMULATED participants: {options.people} x {kept['stored'] // options.people} trials (40 test), {count} "
          f"photographs, {options.at_once} people at a time, seed {options.seed}; {what}; {services.cores()} cores")  # fmt: skip
    print(
        f"Effects (SD, log-odds): {json.dumps({k: v for k, v in crowd.effects.as_json().items() if k != 'fool_rates'})}"
    )
    print(f"Server: {command.split(' -m ')[-1]}\n")
    whole = say_what_was_kept(ledger, seconds, kept)
    print(f"| report by a worker, scores included | | {making:.0f} s |")
    held = say_what_was_found(report.results["analysis"], RATES, here)
    print(f"\nData digest {report.data_digest}, analysis code {report.code_version}")
    print(f"Answers: {'each kept once' if whole else 'NOT AS ACKNOWLEDGED'}. "
          f"Default intervals: {'hold both planted rates' if held else 'MISS a planted rate'}.")  # fmt: skip
    return 0 if whole and held else 1


def main():
    """Set up an installation in a temporary folder and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=588)
    parser.add_argument("--photos", type=Path, help="a folder of photographs (those of the demonstration)")
    parser.add_argument("--most-photos", type=int, default=200, help="take no more of them (200)")
    parser.add_argument("--image-px", type=int, default=256, help="side of the pictures as shown (256)")
    parser.add_argument("--at-once", type=int, default=8, help="people at a time (8)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=8020)
    options = parser.parse_args()
    if not os.environ.get("DATABASE_URL"):
        sys.exit("Set DATABASE_URL to an empty PostgreSQL database of its own")
    with tempfile.TemporaryDirectory() as name:
        os.environ |= {"FOOLRATE_DATA": name, "DJANGO_SETTINGS_MODULE": "config.settings"}
        import django

        django.setup()
        try:
            sys.exit(run(options, Path(name)))
        except Exception:
            for log in sorted((Path(name) / "logs").glob("*.log")):
                lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-30:]
                print(f"--- {log.name}", *lines, sep="\n", file=sys.stderr)
            raise


if __name__ == "__main__":
    main()
