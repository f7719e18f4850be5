"""manage.py build_prior --set NAME [--out FILE.json]"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import track

from colorizers.management.commands.register_colorizer import photo_set_called
from colorizers.models import PhotoSet
from colorizers.pictures import bins
from colorizers.pictures.colour import RGB8


class Command(BaseCommand):
    help = (
        "The prior of a photo set over the 313 colour classes of Zhang et al. (2016): the mean soft code of "
        "its photos, each photo counting the same. Written as JSON, to a file or to the output."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--set", required=True, dest="set_name", metavar="NAME")
        parser.add_argument("--out", type=Path, metavar="FILE.json", help="the output if not given")
        parser.add_argument(
            "--neighbours",
            type=int,
            default=bins.NEIGHBOURS,
            metavar="K",
            help="bins that share a colour: 5 in the paper, 10 in its released code",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        photo_set, neighbours = photo_set_called(options["set_name"]), options["neighbours"]
        if not 1 <= neighbours <= len(bins.ab_bins()):
            raise CommandError(
                f"--neighbours must lie between 1 and {len(bins.ab_bins())}, not {neighbours}."
            )
        number = photo_set.photos.count()
        if number == 0:
            raise CommandError(f"The photo set {photo_set.name!r} is empty: import photos into it first.")
        out: Path | None = options["out"]
        if out is not None and not out.parent.is_dir():
            raise CommandError(f"There is no folder {out.parent} to write {out.name} into.")
        prior = bins.mean_soft_code(_photos(photo_set, number), neighbours)
        facts = {
            "set": photo_set.name,
            "set_digest": photo_set.digest(),
            "photos": number,
            "step": bins.STEP,
            "neighbours": neighbours,
            "sigma": bins.SIGMA,
            "pixels_per_photo": bins.PRIOR_PX**2,
            "prior": prior.tolist(),
        }
        text = json.dumps(facts, indent=1)
        if out is None:
            self.stdout.write(text)
            return
        out.write_text(text + "\n", encoding="utf-8")
        reached = int((prior > 0).sum())
        self.stdout.write(
            f"The prior of {number} photos of {photo_set.name} is in {out}: "
            f"{reached} of {len(prior)} classes occur."
        )


def _photos(photo_set: PhotoSet, number: int) -> Iterator[RGB8]:
    # By digest: sums of floating-point numbers depend on their order, and the order of import is chance.
    photos = photo_set.photos.order_by("digest").iterator(chunk_size=100)
    console = Console(file=sys.stderr)
    for photo in track(photos, "photos", total=number, console=console, disable=not console.is_terminal):
        yield photo.read_rgb()
