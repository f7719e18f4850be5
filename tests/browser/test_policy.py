"""The workbench under its Content-Security-Policy, in a real browser."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Browser

from colorizers.models import PhotoImport
from evaluation.models import Order, OrderKind, Population
from studies.models import Source
from studies.services.participations import begin_participation
from tests import builders
from tests.workbench_pages import pages

pytestmark = pytest.mark.browser

# One page of these kinds is like the other, whatever the model; a study's own are looked at.
ALIKE = ("second page", "search", "_progress", "group_history", "user_history", "photo_history", "_delete")


@pytest.fixture
def page(browser: Browser, live_server, client, root):
    client.force_login(root)
    context = browser.new_context(base_url=live_server.url)
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    yield context.new_page()
    context.close()


@pytest.mark.timeout(600)
def test_every_page_of_the_workbench_works_under_its_policy(page, client, root, idle_queue, transactional_db):
    study = builders.launched_study(owner=root)
    builders.make_study("draft", owner=root, catalogue=False)
    begin_participation(study=study, source=Source.PERSON)
    PhotoImport.objects.create(photo_set=study.photo_set)
    Order.objects.create(study=study, population=Population.PEOPLE, kind=OrderKind.REPORT)
    refused: list[str] = []
    page.on(
        "console",
        lambda entry: "Content Security Policy" in entry.text and refused.append(f"{page.url}: {entry.text}"),
    )
    page.on("pageerror", lambda error: refused.append(f"{page.url}: {error}"))
    seen = 0
    for name, address in pages():
        if name.endswith(ALIKE) or name.startswith("evaluation:export"):
            continue
        reply = client.get(address)
        if reply.status_code != 200 or not reply["Content-Type"].startswith("text/html"):
            continue  # it answers to POST alone, or leads on
        policy = reply["Content-Security-Policy"]
        assert "default-src 'self'" in policy, name
        assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0], name
        page.goto(address)
        seen += 1
    assert refused == []
    assert seen > 40


def test_an_injected_script_is_refused_and_the_theme_still_works(page, root):
    page.goto(reverse("admin:auth_user_change", args=[User.objects.get().pk]))
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = 1";
            document.body.append(script);
            document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.ran = 2'>");
        }"""
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.ran ?? 0") == 0
    # The theme's own expressions have been evaluated.
    assert page.evaluate("[...document.querySelectorAll('[x-data]')].every(part => part._x_dataStack)")
