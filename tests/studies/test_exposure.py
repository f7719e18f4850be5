import pytest

from studies.rules.exposure import exposure_faults, kind_of_fault
from studies.rules.voiding import VoidingRules

HZ60 = 1000 / 60


def frame(error=0.0, *, clock="now", planned=1000):
    times = {"onset_stamp": 100.0, "onset_now": 100.2}
    times |= {"offset_stamp": 100.0 + planned, "offset_now": 100.2 + planned}
    times[f"offset_{clock}"] += error
    return {"index": 1, "planned_ms": planned, "dropped": 0} | times


@pytest.mark.parametrize("error", [0, 2, -2, HZ60, -HZ60])
@pytest.mark.parametrize("clock", ["now", "stamp"])
def test_up_to_one_frame_is_as_planned(error, clock):
    assert exposure_faults([frame(error, clock=clock)], [], HZ60) == []


@pytest.mark.parametrize("error", [2 * HZ60, -2 * HZ60, 58, 400])
@pytest.mark.parametrize("clock", ["now", "stamp"])
def test_more_than_one_frame_by_either_clock_is_a_fault(error, clock):
    (fault,) = exposure_faults([frame(error, clock=clock)], [], HZ60)
    assert "frame 1" in fault


def test_fifty_ms_are_a_fault_on_the_slowest_screen():
    assert exposure_faults([frame(60)], [], 50.0)


def test_a_plan_between_two_refreshes_is_held_to_what_the_screen_can_do():
    assert exposure_faults([frame(planned=2 * HZ60) | {"planned_ms": 30}], [], HZ60) == []


def test_a_time_that_is_missing_is_a_fault():
    assert exposure_faults([frame() | {"offset_now": None}], [], HZ60) == ["frame 1: not measured"]


def test_a_frame_that_stays_until_the_answer_has_no_plan_to_miss():
    assert exposure_faults([frame() | {"planned_ms": None, "offset_now": None}], [], HZ60) == []


def test_a_hidden_page_and_lost_focus_are_faults():
    events = [
        {"type": "visibility", "value": "hidden", "at": 1.0},
        {"type": "visibility", "value": "visible", "at": 2.0},
        {"type": "focus", "value": "lost", "at": 3.0},
        {"type": "resize", "value": "800x600", "at": 4.0},
    ]
    assert exposure_faults([frame()], events, HZ60) == ["page hidden", "focus lost"]


def test_dropped_frames_that_changed_no_exposure_spoil_nothing():
    assert exposure_faults([frame() | {"dropped": 7}], [], HZ60) == []


def test_focus_lost_while_the_answer_is_awaited_spoils_nothing():
    lost = [{"type": "focus", "value": "lost", "at": 1100.3}]
    assert exposure_faults([frame()], lost, HZ60) == []
    assert exposure_faults([frame()], [lost[0] | {"at": 1100.1}], HZ60) == ["focus lost"]


def test_an_answer_is_awaited_from_the_onset_of_a_picture_that_stays():
    staying = frame() | {"index": 2, "planned_ms": None, "onset_now": 2000.0, "offset_now": 9000.0}
    assert exposure_faults([frame(), staying], [{"type": "focus", "value": "lost", "at": 2000.1}], HZ60) == []
    earlier = [{"type": "focus", "value": "lost", "at": 1999.0}]
    assert exposure_faults([frame(), staying], earlier, HZ60) == ["focus lost"]


def test_a_page_out_of_sight_spoils_at_any_time():
    hidden = [{"type": "visibility", "value": "hidden", "at": 5000.0}] * 2
    assert exposure_faults([frame()], hidden, HZ60) == ["page hidden"]


def test_the_rules_say_what_spoils():
    events = [
        {"type": "visibility", "value": "hidden", "at": 1.0},
        {"type": "focus", "value": "lost", "at": 3.0},
    ]
    assert exposure_faults([frame()], events, HZ60, VoidingRules(hidden=False, focus=False)) == []
    assert exposure_faults([frame(2 * HZ60)], [], HZ60, VoidingRules(frames_off=2)) == []
    assert exposure_faults([frame(HZ60)], [], HZ60, VoidingRules(frames_off=0))
    assert exposure_faults([frame(12)], [], HZ60, VoidingRules(tolerance_ms=10))


def test_faults_have_a_kind_to_be_counted_by():
    faults = ["frame 3: +33.3 ms", "frame 1: not measured", "page hidden", "focus lost"]
    assert [kind_of_fault(fault) for fault in faults] == [
        "exposure off", "not measured", "page hidden", "focus lost",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("shown_before", "faults"), [(None, []), (0, []), (1, ["shown before"]), (3, ["shown before"])]
)
def test_pictures_that_had_begun_to_be_shown_before_a_reload_are_a_fault(shown_before, faults):
    assert exposure_faults([frame()], [], HZ60, shown_before=shown_before) == faults


def test_a_study_may_let_a_second_showing_count():
    assert exposure_faults([frame()], [], HZ60, VoidingRules(shown_before=False), shown_before=1) == []
