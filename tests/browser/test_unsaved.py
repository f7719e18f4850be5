"""What is typed into a form of the workbench: no step leaves it out, and no other tab erases it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from studies.models import ParticipationState, Source, StudyState
from studies.services import lifecycle, participations
from tests.builders import launched_study, make_study

pytestmark = pytest.mark.browser

HIDE = "Object.defineProperty(document, 'hidden', { value: true, configurable: true })"
SHOW = "delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture
def workbench(browser, live_server, transactional_db, idle_queue, ada, client):
    """Opens pages of the workbench as ada."""
    client.force_login(ada)
    context = browser.new_context(base_url=live_server.url)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    context.add_cookies([session])
    yield context
    context.close()


def page_of(study) -> str:
    return reverse("admin:studies_study_change", args=[study.pk])


def test_a_step_beside_a_dirty_form_saves_it_first_and_says_so(workbench, ada):
    study = make_study(owner=ada)
    page = workbench.new_page()
    page.goto(page_of(study))
    launch = page.locator(".fr-confirm summary")
    expect(launch).to_have_text("Launch…")
    unsaved = page.locator("p[data-when-unsaved]")
    expect(unsaved).to_be_hidden()
    page.fill("[name=title]", "Typed and not saved")
    expect(unsaved).to_be_visible()
    expect(launch).to_have_text("Save and launch…")
    # Enter in a field is a plain save.
    page.fill("[name=question]", "Why?")
    page.locator("[name=title]").press("Enter")
    page.wait_for_url("**/studies/study/")
    study.refresh_from_db()
    assert (study.title, study.state) == ("Typed and not saved", StudyState.DRAFT)
    # What is invalid launches nothing, and the panel does not call it ready.
    page.goto(page_of(study))
    page.fill("[name=title]", "")
    launch.click()
    page.get_by_role("button", name="Save and launch now").click()
    expect(page.get_by_text("Nothing was launched or prepared")).to_be_visible()
    expect(page.get_by_text("Ready to be launched")).to_have_count(0)
    study.refresh_from_db()
    assert study.state == StudyState.DRAFT
    page.fill("[name=title]", "Typed and launched")
    launch.click()
    page.get_by_role("button", name="Save and launch now").click()
    page.wait_for_selector("[data-state=preparing]")
    study.refresh_from_db()
    assert (study.title, study.state) == ("Typed and launched", StudyState.PREPARING)


def test_without_our_script_a_step_takes_what_is_typed_along(workbench, ada):
    study = make_study(owner=ada)
    page = workbench.new_page()
    page.route("**/unsaved*.js", lambda route: route.abort())
    page.goto(page_of(study))
    page.fill("[name=title]", "Typed and launched")
    page.locator(".fr-confirm summary").click()
    page.get_by_role("button", name="Launch now").click()
    page.wait_for_selector("[data-state=preparing]")
    study.refresh_from_db()
    assert study.title == "Typed and launched"


def test_the_second_tab_shows_what_the_first_saved(workbench, ada):
    study = make_study(owner=ada, photos=2, catalogue=False)
    first, second = workbench.new_page(), workbench.new_page()
    for page in (first, second):
        page.goto(page_of(study))
    first.fill("[name=title]", "From the first tab")
    first.locator("summary", has_text="More texts").click()
    first.fill("[name=thanks]", "Thanks from the first tab")
    first.click("[name=_continue]")
    first.wait_for_selector("text=was changed successfully")
    second.fill("[name=title]", "From the second tab")
    second.click("[name=_continue]")
    expect(second.locator(".fr-conflict")).to_contain_text("From the first tab")
    assert second.input_value("[name=title]") == "From the second tab"
    assert second.input_value("[name=thanks]") == "Thanks from the first tab"
    study.refresh_from_db()
    assert study.title == "From the first tab"
    second.click("[name=_continue]")
    second.wait_for_selector("text=was changed successfully")
    study.refresh_from_db()
    assert (study.title, study.thanks) == ("From the second tab", "Thanks from the first tab")


def test_leaving_with_unsaved_changes_is_asked_about(workbench, ada):
    study = make_study(owner=ada, photos=2, catalogue=False)
    page = workbench.new_page()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.goto(page_of(study))
    page.locator("[name=title]").press_sequentially("!")
    page.evaluate("location.href = '/admin/'")
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert page.url.endswith(page_of(study))


def test_what_was_typed_when_the_session_ended_is_put_back(workbench, ada, client):
    study = make_study(owner=ada, photos=2, catalogue=False)
    page = workbench.new_page()
    page.goto(page_of(study))
    page.fill("[name=title]", "Typed for an hour")
    page.get_by_role("link", name="Add another Condition").click()
    page.select_option("[name=conditions-3-colorizer]", label="random")
    page.fill("[name=conditions-3-slug]", "fourth")
    client.logout()
    page.click("[name=_continue]")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill("engine-no-1")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Put it back").click()
    expect(page.get_by_text("It is not saved yet")).to_be_visible()
    assert page.input_value("[name=title]") == "Typed for an hour"
    assert page.input_value("[name=conditions-3-slug]") == "fourth"
    study.refresh_from_db()
    assert study.title == "Meadow colours"
    page.click("[name=_continue]")
    page.wait_for_selector("text=was changed successfully")
    study.refresh_from_db()
    assert (study.title, study.conditions.count()) == ("Typed for an hour", 4)
    # What was saved is offered by nobody.
    page.reload()
    expect(page.locator(".fr-panel").first).to_be_visible()
    expect(page.get_by_role("button", name="Put it back")).to_have_count(0)


def test_the_panel_follows_people_while_they_finish(workbench, ada):
    study = launched_study(owner=ada)
    page = workbench.new_page()
    page.goto(page_of(study))
    page.evaluate("document.querySelector('[data-study-panel]').dataset.pollMs = 300")
    head = page.locator(".fr-panel-head")
    expect(head).to_contain_text("0 of 10 people finished")
    person = participations.begin_participation(study=study, source=Source.PERSON)
    expect(head).to_contain_text("1 running")
    person.state, person.finished_at = ParticipationState.FINISHED, timezone.now() + timedelta(seconds=1)
    person.save()
    expect(head).to_contain_text("1 of 10 people finished")
    assert page.locator(".fr-panel progress").get_attribute("value") == "10"
    # A tab that nobody sees asks no more, until it is seen.
    page.evaluate(HIDE)
    page.wait_for_timeout(700)
    asked: list[str] = []
    page.on("request", lambda request: request.url.endswith("/progress/") and asked.append(request.url))
    page.wait_for_timeout(700)
    assert asked == []
    with page.expect_request("**/progress/"):
        page.evaluate(SHOW)
    # A colleague closes it: the page says so, and asks no more.
    lifecycle.close(study=study)
    page.wait_for_selector("[data-state=closed]")
    asked.clear()
    page.wait_for_timeout(5000)
    assert asked == []


def test_a_poll_of_a_live_study_takes_the_same_few_queries_at_any_size(
    client, ada, transactional_db, idle_queue, django_assert_max_num_queries
):
    study = launched_study(owner=ada)
    client.force_login(ada)
    address = reverse("admin:studies_study_progress", args=[study.pk])
    for _ in range(3):
        participations.begin_participation(study=study, source=Source.PERSON)
    with django_assert_max_num_queries(5):
        told = client.get(address).json()
    assert told["people"] == "0 of 10 people finished, 3 running"


def test_a_refused_field_in_a_folded_group_is_in_sight_and_its_link_leads_to_it(workbench, ada):
    study = make_study(owner=ada)
    page = workbench.new_page()
    page.goto(page_of(study))
    field = page.locator("[name=exclusion_rules__rt_min_ms]")
    page.evaluate("document.querySelectorAll('details').forEach((group) => { group.open = true; })")
    field.fill("-5")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.locator(".fr-refusals")).to_be_visible()
    expect(field).to_be_visible()
    page.locator(".fr-refusals a").first.click()
    expect(field).to_be_focused()
    expect(field).to_be_in_viewport()
