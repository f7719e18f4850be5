import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studies.rules.payloads import MAX_EVENTS, BadPayload, parse_answer, parse_device

OFFERED = ("left", "right")
FRAME = {
    "index": 1, "planned_ms": 1000, "onset_stamp": 5012.1, "onset_now": 5012.3,
    "offset_stamp": 6012.2, "offset_now": 6012.5, "dropped": 0,
}  # fmt: skip


def payload(**changes):
    whole = {
        "answer": "left",
        "rt_ms": 812.4,
        "input": "keyboard",
        "frames": [FRAME],
        "refresh_ms": 16.667,
        "layout": "row",
        "events": [{"type": "visibility", "value": "hidden", "at": 5100.0}],
        "runner": "1.0.0",
    }
    return json.dumps(whole | changes).encode()


def parse(body):
    return parse_answer(body, offered=OFFERED)


def test_an_answer_as_agreed_is_read():
    answer = parse(payload())
    assert (answer.answer, answer.rt_ms, answer.input) == ("left", 812.4, "keyboard")
    assert answer.frames == [FRAME]
    assert answer.events == [{"type": "visibility", "value": "hidden", "at": 5100.0}]


def test_a_missing_answer_has_no_time():
    answer = parse(payload(answer=None, rt_ms=None, input=None))
    assert (answer.answer, answer.rt_ms) == ("", None)


def test_what_was_answered_before_is_not_offered_again_where_another_one_is_asked_for():
    offered, questions = ("1", "2"), {"worst": ("1", "2")}
    worst = payload(answer="1", more=[{"name": "worst", "answer": "2", "rt_ms": 300}])
    assert parse_answer(worst, offered=offered, questions=questions, distinct=["worst"]).more == [
        {"name": "worst", "answer": "2", "rt_ms": 300}
    ]
    same = payload(answer="1", more=[{"name": "worst", "answer": "1", "rt_ms": 300}])
    assert parse_answer(same, offered=offered, questions=questions).more[0]["answer"] == "1"
    with pytest.raises(BadPayload, match="The answer to worst must be one of 2, not '1'"):
        parse_answer(same, offered=offered, questions=questions, distinct=["worst"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"more": {}}, "more must be a list"),
        ({"answer": "maybe"}, "answer must be one of left, right"),
        ({"answer": ["left"]}, "answer must be one of"),
        ({"answer": {}}, "answer must be one of"),
        ({"answer": None}, "rt_ms"),
        ({"rt_ms": None}, "rt_ms"),
        ({"rt_ms": -1}, "rt_ms must be between"),
        ({"rt_ms": "812"}, "rt_ms must be a number"),
        ({"rt_ms": True}, "rt_ms must be a number"),
        ({"rt_ms": 10**400}, "rt_ms must be between"),
        ({"input": "mind"}, "input must be one of"),
        ({"frames": {}}, "frames must be a list"),
        ({"frames": [1]}, "Each of frames"),
        ({"frames": [FRAME] * 101}, "frames may hold 100"),
        ({"frames": [FRAME | {"index": 1.5}]}, "index must be a whole"),
        ({"frames": [FRAME | {"index": None}]}, "index must be a number"),
        ({"frames": [FRAME | {"onset_now": "soon"}]}, "onset_now"),
        ({"events": [{"type": "earthquake", "at": 1}]}, "type must be one of"),
        ({"events": [{"type": "focus", "value": [[1]], "at": 1}]}, "value must be"),
        ({"layout": "x" * 21}, "layout must be one of row, column"),
        ({"runner": "a\x00b"}, "no text holds"),
        ({"runner": "\ud800"}, "no text holds"),
    ],
)
def test_one_spoiled_field_is_refused_in_words(changes, words):
    with pytest.raises(BadPayload, match=words):
        parse(payload(**changes))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"left"',
        b"\xff\xfe",
        b'{"answer": "left", "rt_ms": NaN}',
        b'{"answer": "left", "rt_ms": Infinity}',
        b'{"answer": "left", "rt_ms": 1e999}',
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        b"[" * 100_000,
        b'{"answer": "left", "rt_ms": ' + b"9" * 5000 + b"}",
        b" " * 200_000,
    ],
)
def test_what_is_no_such_message_is_refused(body):
    with pytest.raises(BadPayload):
        parse(body)


def test_a_list_of_events_that_the_runner_cut_is_kept():
    event = {"type": "resize", "value": "375x667@2", "at": 1.0}
    cut = [event] * 99 + [{"type": "truncated", "value": "100", "at": 2.0}]
    assert parse(payload(events=cut)).events == cut
    with pytest.raises(BadPayload, match="events may hold 100"):
        parse(payload(events=[event] * (MAX_EVENTS + 1)))


