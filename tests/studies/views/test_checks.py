"""The checks between consent and instructions: display and plates."""

import io
import json
import re

import pytest
from PIL import Image

from studies.models import ParticipationState, Study
from studies.services import lifecycle, screening
from studies.services.participations import begin_participation
from tests.builders import launched_study

REQUIRED = {"colour_vision": "require", "plates": 6, "plates_to_pass": 5, "display": "off"}


@pytest.fixture
def begun(db, idle_queue):
    """Begin a participation in a study with these checks."""

    def begin(**checks):
        return begin_participation(study=launched_study(screening=checks), source="person")

    return begin


def url(participation, path=""):
    return f"/p/{participation.code}/{path}"


def read(client, participation, *, right=True):
    """Answer the plate that waits, as somebody who reads it or not."""
    number, plate = screening.current_plate(participation)
    answer = plate.digit if right else "none"
    reply = client.post(url(participation, f"plate/{number}/"), {"answer": answer})
    participation.refresh_from_db()
    return reply


def shown(client, participation, **facts):
    facts = {"fits": True, "touch_only": False, "gamut": "p3", "viewport": [1440, 789]} | facts
    reply = client.post(url(participation, "display/"), {"facts": json.dumps(facts), "step": "go"})
    participation.refresh_from_db()
    return reply


# --- plates ----------------------------------------------------------------------------------


def test_who_reads_the_plates_goes_on_to_the_trials(client, begun):
    participation = begun(**REQUIRED)
    assert not participation.trials.exists()
    for _ in range(7):
        read(client, participation)
    assert client.get(url(participation)).status_code == 302
    assert 'id="runner"' in client.get(url(participation)).content.decode()
    participation.refresh_from_db()
    assert participation.state == ParticipationState.STARTED
    assert participation.trials.count() == 12
    found = participation.screening["colour_vision"]
    assert (found["shown"], found["right"], found["passed"], found["control_read"]) == (6, 6, True, True)
    assert len(participation.screening["plates"]) == 7


def test_who_does_not_is_screened_out_kindly(client, begun):
    participation = begun(**REQUIRED)
    for number in range(7):
        read(client, participation, right=number < 5)
    assert participation.state == ParticipationState.SCREENED_OUT
    assert participation.screening["reason"] == "colour_vision"
    page = client.get(url(participation)).content.decode()
    assert "no diagnosis" in page
    assert not participation.trials.exists()
    assert client.get(url(participation, "state/")).status_code == 409


def test_a_study_that_only_records_lets_everybody_go_on(client, begun):
    participation = begun(**REQUIRED | {"colour_vision": "record"})
    for _ in range(7):
        read(client, participation, right=False)
    client.get(url(participation))
    participation.refresh_from_db()
    assert participation.state == ParticipationState.STARTED
    assert participation.screening["colour_vision"]["passed"] is False


def test_there_is_no_second_go_at_a_plate(client, begun):
    participation = begun(**REQUIRED)
    plate = screening.current_plate(participation)[1]
    client.post(url(participation, "plate/1/"), {"answer": "none"})
    client.post(url(participation, "plate/1/"), {"answer": plate.digit})
    participation.refresh_from_db()
    assert [entry["answer"] for entry in participation.screening["plates"]] == ["none"]


def test_nobody_answers_a_plate_that_is_yet_to_come(client, begun):
    participation = begun(**REQUIRED)
    client.post(url(participation, "plate/3/"), {"answer": "5"})
    participation.refresh_from_db()
    assert participation.screening == {}


def test_a_reload_shows_the_same_plate_again(client, begun):
    participation = begun(**REQUIRED)
    read(client, participation)
    pages = [client.get(url(participation)).content.decode() for _ in range(2)]
    assert all("picture 2 of 7" in page for page in pages)
    sources = [re.search(r'src="(/p/[^"]+/plates/[^"]+)"', page)[1] for page in pages]
    assert sources[0] == sources[1]


@pytest.mark.parametrize("answer", ["", "42", "x" * 500, "\x00"])
def test_what_is_no_answer_changes_nothing(client, begun, answer):
    participation = begun(**REQUIRED)
    assert client.post(url(participation, "plate/1/"), {"answer": answer}).status_code == 302
    participation.refresh_from_db()
    assert participation.screening == {}


def test_a_plate_is_a_picture_that_says_nothing_of_its_digit(client, begun):
    participation = begun(**REQUIRED)
    page = client.get(url(participation)).content.decode()
    source = re.search(r'src="(/p/[^"]+/plates/[^"]+)"', page)[1]
    reply = client.get(source)
    assert Image.open(io.BytesIO(reply.content)).size == (480, 480)
    assert reply["Cache-Control"] == "private, no-store, no-transform"
    assert "control" not in page
    assert "axis" not in page


