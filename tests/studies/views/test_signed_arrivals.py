"""Prolific's signed arrivals: real keys, real tokens, a real server of keys, and every way to cheat."""

import json
import threading
import time
from base64 import urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from studies.models import ArrivalFault, Participation, Study
from studies.services import recruiting, signed_arrivals, validation
from tests.builders import launched_study, make_study
from tests.studies.views.test_arrivals import ADA, begin, visit

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())


def b64(data) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, size=None) -> str:
    return b64(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def public(key, kid) -> dict:
    numbers = key.public_key().public_numbers()
    if isinstance(key, rsa.RSAPrivateKey):
        found = {"kty": "RSA", "alg": "RS256", "n": number(numbers.n), "e": number(numbers.e)}
    else:
        found = {"kty": "EC", "crv": "P-256", "x": number(numbers.x, 32), "y": number(numbers.y, 32)}
    return found | {"kid": kid, "use": "sig"}


def token(key=RSA, *, kid="one", alg="RS256", header=None, signature=None, **claims) -> str:
    told = {"aud": "http://127.0.0.1:8000", "exp": time.time() + 600, "prolific": ADA} | claims
    told = {name: value for name, value in told.items() if value is not None}
    head = {"alg": alg, "kid": kid, "typ": "JWT"} | (header or {})
    text = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(told).encode())}"
    if signature is None and isinstance(key, rsa.RSAPrivateKey):
        signature = key.sign(text.encode(), padding.PKCS1v15(), SHA256())
    elif signature is None:
        r, s = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(SHA256())))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return f"{text}.{b64(signature)}"


KEYS = json.dumps({"keys": [public(RSA, "one"), public(CURVE, "two")]})


@pytest.fixture
def signed(db, idle_queue, settings, monkeypatch):
    settings.PROLIFIC_KEYS, settings.SITE_URL = KEYS, "http://127.0.0.1:8000"
    monkeypatch.setattr(signed_arrivals, "_keys", signed_arrivals._Keys())
    chosen = {"completed_code": "C0MPL", "signed": "required"}
    return launched_study(recruiter="prolific", recruiter_settings=chosen)


def test_signed_arrivals_for_any_study_are_warned_of_before_the_launch(db):
    chosen = {"completed_code": "C0MPL", "signed": "required"}
    draft = make_study(recruiter="prolific", recruiter_settings=chosen)
    words = "people whom any other study at Prolific sends here are let in"
    assert [words in finding.text for finding in validation.check(draft).warnings].count(True) == 1
    for settled in (chosen | {"study_id": "s1"}, chosen | {"signed": "off"}):
        draft.recruiter_settings = settled
        assert not any(words in finding.text for finding in validation.check(draft).warnings)


def arrive(client, study, text, **more):
    return visit(client, study, {"prolific_token": text} | more)


