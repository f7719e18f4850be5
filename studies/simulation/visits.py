"""Simulated participants who take a study through its real addresses, as a browser would."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connections

from studies import designs, limits
from studies.designs._trial import TrialSpec
from studies.models import ConditionKind, PhotoRole, Study, Trial
from studies.simulation import signed
from studies.simulation.people import Crowd, Person, PlantedEffects
from studies.simulation.visitor import REFRESH_MS, VisitFailed, Visitor, as_shown, found, images_of

RUNNER = "simulation"
DEVICE = {"simulated": True, "refresh_ms": round(REFRESH_MS, 3), "screen": [1920, 1080], "dpr": 1}


@dataclass(frozen=True)
class Outcome:
    """How one simulated participation went."""

    number: int
    answered: int
    finished: bool


def crowd_for(study: Study, effects: PlantedEffects, seed: int) -> Crowd:
    """The crowd for a study; raises ValueError unless each condition under test has its planted rate."""
    slugs = {kind: list[str]() for kind in ConditionKind.values}
    for kind, slug in study.conditions.values_list("kind", "slug"):
        slugs[kind].append(slug)
    wanted, given = set(slugs[ConditionKind.TEST]), set(effects.fool_rates)
    if wanted != given:
        raise ValueError(
            f"Fool rates are needed for {', '.join(sorted(wanted))}; "
            f"given were {', '.join(sorted(given)) or 'none'}."
        )
    photos = study.study_photos.filter(role=PhotoRole.TEST).values_list("photo__digest", flat=True)
    vigilance = next(iter(slugs[ConditionKind.VIGILANCE]), None)
    return Crowd(effects=effects, seed=seed, photos=sorted(photos), vigilance=vigilance)


def simulate(
    *,
    study: Study,
    crowd: Crowd,
    participants: int,
    server: str,
    workers: int = 4,
    fetch_pictures: bool = True,
    first_number: int = 0,
    on_done: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Let so many simulated participants take the study at this address; the first failure is raised."""
    local = threading.local()
    clients: list[httpx.Client] = []

    def take_part(number: int) -> Outcome:
        if not hasattr(local, "client"):
            # Hundreds of people at one address: they are ours.
            local.client = httpx.Client(
                base_url=server, timeout=60, follow_redirects=True, headers=limits.let_through(server)
            )
            clients.append(local.client)
        local.client.cookies.clear()
        visit = _Visit(local.client, study, crowd, number, fetch_pictures=fetch_pictures)
        try:
            return visit.take_part()
        finally:
            connections.close_all()

    outcomes = []
    with ThreadPoolExecutor(max_workers=workers) as pool:
        waiting = [pool.submit(take_part, number) for number in _numbers(first_number, participants)]
        try:
            for future in as_completed(waiting):
                outcomes.append(future.result())
                on_done(outcomes[-1])
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            for client in clients:
                client.close()
    return sorted(outcomes, key=lambda outcome: outcome.number)


def _numbers(first: int, count: int) -> range:
    return range(first, first + count)


class _Visit:
    """One simulated participant at the site, from the landing page to the completion code."""

    def __init__(
        self, client: httpx.Client, study: Study, crowd: Crowd, number: int, *, fetch_pictures: bool
    ) -> None:
        self._site, self._study, self._number = Visitor(client), study, number
        self._crowd, self._fetch_pictures = crowd, fetch_pictures
        self._design = designs.get(study.design).configured(study.design_settings)
        self._person: Person = crowd.person(number)
        self._clock_ms = 1000.0

    def take_part(self) -> Outcome:
        code = self._site.arrive(self._begin())
        self._site.tell_device(DEVICE)
        answered, finished = 0, False
        while not finished:
            state = self._site.state()
            # No address tells what is where: what a person sees is read from the database.
            planned = Trial.objects.planned_for(code)
            for trial in state["trials"]:
                if not self._person.stays(answered, state["progress"]["total"]):
                    return Outcome(self._number, answered, finished=False)
                finished = self._answer(trial, planned[trial["code"]])
                answered += 1
            if not state["trials"] and not finished:
                raise VisitFailed("The server has no open trial, yet the participation is not finished.")
        if "completion-code" not in self._site.get(f"/p/{code}/").text:
            raise VisitFailed("The last page shows no completion code.")
        return Outcome(self._number, answered, finished=True)

    def _begin(self) -> str:
        """The page to which somebody comes who consents."""
        slug = self._study.slug
        # A recruiter's study shows its landing page to those only whom it can tell.
        landing = self._site.get(f"/s/{slug}/?simulation={signed.sign(self._study, {})}")
        planted = self._crowd.effects.as_json()
        facts = {"seed": self._crowd.seed, "number": self._number, "effects": planted}
        form = {
            "csrfmiddlewaretoken": found(r'name="csrfmiddlewaretoken" value="([^"]+)"', landing.text),
            "consent": "on",
            "simulation": signed.sign(self._study, facts),
        }
        return self._site.post_form(f"/s/{slug}/begin/", form).text

    def _answer(self, trial: dict[str, Any], spec: TrialSpec) -> bool:
        """Look and answer; gives whether that was the last trial."""
        if self._fetch_pictures:
            for picture in images_of(trial):
                self._site.get(picture["src"])
        reaction = self._design.react(spec, self._person)
        frames = as_shown(trial["frames"], self._clock_ms, self._person.lateness)
        self._clock_ms += sum(frame["duration_ms"] or 0 for frame in trial["frames"]) + reaction.rt_ms
        reply = self._site.answer(trial, reaction, frames, runner=RUNNER)
        return bool(reply["finished"])


@contextmanager
def own_server() -> Iterator[str]:
    """This very site on a free loopback port, for as long as the block lasts."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet, allow_reuse_address=False)
    server.daemon_threads = True
    server.set_app(WSGIHandler())
    thread = threading.Thread(target=server.serve_forever, name="simulation-server", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


class _Quiet(WSGIRequestHandler):
    # Head and body leave in two writes; without this each reply waits 40 ms for the client's acknowledgement.
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """A line a request would drown the progress bar."""