def test_unknown_fields_are_not_kept():
    assert "key" not in vars(parse(payload(key="right")))


# The first example waits for Hypothesis to read its tables.
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=True) | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@calm
@given(facts=st.dictionaries(st.sampled_from(["answer", "rt_ms", "frames", "events", "input"]), json_values))
def test_nothing_but_words_comes_of_any_json(facts):
    try:
        parse(json.dumps(facts).encode())
    except BadPayload as error:
        assert str(error)  # noqa: PT017


@calm
@given(facts=json_values)
def test_device_facts_of_any_json_are_kept_or_refused_in_words(facts):
    try:
        json.dumps(parse_device(json.dumps(facts).encode()), allow_nan=False)
    except BadPayload as error:
        assert str(error)  # noqa: PT017


def test_device_facts_are_kept():
    facts = {"screen": [1920, 1080], "dpr": 1.5, "touch": False, "agent": "x", "window": {"width": 800}}
    assert parse_device(json.dumps(facts).encode()) == facts


def test_too_many_device_facts_are_refused():
    with pytest.raises(BadPayload, match="At most"):
        parse_device(json.dumps({f"fact-{n}": n for n in range(61)}).encode())


@pytest.mark.parametrize(
    ("sent", "kept"), [({}, None), ({"shown_before": None}, None), ({"shown_before": 2}, 2)]
)
def test_how_often_the_pictures_were_shown_before_is_read_and_may_be_unknown(sent, kept):
    assert parse(payload(**sent)).shown_before == kept


@pytest.mark.parametrize("odd", [-1, 0.5, "1", True, 10**9, 10**400])
def test_an_odd_number_of_earlier_showings_is_refused(odd):
    with pytest.raises(BadPayload, match="shown_before"):
        parse(payload(shown_before=odd))


def test_what_grows_as_it_is_kept_is_counted_as_it_is_kept():
    """A letter of two bytes takes six in the database, and a short exponent many digits."""
    event = {"type": "resize", "value": "é" * 90, "at": 1.0}
    with pytest.raises(BadPayload, match="events may take 16384 bytes as they are kept"):
        parse(json.dumps(json.loads(payload(events=[event] * 60)), ensure_ascii=False).encode())
    facts = json.dumps({f"n{n}": "é" * 60 for n in range(30)}, ensure_ascii=False).encode()
    assert len(facts) < 4096
    with pytest.raises(BadPayload, match="4096 bytes as they are kept"):
        parse_device(facts)
    with pytest.raises(BadPayload, match="At most 4096 bytes are read"):
        parse_device(b" " * 4097)
    with pytest.raises(BadPayload, match="At most 16384 bytes are read"):
        parse(b" " * 16385)


SURE = {"sure": ("1", "2", "3"), "why": ("sky", "skin")}
BOTH = [{"name": "why", "answer": "sky", "rt_ms": 400.0}, {"name": "sure", "answer": "3", "rt_ms": 640.2}]


def test_further_answers_are_read_in_the_order_of_their_questions():
    answer = parse_answer(payload(more=BOTH), offered=OFFERED, questions=SURE)
    assert answer.more == BOTH[::-1]
    assert answer.as_fields()["more"] == answer.more


def test_without_a_first_answer_nothing_further_was_asked():
    body = payload(answer=None, rt_ms=None, input=None)
    assert parse_answer(body, offered=OFFERED, questions=SURE).more == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ([], "more must answer sure, why"),
        (BOTH[:1], "more must answer sure, why"),
        ([BOTH[0], BOTH[0]], "more must answer"),
        ([*BOTH, BOTH[0]], "more may hold 2"),
        ([BOTH[0], BOTH[1] | {"answer": "9"}], "answer to sure must be one of 1, 2, 3"),
        ([BOTH[0], BOTH[1] | {"name": "how"}], "more must answer"),
        ([BOTH[0], BOTH[1] | {"rt_ms": None}], "rt_ms must be a number"),
        ("sky", "more must be a list"),
    ],
)
def test_further_answers_that_were_not_asked_for_are_refused(more, words):
    with pytest.raises(BadPayload, match=words):
        parse_answer(payload(more=more), offered=OFFERED, questions=SURE)


def test_nothing_further_is_taken_where_nothing_further_is_asked():
    assert parse(payload(more=[])).more == []
    with pytest.raises(BadPayload, match="more may hold 0"):
        parse(payload(more=BOTH))
