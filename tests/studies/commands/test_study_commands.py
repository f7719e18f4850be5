"""The commands of a study's life, from file to close."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from colorizers.tools.command_line import MANAGE
from studies.models import Study, StudyState
from studies.services import study_files
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def run(*arguments, **options) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


@pytest.fixture
def file(tmp_path):
    """A study file on a prepared ground; the study itself is not there."""
    study = builders.make_study()
    path = tmp_path / "meadow.toml"
    path.write_text(study_files.export_study(study))
    study.delete()
    return path


def test_a_study_goes_its_whole_way(file, ada, tmp_path):
    assert f"It is ready. Launch it with: {MANAGE} launch_study meadow-study" in run(
        "create_study", file, owner="ada"
    )
    assert "The draft 'meadow-study' is rewritten." in run("create_study", file, replace=True)
    said = run("launch_study", "meadow-study")
    study = Study.objects.get()
    assert study.owner == ada
    assert f"is live. Protocol: {study.digest}" in said
    assert "/s/meadow-study/" in said
    run("export_study", "meadow-study", out=tmp_path / "again.toml")
    assert (tmp_path / "again.toml").read_text() == run("export_study", "meadow-study")
    assert "--reopen" in run("pause_study", "meadow-study")
    assert "live again" in run("pause_study", "meadow-study", reopen=True)
    assert "is closed" in run("close_study", "meadow-study")
    study.refresh_from_db()
    assert study.state == StudyState.CLOSED


def test_it_is_said_who_sees_a_study(file, ada, ben):
    said = run("create_study", file)
    assert "has no owner: only administrators see it in the workbench" in said
    assert "--owner NAME --replace" in said
    # What the sentence advises does what it says, and takes nothing from an owner.
    assert "it is seen by ada and administrators" in run("create_study", file, owner="ada", replace=True)
    assert Study.objects.visible_to(as_staff(ada)).exists()
    said = run("create_study", file, owner="ben", replace=True)
    assert "it is seen by ada and administrators" in said
    assert not Study.objects.visible_to(as_staff(ben)).exists()


def as_staff(user):
    user.is_staff = True
    user.save()
    return user


def test_what_is_missing_is_said_when_a_study_is_made(tmp_path):
    study = builders.make_study(catalogue=False)
    path = tmp_path / "meadow.toml"
    path.write_text(study_files.export_study(study))
    said = run("create_study", path, replace=True)
    assert "before launching: The catalogue is incomplete: 14 of 14" in said
    assert "manage.py colorize --set meadow --colorizer sepia --wait" in said


def test_a_launch_lists_all_that_is_missing():
    builders.make_study(catalogue=False, title="")
    with pytest.raises(CommandError) as refusal:
        run("launch_study", "meadow-study")
    assert "The title is empty." in str(refusal.value)
    assert str(refusal.value).count("catalogue is incomplete") == 3


def test_a_launch_without_a_queue_says_so(monkeypatch, django_capture_on_commit_callbacks):
    from studies.services import lifecycle

    monkeypatch.setattr(lifecycle, "send", lambda *args: "The task queue cannot be reached.")
    builders.make_study()
    with django_capture_on_commit_callbacks(execute=True):
        assert "A worker prepares" in run("launch_study", "meadow-study", no_wait=True)
    study = Study.objects.get()
    assert study.state == StudyState.PREPARING
    assert study.preparation["error"] == "The task queue cannot be reached."


def test_no_wait_hands_the_work_to_a_worker(monkeypatch, django_capture_on_commit_callbacks):
    from studies import tasks
    from studies.services import lifecycle

    monkeypatch.setattr(lifecycle, "send", builders.run_now)
    builders.make_study()
    with django_capture_on_commit_callbacks(execute=True):
        run("launch_study", "meadow-study", no_wait=True)
    assert tasks.prepare_study.name == "studies.tasks.prepare_study"
    assert Study.objects.get().state == StudyState.LIVE


@pytest.mark.parametrize("command", ["launch_study", "export_study", "pause_study", "close_study"])
def test_an_unknown_study_names_the_nearest(command):
    with pytest.raises(CommandError, match="There is no study yet"):
        run(command, "medow-study")
    builders.make_study(catalogue=False)
    with pytest.raises(CommandError, match="did you mean 'meadow-study'"):
        run(command, "medow-study")


@pytest.mark.parametrize("command", ["pause_study", "close_study"])
def test_a_draft_is_neither_paused_nor_closed(command):
    builders.make_study(catalogue=False)
    with pytest.raises(CommandError, match="is draft"):
        run(command, "meadow-study")


def test_files_and_owners_that_are_not_there_are_named(file, tmp_path, ada):
    with pytest.raises(CommandError, match="cannot be read"):
        run("create_study", tmp_path / "none.toml")
    with pytest.raises(CommandError, match="no user called 'eve'; there are: ada"):
        run("create_study", file, owner="eve")
    run("create_study", file)
    with pytest.raises(CommandError, match="cannot be written"):
        run("export_study", "meadow-study", out=tmp_path / "no" / "folder.toml")
