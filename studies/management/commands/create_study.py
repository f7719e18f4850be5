"""manage.py create_study FILE.toml [--owner NAME] [--replace]"""

from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from colorizers.tools.command_line import MANAGE
from studies.models import Study
from studies.services import study_files, validation


class Command(BaseCommand):
    help = "Make a draft study from a study file; docs/study-file.md explains its keys."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.toml")
        parser.add_argument(
            "--owner",
            default="",
            metavar="NAME",
            help="the user who sees it in the workbench; without one only administrators do",
        )
        parser.add_argument("--replace", action="store_true", help="rewrite a draft of the same slug")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text = options["file"].read_text(encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error}.") from error
        except UnicodeDecodeError as error:
            raise CommandError(
                f"{options['file']} is no text in UTF-8, as a study file is; `export_study` writes one."
            ) from error
        owner = user_called(options["owner"]) if options["owner"] else None
        try:
            study, is_new = study_files.create_study(text, owner=owner, replace=options["replace"])
        except study_files.StudyFileRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The draft {study.slug!r} is {'made' if is_new else 'rewritten'}.")
        self.stdout.write(f"  {_who_sees(study)}")
        readiness = validation.check(study)
        for finding in readiness.problems:
            self.stdout.write(self.style.WARNING(f"  before launching: {finding}"))
        for finding in readiness.warnings:
            self.stdout.write(f"  to consider: {finding}")
        for note in readiness.notes:
            self.stdout.write(f"  {note}")
        if readiness.ok:
            self.stdout.write(f"It is ready. Launch it with: {MANAGE} launch_study {study.slug}")


def _who_sees(study: Study) -> str:
    """Who finds it in the workbench, and how somebody else would."""
    names = [str(study.owner)] if study.owner else []
    names += [str(user) for user in study.researchers.order_by("username") if user != study.owner]
    if not names:
        return (
            "It has no owner: only administrators see it in the workbench. Give it one there, under “Who "
            "sees the study”, or with --owner NAME --replace."
        )
    return f"In the workbench it is seen by {', '.join(names)} and administrators."


def user_called(name: str) -> Any:
    """The person of that name; CommandError lists those that there are."""
    people = get_user_model().objects
    found = people.filter(username=name).first()
    if found is None:
        known = ", ".join(people.order_by("username").values_list("username", flat=True)[:20]) or "none"
        raise CommandError(f"There is no user called {name!r}; there are: {known}.")
    return found
