"""A server that asks to wait loses no answer."""

import dataclasses

import pytest
from django.core.cache import caches

from studies import limits
from studies.models import Response
from tests.browser.playing import DESK, TRIALS, begin, press_on

pytestmark = pytest.mark.browser

MEMORY = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "limits-in-browser"}


def test_answers_that_the_server_put_off_arrive_once(
    browser, live_server, quick_study, settings, monkeypatch
):
    settings.CACHES = settings.CACHES | {"limits": MEMORY}
    caches["limits"].clear()
    monkeypatch.setattr(limits, "PARTICIPATION", dataclasses.replace(limits.PARTICIPATION, seconds=4))
    settings.LIMIT_PARTICIPATION = 7
    context = browser.new_context(base_url=live_server.url, **DESK)
    page = context.new_page()
    put_off, faults = [], []
    page.on("response", lambda reply: reply.status == 429 and put_off.append(reply.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    begin(page, quick_study)
    asks_to_wait = page.get_by_role("heading", name="One moment, please")
    code = page.locator("#completion-code")
    due = page.locator(".runner-choice:enabled, .runner-button:not(.quiet):enabled")
    while not code.count():
        asks_to_wait.or_(code).or_(due).first.wait_for()
        if asks_to_wait.count():
            # As it says: nothing is lost, and a reload goes on.
            page.wait_for_timeout(1000)
            page.reload()
        elif not code.count():
            press_on(page, "keyboard")
            page.wait_for_timeout(60)
    context.close()
    assert faults == []
    assert any(url.endswith("/response/") for url in put_off)
    assert sorted(Response.objects.values_list("trial__number", flat=True)) == list(range(1, TRIALS + 1))
