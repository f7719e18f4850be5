import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluation.models import Order, Population, Report
from evaluation.services import (
    makers,
    orders,
    report_files,
    reports,
)
from evaluation.views.report import address
from studies.models import Source
from tests.evaluation.cast import demanding_report, played_study
from tests.evaluation.report import said

pytestmark = pytest.mark.django_db


@pytest.fixture
def sky(ada):
    return played_study(ada)


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def page(study, population=None):
    return address(study, population) if population else reverse("evaluation:report", args=[study.slug])


def make(played, population=Population.PEOPLE):
    return reports.make_report(study=played.study, population=population)


def test_a_stranger_is_asked_to_log_in(client, sky):
    reply = client.get(page(sky.study))
    assert reply.status_code == 302
    assert reply.url.startswith(reverse("admin:login"))


def test_a_researcher_without_a_part_in_it_finds_nothing(client, sky, ben):
    report = make(sky)
    client.force_login(ben)
    for name in ("frozen-report", "report-json", "report-html", "report-pdf", "report-tex"):
        assert client.get(reverse(f"evaluation:{name}", args=["sky", report.code])).status_code == 404
    for name in ("chart-svg", "chart-png"):
        address_of = reverse(f"evaluation:{name}", args=["sky", report.code, "fool-rates"])
        assert client.get(address_of).status_code == 404
    for name in ("report", "trials-csv"):
        assert client.get(reverse(f"evaluation:{name}", args=["sky"])).status_code == 404
    assert client.post(reverse("evaluation:new-report", args=["sky"])).status_code == 404


def test_researchers_of_the_study_and_administrators_may_see_it(client, sky, ben, root):
    sky.study.researchers.add(ben)
    for user in (ben, root):
        client.force_login(user)
        assert client.get(page(sky.study)).status_code == 200


def test_the_code_of_another_studys_report_is_not_found(as_ada, sky, ada):
    other = make(played_study(ada, slug="sea"))
    assert as_ada.get(reverse("evaluation:frozen-report", args=["sky", other.code])).status_code == 404


@pytest.fixture
def ordered(as_ada, idle_queue):
    """Press the button; gives the page that follows and the order."""

    def press(played):
        url = reverse("evaluation:new-report", args=[played.study.slug]) + "?population=people"
        return as_ada.post(url, follow=True).content.decode(), Order.objects.first()

    return press


def test_without_a_report_there_is_a_button_that_orders_one_from_a_worker(as_ada, sky, ordered):
    sky.crowd(3, {"l2": 0.3})
    assert "Make the report" in as_ada.get(page(sky.study)).content.decode()
    html, order = ordered(sky)
    assert "Waiting for a worker" in html
    assert "Make the report" not in html
    orders.fulfil(order.pk, makers.MAKERS)
    html = as_ada.get(page(sky.study)).content.decode()
    assert "Participants took the recolouring for the real photo in" in html
    assert "Waiting for a worker" not in html
    assert Report.objects.get().created_by.username == "ada"


def test_the_panel_asks_how_far_the_order_is(as_ada, sky, ordered):
    _, order = ordered(sky)
    where = reverse("evaluation:order-progress", args=["sky", order.code])
    assert as_ada.get(where).json()["state"] == "queued"
    orders.fulfil(order.pk, makers.MAKERS)
    assert as_ada.get(where).json()["active"] is False


def test_an_order_can_be_cancelled_on_the_page(as_ada, sky, ordered):
    _, order = ordered(sky)
    reply = as_ada.post(reverse("evaluation:cancel-order", args=["sky", order.code]), follow=True)
    assert "Cancelled" in reply.content.decode()
    assert orders.fulfil(order.pk, makers.MAKERS) == orders.Outcome.SETTLED
    assert not Report.objects.exists()


def test_a_failed_order_says_so_until_it_is_dismissed_or_a_report_is_made(as_ada, sky, ordered):
    sky.crowd(2, {"l2": 0.3})
    _, order = ordered(sky)

    def dismiss() -> None:
        as_ada.post(reverse("evaluation:dismiss-order", args=["sky", order.code]))

    dismiss()
    assert Order.objects.exists(), "it is under way"
    Order.objects.update(state="failed", error="The disk is full.")
    html = as_ada.get(page(sky.study)).content.decode()
    assert "The disk is full." in html
    assert "Dismiss" in html
    dismiss()
    assert "The disk is full." not in as_ada.get(page(sky.study)).content.decode()
    _, order = ordered(sky)
    Order.objects.update(state="failed", error="The disk is full.")
    make(sky)
    assert "The disk is full." not in as_ada.get(page(sky.study)).content.decode()


