"""Whether a study's pictures tell their arms: asked of the real addresses, as a browser asks."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
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
from studies.blinding.contrasts import contrasts
from studies.blinding.envelope import envelope
from studies.blinding.masking import padding_of, unmask
from studies.blinding.observations import SAMPLE, Pair, Picture, table_of, uneven, uneven_files
from studies.blinding.verdict import ALPHA, PERMUTATIONS, judge
from studies.designs._design import Reaction
from studies.designs._trial import REAL
from studies.models import BlindingAudit, ConditionKind, Participation, Source, Study, Trial, TrialKind
from studies.services import participations, previews, stimuli
from studies.simulation.visitor import Visitor, as_shown, images_of

logger = logging.getLogger(__name__)

Watcher = Callable[[int, int], object]
REPEATS = 2
MOST_VISITS = 200
# What a curious participant might add to a request; all arms must answer alike.
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
    VisitFailed, httpx.HTTPError, or trial_rows.NotPrepared.
    """
    began, rng, seen = time.monotonic(), np.random.default_rng(seed), _Seen.of(study)
    with _client(server) as client:
        visits = _collect(study, seen, pairs, rng, client, watch)
    refused = {one.status for one in seen.pictures} - {200}
    if refused:
        raise CannotAudit(f"Pictures were answered with status {min(refused)}, not 200.")
    result = _result(seen, pairs, rng) | {
        "certain": list(dict.fromkeys([*_files(study), *uneven(seen.pictures)])),
        "participations": visits,
        "seed": seed,
        "server": server,
        "seconds": round(time.monotonic() - began, 1),
    }
    passed = not result["certain"] and all(one["adjusted"] > ALPHA for one in result["findings"])
    return BlindingAudit.objects.create(
        study=study, passed=passed, result=result, code_version=settings.VERSION
    )


@dataclass
class _Seen:
    """The pictures that were seen so far, in the order of showing, and what of them can be compared."""

    control: str
    pictures: list[Picture] = field(default_factory=list)

    @classmethod
    def of(cls, study: Study) -> _Seen:
        control = study.conditions.filter(kind=ConditionKind.VIGILANCE).first()
        return cls(control.slug if control else "")

    def contrasts(self) -> dict[str, list[Pair]]:
        return contrasts(self.pictures, self.control)

    def pairs(self) -> int:
        """How many there are of what is under test; the fewest, where there is more than one such."""
        counts = [len(pairs) for name, pairs in self.contrasts().items() if not self.is_control(name)]
        return min(counts, default=0)

    def is_control(self, name: str) -> bool:
        """Whether a contrast is about the vigilance control; without one, "" is the real photo's name."""
        return bool(self.control) and name == self.control


def _result(seen: _Seen, most: int, rng: np.random.Generator) -> dict[str, Any]:
    compared = {name: pairs[:most] for name, pairs in seen.contrasts().items()}
    verdicts = {name: judge(table_of(pairs), rng, tables=len(compared)) for name, pairs in compared.items()}
    found = [
        asdict(finding) | {"name": _named(finding.name, arm)}
        for arm, verdict in verdicts.items()
        for finding in verdict.findings
    ]
    # The control is rare: it says nothing of how well the arms under test were looked at.
    limits = [
        finding.smallest
        for arm, verdict in verdicts.items()
        for finding in verdict.findings
        if not seen.is_control(arm) and not finding.name.startswith("classifier")
    ]
    return {
        "pairs": sum(map(len, compared.values())),
        "photos": len({pair.photo for pairs in compared.values() for pair in pairs}),
        "told": "the fake" if compared.keys() == {REAL} else "the arms",
        "shown_twice": _shown_twice(seen.pictures),
        "alpha": ALPHA,
        "permutations": PERMUTATIONS,
        "findings": found,
        "constant": list(dict.fromkeys(one for verdict in verdicts.values() for one in verdict.constant)),
        "smallest": max((limit for limit in limits if limit), default=None) if all(limits) else None,
    }


def _named(observation: str, arm: str) -> str:
    return observation if arm == REAL else f"{observation} ({arm} against others)"


