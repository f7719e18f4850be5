"""Whether a study's pictures tell real from fake: asked of the real addresses, as a browser asks."""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any
from uuid import UUID
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import httpx
import numpy as np
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.db import OperationalError
from django.urls import reverse

from studies import limits
from studies.blinding import wording
from studies.blinding.envelope import envelope
from studies.blinding.masking import padding_of, unmask
from studies.blinding.observations import SAMPLE, Pair, Picture, table_of, uneven, uneven_files
from studies.blinding.verdict import ALPHA, PERMUTATIONS, judge
from studies.models import BlindingAudit, Participation, Source, Study, Trial, TrialPicture
from studies.rules.payloads import parse_answer
from studies.services import participations, previews, responses, stimuli

logger = logging.getLogger(__name__)

Watcher = Callable[[int, int], object]
REPEATS = 2
MOST_VISITS = 200
# What a curious participant might add to a request; real and fake must answer alike.
PROBES = (
    {"Range": "bytes=0-99"},
    {"If-None-Match": "*"},
    {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
    {"Accept-Encoding": "gzip, br"},
)


class CannotAudit(Exception):
    """There is nothing that could be compared; the message says why."""


def _nobody_watches(done: int, total: int) -> None:
    pass


def at_launch(study: Study, watch: Watcher = _nobody_watches) -> BlindingAudit | None:
    """Audit a study that is about to go live.

    Raises stimuli.Unpresentable for what is certain, such as files of different lengths. What may be
    chance, or an audit that breaks, is kept and shown, and launches all the same.
    """
    if not settings.BLINDING_AUDIT_PAIRS:
        return None
    try:
        made = audit(study, pairs=settings.BLINDING_AUDIT_PAIRS, watch=watch)
    except OperationalError:
        raise
    except Exception as error:
        logger.exception("The blinding audit of %s broke off.", study.slug)
        problem = f"{type(error).__name__}: {error}"
        return BlindingAudit.objects.create(
            study=study, passed=False, result={"problem": problem}, code_version=settings.VERSION
        )
    if made.result["certain"]:
        raise stimuli.Unpresentable(wording.summary(made.result))
    if not made.passed:
        logger.warning("Blinding audit of %s: %s", study.slug, wording.summary(made.result))
    return made


def that_counts(study: Study) -> BlindingAudit | None:
    """The last audit, unless it only found nothing with fewer pairs than one before: then that one."""
    audits = list(study.blinding_audits.order_by("-created_at", "-pk"))
    if not audits or not audits[0].passed:
        return audits[0] if audits else None
    return max(audits, key=lambda one: one.result.get("pairs", 0))


def audit(
    study: Study, *, pairs: int, seed: int = 1, server: str = "", watch: Watcher = _nobody_watches
) -> BlindingAudit:
    """Take so many pairs of pictures as participants get them, judge what was observed, and keep the result.

    `server` is a running site on the same database; without one the requests go through this
    process. The participations made for it are previews and are deleted again. `watch` is told how many
    pairs have been taken; after the last one they are judged, which takes seconds, too. Raises CannotAudit,
    httpx.HTTPError, or trial_rows.NotPrepared.
    """
    began, rng = time.monotonic(), np.random.default_rng(seed)
    with _client(server) as client:
        seen, visits = _collect(study, pairs, rng, client, watch)
    refused = {one.status for pair in seen for one in pair.pictures} - {200}
    if refused:
        raise CannotAudit(f"Pictures were answered with status {min(refused)}, not 200.")
    result = _result(seen, rng) | {
        "certain": list(dict.fromkeys([*_files(study), *uneven(seen)])),
        "participations": visits,
        "seed": seed,
        "server": server,
        "seconds": round(time.monotonic() - began, 1),
    }
    passed = not result["certain"] and all(one["adjusted"] > ALPHA for one in result["findings"])
    return BlindingAudit.objects.create(
        study=study, passed=passed, result=result, code_version=settings.VERSION
    )


def _result(seen: Sequence[Pair], rng: np.random.Generator) -> dict[str, Any]:
    verdict = judge(table_of(seen), rng)
    limits = [one.smallest for one in verdict.findings if not one.name.startswith("classifier")]
    return {
        "pairs": len(seen),
        "photos": len({pair.photo for pair in seen}),
        "shown_twice": _shown_twice(seen),
        "alpha": ALPHA,
        "permutations": PERMUTATIONS,
        "findings": [asdict(finding) for finding in verdict.findings],
        "constant": verdict.constant,
        "smallest": max((limit for limit in limits if limit), default=None) if all(limits) else None,
    }


def _shown_twice(seen: Sequence[Pair]) -> int:
    """How many pictures came in more than one showing."""
    showings = Counter(one.picture for pair in seen for one in pair.pictures)
    return sum(count > 1 for count in showings.values())


def _files(study: Study) -> list[str]:
    """What every file of the study must share and does not, in words."""
    envelopes, broken = [], []
    for stimulus in stimuli.of(study).iterator():
        try:
            with stimulus.file.open("rb") as file:
                envelopes.append((stimulus.photo_id, envelope(file.read())))
        except (OSError, ValueError) as error:
            broken.append(f"A picture's file cannot be read: {error}")
    return uneven_files(envelopes) + broken[:3]


@contextmanager
def _client(server: str) -> Iterator[httpx.Client]:
    """A client of a running site, or of this process through all of its middleware."""
    transport = None if server else httpx.WSGITransport(app=_site())
    headers = limits.let_through(server or settings.SITE_URL)
    if settings.HTTPS and not server:
        headers["X-Forwarded-Proto"] = "https"
    with httpx.Client(
        base_url=server or settings.SITE_URL, transport=transport, headers=headers, timeout=60
    ) as client:
        yield client


def _site() -> WSGIApplication:
    """This site as a WSGI application that leaves the database connection of its caller alone."""
    handler = BaseHandler()
    handler.load_middleware()

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        response = handler.get_response(WSGIRequest(environ))
        cookies = [("Set-Cookie", cookie.output(header="").strip()) for cookie in response.cookies.values()]
        start_response(f"{response.status_code} {response.reason_phrase}", [*response.items(), *cookies])
        return [b"".join(response)]

    return answer


def _collect(
    study: Study, pairs: int, rng: np.random.Generator, client: httpx.Client, watch: Watcher
) -> tuple[list[Pair], int]:
    """Pairs from as many previews as that takes; the previews are deleted whatever happens."""
    seen: list[Pair] = []
    made: list[Participation] = []
    try:
        watch(0, pairs)
        while len(seen) < pairs and len(made) < MOST_VISITS:
            # Half at most in the first visit: a second one is part of what is judged.
            most = pairs - len(seen) if made else (pairs + 1) // 2
            participation = participations.begin_participation(study=study, source=Source.PREVIEW)
            made.append(participation)
            participations.start_trials(participation)
            found = _visit(participation, most, rng, client)
            if not found:
                raise CannotAudit(f"The {study.design} test shows no pairs of a real and a fake picture.")
            seen += found
            watch(len(seen), pairs)
    finally:
        previews.discard(Participation.objects.filter(pk__in=[one.pk for one in made]))
    return seen, len(made)


def _visit(
    participation: Participation, most: int, rng: np.random.Generator, client: httpx.Client
) -> list[Pair]:
    """Fetch the pictures of one participation in the order of its trials, and answer by lot to go on."""
    found: list[Pair] = []
    clock = 1000.0
    while len(found) < most:
        reply = client.get(reverse("studies:state", args=[participation.code]))
        reply.raise_for_status()
        planned = reply.json()["trials"][: participations.PICTURES_AHEAD]
        if not planned:
            break
        rows = _rows(participation, [trial["code"] for trial in planned])
        got = _fetch([one["src"] for trial in planned for one in _images(trial)], rng, client)
        probed = {one["src"]: _probe(one["src"], client) for one in _images(planned[0])} if not found else {}
        for trial in planned:
            pair = _pair(trial, rows[trial["code"]], got, probed)
            found += [pair] if pair else []
            clock = _answer(rows[trial["code"]], trial, clock, rng)
    return found[:most]


def _images(trial: dict[str, Any]) -> list[dict[str, str]]:
    return [picture for frame in trial["frames"] for picture in frame.get("images", [])]


def _rows(participation: Participation, codes: Sequence[str]) -> dict[str, Trial]:
    rows = participation.trials.filter(code__in=codes).select_related("photo")
    return {str(trial.code): trial for trial in rows}


def _fetch(
    addresses: Sequence[str], rng: np.random.Generator, client: httpx.Client
) -> dict[str, list[tuple[httpx.Response, float]]]:
    """Each address a few times, all in random order, with the latencies in ms."""
    got: dict[str, list[tuple[httpx.Response, float]]] = {address: [] for address in addresses}
    for at in rng.permutation(len(addresses) * REPEATS):
        address = addresses[int(at) % len(addresses)]
        started = time.perf_counter()
        response = client.get(address)
        got[address].append((response, 1000 * (time.perf_counter() - started)))
    return got


def _probe(address: str, client: httpx.Client) -> tuple[str, ...]:
    replies = [(probe, client.get(address, headers=probe)) for probe in PROBES]
    return tuple(
        f"{' '.join(probe)}: {reply.status_code}, {reply.num_bytes_downloaded} B, {', '.join(reply.headers)}"
        for probe, reply in replies
    )


def _pair(
    trial: dict[str, Any],
    row: Trial,
    got: dict[str, list[tuple[httpx.Response, float]]],
    probed: dict[str, tuple[str, ...]],
) -> Pair | None:
    """What was seen of a trial with one real and one fake picture; None for any other trial."""
    rows = TrialPicture.objects.filter(trial=row).values_list(
        "token", "stimulus__colorization_id", "stimulus_id"
    )
    fakes = {token: (colorization, stimulus) for token, colorization, stimulus in rows}
    seen: dict[bool, list[Picture]] = {True: [], False: []}
    for turn, image in enumerate(_images(trial)):
        token = UUID(image["src"].rstrip("/").rsplit("/", 1)[1])
        response = got[image["src"]][0][0]
        picture = Picture(
            token=token,
            place=trial["slots"].index(image["slot"]),
            turn=turn,
            status=response.status_code,
            headers=tuple(
                (name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw
            ),
            length=response.num_bytes_downloaded,
            envelope=_envelope(response.content, token),
            sample=response.content[:SAMPLE] + response.content[-SAMPLE:],
            picture=fakes[token][1],
            latencies=tuple(latency for _, latency in got[image["src"]]),
            probes=probed.get(image["src"], ()),
        )
        seen[fakes[token][0] is not None].append(picture)
    if (len(seen[True]), len(seen[False])) != (1, 1):
        return None
    return Pair(
        photo=row.photo.digest, number=trial["number"], practice=trial["kind"] == "practice",
        code=row.code, fake=seen[True][0], real=seen[False][0],
    )  # fmt: skip


def _envelope(body: bytes, token: UUID) -> dict[str, str]:
    try:
        padding = {"padding": "zeros" if not any(padding_of(body, token)) else "not all zeros"}
        return envelope(unmask(body, token)) | padding
    except ValueError as error:
        return {"file": str(error)}


def _answer(row: Trial, trial: dict[str, Any], clock: float, rng: np.random.Generator) -> float:
    """Answer by lot, with the frames as a perfect screen would have shown them; gives the clock after it."""
    offered = [choice["value"] for choice in trial["answers"]]
    frames = []
    for index, frame in enumerate(trial["frames"]):
        planned = frame["duration_ms"]
        if planned is None:
            continue
        times = dict.fromkeys(("onset_stamp", "onset_now"), clock)
        clock += planned
        times |= dict.fromkeys(("offset_stamp", "offset_now"), clock)
        if frame["kind"] in {"images", "noise"}:
            frames.append({"index": index, "planned_ms": planned, "dropped": 0, **times})
    payload = {
        "answer": offered[int(rng.integers(len(offered)))], "rt_ms": 500.0, "input": "keyboard",
        "frames": frames, "refresh_ms": 1000 / 60, "layout": "row", "events": [], "shown_before": 0,
        "runner": "audit",
    }  # fmt: skip
    answer = parse_answer(json.dumps(payload).encode(), offered=offered)
    responses.record_response(
        trial=Trial.objects.select_related("participation").get(pk=row.pk), answer=answer
    )
    return clock + 500