def test_strangers_see_and_cancel_no_order(client, sky, ordered, ben):
    _, order = ordered(sky)
    client.force_login(ben)
    assert client.get(reverse("evaluation:order-progress", args=["sky", order.code])).status_code == 404
    for name in ("cancel-order", "dismiss-order"):
        assert client.post(reverse(f"evaluation:{name}", args=["sky", order.code])).status_code == 404


def test_a_report_is_made_by_post_only(as_ada, sky):
    assert as_ada.get(reverse("evaluation:new-report", args=["sky"])).status_code == 405


def test_newer_answers_are_announced_and_leave_the_numbers_alone(as_ada, sky):
    sky.crowd(3, {"l2": 0.3})
    make(sky)
    before = as_ada.get(page(sky.study)).content.decode()
    assert "since this report was made" not in before
    sky.participate(fooled={"l2": [True]})
    after = as_ada.get(page(sky.study)).content.decode()
    assert "1 answer has arrived since this report was made" in after
    headline = re.compile(r'class="headline">([^<]+)')
    assert headline.findall(before) == headline.findall(after)


def test_making_it_again_without_news_says_so(as_ada, sky, ordered):
    sky.crowd(2, {"l2": 0.3})
    make(sky)
    _, order = ordered(sky)
    orders.fulfil(order.pk, makers.MAKERS)
    assert "still the newest report" in as_ada.get(page(sky.study)).content.decode()
    assert Report.objects.count() == 1
    Order.objects.update(seen_at=timezone.now() - timedelta(hours=1))
    assert "still the newest report" not in as_ada.get(page(sky.study)).content.decode()


def test_people_are_shown_first_and_simulated_participants_only_where_there_are_no_people(as_ada, sky):
    sky.crowd(2, {"l2": 0.3}, source=Source.SIMULATED)
    make(sky, Population.SIMULATED)
    assert "Simulated participants took" in as_ada.get(page(sky.study)).content.decode()
    sky.crowd(2, {"l2": 0.3})
    assert "No report on people yet" in as_ada.get(page(sky.study)).content.decode()


def test_the_first_answer_of_a_person_leads_to_the_button_and_to_the_report_that_there_is(as_ada, sky):
    sky.crowd(2, {"l2": 0.3}, source=Source.SIMULATED)
    make(sky, Population.SIMULATED)
    sky.participate(fooled={"l2": [True]})
    html = as_ada.get(page(sky.study)).content.decode()
    assert "1 participation of people is there to report on" in html
    assert 'class="button">Make the report' in html
    assert (
        f'<a href="{page(sky.study, Population.SIMULATED)}">the report on simulated participants</a>' in html
    )


def test_where_nobody_has_answered_the_page_says_so_and_offers_the_report_without_pressing(as_ada, sky):
    html = as_ada.get(page(sky.study)).content.decode()
    assert "Nobody has answered yet" in html
    assert 'class="button quiet">Make the report' in html


def test_who_may_not_see_it_is_told_how_to_get_the_right_and_not_whether_there_is_a_study(client, sky, ben):
    client.force_login(ben)
    real, made_up = (client.get(f"/studies/{slug}/report/") for slug in ("sky", "no-such-study"))
    assert (real.status_code, made_up.status_code) == (404, 404)
    assert real.content == made_up.content
    text = real.content.decode()
    assert "You are logged in as ben" in text
    assert "ask its owner to add you" in text
    client.logout()
    assert "logged in" not in client.get("/s/no-such-study/").content.decode()


@pytest.mark.parametrize("population", [Population.SIMULATED, Population.POOLED])
def test_what_is_not_people_alone_is_labelled_on_the_page_and_on_the_chart(as_ada, sky, population):
    sky.crowd(2, {"l2": 0.3}, source=Source.SIMULATED)
    sky.crowd(2, {"l2": 0.3})
    report = make(sky, population)
    for address_of in (
        page(sky.study, population),
        reverse("evaluation:chart-svg", args=["sky", report.code, "fool-rates"]),
        reverse("evaluation:report-html", args=["sky", report.code]),
    ):
        assert "– not people" in as_ada.get(address_of).content.decode()


def test_people_carry_no_such_label(as_ada, sky):
    sky.crowd(2, {"l2": 0.3})
    make(sky)
    assert "not people" not in as_ada.get(page(sky.study)).content.decode()


def test_an_unknown_population_is_not_found(as_ada, sky):
    assert as_ada.get(page(sky.study) + "?population=robots").status_code == 404


def test_the_page_keeps_to_the_strict_policy(as_ada, sky):
    sky.crowd(3, {"l2": 0.3}, vigilance=[True])
    make(sky)
    html = as_ada.get(page(sky.study)).content.decode()
    assert " style=" not in html
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]*src=)", html)