@pytest.mark.parametrize(
    "made",
    [
        lambda: token(),
        lambda: token(CURVE, kid="two", alg="ES256"),
        lambda: token(aud=["elsewhere", "127.0.0.1:8000"]),
        lambda: token(exp=time.time() - 60),
        lambda: token(prolific={"participant_id": ADA["PROLIFIC_PID"], "study_id": "s", "session_id": "v"}),
        lambda: token(prolific=f"PROLIFIC_PID={ADA['PROLIFIC_PID']}&STUDY_ID=s&SESSION_ID=v"),
    ],
    ids=["RS256", "ES256", "audiences", "a slow clock", "other names", "a query"],
)
def test_a_signed_arrival_is_let_in_by_the_ids_that_were_signed(client, signed, made):
    page = arrive(client, signed, made(), PROLIFIC_PID="somebody-else")
    assert "Your consent" in page.content.decode()
    begin(client, signed, {"prolific_token": made()})
    assert recruiting.unsealed(Participation.objects.get())["PROLIFIC_PID"] == ADA["PROLIFIC_PID"]


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda: token(OTHER_RSA), "is not Prolific"),
        (lambda: token(exp=time.time() - 600), "has expired"),
        (lambda: token(nbf=time.time() + 600), "has expired"),
        (lambda: token(exp=None), "is not Prolific"),
        (lambda: token(exp=True), "is not Prolific"),
        (lambda: token(aud="https://evil.example"), "for another site"),
        (lambda: token(aud=None), "for another site"),
        (lambda: token(aud=[{"a": 1}, ""]), "for another site"),
        (lambda: token(alg="none", signature=b""), "is not Prolific"),
        (lambda: token(alg="HS256", signature=b"x" * 32), "is not Prolific"),
        (lambda: token(alg="ES256"), "is not Prolific"),
        (lambda: token(alg=[]), "is not Prolific"),
        (lambda: token(alg={"RS256": 1}), "is not Prolific"),
        (lambda: token(header={"kid": ["one"]}), "is not Prolific"),
        (lambda: token(kid="three"), "is not Prolific"),
        (lambda: token(header={"crit": ["exp"]}), "is not Prolific"),
        (lambda: token()[:-4], "is not Prolific"),
        (lambda: "a.b", "is not Prolific"),
        (lambda: "..", "is not Prolific"),
        (lambda: "ä.ö.ü", "is not Prolific"),
        (lambda: "W10.W10.W10", "is not Prolific"),
        (lambda: "x" * 100_000, "is not Prolific"),
    ],
)
def test_what_is_not_signed_for_us_is_refused_in_a_sentence(client, signed, made, says):
    page = arrive(client, signed, made())
    assert page.status_code == 400
    assert says in page.content.decode()
    assert ArrivalFault.objects.get().kind == "unsigned"


def test_ids_without_a_signature_are_refused(client, signed):
    page = visit(client, signed, ADA)
    assert page.status_code == 400
    assert "not signed" in page.content.decode()


def test_a_token_for_another_study_at_prolific_is_refused_where_the_study_names_its_own(client, signed):
    Study.objects.update(recruiter_settings=signed.recruiter_settings | {"study_id": ADA["STUDY_ID"]})
    assert "Your consent" in arrive(client, signed, token()).content.decode()
    page = arrive(client, signed, token(prolific=ADA | {"STUDY_ID": "elsewhere"}), STUDY_ID=ADA["STUDY_ID"])
    assert page.status_code == 400
    assert "belongs to another study" in page.content.decode()
    assert ArrivalFault.objects.get().kind == "other study"


def test_a_token_without_ids_says_what_is_missing(client, signed):
    assert "PROLIFIC_PID" in arrive(client, signed, token(prolific={})).content.decode()


def test_keys_come_from_a_file_and_are_read_again_when_they_change(
    client, signed, settings, tmp_path, monkeypatch
):
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [public(OTHER_RSA, "old")]}))
    settings.PROLIFIC_KEYS = str(file)
    monkeypatch.setattr(signed_arrivals, "AGAIN_SECONDS", 0.0)
    assert "is not Prolific" in arrive(client, signed, token()).content.decode()
    file.write_text(KEYS)
    assert "Your consent" in arrive(client, signed, token()).content.decode()
    file.unlink()
    assert "Your consent" in arrive(client, signed, token()).content.decode(), "the keys of before hold"


@pytest.mark.parametrize("keys", ["/nowhere/jwks.json", "https://127.0.0.1:9/k", "{}", '{"keys": 3}', "{"])
def test_without_keys_nobody_is_let_in_and_nobody_is_blamed(client, signed, settings, keys):
    settings.PROLIFIC_KEYS = keys
    page = arrive(client, signed, token())
    assert page.status_code == 400
    assert "cannot be checked at the moment" in page.content.decode()
    assert not ArrivalFault.objects.exists()


def test_an_endless_server_of_keys_holds_nobody_for_long(monkeypatch):
    class Endless(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(100):
                    self.wfile.write(b" ")
                    self.wfile.flush()
                    time.sleep(0.05)
            except OSError:
                return

        def log_message(self, *_):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Endless)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(signed_arrivals, "FETCH_SECONDS", 0.3)
    with pytest.raises(ValueError, match="too slow"):
        signed_arrivals.fetched(f"http://127.0.0.1:{server.server_port}/")
    server.shutdown()
