"""What every recruiter must keep to, whoever wrote it."""

import dataclasses
import re
from urllib.parse import urlsplit

import pytest

from colorizers.tools import declared
from studies import recruiters
from studies.recruiters._outcomes import COMPLETED, FAILED_ATTENTION, OUTCOMES
from studies.recruiters._recruiter import Arrival, BadArrival
from studies.texts import recruiters as recruiter_texts

# An arrival as the recruiter's documents describe it.
GOOD = {
    "open": {},
    "single_use": {"invitation": "6f1c1d6e-7f0a-4f0b-9a53-2a4f6a0a7e11"},
    "prolific": {
        "PROLIFIC_PID": "5f3c9a1b2d4e6f7a8b9c0d1e",
        "STUDY_ID": "60a1b2c3d4e5f6a7b8c9d0e1",
        "SESSION_ID": "61b2c3d4e5f6a7b8c9d0e1f2",
    },
    "mturk": {
        "workerId": "A1B2C3D4E5F6G7",
        "assignmentId": "3IXEICO792KZKJRGSJ4J8WEKWP56T0",
        "hitId": "3TMSXRD2X6ZCVLDWXBIWH5DZDJ71WV",
        "turkSubmitTo": "https://www.mturk.com",
    },
    "sona": {"survey_code": "12345"},
    "panel": {"participantId": "A1B2C3D4", "assignmentId": "E5F6"},
}
HOSTILE = [
    "",
    " ",
    "a b",
    "{{%PROLIFIC_PID%}}",
    "%SURVEY_CODE%",
    "=cmd|' /C calc'!A0",
    "-1",
    "a\x00b",
    "a\nb",
    "ä" * 8,
    "٣٣٣",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "../../etc/passwd",
    "x" * 65,
    "x" * 100_000,
    "https://[",
]
BACK = "https://example.org/back?cc={code}"


def query(name, **changes):
    return {key: [value] for key, value in (GOOD[name] | changes).items()}


def settings(name, **values):
    kind = recruiters.get(name).Settings
    known = {setting.name for setting in declared.declared(kind)}
    return kind(**{key: value for key, value in values.items() if key in known})


@pytest.fixture(params=recruiters.names())
def name(request) -> str:
    return request.param


@pytest.fixture
def recruiter(name):
    return recruiters.get(name)


def test_every_recruiter_is_tried_here(name):
    assert name in GOOD


def test_its_ids_are_those_that_it_names(name, recruiter):
    arrival = recruiter.arrive(query(name))
    assert set(arrival.ids) == set(recruiter.id_names) == set(GOOD[name])
    assert bool(arrival.person) == bool(recruiter.id_names)
    assert not arrival.looking


def test_what_else_stands_in_the_address_does_not_matter(name, recruiter):
    extra = {"utm_source": ["x"], "lang": ["de"], "next": ["https://evil.example"]}
    assert recruiter.arrive(query(name) | extra) == recruiter.arrive(query(name))


def test_a_missing_id_is_said_in_words(name, recruiter):
    for missing in GOOD[name]:
        asked = {key: value for key, value in query(name).items() if key != missing}
        with pytest.raises(BadArrival, match=missing) as refusal:
            recruiter.arrive(asked)
        assert "expected" in str(refusal.value)
        assert re.search(r"[Oo]pen|open the", str(refusal.value)), "it says what to do"


def test_an_id_that_is_there_twice_is_refused(name, recruiter):
    for doubled in GOOD[name]:
        asked = query(name) | {doubled: [GOOD[name][doubled], "other"]}
        with pytest.raises(BadArrival, match=doubled):
            recruiter.arrive(asked)


