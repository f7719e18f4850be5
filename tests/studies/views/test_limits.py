"""Who asks for too much waits; a classroom does not, and nobody does when the counting breaks."""

import json
import re
import socket

import pytest
from django.conf import settings as installed
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from django.core.checks import run_checks
from django.test import Client, RequestFactory

from config.processes.redis import embedded_redis
from studies import limits
from studies.models import Participation, Response
from studies.services import lifecycle
from studies.services.participations import begin_participation
from tests.builders import launched_study
from tests.studies.views.test_arrivals import ADA, BEN, visit
from tests.studies.views.test_ends import PROLIFIC, leads_back, table

AS_INSTALLED = installed.CACHES["limits"]
MEMORY = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "limits"}


@pytest.fixture(autouse=True)
def counted_here(settings, monkeypatch):
    """Counters in memory, each test with its own, and a clock at the beginning of an hour."""
    settings.CACHES = settings.CACHES | {"limits": MEMORY}
    caches["limits"].clear()
    monkeypatch.setattr(limits, "_counter", limits._Counter())
    monkeypatch.setattr(limits.time, "time", lambda: 3600.0 * 500_000 + 10)


def begin(study, **headers):
    return Client().post(f"/s/{study.slug}/begin/", {"consent": "on"}, **headers)


def test_a_classroom_behind_one_address_begins_and_one_more_beginner_than_allowed_waits(study, settings):
    settings.LIMIT_BEGINNINGS = 60
    assert {begin(study).status_code for _ in range(60)} == {302}
    reply = begin(study)
    assert (reply.status_code, reply["Retry-After"]) == (429, "3590")
    assert "in 60 minutes" in reply.content.decode()
    assert Participation.objects.count() == 60
    assert begin(study, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_the_usual_limits_let_a_classroom_pass():
    source = (installed.BASE_DIR / "config" / "settings.py").read_text()
    usual = {name: int(most) for name, most in re.findall(r'env_int\("LIMIT_(\w+)", ([\d_]+)', source)}
    # At most 40 requests to begin, and three a trial of 1.5 s: 120 a minute.
    assert usual["BEGINNINGS"] >= 60
    assert usual["ADDRESS"] >= 60 * (40 + 120)
    assert usual["PARTICIPATION"] >= 2 * (40 + 120)


def test_who_waited_may_go_on(study, settings, monkeypatch):
    settings.LIMIT_BEGINNINGS = 1
    assert [begin(study).status_code for _ in range(2)] == [302, 429]
    monkeypatch.setattr(limits.time, "time", lambda: 3600.0 * 500_001)
    assert begin(study).status_code == 302


def test_the_page_that_asks_to_wait_speaks_the_visitor_s_language(client, study, settings):
    settings.LIMIT_ADDRESS = 1
    for _ in range(2):
        reply = client.get(f"/s/{study.slug}/", headers={"accept-language": "de"})
    assert reply.status_code == 429
    assert '<html lang="de"' in reply.content.decode()
    assert "in 50 Sekunden" in reply.content.decode()
    assert "no-store" in reply["Cache-Control"]


def test_an_answer_that_has_to_wait_is_said_in_json_and_changes_nothing(client, answer, trial, settings):
    settings.LIMIT_PARTICIPATION = 1
    address = f"/p/{trial.participation.code}/state/"
    assert client.get(address).status_code == 200
    reply = answer(trial)
    assert (reply.status_code, reply["Retry-After"]) == (429, "50")
    assert "in 50 seconds" in reply.json()["error"]
    assert not Response.objects.exists()
    settings.LIMIT_PARTICIPATION = 600
    assert answer(trial).status_code == 201


def test_all_that_belongs_to_a_participation_is_counted_together(client, participation, trial, settings):
    pages = [
        ("get", f"/p/{participation.code}/"),
        ("get", f"/p/{participation.code}/state/"),
        ("post", f"/p/{participation.code}/device/"),
        ("post", f"/p/{participation.code}/display/"),
        ("post", f"/p/{participation.code}/plate/1/"),
        ("get", f"/p/{participation.code}/plates/{trial.code}/"),
        ("post", f"/p/{participation.code}/debrief/"),
        ("get", f"/p/{participation.code}/withdraw/"),
        ("post", f"/t/{trial.code}/response/"),
        ("get", f"/i/{trial.pictures.first().token}/"),
    ]
    settings.LIMIT_PARTICIPATION = len(pages)
    for way, address in pages:
        reply = client.generic(way.upper(), address, b"{}", content_type="application/json")
        assert reply.status_code != 429, address
    for way, address in pages:
        assert client.generic(way.upper(), address, b"{}", content_type="application/json").status_code == 429


def test_one_participation_does_not_use_up_another_s(client, study, participation, settings):
    settings.LIMIT_PARTICIPATION = 1
    for _ in range(2):
        client.get(f"/p/{participation.code}/state/")
    other = begin_participation(study=study, source="person")
    assert client.get(f"/p/{other.code}/state/").status_code == 200


def test_every_address_of_a_participant_is_limited():
    """A view that somebody adds must not be forgotten."""
    from studies.urls import urlpatterns

    for pattern in urlpatterns:
        names, view = set(), pattern.callback
        while view is not None:
            names.add(
                view.__code__.co_qualname if hasattr(view.__code__, "co_qualname") else view.__code__.co_name
            )
            names.add(view.__code__.co_filename.rsplit("/", 1)[-1])
            view = getattr(view, "__wrapped__", None)
        assert "_http.py" in names, pattern


def test_a_limit_of_zero_is_none(client, study, settings):
    settings.LIMIT_ADDRESS = settings.LIMIT_BEGINNINGS = settings.LIMIT_PARTICIPATION = 0
    assert {client.get(f"/s/{study.slug}/").status_code for _ in range(5)} == {200}


def test_without_the_cache_nothing_is_limited_and_nobody_waits_for_it(study, settings, monkeypatch, caplog):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    settings.CACHES = settings.CACHES | {
        "limits": {"BACKEND": "django.core.cache.backends.redis.RedisCache",
                   "LOCATION": f"redis://127.0.0.1:{port}"}
    }  # fmt: skip
    settings.LIMIT_BEGINNINGS = 1
    asked = []
    incr = RedisCache.incr
    monkeypatch.setattr(RedisCache, "incr", lambda self, key: asked.append(key) or incr(self, key))
    assert {begin(study).status_code for _ in range(3)} == {302}
    assert len(asked) == 1
    assert "Nothing is limited" in caplog.text


@pytest.mark.workers
@pytest.mark.database
def test_processes_that_share_a_redis_count_together(tmp_path, study, settings, monkeypatch):
    with embedded_redis(tmp_path) as url:
        settings.CACHES = settings.CACHES | {"limits": AS_INSTALLED | {"LOCATION": url}}
        settings.LIMIT_BEGINNINGS = 2
        statuses = []
        for _ in range(3):
            # A counter of its own, as each process of the web server has.
            monkeypatch.setattr(limits, "_counter", limits._Counter())
            statuses.append(begin(study).status_code)
        caches["limits"].close()
    assert statuses == [302, 302, 429]


def test_our_own_programs_are_let_through_and_nobody_else(study, settings):
    settings.LIMIT_BEGINNINGS = 1
    own = {
        f"HTTP_{name.upper().replace('-', '_')}": value
        for name, value in limits.let_through("http://testserver:80").items()
    }
    assert {begin(study, **own).status_code for _ in range(3)} == {302}
    forged = dict.fromkeys(own, "own:1w2x3y:abc")
    assert [begin(study, **forged).status_code for _ in range(2)] == [302, 429]


def test_what_was_said_to_another_host_opens_nothing_here(study, settings):
    settings.LIMIT_BEGINNINGS = 1
    elsewhere = {
        f"HTTP_{name.upper().replace('-', '_')}": value
        for name, value in limits.let_through("https://evil.example").items()
    }
    assert [begin(study, **elsewhere).status_code for _ in range(2)] == [302, 429]


def test_wrong_passwords_behind_a_proxy_lock_out_only_who_typed_them(client, ada, settings):
    settings.TRUSTED_PROXIES = 1
    settings.AXES_ENABLED = True

    def log_in(address, password):
        return client.post(
            "/admin/login/", {"username": ada.username, "password": password},
            REMOTE_ADDR="10.0.0.2", HTTP_X_FORWARDED_FOR=address,
        ).status_code  # fmt: skip

    assert {log_in("203.0.113.9", "wrong") for _ in range(12)} == {200, 429}
    assert log_in("198.51.100.5", "wrong") == 200


def test_the_cache_holds_no_address(study, settings):
    settings.LIMIT_ADDRESS = 5
    begin(study, REMOTE_ADDR="192.0.2.55")
    kept = json.dumps([str(key) for key in caches["limits"]._cache])
    assert "address:" in kept
    assert "192.0.2.55" not in kept


def asked_from(peer, forwarded="", **headers):
    extra = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    return RequestFactory().get("/", REMOTE_ADDR=peer, **extra)


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "expected"),
    [
        (0, "192.0.2.1", "", "192.0.2.1"),
        (0, "192.0.2.1", "198.51.100.9", "192.0.2.1"),
        (1, "10.0.0.2", "198.51.100.9", "198.51.100.9"),
        (1, "10.0.0.2", "203.0.113.1, 198.51.100.9", "198.51.100.9"),
        (2, "10.0.0.2", "203.0.113.1, 198.51.100.9, 10.0.0.1", "198.51.100.9"),
        (2, "192.0.2.1", "198.51.100.9", "192.0.2.1"),
        (1, "192.0.2.1", "", "192.0.2.1"),
        (1, "192.0.2.1", "nonsense", "192.0.2.1"),
        (1, "10.0.0.2", "198.51.100.9:4711", "198.51.100.9"),
        (1, "10.0.0.2", "[2001:db8:1:2:3:4:5:6]:4711", "2001:db8:1:2::/64"),
        (0, "2001:db8:1:2:ffff::1", "", "2001:db8:1:2::/64"),
        (0, "::ffff:192.0.2.1", "", "192.0.2.1"),
        (0, "fe80::1%eth0", "", "fe80::/64"),
        (0, "", "198.51.100.9", ""),
    ],
)
def test_the_address_is_the_last_one_that_a_trusted_proxy_wrote(settings, trusted, peer, forwarded, expected):
    settings.TRUSTED_PROXIES = trusted
    assert limits.client_address(asked_from(peer, forwarded)) == expected


