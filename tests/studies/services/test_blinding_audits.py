"""The audit over the real addresses: honest studies pass, and what is planted in the server is found."""

import time
from io import StringIO
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command

from studies.admin import presentation
from studies.blinding import wording
from studies.blinding.masking import mask
from studies.models import (
    BlindingAudit,
    Participant,
    Participation,
    Stimulus,
    Study,
    StudyState,
)
from studies.services import blinding_audits, lifecycle, stimuli
from studies.services.blinding_audits import audit
from tests import builders

pytestmark = pytest.mark.django_db
PAIRS = 90


@pytest.fixture
def study(idle_queue):
    return builders.launched_study(photos=24)


def told(made: BlindingAudit) -> set[str]:
    return {one["name"] for one in made.result["findings"] if one["adjusted"] <= 0.01}


def test_an_honest_study_passes_and_nothing_is_left_behind(study):
    made = audit(study, pairs=PAIRS)
    assert made.passed, wording.summary(made.result)
    assert made.result["pairs"] == PAIRS
    assert "length" in made.result["constant"]
    assert not Participation.objects.exists()
    assert not Participant.objects.exists()


@pytest.mark.timing
def test_a_path_that_is_slower_for_fakes_is_found(study, monkeypatch):
    opened = Stimulus.file.field.attr_class.open

    def slowly(file, mode="rb"):
        if file.instance.colorization_id is not None:
            time.sleep(0.01)
        return opened(file, mode)

    monkeypatch.setattr(Stimulus.file.field.attr_class, "open", slowly)
    made = audit(study, pairs=PAIRS)
    assert {"latency, first request", "latency, lowest"} <= told(made)
    assert not made.passed
    assert "faster for one kind" in " ".join(wording.advice(made.result))


def test_files_of_different_lengths_are_certain(study):
    stimulus = Stimulus.objects.exclude(colorization=None).first()
    with stimulus.file.open("rb") as file:
        data = file.read()
    default_storage.delete(stimulus.file.name)
    default_storage.save(stimulus.file.name, ContentFile(data + b"\0"))
    made = audit(study, pairs=PAIRS)
    assert not made.passed
    assert any("bytes after the end" in words for words in made.result["certain"])


def test_bytes_that_come_again_at_a_second_visit_are_certain(study, monkeypatch):
    """What every release until this one did: a picture's bytes were the same in each participation."""
    always = UUID(int=7)
    monkeypatch.setattr("studies.views.picture.mask", lambda file, token, length: mask(file, always, length))
    made = audit(study, pairs=60)
    assert made.result["participations"] >= 2
    assert any("come again in another showing" in words for words in made.result["certain"])


def test_a_header_that_names_the_file_is_certain(study, monkeypatch):
    from django.http import HttpResponse

    plain = HttpResponse.__init__

    def with_etag(self, content=b"", *args, **kwargs):
        plain(self, content, *args, **kwargs)
        if self.get("Content-Type") == "application/octet-stream":
            self["ETag"] = f'"{hash(content)}"'

    monkeypatch.setattr(HttpResponse, "__init__", with_etag)
    made = audit(study, pairs=20)
    assert any("name the file" in words for words in made.result["certain"])


def test_a_study_of_checks_can_be_audited(idle_queue):
    study = builders.newly_launched_study(screening={"colour_vision": "require", "display": "require"})
    assert audit(study, pairs=20).result["pairs"] == 20


def test_a_pair_test_without_a_vigilance_control_is_audited(idle_queue):
    asked = builders.DESIGN_SETTINGS | {"vigilance_share": 0.0}
    study = builders.newly_launched_study(vigilance=False, design_settings=asked)
    made = audit(study, pairs=20)
    assert made.result["pairs"] == 20
    assert made.result["told"] == "the fake"


def test_a_launch_keeps_its_audit(settings, idle_queue):
    settings.BLINDING_AUDIT_PAIRS = 20
    study = builders.newly_launched_study()
    assert study.state == StudyState.LIVE
    made = blinding_audits.that_counts(study)
    assert made is not None
    assert made.passed
    assert not study.participations.exists()


