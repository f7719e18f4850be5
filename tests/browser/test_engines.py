"""The whole walk, from the landing page to the code, in Firefox and WebKitGTK, in windows of three sizes."""

import itertools
import os
import time

import pytest

from studies.models import Participation, ParticipationState, Response
from tests.browser import engines
from tests.browser.playing import TRIALS

pytestmark = pytest.mark.browser

# A phone, a tablet and a desk; a step in each, one after the other.
SIZES = [(375, 700), (768, 1024), (1440, 900)]
NEXT = ".runner-screen .runner-button:not(.quiet):enabled, .runner-choice:enabled"


@pytest.fixture(scope="module", params=["firefox", "webkit"])
def engine(request):
    try:
        with getattr(engines, request.param)() as running:
            yield running
    except engines.Missing as missing:
        words = f"NO TESTS IN {request.param.upper()}: {missing}"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(words)
        pytest.skip(words)


def test_a_whole_participation(engine, live_server, quick_study):
    sizes = itertools.cycle(SIZES)
    for size in SIZES:
        engine.resize(*size)
        engine.go(f"{live_server.url}/s/{quick_study.slug}/")
        assert not engine.run("return document.documentElement.scrollWidth > innerWidth"), size
        assert engine.run(SEEN, "input[name=consent]"), size
    assert engine.click("input[name=consent]")
    assert engine.click("button.begin")
    until = time.monotonic() + 90
    while not engine.run("return document.getElementById('completion-code') !== null"):
        assert time.monotonic() < until, engine.run("return document.body.innerText")
        # A choice that cannot be seen is not offered yet.
        if not (engine.run(SEEN, NEXT) and engine.click(NEXT)):
            time.sleep(0.05)
            continue
        engine.resize(*next(sizes))
    assert Response.objects.count() == TRIALS
    assert Response.objects.exclude(answer="").count() == TRIALS
    assert Participation.objects.get().state == ParticipationState.FINISHED


SEEN = """
const element = document.querySelector(arguments[0]);
return Boolean(element) && getComputedStyle(element).visibility === "visible";
"""