def test_all_that_it_says_to_participants_is_known_to_the_translators(name, recruiter):
    known = {*recruiter_texts.SENTENCES, *recruiter_texts.THINGS, *GOOD[name], "https://www.mturk.com"}
    asked = [query(name, **{key: value}) for key in GOOD[name] for value in ("a b", "https://[", "x")]
    asked += [{other: values for other, values in query(name).items() if other != key} for key in GOOD[name]]
    asked += [query(name) | {key: ["1", "2"]} for key in GOOD[name]]
    for one in asked:
        try:
            recruiter.arrive(one)
        except BadArrival as refusal:
            for text, values in refusal.sentences:
                assert {text, *values.values()} <= known


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value[:12]))
def test_a_hostile_id_is_refused_and_not_repeated(name, recruiter, value):
    for spoiled in GOOD[name]:
        with pytest.raises(BadArrival) as refusal:
            recruiter.arrive(query(name, **{spoiled: value}))
        assert len(value.strip()) < 3 or value not in str(refusal.value)


def test_the_defaults_are_sound_and_documented(recruiter):
    assert declared.problems(recruiter.Settings, {}) == []
    for field in dataclasses.fields(recruiter.Settings):
        assert field.metadata.get("label"), field.name
        assert field.metadata.get("help"), field.name


def test_every_outcome_leads_somewhere_safe(name, recruiter):
    codes = {f"{outcome}_code": f"C-{outcome}" for outcome in OUTCOMES}
    addresses = {f"{outcome}_address": BACK for outcome in OUTCOMES}
    chosen = settings(name, **codes, **addresses)
    arrival = recruiter.arrive(query(name))
    for outcome in OUTCOMES:
        leaving = recruiter.leave(chosen, outcome, ids=arrival.ids, code="RANDOM")
        assert leaving.outcome == outcome
        assert leaving.code == f"C-{outcome}"
        assert leaving.address == "" or urlsplit(leaving.address).scheme == "https"
        assert leaving.recruiter == recruiter.title


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_has_a_way_back_without_any_setting(recruiter, name, outcome):
    """A code, a link, a form, or somebody to return to; where nobody sent people, a sentence is enough."""
    ids = recruiter.arrive(query(name)).ids
    leaving = recruiter.leave(recruiter.Settings(), outcome, ids=ids, code="RANDOM")
    assert leaving.code or leaving.address or leaving.recruiter or not recruiter.title
    assert bool(leaving.code) == (leaving.outcome == COMPLETED), "only who has finished has done the work"


def test_every_outcome_has_its_own_code_and_says_for_whom_it_is(recruiter):
    words = {setting.name: setting for setting in declared.declared(recruiter.Settings)}
    for outcome in OUTCOMES.values():
        assert outcome.when in words[f"{outcome.name}_code"].help


def test_without_a_code_of_its_own_the_completion_code_is_shown(recruiter):
    leaving = recruiter.leave(recruiter.Settings(), COMPLETED, ids={}, code="RANDOM")
    assert leaving.code == "RANDOM"


def test_who_failed_attention_completes_where_there_is_no_other_end(recruiter):
    leaving = recruiter.leave(recruiter.Settings(), FAILED_ATTENTION, ids={}, code="RANDOM")
    assert (leaving.outcome, leaving.code) == (COMPLETED, "RANDOM")


def test_forgotten_ids_leave_the_code(name, recruiter):
    chosen = settings(name, completed_code="DONE")
    leaving = recruiter.leave(chosen, COMPLETED, ids={}, code="RANDOM")
    assert leaving.code == "DONE"
    assert not leaving.fields


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/back",
        "javascript:alert(1)",
        "//example.org/back",
        "example.org/back",
        "https://",
        "https://localhost/back",
        "https://user@example.org/back",
        "https://example.org:8443/back",
        "https://{code}.example.org/",
        "https://example.org\\@evil.example/",
        "https://exämple.org/",
        "https://example.org/a b",
        "https://example.org/\nLocation: x",
        "https://[::1/",
        "https://example.org/?x={nothing}",
        "https://example.org/" + "x" * 600,
    ],
)
def test_an_address_that_is_not_plain_https_is_refused(name, address):
    kind = recruiters.get(name).Settings
    for setting in declared.declared(kind):
        if setting.name.endswith("_address"):
            assert declared.problems(kind, {setting.name: address}), setting.name