def test_every_term_leads_to_its_definition(as_ada, sky):
    sky.crowd(3, {"l2": 0.3})
    make(sky)
    html = as_ada.get(page(sky.study)).content.decode()
    targets = set(re.findall(r'href="#([\w-]+)"', html))
    assert len(targets) > 12
    assert targets <= set(re.findall(r'id="([\w-]+)"', html))


def test_every_column_of_numbers_leads_to_a_definition_at_its_head_and_in_each_cell_on_a_phone(as_ada, ada):
    report = demanding_report(ada, dict(zip("abcd", ("One", "Two", "Three", "Four"), strict=True)))
    place = reverse("evaluation:frozen-report", args=["demanding", report.code])
    for html in (as_ada.get(place).content.decode(), report_files.html(report)):
        tables = re.findall(r"<table class=[^>]*>\s*<caption.*?</table>", html, re.DOTALL)
        assert len(tables) >= 9
        for table in tables:
            heads = re.findall(r'<th scope="col" class="number">(.*?)</th>', table, re.DOTALL)
            assert heads
            assert [head for head in heads if 'href="#def-' not in head] == []
            if "stacked" in table:
                cells = re.findall(r'<td class="number[^>]*>(.*?)</td>', table, re.DOTALL)
                assert [cell for cell in cells if 'class="label" href="#def-' not in cell] == []
        assert set(re.findall(r'href="#([\w-]+)"', html)) <= set(re.findall(r'id="([\w-]+)"', html))


def test_hostile_titles_are_shown_as_text(as_ada, ada):
    nasty = played_study(ada, slug="nasty", arms=("l2",))
    type(nasty.study).objects.filter(pk=nasty.study.pk).update(title="<script>alert(1)</script>")
    type(nasty.conditions[0]).objects.filter(pk=nasty.conditions[0].pk).update(title="$x^2$ <b> & “q”")
    nasty.study.refresh_from_db()
    nasty.crowd(2, {"l2": 0.3})
    report = make(nasty)
    assert "<script>alert" not in as_ada.get(page(nasty.study)).content.decode()
    assert (
        "<script>alert"
        not in as_ada.get(reverse("evaluation:report-html", args=["nasty", report.code])).content.decode()
    )
    svg = as_ada.get(
        reverse("evaluation:chart-svg", args=["nasty", report.code, "fool-rates"])
    ).content.decode()
    assert "$x^2$ &lt;b&gt; &amp; “q”" in svg


# --- degenerate data -------------------------------------------------------------------------


def shown(as_ada, played):
    make(played)
    return as_ada.get(page(played.study, Population.PEOPLE)).content.decode()


def test_no_answers(as_ada, sky):
    assert "No test trial has been answered yet" in shown(as_ada, sky)


def test_only_practice(as_ada, sky):
    sky.participate(practice=3)
    assert "No test trial has been answered yet" in shown(as_ada, sky)


def test_one_participant_is_told_why_there_is_no_interval(as_ada, sky):
    sky.participate(fooled={"l2": [True, False, False]})
    html = shown(as_ada, sky)
    assert "There is no interval: all 3 answers come from one participant" in html
    assert "exact, this participant only" in html


def test_one_photo(as_ada, sky):
    for outcome in (True, False, True):
        sky.participate(fooled={"l2": [outcome]})
    assert "There is no interval: all 3 answers come from one photo" in shown(as_ada, sky)


@pytest.mark.parametrize(("outcome", "rate"), [(True, "100.0"), (False, "0.0")])
def test_everybody_and_nobody(as_ada, sky, outcome, rate):
    for _ in range(3):
        sky.participate(fooled={"l2": [outcome] * 4})
    assert f"{rate}\N{NO-BREAK SPACE}% [" in shown(as_ada, sky)


def test_one_condition_without_answers_stands_beside_the_others(as_ada, sky):
    sky.crowd(3, {"l2": 0.3})
    html = shown(as_ada, sky)
    assert "Classes" in html
    assert "no answers" in html


@pytest.mark.parametrize("others", [{}, {"classes": 0.4}])
def test_a_condition_of_which_every_trial_was_voided_keeps_its_column(as_ada, sky, others):
    sky.participate(fooled={"l2": [True, False]}, voided={1: ["page hidden"], 2: ["page hidden"]})
    if others:
        sky.crowd(3, others)
    assert "voided trials counted as well" in shown(as_ada, sky)
    report = reports.newest_report(sky.study, Population.PEOPLE)
    titles = [heading.title for heading in said.tables(report)["changes"].columns[3:]]
    assert titles == (["L2", "Classes"] if others else ["L2"])
    assert report_files.pdf(report)
