"""Whatever is sent to a participant's addresses: no 500, and nothing refused changes anything."""

import json
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from studies.models import Invitation, Participant, Participation, Response, Study, Trial
from studies.services.participations import begin_participation
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.database]

quick = settings(
    max_examples=60, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip

texts = st.text(max_size=20) | st.sampled_from(
    ["\x00", "\ud800", "\u202e", "=1+1", "x" * 5000, "-1", "1e999"]
)
numbers = (
    st.integers()
    | st.floats()
    | st.sampled_from([10**400, -(10**400), 2**63, 1e308, 5e-324, float("nan"), float("inf")])
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
BODIES = [
    b"", b"{", b"null", b"\xff\xfe", b"{}" * 2, b'{"answer":' * 3000 + b"1" + b"}" * 3000, b"[" * 50_000,
    b'{"answer": "left", "rt_ms": ' + b"9" * 5000 + b"}", b" " * 70_000,
    b'{"answer": "left", "rt_ms": NaN}', "{\"answer\": \"left\"}".encode("utf-16"),
    b"x" * (2**20 + 1),
]  # fmt: skip
bodies = (
    st.binary(max_size=60) | st.sampled_from(BODIES) | values.map(lambda value: json.dumps(value).encode())
)
TYPES = [
    "application/json", "application/json; charset=utf-16", "text/plain", "", "multipart/form-data",
    "\x7f/;=",
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=none",
]  # fmt: skip
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND"]
FRAME = {"index": 1, "planned_ms": 1000, "onset_stamp": 1.0, "onset_now": 1.1, "offset_stamp": 2.0}
ANSWER = {
    "answer": "left", "rt_ms": 500.0, "input": "mouse", "frames": [FRAME], "refresh_ms": 16.7,
    "layout": "row",
    "events": [{"type": "focus", "value": "lost", "at": 1.0}], "runner": "1.0.0",
}  # fmt: skip
DEVICE = {"screen": [1920, 1080], "pixel_ratio": 2, "isolated": True, "gamut": "p3", "language": "en"}


@pytest.fixture
def ground(idle_queue) -> dict[str, Any]:
    """Every address of one who answers, one who is being checked, and one who has finished."""
    study = builders.launched_study(screening={"colour_vision": "require", "display": "require"})
    checked = begin_participation(study=study, source="person")
    study.screening = {}
    plain = builders.launched_study("plain", debrief={"comments": True})
    going = begin_participation(study=plain, source="person")
    done = begin_participation(study=plain, source="person")
    done.state = "finished"
    done.save()
    trial = going.trials.order_by("number").first()
    invitation = Invitation.objects.create(study=plain)
    pages = [
        path.format(code)
        for code in (checked.code, going.code, done.code)
        for path in (
            "/p/{}/", "/p/{}/state/", "/p/{}/device/", "/p/{}/debrief/", "/p/{}/withdraw/", "/p/{}/display/",
            "/p/{}/plate/1/", "/p/{}/plate/99999999999999999999/", f"/p/{{}}/plates/{uuid4()}/",
        )
    ]  # fmt: skip
    return {
        "trial": trial,
        "going": going,
        "study": plain,
        "addresses": [
            *pages,
            *(f"/s/{slug}/{path}" for slug in ("plain", study.slug) for path in ("", "begin/", "preview/")),
            f"/s/plain/i/{invitation.code}/",
            f"/t/{trial.code}/response/",
            f"/t/{done.trials.first().code}/response/",
            f"/i/{trial.pictures.first().token}/",
        ],
    }


def snapshot() -> Any:
    """All that a participant's request could change, but when they were last heard of."""
    unseen = [field.name for field in Participation._meta.concrete_fields if field.name != "last_seen_at"]
    return (
        list(Participation.objects.order_by("pk").values_list(*unseen)),
        list(Response.objects.order_by("pk").values()),
        list(Study.objects.order_by("pk").values()),
        list(Invitation.objects.order_by("pk").values()),
        (Participant.objects.count(), Trial.objects.count()),
    )


def sent(method: str, address: str, body: bytes, kind: str, **headers: str) -> Any:
    """The reply; an exception that a view lets out fails the test that sent it."""
    reply = Client().generic(method, address, body, content_type=kind, headers=headers)
    assert reply.status_code < 500 or reply.status_code == 503, reply.content[:300]
    return reply


def test_no_method_body_or_type_breaks_an_address(ground):
    @quick
    @given(
        method=st.sampled_from(METHODS),
        address=st.sampled_from(ground["addresses"]),
        body=bodies,
        kind=st.sampled_from(TYPES),
        query=st.dictionaries(texts, texts, max_size=2),
    )
    def check(method, address, body, kind, query):
        before = snapshot()
        words = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in query.items())
        reply = sent(method, f"{address}?{words}" if words else address, body, kind)
        if reply.status_code >= 400 or method not in {"GET", "POST"}:
            assert snapshot() == before

    check()


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")


@pytest.mark.parametrize("path", ["response", "device"])
def test_a_body_that_is_no_message_is_refused_in_words(ground, path):
    trial, going = ground["trial"], ground["going"]
    address = {"response": f"/t/{trial.code}/response/", "device": f"/p/{going.code}/device/"}[path]
    before = snapshot()
    for body in BODIES:
        assert sent("POST", address, body, "application/json").status_code in {400, 413}, body[:40]
    assert snapshot() == before


def test_an_answer_with_one_field_of_any_kind_is_kept_sound_or_refused_in_words(ground):
    trial = ground["trial"]

    @quick
    @given(name=st.sampled_from([*ANSWER, "trial", "participation", "key", "voided", "id"]), value=values)
    @example(name="frames", value=[FRAME | {"index": 10**400}])
    @example(name="events", value=[{"type": "focus", "value": {"a": {"b": 1}}, "at": 1}])
    def check(name, value):
        Response.objects.all().delete()
        before = snapshot()
        body = json.dumps(ANSWER | {name: value}).encode()
        reply = sent("POST", f"/t/{trial.code}/response/", body, "application/json")
        if reply.status_code == 201:
            assert Response.objects.get().trial_id == trial.pk
            json.dumps(list(Response.objects.values("frames", "events", "rt_ms")), allow_nan=False)
            return
        assert reply.status_code == 400
        assert reply.json()["error"]
        assert snapshot() == before

    check()


def test_device_facts_of_any_kind_are_kept_sound_or_refused_in_words(ground):
    going = ground["going"]

    @quick
    @given(name=texts | st.sampled_from([*DEVICE, "at"]), value=values)
    def check(name, value):
        Participation.objects.filter(pk=going.pk).update(device=[])
        before = snapshot()
        body = json.dumps(DEVICE | {name: value}).encode()
        reply = sent("POST", f"/p/{going.code}/device/", body, "application/json")
        if reply.status_code == 201:
            going.refresh_from_db()
            json.dumps(going.device, allow_nan=False)
            return
        assert reply.status_code == 400
        assert reply.json()["error"]
        assert snapshot() == before

    check()


def test_forms_with_fields_of_any_kind_break_nothing(ground):
    forms = [
        address for address in ground["addresses"] if not address.endswith(("state/", "response/", "device/"))
    ]
    names = [
        "consent", "eligible", "language", "ticket", "arrival", "simulation", "answer", "facts", "step",
        "comments", "age", "gender", "confirm", "lang", "invitation", "code",
    ]  # fmt: skip

    @quick
    @given(
        address=st.sampled_from(forms),
        fields=st.dictionaries(st.sampled_from(names), texts | values.map(json.dumps), max_size=5),
    )
    def check(address, fields):
        before = snapshot()
        body = "&".join(f"{name}={_quoted(value)}" for name, value in fields.items()).encode()
        reply = sent("POST", address, body, "application/x-www-form-urlencoded")
        if reply.status_code >= 400:
            assert snapshot() == before

    check()


def test_no_answer_reaches_another_trial_than_that_of_its_address(ground):
    other = begin_participation(study=ground["study"], source="person")
    theirs = other.trials.order_by("number").first()
    extra = {name: str(theirs.code) for name in ("trial", "code", "trial_id")} | {
        "participation": str(other.code)
    }
    reply = sent(
        "POST",
        f"/t/{ground['trial'].code}/response/",
        json.dumps(ANSWER | extra).encode(),
        "application/json",
    )
    assert reply.status_code == 201
    assert not Response.objects.exclude(trial=ground["trial"]).exists()


@pytest.mark.parametrize(
    "code", ["1", "x", "%00", "..%2f", "00000000-0000-4000-8000-000000000000", "-1", "%ff"]
)
def test_codes_that_nobody_has_are_not_found(db, code):
    for path in (f"/p/{code}/", f"/p/{code}/state/", f"/i/{code}/", f"/s/{code}/", f"/s/plain/i/{code}/"):
        assert sent("GET", path, b"", "").status_code in {302, 404}
    for path in (f"/t/{code}/response/", f"/p/{code}/device/", f"/p/{code}/debrief/", f"/p/{code}/withdraw/"):
        assert sent("POST", path, b"{}", "application/json").status_code == 404


ODD_HEADERS = [
    {"Range": "bytes=0-10"},
    {"Range": "bytes=-"},
    {"If-None-Match": "*"},
    {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
    {"If-Range": '"x"', "Range": "bytes=0-10"},
    {"Accept-Encoding": "gzip, br, zstd"},
    {"Accept": "image/webp"},
    {"Cookie": "participation-plain=\x7f; csrftoken=x"},
    {"Accept-Language": "x" * 5000},
    {"Host": "127.0.0.1", "X-Forwarded-Proto": "https"},
]


def test_odd_headers_are_answered_alike_for_real_and_fake(ground):
    real, fake = ground["trial"].pictures.order_by("stimulus__colorization_id")
    plain = sent("GET", f"/i/{real.token}/", b"", "")
    for headers in ODD_HEADERS:
        replies = [sent("GET", f"/i/{picture.token}/", b"", "", **headers) for picture in (real, fake)]
        assert [reply.status_code for reply in replies] == [200, 200]
        assert list(replies[0].items()) == list(replies[1].items()), headers
        assert [len(reply.content) for reply in replies] == [len(plain.content)] * 2
