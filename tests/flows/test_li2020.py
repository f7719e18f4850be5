"""Li et al.'s survey in small; benchmarks/li2020.py plays it in full: over HTTP, each answer checked."""

import json

import httpx
import numpy as np
import pytest

from benchmarks.li2020 import Ledger, planted_crowd, stored_answers, take_part
from evaluation.models import Population
from evaluation.services import (
    reports,
)
from studies.models import Source
from studies.simulation.visits import own_server
from tests.builders import launched_study

RATES = {"sepia": 0.226, "luminance-table": 0.301}
PEOPLE, TRIALS = 12, 12


@pytest.fixture
def study(transactional_db, idle_queue):
    return launched_study()


def test_every_acknowledged_answer_is_stored_once_and_the_report_is_near_what_was_planted(study):
    crowd, _ = planted_crowd(study, RATES, seed=3)
    with own_server() as server:
        ledger, _ = take_part(study, crowd, PEOPLE, server, at_once=4, say=lambda text: None)
    kept = ledger.against(stored_answers(study))
    assert kept == {
        "acknowledged": PEOPLE * TRIALS, "stored": PEOPLE * TRIALS,
        "missing": 0, "doubled": 0, "changed": 0, "never acknowledged": 0,
    }  # fmt: skip
    # Two pictures and an answer a trial, and the pages around them.
    assert ledger.requests > 3 * PEOPLE * TRIALS
    assert set(study.participations.values_list("source", flat=True)) == {Source.SIMULATED}
    report = reports.make_report(study=study, population=Population.SIMULATED)
    for slug, rate in RATES.items():
        interval = report.results["analysis"]["models"][slug]["intervals"]["default"]
        low, high = interval["low"], interval["high"]
        # Who takes what is drawn anew each time, so that one interval in twenty may miss: never by far.
        assert low - (high - low) < rate < high + (high - low)


def test_rates_are_planted_over_new_photos_and_those_at_hand_differ(study):
    here = [planted_crowd(study, RATES, seed)[1]["sepia"] for seed in range(60)]
    assert np.mean(here) == pytest.approx(RATES["sepia"], abs=0.02)
    assert np.std(here) > 0.01


def test_without_differences_between_photos_every_photo_set_has_the_planted_rate(study):
    crowd, here = planted_crowd(study, RATES, 1, photo_sd=0.0)
    assert here == pytest.approx(RATES, abs=1e-9)
    assert crowd.effects.fool_rates == here


def reply(trial, answer, status=201):
    request = httpx.Request(
        "POST", f"http://site/t/{trial}/response/", content=json.dumps({"answer": answer})
    )
    return request, httpx.Response(status, request=request)


def test_an_answer_whose_reply_was_lost_is_sent_again_and_acknowledged_once():
    name, ledger, sent = "0" * 8 + "-0000-0000-0000-" + "0" * 12, Ledger(), []

    def site(request):
        sent.append(request.url.path)
        if len(sent) == 1:
            raise httpx.ReadError("Connection reset by peer")
        return httpx.Response(200)

    client = ledger.client(httpx.Client)(base_url="http://site", transport=httpx.MockTransport(site))
    client.post(f"/t/{name}/response/", json={"answer": "left"})
    assert sent == [f"/t/{name}/response/"] * 2
    assert ledger.lost.total() == 1
    assert ledger.against([(name, "left")])["acknowledged"] == 1


def test_nobody_begins_twice():
    def site(request):
        raise httpx.ReadError("Connection reset by peer")

    client = Ledger().client(httpx.Client)(base_url="http://site", transport=httpx.MockTransport(site))
    with pytest.raises(httpx.ReadError):
        client.post("/s/meadow/begin/")


def test_the_ledger_finds_what_is_missing_doubled_changed_and_unasked_for():
    names = [f"{n:08d}-0000-0000-0000-000000000000" for n in range(5)]
    ledger = Ledger()
    for name in names[:4]:
        ledger.note(*reply(name, "left"), seconds=0.1)
    ledger.note(*reply(names[4], "left", status=409), seconds=0.1)
    stored = [
        (names[0], "left"),
        (names[1], "right"),
        (names[2], "left"),
        (names[2], "left"),
        (names[4], "left"),
    ]
    assert ledger.against(stored) == {
        "acknowledged": 4, "stored": 5, "missing": 1, "doubled": 1, "changed": 2, "never acknowledged": 1,
    }  # fmt: skip
    assert dict(ledger.statuses) == {201: 4, 409: 1}
