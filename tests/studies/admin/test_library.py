"""The way back: studies are cloned, archived, made from files, and deleted where nobody answered."""

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from studies.models import Participation, Response, Source, Study, StudyState, Trial
from studies.recruiters._recruiter import Arrival
from studies.services import (
    endings,
    lifecycle,
    participations,
    payments,
    recruiting,
    study_files,
    validation,
)
from studies.services.protocol import verify_protocol
from tests import builders
from tests.sent_forms import opened

pytestmark = [pytest.mark.django_db, pytest.mark.database]

UPLOAD = "/admin/studies/study/upload/"


@pytest.fixture
def by_ada(client, ada):
    client.force_login(ada)
    return client


@pytest.fixture
def study(ada):
    """Ada's study, launched; nobody has answered yet."""
    return builders.launched_study(owner=ada, languages=["en", "de"], translations={"de": {"title": "Wiese"}})


def delete_page(study: Study) -> str:
    return reverse("admin:studies_study_delete", args=[study.pk])


def press(client, study: Study, step: str):
    """A button of the panel, which sends the form along."""
    address, data = opened(client, study)
    return client.post(address, data | {"_step": step})


def answer_one(participation: Participation) -> None:
    Response.objects.create(trial=participation.trials.first(), answer="left")


def messages_of(reply) -> str:
    return " ".join(str(message) for message in get_messages(reply.wsgi_request))


def upload(client, text: str | bytes, **fields: str):
    content = text if isinstance(text, bytes) else text.encode()
    data = {"file": SimpleUploadedFile("study.toml", content), "taken": "refuse"} | fields
    return client.post(UPLOAD, data)


# --- deleted ---------------------------------------------------------------------------------------


def test_a_launched_study_that_nobody_answered_is_deleted_with_what_hangs_on_it(by_ada, study):
    for source in (Source.PERSON, Source.SIMULATED, Source.SIMULATED, Source.PREVIEW):
        made = participations.begin_participation(study=study, source=source)
        if source != Source.PERSON:
            answer_one(made)
    assert "Close it first" in by_ada.get(delete_page(study)).content.decode(), "somebody may be reading"
    assert by_ada.post(delete_page(study), {"post": "yes"}).status_code == 409
    lifecycle.close(study=study)
    page = by_ada.get(delete_page(study)).content.decode()
    for words in (
        "conditions: 3", "previews by researchers: 1", "simulated participations with their answers: 2",
        "people who have begun and answered nothing: 1",
        reverse("admin:studies_study_export", args=[study.pk]),
    ):  # fmt: skip
        assert words in page
    assert Study.objects.count() == 1
    assert by_ada.post(delete_page(study), {"post": "yes"}).status_code == 302
    assert not Study.objects.exists()
    assert not Trial.objects.exists()
    assert study.photo_set.photos.exists()


def test_a_study_with_an_answer_says_why_it_stays_and_what_to_do(by_ada, study, ben, client):
    answer_one(participations.begin_participation(study=study, source=Source.PERSON))
    for reply, status in [
        (by_ada.get(delete_page(study)), 200),
        (by_ada.post(delete_page(study), {"post": "yes"}), 409),
    ]:
        assert reply.status_code == status
        assert "1 person has answered" in reply.content.decode()
        assert "close it, then archive it" in reply.content.decode()
    study.researchers.add(ben)
    client.force_login(ben)
    reply = client.get(delete_page(study))
    assert reply.status_code == 403
    assert "Only its owner, ada, or an administrator" in reply.content.decode()
    assert Study.objects.count() == 1


@pytest.mark.parametrize("came", ["began", "was turned away"])
def test_who_may_have_to_be_paid_keeps_a_study_until_the_payment_is_done(
    by_ada, ada, idle_queue, client, came
):
    study = builders.launched_study(
        owner=ada, recruiter="prolific", recruiter_settings={"completed_code": "C"}
    )
    arrival = Arrival(person="eve", ids={"PROLIFIC_PID": "eve", "STUDY_ID": "s", "SESSION_ID": "v"})
    if came == "began":
        recruiting.begin(study=study, arrival=arrival)
    lifecycle.close(study=study)
    if came == "was turned away":
        endings.turn_away(study, arrival, "over_quota")
    reply = by_ada.post(delete_page(study), {"post": "yes"})
    assert reply.status_code == 409
    assert "may have to be paid" in reply.content.decode()
    payments.forget_ids(study)
    assert by_ada.post(delete_page(study), {"post": "yes"}).status_code == 302
    assert not Study.objects.exists()


# --- cloned and archived ---------------------------------------------------------------------------