def test_whoever_watches_a_launch_sees_that_its_audit_runs(settings, idle_queue):
    settings.BLINDING_AUDIT_PAIRS = 20
    study = builders.make_study()
    seen = []

    def audited(done, total):
        seen.append((done, total))
        seen.append(presentation.of_preparation(Study.objects.get(pk=study.pk)))

    lifecycle.launch(study=study, audited=audited)
    pairs, shown = seen[::2], seen[1::2]
    assert (pairs[0], pairs[-1]) == ((0, 20), (20, 20))
    begun = "All 56 pictures are ready. The blinding audit is running: "
    assert shown[0]["summary"] == begun + "0 of 20 pairs seen"
    assert shown[-1]["summary"] == begun + "judging what was seen"
    assert [one["percent"] for one in (shown[0], shown[-1])] == [0, 90]
    assert all(one["active"] for one in shown)
    study.refresh_from_db()
    assert presentation.of_preparation(study)["summary"] == "56 of 56 pictures are ready"


def test_a_launch_is_refused_in_words_when_a_picture_gives_itself_away(settings, monkeypatch, idle_queue):
    settings.BLINDING_AUDIT_PAIRS = 20
    study = builders.make_study()
    lifecycle.prepare(study=study)
    monkeypatch.setattr(stimuli, "is_uniform", lambda data, image_px: True)
    stimulus = Stimulus.objects.exclude(colorization=None).first()
    with stimulus.file.open("rb") as file:
        longer = file.read() + b"\0"
    stimulus.file.save("longer.webp", ContentFile(longer), save=False)
    Stimulus.objects.filter(pk=stimulus.pk).update(file=stimulus.file.name, file_bytes=len(longer))
    with pytest.raises(stimuli.Unpresentable, match="give themselves away"):
        lifecycle.launch(study=study)
    study.refresh_from_db()
    assert study.state == StudyState.DRAFT
    assert "bytes after the end" in study.preparation["error"]


def test_an_audit_that_breaks_is_shown_and_stops_no_launch(settings, monkeypatch, idle_queue):
    settings.BLINDING_AUDIT_PAIRS = 20
    monkeypatch.setattr(blinding_audits, "audit", lambda *args, **options: 1 / 0)
    study = builders.newly_launched_study()
    assert study.state == StudyState.LIVE
    made = blinding_audits.that_counts(study)
    assert not made.passed
    assert "could not be made: ZeroDivisionError" in wording.summary(made.result)


def test_equal_seeds_ask_and_answer_in_the_same_way(study):
    one, other = (audit(study, pairs=20, seed=5).result for _ in range(2))
    same = ("pairs", "certain", "constant", "alpha", "permutations", "participations")
    assert [one[key] for key in same] == [other[key] for key in same]


def test_the_command_prints_a_table_and_what_it_would_have_found(study):
    out = StringIO()
    call_command("audit_blinding", study.slug, pairs=40, stdout=out)
    said = out.getvalue()
    assert "latency, first request" in said
    assert "40 pairs of" in said
    assert "passes the blinding audit" in said


def test_the_page_of_the_study_names_what_is_certain(study, root, client):
    result = audit(study, pairs=20).result | {"certain": ["The pictures differ in the length: 1 | 2."]}
    BlindingAudit.objects.create(study=study, passed=False, result=result, code_version="0")
    client.force_login(root)
    page = client.get(f"/admin/studies/study/{study.pk}/change/").content.decode()
    assert "The pictures give themselves away: The pictures differ in the length" in page


def test_pictures_that_are_not_served_are_no_pass(study, monkeypatch):
    monkeypatch.setattr("studies.services.participations.is_near", lambda trial: False)
    with pytest.raises(blinding_audits.CannotAudit, match="status 404"):
        audit(study, pairs=20)


def test_a_later_audit_with_fewer_pairs_does_not_hide_one_with_more_unless_it_found_something(study):
    def kept(pairs, passed=True):
        return BlindingAudit.objects.create(
            study=study, passed=passed, result={"pairs": pairs}, code_version="1"
        )

    assert blinding_audits.that_counts(study) is None
    kept(100)
    large = kept(240)
    kept(100)
    assert blinding_audits.that_counts(study) == large
    again = kept(240)
    assert blinding_audits.that_counts(study) == again
    found = kept(100, passed=False)
    assert blinding_audits.that_counts(study) == found
