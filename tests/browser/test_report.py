"""The report as it looks on a phone and a desk, in light and dark, and the panel of an order at work."""

import numpy as np
import pytest
from playwright.sync_api import expect

from evaluation.models import Order, Population
from evaluation.services import makers, orders, reports, scores
from evaluation.services.study_plans import planned
from studies.models import Condition, Trial
from studies.rules.payloads import Answer
from studies.services.participations import begin_participation
from studies.services.responses import record_response
from tests.browser.looks import check, looks
from tests.builders import launched_study, shown_as_planned

pytestmark = pytest.mark.browser


@pytest.fixture
def study(transactional_db, idle_queue, ada):
    """Sixteen people whose answers depend on the photo, the condition and themselves."""
    found = launched_study(
        "pages", photos=14, image_px=80, owner=ada, title="Which photographs have their real colours?"
    )
    Condition.objects.filter(study=found, slug="luminance-table").update(
        title="A table from lightness to colour, learned from the photographs of a whole summer"
    )
    rng = np.random.default_rng(5)
    for _ in range(16):
        _take_part(found, rng)
    return found


def _take_part(study, rng):
    participation = begin_participation(study=study, source="person")
    lenient = rng.normal(0, 0.1)
    for trial in Trial.objects.filter(participation=participation).order_by("number"):
        leaning = 0.25 + lenient + 0.5 * (trial.photo_id % 3 == 0) - 0.15 * (trial.condition.slug == "sepia")
        rate = 0.03 if trial.kind == "vigilance" else leaning
        wrong = "right" if trial.key == "left" else "left"
        answer = wrong if rng.random() < rate else trial.key
        rt = float(rng.lognormal(6.8, 0.4))
        record_response(
            trial=trial,
            answer=Answer(
                answer=answer, rt_ms=rt, input="mouse", refresh_ms=16.7, layout="row", events=[],
                frames=shown_as_planned(trial.spec["frames"]),
                runner="1",
            ),
        )  # fmt: skip


@pytest.fixture
def page(browser, live_server, ada, client):
    context = browser.new_context(base_url=live_server.url)
    client.force_login(ada)
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    yield context.new_page()
    context.close()


def test_the_report_is_readable_everywhere(page, study, results):
    for colorization in scores.colorizations_to_score(study=study):
        scores.score_colorization(colorization)
    reports.make_report(study=study, population=Population.PEOPLE)
    for look in looks(page):
        page.goto(f"/studies/{study.slug}/report/")
        check(page, f"report-folded-{look}", results)
        page.get_by_role("button", name="Open all sections").click()
        # Pictures further down are fetched when they come near.
        for picture in page.locator(".gallery img").all():
            picture.scroll_into_view_if_needed()
        page.evaluate("() => window.scrollTo(0, 0)")
        page.wait_for_load_state("networkidle")
        broken = "() => [...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)"
        assert page.evaluate(broken) == [], look
        check(page, f"report-{look}", results)


def test_the_panel_follows_an_order_until_the_report_is_there(page, study, results):
    page.goto(f"/studies/{study.slug}/report/")
    page.get_by_role("button", name="Make the report").click()
    for look in looks(page):
        expect(page.get_by_text("Waiting for a worker")).to_be_visible()
        check(page, f"report-ordered-{look}", results)
    orders.fulfil(Order.objects.get().pk, makers.MAKERS)
    expect(page.locator(".headline")).to_be_visible(timeout=20_000)
    page.wait_for_load_state("networkidle")


def test_the_planner_is_readable_everywhere(page, transactional_db, results):
    for look in looks(page):
        page.goto("/planning/?conditions=4&participants=80")
        expect(page.locator(".headline")).to_contain_text("80 participants on 200 photos")
        check(page, f"planning-{look}", results)
        page.get_by_label("Test trials a participant").fill("3")
        page.keyboard.press("Enter")
        expect(page.get_by_text("To see each of 4 conditions takes as many test trials")).to_be_visible()
        check(page, f"planning-refused-{look}", results)


def test_the_planner_of_every_design_fits_a_phone(page, transactional_db, results):
    page.set_viewport_size({"width": 375, "height": 667})
    for name in planned():
        page.goto(f"/planning/?design={name}")
        expect(page.get_by_role("navigation", name="Designs").get_by_role("link")).to_have_count(
            len(planned())
        )
        check(page, f"planning-{name}-phone-light", results)
