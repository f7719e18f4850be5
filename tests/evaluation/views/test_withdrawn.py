"""What a report says of people who withdrew after it was made."""

import pytest
from django.urls import reverse

from evaluation.models import Population
from evaluation.services import (
    reports,
)
from studies.models import Source
from studies.services.withdrawal import withdraw
from tests.evaluation.cast import played_study

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def sky(ada):
    played = played_study(ada)
    played.crowd(4, {"l2": 0.3})
    withdraw(played.study.participations.last())
    return played


@pytest.fixture
def report(sky):
    return reports.make_report(study=sky.study, population=Population.PEOPLE)


@pytest.fixture
def pages(client, ada, report):
    """The newest report's page and the one to cite, as one line of text each."""
    client.force_login(ada)
    addresses = (
        reverse("evaluation:report", args=["sky"]),
        reverse("evaluation:frozen-report", args=["sky", report.code]),
    )
    return lambda: [" ".join(client.get(address).content.decode().split()) for address in addresses]


def test_who_withdrew_before_is_not_in_it_and_not_announced(report, pages):
    assert reports.withdrawn_since(report) == 0
    assert all("withdrawn since this report" not in page for page in pages())


def test_both_pages_say_how_many_have_withdrawn_since(sky, pages):
    withdraw(sky.study.participations.first())
    assert all("One participation has been withdrawn since this report was made." in page for page in pages())
    withdraw(sky.study.participations.exclude(state="withdrawn").first())
    assert all("2 participations have been withdrawn since this report was made." in page for page in pages())


def test_the_page_to_cite_leads_to_the_newest_report(sky, pages):
    withdraw(sky.study.participations.first())
    assert '<a href="/studies/sky/report/?population=people">the newest report</a>' in pages()[1]


def test_who_came_later_or_belongs_to_another_population_was_never_in_it(sky, report):
    withdraw(sky.crowd(1, {"l2": 0.3})[0])
    withdraw(sky.crowd(1, {"l2": 0.3}, source=Source.SIMULATED)[0])
    assert reports.withdrawn_since(report) == 0