def test_a_visitor_without_an_address_is_not_limited(study, settings):
    settings.LIMIT_BEGINNINGS = 1
    assert {begin(study, REMOTE_ADDR="").status_code for _ in range(3)} == {302}


def test_a_site_behind_a_proxy_that_nobody_trusts_is_told(settings):
    settings.HTTPS, settings.TRUSTED_PROXIES, settings.LIMIT_ADDRESS = True, 0, 100
    assert "studies.W001" in [found.id for found in run_checks()]
    settings.TRUSTED_PROXIES = 1
    assert "studies.W001" not in [found.id for found in run_checks()]


def test_invented_ids_do_not_fill_the_payment_list(client, db, idle_queue, settings):
    prolific = launched_study(**PROLIFIC)
    settings.LIMIT_VISITS = 2
    lifecycle.close(study=prolific)
    for number in range(4):
        assert leads_back(visit(client, prolific, ADA | {"SESSION_ID": f"s{number}"}), "over_quota")
    assert list(table(prolific)) == ["s3"], "the latest visit of a person"
    for number in range(4):
        ids = BEN | {"PROLIFIC_PID": f"p{number}", "SESSION_ID": f"b{number}"}
        assert leads_back(visit(client, prolific, ids), "over_quota")
    assert len(table(prolific)) == 2
