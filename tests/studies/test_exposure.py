import pytest

from studies.exposure import exposure_faults

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
