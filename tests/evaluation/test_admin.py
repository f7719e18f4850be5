import pytest
from django.urls import reverse

from evaluation import services
from evaluation.models import Exclusion, Population
from tests.evaluation.cast import played_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def sky(ada):
    return played_study(ada)


@pytest.fixture
def as_root(client, root):
    client.force_login(root)
    return client


def state(client, played, person, **more):
    data = {
        "study": played.study.pk, "participant_id": str(person.participant.code), "trial_index": "",
        "rule": "took it twice", "reason": "Wrote so.", **more,
    }  # fmt: skip
    return client.post(reverse("admin:evaluation_exclusion_add"), data)


def test_a_participation_is_excluded_by_the_code_in_the_csv(as_root, sky, root):
    person = sky.participate(fooled={"l2": [True] * 3})
    assert state(as_root, sky, person).status_code == 302
    exclusion = Exclusion.objects.get()
    assert (exclusion.participation, exclusion.trial, exclusion.created_by) == (person, None, root)


def test_a_single_trial_is_excluded_by_its_index(as_root, sky):
    person = sky.participate(fooled={"l2": [True] * 3})
    assert state(as_root, sky, person, trial_index="2").status_code == 302
    assert Exclusion.objects.get().trial.number == 3
    report = services.make_report(study=sky.study, population=Population.PEOPLE)
    assert report.results["analysis"]["models"]["l2"]["n"] == 2


def test_an_unknown_participant_or_trial_is_refused_in_words(as_root, sky, ada):
    person = sky.participate(fooled={"l2": [True]})
    elsewhere = played_study(ada, slug="sea")
    assert "Nobody with this code" in state(as_root, elsewhere, person).content.decode()
    assert "no trial with this index" in state(as_root, sky, person, trial_index="9").content.decode()
    assert not Exclusion.objects.exists()


def test_a_statement_cannot_be_reworded(as_root, sky):
    person = sky.participate(fooled={"l2": [True]})
    state(as_root, sky, person)
    address = reverse("admin:evaluation_exclusion_change", args=[Exclusion.objects.get().pk])
    assert as_root.get(address).status_code == 200
    assert as_root.post(address, {"rule": "other"}).status_code == 403


def test_scores_and_reports_can_only_be_looked_at(as_root, sky):
    report = services.make_report(study=sky.study, population=Population.PEOPLE)
    for name in ("score", "report"):
        assert as_root.get(reverse(f"admin:evaluation_{name}_changelist")).status_code == 200
        assert as_root.get(reverse(f"admin:evaluation_{name}_add")).status_code == 403
    page = as_root.get(reverse("admin:evaluation_report_change", args=[report.pk])).content.decode()
    assert reverse("evaluation:frozen-report", args=["sky", report.code]) in page