def _shown_twice(seen: Sequence[Picture]) -> int:
    """How many pictures came in more than one showing."""
    showings = Counter(one.picture for one in seen)
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
    study: Study, seen: _Seen, pairs: int, rng: np.random.Generator, client: httpx.Client, watch: Watcher
) -> int:
    """See pictures in as many previews as so many pairs take; returns how many.

    The previews are deleted whatever happens.
    """
    made: list[Participation] = []
    taken = 0
    try:
        watch(0, pairs)
        while taken < pairs and len(made) < MOST_VISITS:
            # Half at most in the first visit: a second one is part of what is judged.
            most = pairs if made else (pairs + 1) // 2
            participation = participations.begin_participation(study=study, source=Source.PREVIEW)
            made.append(participation)
            participations.start_trials(participation)
            before = len(seen.pictures)
            _visit(participation, seen, most, rng, client)
            if len(seen.pictures) == before:
                raise CannotAudit(f"The {study.design} test shows no pictures.")
            taken = seen.pairs()
            watch(min(taken, pairs), pairs)
        if not taken:
            raise CannotAudit(f"The {study.design} test shows no photo by different arms.")
    finally:
        previews.discard(Participation.objects.filter(pk__in=[one.pk for one in made]))
    return len(made)


def _further(questions: list[dict[str, Any]], chosen: str) -> dict[str, str]:
    """An answer to each further question of a trial: the first one that it offers after those before."""
    given, before = {}, {chosen}
    for question in questions:
        offered = [one["value"] for one in question["answers"]]
        if question["distinct"]:
            offered = [value for value in offered if value not in before]
        given[question["name"]] = offered[0]
        before.add(offered[0])
    return given


def _visit(
    participation: Participation,
    seen: _Seen,
    most: int,
    rng: np.random.Generator,
    client: httpx.Client,
) -> None:
    """See the pictures of one participation in the order of its trials, and answer by lot to go on.

    Until there are `most` pairs or the participation is over. Practice is answered right: some designs send
    those home who fail it.
    """
    visitor, clock, probed = Visitor(client), 1000.0, None
    code = visitor.arrive(visitor.get(reverse("studies:participation", args=[participation.code])).text)
    while seen.pairs() < most:
        planned = visitor.state()["trials"][: participations.PICTURES_AHEAD]
        if not planned:
            return
        rows = Trial.objects.filter(participation__code=code, code__in=[trial["code"] for trial in planned])
        by_code = {str(row.code): row for row in rows.select_related("photo")}
        got = _fetch([one["src"] for trial in planned for one in images_of(trial)], rng, client)
        if probed is None:
            probed = {one["src"]: _probe(one["src"], client) for one in images_of(planned[0])}
        for trial in planned:
            row = by_code[trial["code"]]
            seen.pictures += _pictures(trial, row, got, probed)
            offered = trial["answers"]
            chosen = offered[int(rng.integers(len(offered)))]["value"]
            if row.kind == TrialKind.PRACTICE and row.key:
                chosen = row.key
            reaction = Reaction(chosen, 500.0, _further(trial["more"], chosen))
            visitor.answer(trial, reaction, as_shown(trial["frames"], clock), runner="audit")
            clock += sum(frame["duration_ms"] or 0 for frame in trial["frames"]) + 500


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


def _pictures(
    trial: dict[str, Any],
    row: Trial,
    got: dict[str, list[tuple[httpx.Response, float]]],
    probed: dict[str, tuple[str, ...]],
) -> Iterator[Picture]:
    """What was seen of the pictures of a trial."""
    shown = {
        token: (arm or REAL, stimulus)
        for token, arm, stimulus in row.pictures.values_list("token", "condition__slug", "stimulus_id")
    }
    for turn, image in enumerate(images_of(trial)):
        token = UUID(image["src"].rstrip("/").rsplit("/", 1)[1])
        arm, stimulus = shown[token]
        response = got[image["src"]][0][0]
        yield Picture(
            photo=row.photo.digest,
            arm=arm,
            code=row.code,
            number=trial["number"],
            practice=trial["kind"] == "practice",
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
            picture=stimulus,
            latencies=tuple(latency for _, latency in got[image["src"]]),
            probes=probed.get(image["src"], ()),
        )


def _envelope(body: bytes, token: UUID) -> dict[str, str]:
    try:
        padding = {"padding": "zeros" if not any(padding_of(body, token)) else "not all zeros"}
        return envelope(unmask(body, token)) | padding
    except ValueError as error:
        return {"file": str(error)}
