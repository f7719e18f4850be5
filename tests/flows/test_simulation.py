"""Simulated participants take a whole study through its real addresses."""

import io
from collections import Counter

import httpx
import pytest
from django.core.management import CommandError, call_command

from studies.models import Participation, Response, Trial
from studies.services.exports import trial_rows
from tests.builders import launched_study

RATES = ("--fool-rate", "sepia=0.226", "--fool-rate", "luminance_table=0.301")


def run(*arguments):
    out = io.StringIO()
    call_command("simulate_study", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def study(transactional_db, idle_queue):
    return launched_study()


def test_they_finish_and_are_labelled(study):
    words = run(study.slug, "--participants", "3", "--seed", "5", *RATES)
    assert "3 simulated participations finished" in words
    for participation in Participation.objects.all():
        assert (participation.source, participation.state) == ("simulated", "finished")
        assert participation.completion_code
        assert participation.simulation["seed"] == 5
        assert participation.simulation["effects"]["fool_rates"]["sepia"] == 0.226
        assert participation.device[0]["simulated"] is True
    assert Response.objects.count() == Trial.objects.count() == 3 * 12
    assert list(trial_rows(study, "people")) == []
    assert len(list(trial_rows(study, "simulated"))) == 36


def test_a_rate_of_the_vigilance_condition_is_refused_with_what_to_say_instead(study):
    with pytest.raises(CommandError, match="vigilance condition: it has no fool rate"):
        run(study.slug, "--participants", "1", *RATES, "--fool-rate", "random=0.1")


def test_the_same_seed_answers_the_same_and_goes_on_with_new_persons(study):
    run(study.slug, "--participants", "1", "--seed", "5", *RATES)
    run(study.slug, "--participants", "1", "--seed", "5", *RATES)
    assert {part.simulation["number"] for part in Participation.objects.all()} == {0, 1}


def test_an_earlier_seed_leaves_no_mark_on_another(study):
    run(study.slug, "--participants", "1", "--seed", "5", *RATES)
    run(study.slug, "--participants", "1", "--seed", "6", *RATES)
    assert {part.simulation["number"] for part in Participation.objects.all()} == {0}


def test_many_at_once_get_balanced_cells(study):
    run(study.slug, "--participants", "12", "--workers", "6", *RATES)
    cells = Counter(
        Trial.objects.filter(kind="test").order_by().values_list("photo__name", "condition__slug")
    )
    assert max(cells.values()) - min(cells.values()) <= 2
    shares = Counter(Trial.objects.filter(kind="test").values_list("condition__slug", flat=True))
    assert set(shares.values()) == {48}


def test_those_who_leave_early_leave_unanswered_rows(study):
    run(study.slug, "--participants", "6", "--dropout", "0.9", "--no-pictures", *RATES)
    assert Participation.objects.filter(state="started").exists()
    rows = list(trial_rows(study, "simulated"))
    assert len(rows) == 72
    assert any(row["chosen_side"] is None for row in rows)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("no-such", "--participants", "1"), "no study 'no-such'; there are: meadow-study"),
        (("meadow-study", "--participants", "1"), "Fool rates are needed for"),
        (("meadow-study", "--participants", "1", "--fool-rate", "grey=0.2"), "No condition is called 'grey'"),
        (("meadow-study", "--participants", "1", *RATES, "--fool-rate", "sepia=0.3"), "Two fool rates"),
        (("meadow-study", "--participants", "0", *RATES), "must be 1 or more"),
        (("meadow-study", "--participants", "1", "--fool-rate", "sepia"), "must be like"),
        (("meadow-study", "--participants", "1", "--lapse-rate", "0.9", *RATES), "only rates between"),
    ],
)
def test_what_cannot_be_simulated_is_refused_in_words(study, arguments, words):
    with pytest.raises(CommandError, match=words):
        run(*arguments)


def test_no_participant_can_pass_as_simulated(study, live_server):
    with httpx.Client(base_url=live_server.url) as client:
        client.get(f"/s/{study.slug}/")
        form = {"csrfmiddlewaretoken": client.cookies["csrftoken"], "consent": "on", "simulation": "yes"}
        reply = client.post(f"/s/{study.slug}/begin/", data=form)
    assert reply.status_code == 400
    assert not Participation.objects.exists()