def test_only_the_plate_that_waits_is_served_and_only_to_its_participation(client, begun):
    participation = begun(**REQUIRED)
    first, second = (screening.plate_token(participation, number) for number in (1, 2))
    assert client.get(url(participation, f"plates/{second}/")).status_code == 404
    read(client, participation)
    assert client.get(url(participation, f"plates/{first}/")).status_code == 404
    other = begin_participation(study=participation.study, source="person")
    assert client.get(url(other, f"plates/{second}/")).status_code == 404
    assert client.get(url(participation, f"plates/{second}/")).status_code == 200


# --- display ---------------------------------------------------------------------------------


def test_the_display_comes_before_the_plates_and_is_kept(client, begun):
    participation = begun(**REQUIRED | {"display": "record"})
    assert "Your screen" in client.get(url(participation)).content.decode()
    shown(client, participation)
    found = participation.screening["display"]
    assert (found["fits"], found["measured"], found["facts"]["gamut"]) == (True, True, "p3")
    assert "Which digit" in client.get(url(participation)).content.decode()


@pytest.mark.parametrize(
    ("design", "slots", "prompt"),
    [
        ("pair", ["left", "right"], "Which picture had the fake colours?"),
        ("single", ["centre"], "Are the colours of this picture real or fake?"),
        ("rank", ["1", "2", "3", "4", "5", "6"], "Which picture looks most natural?"),
    ],
)
def test_the_display_check_asks_for_the_room_of_the_trials_that_come(client, begun, design, slots, prompt):
    participation = begun(display="record")
    settings = {"pictures": 6} if design == "rank" else {}
    Study.objects.update(design=design, design_settings=settings)
    page = client.get(url(participation)).content.decode()
    trial = json.loads(re.search(r'id="example-trial"[^>]*>(.*?)</script>', page)[1])
    assert (trial["slots"], trial["prompt"]) == (slots, prompt)


def test_a_window_that_is_too_small_can_be_enlarged(client, begun):
    participation = begun(colour_vision="off", display="require")
    assert shown(client, participation, fits=False).status_code == 422
    assert participation.screening == {}
    assert shown(client, participation).status_code == 302
    client.get(url(participation))
    participation.refresh_from_db()
    assert participation.state == ParticipationState.STARTED


def test_who_cannot_enlarge_it_is_screened_out(client, begun):
    participation = begun(colour_vision="off", display="require")
    facts = json.dumps({"fits": False, "touch_only": False})
    client.post(url(participation, "display/"), {"facts": facts, "step": "leave"})
    participation.refresh_from_db()
    assert participation.state == ParticipationState.SCREENED_OUT
    assert "larger window" in client.get(url(participation)).content.decode()


def test_nobody_is_sent_away_whose_window_is_large_enough(client, begun):
    participation = begun(colour_vision="off", display="require")
    facts = json.dumps({"fits": True, "touch_only": False})
    client.post(url(participation, "display/"), {"facts": facts, "step": "leave"})
    participation.refresh_from_db()
    assert participation.state == ParticipationState.SCREENING


def test_a_phone_is_asked_to_hand_over_to_a_computer(client, begun):
    participation = begun(colour_vision="off", display="off", touch="refused")
    assert shown(client, participation, touch_only=True).status_code == 422
    assert participation.state == ParticipationState.SCREENING
    assert shown(client, participation).status_code == 302


def test_without_scripts_a_study_that_only_records_goes_on(client, begun):
    participation = begun(colour_vision="off", display="record")
    assert client.post(url(participation, "display/"), {"facts": "", "step": "go"}).status_code == 302
    participation.refresh_from_db()
    assert participation.screening["display"]["measured"] is False


@pytest.mark.parametrize("facts", ["{", "[]", '{"fits": 1, "touch_only": false}', '{"a": {"b": {"c": 1}}}'])
def test_hostile_facts_are_no_facts(client, begun, facts):
    participation = begun(colour_vision="off", display="require")
    reply = client.post(url(participation, "display/"), {"facts": facts, "step": "go"})
    assert reply.status_code == 422
    participation.refresh_from_db()
    assert participation.screening == {}


# --- who comes through -----------------------------------------------------------------------


def test_a_study_that_was_closed_meanwhile_says_so_and_keeps_the_answers(client, begun):
    participation = begun(**REQUIRED | {"plates": 1, "plates_to_pass": 1})
    for _ in range(2):
        read(client, participation)
    lifecycle.pause(study=participation.study)
    assert client.get(url(participation)).status_code == 409
    lifecycle.reopen(study=participation.study)
    client.get(url(participation))
    participation.refresh_from_db()
    assert participation.state == ParticipationState.STARTED


def test_simulated_participants_pass_no_checks(begun):
    study = begun(**REQUIRED).study
    assert begin_participation(study=study, source="simulated").state == ParticipationState.STARTED


def test_after_the_checks_nothing_of_them_can_be_changed(client, begun):
    participation = begun(**REQUIRED | {"plates": 1, "plates_to_pass": 1})
    for _ in range(2):
        read(client, participation)
    client.get(url(participation))
    participation.refresh_from_db()
    kept = participation.screening
    client.post(url(participation, "plate/3/"), {"answer": "5"})
    shown(client, participation, fits=False)
    assert participation.screening == kept