@pytest.mark.parametrize("code", ["a b", "<b>", "x" * 51, "é", "a/b", "a&b=c"])
def test_a_code_that_could_break_an_address_is_refused(recruiter, code):
    assert declared.problems(recruiter.Settings, {"completed_code": code})


@pytest.mark.parametrize(
    "values", [{"bonus_per_right": -1}, {"bonus_per_right": float("nan")}, {"currency": "pounds"}]
)
def test_a_bonus_has_an_amount_and_a_currency(recruiter, values):
    assert declared.problems(recruiter.Settings, values)


def test_an_id_in_an_address_is_encoded():
    sona = recruiters.get("sona")
    chosen = sona.Settings(
        completed_address="https://school.sona-systems.com/credit?survey_code={survey_code}"
    )
    leaving = sona.leave(chosen, COMPLETED, ids={"survey_code": "a&b=c"}, code="")
    assert leaving.address.endswith("survey_code=a%26b%3Dc")


def test_prolific_goes_back_with_the_code_of_the_outcome():
    prolific = recruiters.get("prolific")
    chosen = prolific.Settings(completed_code="C1D2E3", screened_out_code="S1")
    ends = {outcome: prolific.leave(chosen, outcome, ids={}, code="R").address for outcome in OUTCOMES}
    assert ends["completed"] == "https://app.prolific.com/submissions/complete?cc=C1D2E3"
    assert ends["screened_out"].endswith("cc=S1")
    assert ends["failed_attention"] == ends["completed"]
    assert ends["over_quota"] == ""


def test_mturk_shows_a_preview_to_who_has_not_accepted():
    mturk = recruiters.get("mturk")
    looking = {"assignmentId": ["ASSIGNMENT_ID_NOT_AVAILABLE"], "hitId": ["3TMS"]}
    assert mturk.arrive(looking) == Arrival(looking=True)


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example",
        "http://www.mturk.com",
        "https://www.mturk.com.evil.example",
        "https://www.mturk.com@evil.example",
        "https://evil.example/www.mturk.com",
        "//www.mturk.com",
        "https://www.mturk.com:444",
        "https://www.mturk.com/mturk/other",
        "https://WWW.MTURK.COM",
    ],
)
def test_mturk_posts_to_amazon_only(place):
    mturk = recruiters.get("mturk")
    with pytest.raises(BadArrival, match="turkSubmitTo"):
        mturk.arrive(query("mturk", turkSubmitTo=place))
    ids = GOOD["mturk"] | {"turkSubmitTo": place}
    with pytest.raises(BadArrival):
        mturk.leave(mturk.Settings(), COMPLETED, ids=ids, code="R")


@pytest.mark.parametrize("host", ["https://www.mturk.com", "https://workersandbox.mturk.com/"])
def test_mturk_ends_with_a_form(host):
    mturk = recruiters.get("mturk")
    ids = mturk.arrive(query("mturk", turkSubmitTo=host)).ids
    leaving = mturk.leave(mturk.Settings(), COMPLETED, ids=ids, code="R")
    assert leaving.address == host.rstrip("/") + "/mturk/externalSubmit"
    assert leaving.fields["assignmentId"] == GOOD["mturk"]["assignmentId"]
    assert leaving.fields["code"] == "R"
    assert leaving.origin == host.rstrip("/")


def test_mturk_returns_or_submits_who_was_screened_out():
    mturk = recruiters.get("mturk")
    ids = GOOD["mturk"]
    assert not mturk.leave(mturk.Settings(), "screened_out", ids=ids, code="").fields
    assert mturk.leave(mturk.Settings(screened_out="submit"), "screened_out", ids=ids, code="").fields
    assert not mturk.leave(mturk.Settings(), "over_quota", ids=ids, code="").fields


@pytest.mark.parametrize(("name", "word"), [("prolific", "completed_code"), ("sona", "survey_code")])
def test_what_a_launch_still_needs_is_said(name, word):
    recruiter = recruiters.get(name)
    (sentence,) = recruiter.missing(recruiter.Settings())
    assert word in sentence
