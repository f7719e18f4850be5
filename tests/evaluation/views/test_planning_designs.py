"""The planner's page and command for every design that has one."""

import dataclasses
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from evaluation.designs._asked import items
from evaluation.services.study_plans import planned, planning_of
from studies import designs
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SMALL = {"practice_trials": 2, "test_trials": 6, "blocks": 2, "trials_per_block": 6, "pictures": 2}


@pytest.fixture(params=planned())
def design(request):
    return request.param


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def page(client, design, **asked):
    reply = client.get(reverse("evaluation:plan"), {"design": design, **asked})
    assert reply.status_code == 200
    return reply.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def said(*arguments):
    out = StringIO()
    call_command("plan_study", *arguments, stdout=out)
    return " ".join(out.getvalue().split())


def texts(html):
    """What is between the tags, spaces made one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_every_design_that_a_study_may_have_is_planned():
    assert planned() == designs.offered()


def test_the_command_says_what_the_page_says(as_ada, design):
    html, lines = page(as_ada, design, participants="90"), said("--design", design, "--participants", "90")
    (headline,) = re.findall(r'<p class="headline">(.*?)</p>', html)
    assert headline in lines
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", html, re.DOTALL)[1:]:
        for value in re.findall(r'<span class="value">(.*?)</span>', row):
            assert value in lines
    which = "" if design == "pair" else f" --design {design}"
    assert f"plan_study{which} --participants 90" in html


def test_a_wrong_number_gives_a_sentence_at_its_field(as_ada, design):
    html = page(as_ada, design, participants="1", power="3")
    assert re.search(r'id="id_participants_error">Participants: a number from 2 to', html)
    assert re.search(r'id="id_power_error">Power wanted: a number from 50 to 99 %', html)
    assert 'id="definitions"' not in html
    with pytest.raises(CommandError, match="--participants: Participants: a number from 2 to"):
        said("--design", design, "--participants", "1")


def test_an_option_of_another_design_is_refused(design):
    other = {item.name for name in planned() for item in items(planning_of(name).Question)}
    own = {item.name for item in items(planning_of(design).Question)}
    for name in sorted(other - own):
        option = f"--{name.replace('_', '-')}"
        with pytest.raises(CommandError, match=f"{option}: the planner of {design} does not ask for this"):
            said("--design", design, option, "1")


def test_attention_is_that_of_the_design(as_ada, design):
    assert "vigilance trials must be right" in page(as_ada, design)


def test_a_draft_of_the_design_fills_the_form(as_ada, ada, design):
    known = {item.name for item in dataclasses.fields(designs.get(design).Settings)}
    settings = {name: value for name, value in SMALL.items() if name in known}
    study = builders.make_study("sky", owner=ada, design=design, design_settings=settings)
    study.planned_participants = 33
    study.save()
    html = as_ada.get(reverse("evaluation:plan-study", args=["sky"])).content.decode()
    assert re.search(r'name="participants" value="33"', html)
    assert re.search(r'name="conditions" value="2"', html)
    for name in settings.keys() & {"blocks", "trials_per_block", "pictures"}:
        assert re.search(rf'name="{name}" value="{SMALL[name]}"', html)
    assert "33 participants on" in texts(html).replace("\N{NO-BREAK SPACE}", " ")
    assert "33 participants on" in said("sky")


def test_tabs_lead_from_design_to_design(as_ada, design):
    html = page(as_ada, design)
    linked = re.findall(r'<a href="\?design=(\w+)"', html)
    assert set(linked) - {design} == set(planned()) - {design}
    assert f'<a href="?design={design}" aria-current="page">{designs.get(design).title}</a>' in html
