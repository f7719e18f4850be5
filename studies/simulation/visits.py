"""Simulated participants who take a study through its real addresses, as a browser would."""

from __future__ import annotations

import re
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

from studies import limits
from studies.models import ConditionKind, PhotoRole, Study, Trial
from studies.services import simulated
from studies.simulation.people import Crowd, Person, PlantedEffects

REFRESH_MS = 1000 / 60
RUNNER = "simulation"
DEVICE = {"simulated": True, "refresh_ms": round(REFRESH_MS, 3), "screen": [1920, 1080], "dpr": 1}


class SimulationFailed(Exception):
    """The server answered otherwise than a browser would have been answered."""


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
        self._client, self._study, self._number = client, study, number
        self._crowd, self._fetch_pictures = crowd, fetch_pictures
        self._person: Person = crowd.person(number)
        self._clock_ms = 1000.0
        self._csrf = ""

    def take_part(self) -> Outcome:
        page = self._begin()
        code = _found(r'data-state-url="/p/([0-9a-f-]{36})/state/"', page.text)
        self._csrf = _found(r'name="csrf-token" content="([^"]+)"', page.text)
        self._post(f"/p/{code}/device/", DEVICE)
        answered, finished = 0, False
        while not finished:
            state = self._get(f"/p/{code}/state/").json()
            facts = self._facts(code)
            for trial in state["trials"]:
                progress = state["progress"]
                if not self._person.stays(answered, progress["total"]):
                    return Outcome(self._number, answered, finished=False)
                reply = self._answer(trial, **facts[trial["code"]])
                answered += 1
                finished = reply["finished"]
            if not state["trials"] and not finished:
                raise SimulationFailed("The server has no open trial, yet the participation is not finished.")
        if "completion-code" not in self._get(f"/p/{code}/").text:
            raise SimulationFailed("The last page shows no completion code.")
        return Outcome(self._number, answered, finished=True)

    def _begin(self) -> httpx.Response:
        slug = self._study.slug
        # A recruiter's study shows its landing page to those only whom it can tell.
        landing = self._get(f"/s/{slug}/?simulation={simulated.sign(self._study, {})}")
        token = _found(r'name="csrfmiddlewaretoken" value="([^"]+)"', landing.text)
        planted = self._crowd.effects.as_json()
        facts = {"seed": self._crowd.seed, "number": self._number, "effects": planted}
        form = {
            "csrfmiddlewaretoken": token,
            "consent": "on",
            "simulation": simulated.sign(self._study, facts),
        }
        address = f"/s/{slug}/begin/"
        return self._checked(self._client.post(address, data=form, headers=self._origin(address)))

    def _facts(self, code: str) -> dict[str, dict[str, str]]:
        """Where the fakes are: read from the database, for no address tells."""
        rows = Trial.objects.filter(participation__code=code).values_list(
            "code", "condition__slug", "photo__digest", "key"
        )
        return {
            str(trial): {"condition": condition, "photo": photo, "key": key}
            for trial, condition, photo, key in rows
        }

    def _answer(self, trial: dict[str, Any], *, condition: str, photo: str, key: str) -> dict[str, Any]:
        if self._fetch_pictures:
            for frame in trial["frames"]:
                for picture in frame.get("images", []):
                    self._get(picture["src"])
        reaction = self._person.react(condition=condition, photo=photo, key=key)
        frames = self._person.frame_report(trial["frames"], self._clock_ms)
        self._clock_ms += sum(frame["duration_ms"] or 0 for frame in trial["frames"]) + reaction.rt_ms
        payload = {
            "answer": reaction.side,
            "rt_ms": reaction.rt_ms,
            "input": "keyboard",
            "frames": frames,
            "refresh_ms": round(REFRESH_MS, 3),
            "layout": "row",
            "events": [],
            "shown_before": 0,
            "runner": RUNNER,
        }
        reply: dict[str, Any] = self._post(f"/t/{trial['code']}/response/", payload).json()
        return reply

    def _get(self, address: str) -> httpx.Response:
        return self._checked(self._client.get(address))

    def _post(self, address: str, payload: dict[str, Any]) -> httpx.Response:
        headers = {"X-CSRFToken": self._csrf} | self._origin(address)
        return self._checked(self._client.post(address, json=payload, headers=headers))

    def _origin(self, address: str) -> dict[str, str]:
        # Over HTTPS Django wants to know which page a form came from.
        return {"Referer": str(self._client.base_url.join(address))}

    def _checked(self, response: httpx.Response) -> httpx.Response:
        if response.is_success:
            return response
        words = " ".join(re.sub(r"<[^>]+>", " ", response.text).split())[:300]
        raise SimulationFailed(
            f"{response.request.method} {response.request.url.path} answered {response.status_code}: {words}"
        )


def _found(pattern: str, html: str) -> str:
    match = re.search(pattern, html)
    if match is None:
        raise SimulationFailed(f"The page holds nothing like {pattern}: is the study live?")
    return match.group(1)


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
