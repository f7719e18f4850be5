"""Show a whole study on this machine, from real photographs to the report."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from rich.console import Console

from colorizers.services.photo_sources import (
    ImportRefused,
)
from colorizers.services.registering import (
    ColorizerRefused,
)
from config.demo import arms, history, own_photos
from config.demo.photos import TooFewPhotos
from config.demo.plan import plan_for
from config.demo.steps import Demo
from config.management.commands._addresses import add_address_options
from config.processes import services, site
from config.processes.redis import RedisUnavailable
from config.processes.supervisor import ServiceFailed
from studies.services.lifecycle import WrongState
from studies.services.readiness import NotReady as StudyNotReady
from studies.services.study_files import StudyFileRefused

# What a person can do something about; anything else is a fault of ours and shows its traceback.
EXPECTED = (
    site.NotReady,
    RedisUnavailable,
    ServiceFailed,
    TooFewPhotos,
    arms.WeightsMissing,
    ImportRefused,
    ColorizerRefused,
    StudyFileRefused,
    StudyNotReady,
    WrongState,
)


class Command(BaseCommand):
    help = (
        "Starts this installation, recolours photographs with free licences (or yours), launches a study "
        "that compares four trained networks on them, adds labelled simulated participants, makes the "
        "report, colours black-and-white photographs for a gallery, and runs until Ctrl-C. "
        "What an earlier run made is kept."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_address_options(parser)
        parser.add_argument("--photos", type=Path, metavar="FOLDER", help="your own photographs")
        parser.add_argument(
            "--history",
            type=Path,
            metavar="FOLDER",
            help="your own black-and-white photographs, to be coloured",
        )
        parser.add_argument(
            "--participants", type=int, default=60, metavar="N", help="simulated participants (60)"
        )

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        folder, old_photos = (
            given.expanduser().resolve() if given else None
            for given in (options["photos"], options["history"])
        )
        console = Console(file=cast(IO[str], self.stdout._out))
        demo = Demo(plan_for(folder), old_photos, settings.FOOLRATE_DATA, console)
        try:
            # Refused before anything is started.
            if folder is not None:
                own_photos.pictures_in(folder)
            if old_photos is not None:
                history.check(old_photos)
            arms.check_weights()
            with site.running(host=host, port=port, say=demo.say) as supervisor:
                self._show(demo, options["participants"], host, port)
                supervisor.wait()
        except EXPECTED as error:
            raise CommandError(str(error)) from error
        except (KeyboardInterrupt, SystemExit):
            demo.say("")
        demo.say("Stopped. `make demo` goes on where this ended.")

    def _show(self, demo: Demo, participants: int, host: str, port: int) -> None:
        root = services.site_url(host, port)
        account = demo.make_admin()
        photo_set = demo.load_photos()
        colorizers = demo.fill_catalogue(photo_set)
        study = demo.launch_study(photo_set, colorizers, participants)
        demo.add_simulated(study, participants, services.address(host, port))
        demo.make_report(study)
        gallery = demo.load_history()
        if gallery is not None:
            demo.colour_history(gallery, colorizers)
        demo.say(
            f"\n  Take the test  {root}{reverse('studies:landing', args=[study.slug])}"
            f"\n  Workbench      {root}{reverse('admin:index')}   ({account})"
            f"\n  Report         {root}{reverse('evaluation:report', args=[study.slug])}"
            + (
                f"\n  History        {root}{reverse('colorizers:catalogue', args=[gallery.name])}"
                if gallery
                else ""
            )
            + "\n\nThe participants so far are simulated, and the report says so. Ctrl-C stops everything."
        )
