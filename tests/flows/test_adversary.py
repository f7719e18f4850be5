"""An adversary reads everything that a browser is given and tries to find the fake without its pixels."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
import pytest
from django.test import Client
from PIL import Image

from colorizers.models import Photo
from studies.blinding.envelope import envelope
from studies.blinding.masking import unmask
from studies.models import Participation, Stimulus, Trial, TrialPicture
from tests.builders import launched_study, shown_as_planned

PARTICIPATIONS = 6


@dataclass
class Seen:
    """What one browser was given in a whole participation, in its order."""

    texts: list[str] = field(default_factory=list)
    trials: list[dict] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    headers: list[dict[str, str]] = field(default_factory=list)
    replies: list[dict] = field(default_factory=list)
    reply_headers: list[dict[str, str]] = field(default_factory=list)


def text_of(response) -> str:
    cookies = response.cookies.output()
    return "\n".join([str(response.items()), cookies, response.content.decode(errors="replace")])


def play(study) -> Seen:
    """Take part as a browser would and keep every byte; the side is chosen without looking."""
    client, seen = Client(), Seen()
    landing = client.get(f"/s/{study.slug}/")
    begun = client.post(f"/s/{study.slug}/begin/", {"consent": "on"})
    page = client.get(begun["Location"])
    state = client.get(begun["Location"] + "state/")
    seen.texts += [text_of(reply) for reply in (landing, begun, page, state)]
    seen.trials = state.json()["trials"]
    for number, trial in enumerate(seen.trials):
        for frame in trial["frames"]:
            for picture in frame.get("images", []):
                reply = client.get(picture["src"])
                assert reply.status_code == 200
                seen.pictures[picture["src"]] = reply.content
                seen.headers.append(dict(reply.items()))
        answer = {"answer": ("left", "right")[number % 2], "rt_ms": 700.0}
        answer["frames"] = shown_as_planned(trial["frames"])
        reply = client.post(
            f"/t/{trial['code']}/response/", json.dumps(answer), content_type="application/json"
        )
        assert reply.status_code == 201
        seen.replies.append(reply.json())
        seen.reply_headers.append(dict(reply.items()))
        if trial["kind"] == "test":
            seen.texts.append(text_of(reply))
    return seen


@dataclass
class Evidence:
    """What all browsers were given, and the truth that the adversary does not have."""

    seen: list[Seen]
    secrets: set[str]
    kinds: dict[str, str]  # by a trial's code
    keys: dict[str, str]
    faces: dict[str, str]  # by a picture's address
    photos: dict[str, int]
    stimuli: dict[str, int]
    afterwards: list[int]  # statuses of pictures of answered trials
    rows: list[list[int]]  # frames of each trial's pictures, as the rows were written


SETTINGS = {"practice_trials": 2, "test_trials": 12, "vigilance_share": 0.25}


@pytest.fixture(scope="module")
def evidence(built_once) -> Evidence:
    """One study, played once for all tests."""

    def played() -> Evidence:
        study = launched_study(photos=20, design_settings=SETTINGS)
        return gather(study, [play(study) for _ in range(PARTICIPATIONS)])

    return built_once(played)


def gather(study, seen: list[Seen]) -> Evidence:
    trials = list(Trial.objects.all())
    shown = TrialPicture.objects.select_related("stimulus")
    return Evidence(
        seen=seen,
        secrets=secrets_of(study),
        kinds={str(trial.code): trial.kind for trial in trials},
        keys={str(trial.code): trial.key for trial in trials},
        faces={
            f"/i/{picture.token}/": "real" if picture.stimulus.colorization_id is None else "fake"
            for picture in shown
        },
        photos={f"/i/{token}/": photo for token, photo in shown.values_list("token", "stimulus__photo")},
        stimuli={f"/i/{token}/": pk for token, pk in shown.values_list("token", "stimulus")},
        afterwards=[Client().get(src).status_code for src in seen[0].pictures],
        rows=[list(trial.pictures.order_by("pk").values_list("frame", flat=True)) for trial in trials],
    )


def secrets_of(study) -> set[str]:
    """Whatever names a condition, a photo, a file or a seed."""
    secrets = {condition.slug for condition in study.conditions.all()}
    secrets |= {condition.colorizer.slug for condition in study.conditions.all()}
    secrets |= {"vigilance", "attention", "catch", "condition", "colorizer", "stimul", '"key"', '"face"'}
    secrets |= set(Photo.objects.values_list("digest", flat=True))
    secrets |= set(Photo.objects.values_list("name", flat=True))
    secrets |= {digest[:12] for digest in Stimulus.objects.values_list("digest", flat=True)}
    secrets |= {name.rsplit("/", 1)[-1] for name in Stimulus.objects.values_list("file", flat=True)}
    return secrets | {str(seed) for seed in Participation.objects.values_list("seed", flat=True)}


@pytest.fixture
def seen(evidence) -> list[Seen]:
    return evidence.seen


def all_trials(seen):
    return [trial for one in seen for trial in one.trials]


def guesses_beat_chance(features: np.ndarray, labels: np.ndarray) -> bool:
    """Whether a ridge classifier, trained on the even rows, is better than chance on the odd ones.

    Features (n, k), labels of -1 and 1; better means by more than 3.5 standard errors.
    """
    scale = features.std(axis=0)
    useful = (features - features.mean(axis=0))[:, scale > 0] / scale[scale > 0]
    if useful.shape[1] == 0:
        return False
    train, test = slice(0, None, 2), slice(1, None, 2)
    gram = useful[train].T @ useful[train] + 5 * np.eye(useful.shape[1])
    weights = np.linalg.solve(gram, useful[train].T @ labels[train])
    right = np.sign(useful[test] @ weights) == labels[test]
    return right.mean() > 0.5 + 3.5 * 0.5 / np.sqrt(len(right))


def test_the_classifier_would_notice_a_hint():
    """The adversary is able: a hint in one of many features, for five trials in six, is found."""
    rng = np.random.default_rng(1)
    labels = rng.choice([-1.0, 1.0], 140)
    features = rng.standard_normal((140, 12))
    features[:, 4] = np.where(rng.random(140) < 5 / 6, labels, -labels)
    assert guesses_beat_chance(features, labels)
    assert not guesses_beat_chance(rng.standard_normal((140, 12)), labels)


def test_no_name_or_digest_of_anything_is_sent(evidence, seen):
    for text in (text.lower() for one in seen for text in one.texts):
        assert [secret for secret in evidence.secrets if str(secret).lower() in text] == []


def test_the_words_real_and_fake_stand_in_the_prompt_only(seen):
    for trial in all_trials(seen):
        # Whether it is told of follows from what everybody sees: practice.
        assert trial["feedback"] is (trial["kind"] == "practice")
        rest = json.dumps(trial | {"prompt": "", "feedback": ""}).lower()
        assert not re.search("real|fake|true|false|right answer", rest)


def test_all_trials_look_alike_but_for_codes_and_sides(seen):
    """Vigilance trials too: take codes, addresses, numbers and sides away and one shape is left."""
    shapes = set()
    for trial in all_trials(seen):
        shape = json.dumps(trial | {"code": "", "number": 0, "kind": "", "feedback": ""})
        shapes.add(re.sub(r'"/i/[0-9a-f-]{36}/"|"slot": "(left|right)"', "_", shape))
    assert len(shapes) == 1


def test_vigilance_is_called_a_test(evidence, seen):
    kinds = Counter((evidence.kinds[trial["code"]], trial["kind"]) for trial in all_trials(seen))
    assert set(kinds) == {("practice", "practice"), ("test", "test"), ("vigilance", "test")}
    assert kinds["vigilance", "test"] == 3 * PARTICIPATIONS


def test_codes_and_addresses_are_random_and_never_come_twice(seen):
    codes = [trial["code"] for trial in all_trials(seen)]
    tokens = [re.fullmatch(r"/i/([0-9a-f-]{36})/", src)[1] for one in seen for src in one.pictures]
    for texts in (codes, tokens):
        assert len(set(texts)) == len(texts)
        assert {UUID(text).version for text in texts} == {4}
    bits = np.unpackbits(np.frombuffer(b"".join(UUID(token).bytes for token in tokens), np.uint8))
    share = bits.reshape(-1, 128).mean(axis=0)
    # Six of the 128 bits say that it is a random UUID.
    fixed = (share == 0) | (share == 1)
    assert fixed.sum() == 6
    assert np.abs(share[~fixed] - 0.5).max() < 5 * 0.5 / np.sqrt(len(tokens))


def addresses_of(trial) -> list[str]:
    return [picture["src"] for frame in trial["frames"] for picture in frame.get("images", [])]


def test_both_pictures_of_a_trial_have_the_same_headers_and_length(seen):
    for one in seen:
        headers = dict(zip(one.pictures, one.headers, strict=True))
        for trial in one.trials:
            first, second = addresses_of(trial)
            assert headers[first] == headers[second]
            assert len(one.pictures[first]) == len(one.pictures[second])
    every = [headers for one in seen for headers in one.headers]
    (kind,) = {tuple(sorted((headers | {"Content-Length": ""}).items())) for headers in every}
    names = {name for name, _ in kind}
    assert names.isdisjoint({"ETag", "Last-Modified", "Expires", "Content-Disposition", "Server-Timing"})
    assert dict(kind)["Cache-Control"] == "private, no-store, no-transform"
    assert dict(kind)["Content-Type"] == "application/octet-stream"


def test_a_photo_has_one_length_in_every_arm(evidence, seen):
    lengths = {}
    for one in seen:
        for src, content in one.pictures.items():
            lengths.setdefault(evidence.photos[src], set()).add(len(content))
    assert all(len(found) == 1 for found in lengths.values())
    assert all(next(iter(found)) % 1024 == 0 for found in lengths.values())


def test_a_second_visit_recognises_no_bytes(evidence, seen):
    """Neither whole pictures nor parts of them, at the same place or at another one."""
    showings = {}
    for one in seen:
        for src, content in one.pictures.items():
            showings.setdefault(evidence.stimuli[src], []).append(content)
    again = [contents for contents in showings.values() if len(contents) > 1]
    assert len(again) > 10
    for first, second, *_ in again:
        places = np.frombuffer(first, np.uint8) == np.frombuffer(second, np.uint8)
        assert abs(places.mean() - 1 / 256) < 5 / np.sqrt(256 * len(places))
    blocks = Counter()
    for one in seen:
        for content in one.pictures.values():
            blocks.update({content[at : at + 8] for at in range(0, len(content), 8)})
    assert max(blocks.values()) == 1


def test_the_files_behind_the_mask_differ_in_their_pixels_only(seen):
    files = {src: unmask(content, UUID(src[3:39])) for one in seen for src, content in one.pictures.items()}
    assert len({tuple(envelope(file).items()) for file in files.values()}) == 1
    assert all(Image.open(io.BytesIO(file)).size == (64, 64) for file in files.values())


def test_replies_to_test_trials_say_nothing(evidence, seen):
    bodies, headers = set(), set()
    for one in seen:
        for trial, reply, head in zip(one.trials, one.replies, one.reply_headers, strict=True):
            assert (reply["feedback"] is not None) == (evidence.kinds[trial["code"]] == "practice")
            if reply["feedback"] is None and not reply["finished"]:
                bodies.add(json.dumps(reply | {"received": "", "progress": {**reply["progress"], "done": 0}}))
                length = int(head.pop("Content-Length")) - len(str(reply["progress"]["done"]))
                headers.add((length, tuple(sorted(head.items()))))
    assert len(bodies) == 1
    # The time of receipt loses its fraction once in a million replies; nothing else varies.
    assert len(headers) == 1


def test_no_feature_of_a_trial_tells_the_side(evidence, seen):
    """All that can be counted of a trial: its number, its order, and every digit of its random names."""
    features, labels = [], []
    for one in seen:
        for trial in one.trials:
            images = [picture for frame in trial["frames"] for picture in frame.get("images", [])]
            left_first = images[0]["slot"] == "left"
            numbers = [trial["number"], trial["number"] % 2, trial["number"] % 4, left_first]
            left, right = sorted(images, key=lambda picture: picture["slot"])
            names = [int(picture["src"][3:11], 16) / 2**32 for picture in (left, right)]
            names += [names[0] - names[1], int(trial["code"][:8], 16) / 2**32]
            features.append([float(number) for number in numbers + names])
            labels.append(1.0 if evidence.keys[trial["code"]] == "left" else -1.0)
    assert not guesses_beat_chance(np.array(features), np.array(labels))


def test_neither_the_side_nor_the_place_in_the_order_goes_with_the_fake(evidence, seen):
    corners = Counter()
    for trial in all_trials(seen):
        images = [picture for frame in trial["frames"] for picture in frame.get("images", [])]
        if evidence.kinds[trial["code"]] == "test":
            corners[images[0]["slot"], evidence.faces[images[0]["src"]]] += 1
    assert set(corners.values()) == {3 * PARTICIPATIONS}


def test_no_simple_statistic_of_the_addresses_tells_real_from_fake(evidence, seen):
    features, labels = [], []
    for one in seen:
        for order, (src, content) in enumerate(one.pictures.items()):
            token = UUID(src[3:39]).bytes
            rank = sorted(one.pictures).index(src)
            features.append([order % 2, rank, *token, *content[:16]])
            labels.append(1.0 if evidence.faces[src] == "fake" else -1.0)
    assert not guesses_beat_chance(np.array(features, dtype=float), np.array(labels))


def test_rows_are_written_in_an_order_that_tells_nothing(evidence):
    """Whoever learnt the order in which addresses were made would learn the order of showing, no more."""
    assert all(frames == sorted(frames) for frames in evidence.rows)


def test_pixels_are_what_differs(evidence, seen):
    digests = {"real": set(), "fake": set()}
    for one in seen:
        for src, content in one.pictures.items():
            pixels = np.asarray(Image.open(io.BytesIO(unmask(content, UUID(src[3:39])))))
            digests[evidence.faces[src]].add(hashlib.sha256(pixels.tobytes()).hexdigest())
    assert not digests["real"] & digests["fake"]


def test_an_answered_trial_takes_its_pictures_with_it(evidence):
    assert set(evidence.afterwards) == {410}


def test_pictures_far_ahead_are_not_given(db):
    study = launched_study(photos=20, design_settings=SETTINGS)
    client = Client()
    begun = client.post(f"/s/{study.slug}/begin/", {"consent": "on"})
    trials = client.get(begun["Location"] + "state/").json()["trials"]
    first = [trial["frames"][1]["images"][0]["src"] for trial in trials]
    statuses = [client.get(src).status_code for src in first]
    assert statuses == sorted(statuses) == [200] * 8 + [404] * (len(first) - 8)


def test_a_guessed_address_gives_nothing(db):
    assert Client().get("/i/00000000-0000-4000-8000-000000000000/").status_code == 404
    assert Client().get("/i/1/").status_code == 404
