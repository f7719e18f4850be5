"""Links and payment lists from the command line."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from studies.models import PaymentReference
from studies.recruiters._recruiter import Arrival
from studies.services import recruiting
from tests.builders import launched_study

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def run(*arguments, **options) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def test_links_come_as_a_table(idle_queue, tmp_path):
    study = launched_study(recruiter="single_use")
    lines = run("make_invitations", study.slug, count=3).splitlines()
    assert lines[0] == "number,link,label,used"
    assert len(lines) == 4
    assert f"/s/{study.slug}/i/" in lines[1]
    file = tmp_path / "links.csv"
    assert str(file) in run("make_invitations", study.slug, count=2, out=file)
    assert len(file.read_text().splitlines()) == 3
    assert study.invitations.count() == 5
    with pytest.raises(CommandError, match="at a time"):
        run("make_invitations", study.slug, count=0)


def test_the_payment_list_and_the_forgetting(idle_queue, tmp_path):
    study = launched_study(recruiter="sona", recruiter_settings={
        "completed_address": "https://school.sona-systems.com/c?survey_code={survey_code}"
    })  # fmt: skip
    recruiting.begin(study=study, arrival=Arrival("12345", {"survey_code": "12345"}))
    assert "12345" in run("export_payments", study.slug)
    file = tmp_path / "pay.csv"
    run("export_payments", study.slug, out=file)
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError, match="a call of its own"):
        run("export_payments", study.slug, out=file, forget_ids=True)
    assert "1 participations" in run("export_payments", study.slug, forget_ids=True)
    assert not PaymentReference.objects.exists()
    with pytest.raises(CommandError, match="cannot be written"):
        run("export_payments", study.slug, out=tmp_path / "no" / "pay.csv")