def test_a_launched_study_is_cloned_into_a_draft_with_everything_in_it(by_ada, study, ada):
    reply = press(by_ada, study, "clone")
    made = Study.objects.get(slug="meadow-study-copy")
    assert reply.url == reverse("admin:studies_study_change", args=[made.pk])
    assert (made.state, made.owner, made.title) == (StudyState.DRAFT, ada, "Meadow colours (copy)")
    assert made.seed != study.seed
    assert (made.digest, made.protocol, made.preparation, made.launched_at) == ("", {}, {}, None)
    assert any("title of the copy" in item.text for item in validation.check(made).warnings)
    own = {"slug", "title", "seed"}
    before, after = study_files.as_document(study), study_files.as_document(made)
    assert {key for key in before if before[key] != after[key]} == own
    press(by_ada, made, "clone")
    again = Study.objects.get(slug="meadow-study-copy-2")
    assert again.title == "Meadow colours (copy 2)"
    assert verify_protocol(study) == []


def test_closed_studies_and_drafts_are_archived_and_come_back(by_ada, study, idle_queue):
    assert "Close it first" in messages_of(
        by_ada.post(reverse("admin:studies_study_archive", args=[study.pk]))
    )
    lifecycle.close(study=study)
    press(by_ada, study, "archive")
    for query, there in [("", False), ("?archived=yes", True), ("?archived=all", True)]:
        listed = by_ada.get(f"/admin/studies/study/{query}").content.decode()
        assert ("meadow-study" in listed) is there
    assert "Meadow colours" not in by_ada.get("/admin/").content.decode()
    press(by_ada, study, "unarchive")
    assert "meadow-study" in by_ada.get("/admin/studies/study/").content.decode()


def test_an_archived_draft_is_not_launched(ada):
    draft = builders.make_study(owner=ada, catalogue=False)
    lifecycle.archive(study=draft)
    with pytest.raises(lifecycle.WrongState, match="is archived"):
        lifecycle.begin(study=draft, goal=lifecycle.LAUNCH)
    assert verify_protocol(draft)  # still a draft


# --- made from a file ------------------------------------------------------------------------------


def test_a_study_file_that_was_downloaded_is_uploaded_again(by_ada, study, ada):
    text = study_files.export_study(study)
    refused = upload(by_ada, text)
    assert refused.status_code == 422
    assert "its protocol is fixed" in refused.content.decode()
    upload(by_ada, text, taken="rename")
    made = Study.objects.get(slug="meadow-study-2")
    assert (made.owner, made.state, made.conditions.count()) == (ada, StudyState.DRAFT, 3)
    changed = text.replace('slug = "meadow-study"', 'slug = "meadow-study-2"').replace(
        "Meadow colours", "Other colours"
    )
    upload(by_ada, changed, taken="replace")
    made.refresh_from_db()
    assert made.title == "Other colours"


def test_the_errors_of_a_file_name_their_lines_and_nothing_is_made(by_ada, study, ben):
    text = study_files.export_study(study).replace('slug = "meadow-study"', 'slug = "other"')
    lines = text.splitlines()
    exposure = next(at for at, line in enumerate(lines, 1) if line.startswith("exposure_ms"))
    lines[exposure - 1] = 'exposure_ms = "long"'
    third = [at for at, line in enumerate(lines, 1) if line == "[[conditions]]"][2]
    at = next(at for at, line in enumerate(lines, 1) if at > third and line.startswith("colorizer"))
    lines[at - 1] = 'colorizer = "randon"'
    lines.insert(1, 'titel = "Twice"')
    page = upload(by_ada, "\n".join(lines)).content.decode()
    for words in ("Line 2.</b> there is no", f"Line {exposure + 1}.", f"Line {at + 1}.", "did you mean"):
        assert words in page
    assert "Line 1." in upload(by_ada, "title = = 1").content.decode()
    assert "no text in UTF-8" in upload(by_ada, b"\xff\xfe\x00").content.decode()
    assert "at most 256" in upload(by_ada, "#" * 300_000).content.decode()
    assert Study.objects.count() == 1


def test_nobody_rewrites_the_draft_of_somebody_else_by_a_file(client, ada, ben):
    draft = builders.make_study(owner=ada, catalogue=False)
    client.force_login(ben)
    reply = upload(client, study_files.export_study(draft).replace("Meadow", "Stolen"), taken="replace")
    assert "somebody else&#x27;s study" in reply.content.decode()
    draft.refresh_from_db()
    assert draft.title == "Meadow colours"


def test_the_button_of_the_list_leads_to_the_upload(by_ada):
    assert by_ada.get("/admin/studies/study/go-upload/").url == UPLOAD
    assert by_ada.get(UPLOAD).status_code == 200
