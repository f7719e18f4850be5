"""Ends before the beginning: a person who does not consent, and one who comes while all places are taken."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from studies.models import Ending, Participation
from studies.recruiters._recruiter import Arrival
from studies.services import recruiting
from tests.browser.conftest import AXE
from tests.builders import launched_study

pytestmark = pytest.mark.browser

BEN = {"PROLIFIC_PID": "6a6a6a6a6a6a6a6a6a6a6a6a", "STUDY_ID": "60a1b2c3", "SESSION_ID": "99999999"}
CODES = {"completed_code": "C0MPL", "over_quota_code": "FULL", "no_consent_code": "NOCONSENT"}


@pytest.fixture
def page(browser, live_server):
    context = browser.new_context(base_url=live_server.url, viewport={"width": 375, "height": 667})
    yield context.new_page()
    context.close()


def check(page, name, results):
    results.keep(page, f"{name}-phone", full_page=True)
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    page.evaluate(AXE.read_text())
    assert page.evaluate("() => axe.run()")["violations"] == []


def test_a_person_who_does_not_consent_finds_the_way_back(page, transactional_db, idle_queue, results):
    study = launched_study(recruiter="prolific", recruiter_settings=CODES)
    page.goto(f"/s/{study.slug}/?{urlencode(BEN)}")
    page.get_by_role("button", name="I do not consent").click()
    expect(page.get_by_text("You have not agreed to take part")).to_be_visible()
    back = page.get_by_role("link", name="Back to Prolific")
    expect(back).to_have_attribute("href", "https://app.prolific.com/submissions/complete?cc=NOCONSENT")
    check(page, "no-consent", results)
    assert Ending.objects.get().outcome == "no_consent"
    assert not Participation.objects.exists()


def test_the_page_for_later_lets_a_person_in_when_a_place_is_free(
    page, transactional_db, idle_queue, results
):
    study = launched_study(recruiter="prolific", recruiter_settings=CODES, participant_quota=1)
    recruiting.begin(study=study, arrival=Arrival(person="ada", ids={"PROLIFIC_PID": "ada"}))
    page.clock.install()
    page.goto(f"/s/{study.slug}/?{urlencode(BEN)}")
    expect(page.get_by_text("All places are taken at the moment")).to_be_visible()
    expect(page.get_by_role("link", name="Back to Prolific")).to_be_visible()
    check(page, "later", results)
    page.clock.fast_forward(61_000)
    page.wait_for_url("**/?arrival=*")
    expect(page.get_by_text("All places are taken at the moment")).to_be_visible()
    Participation.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    page.clock.fast_forward(61_000)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/p/**")
    assert Participation.objects.count() == 2
    assert not Ending.objects.exists(), "they were not turned away after all"
