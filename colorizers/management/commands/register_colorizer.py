"""manage.py register_colorizer --method M --name SLUG [--weights FILE] [--settings JSON]"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from colorizers.models import Colorizer, PhotoSet
from colorizers.services import (
    registering,
)
from colorizers.tools.command_line import MANAGE
from colorizers.tools.nested import load_json


class Command(BaseCommand):
    help = (
        "Register a colorizer: a method with fixed weights, settings, references and seed, under a name. "
        "--settings with a JSON object, such as --settings '{\"temperature\": 0.5}', gives the method's "
        "settings, as --method-settings does; with anything else it is Django's option."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--method", required=True, help=f"see {MANAGE} list_methods")
        parser.add_argument("--name", required=True, metavar="SLUG")
        parser.add_argument("--title", default="")
        parser.add_argument("--variant", default="", help="the method's first one if not given")
        parser.add_argument("--method-settings", metavar="JSON", help='an object, such as {"a": 1}')
        parser.add_argument("--reference-set", default="", metavar="NAME", help="is frozen by this")
        parser.add_argument("--weights", type=Path, metavar="FILE")
        parser.add_argument(
            "--sha256", default="", metavar="HEX", help="of the weights, or at least its first 8 digits"
        )
        parser.add_argument("--seed", type=int, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        settings = self._settings(options["method_settings"], options["settings"])
        existed = Colorizer.objects.filter(slug=options["name"]).exists()
        try:
            colorizer = registering.register_colorizer(
                slug=options["name"],
                method=options["method"],
                variant=options["variant"],
                settings=settings,
                weights=options["weights"],
                reference_set=self._reference_set(options["reference_set"]),
                seed=options["seed"],
                title=options["title"],
                weights_sha256=options["sha256"],
                remark=self.stdout.write,
            )
        except registering.ColorizerRefused as error:
            raise CommandError(str(error)) from error
        what = "is registered already" if existed else "is registered"
        self.stdout.write(f"The colorizer {colorizer.slug} {what}: {colorizer.digest}")

    def _settings(self, own: str | None, djangos: str | None) -> dict[str, Any]:
        # manage.py has sorted the two; `call_command` comes here without it.
        if djangos and djangos.lstrip().startswith("{"):
            own = djangos
        text = own or "{}"
        try:
            settings = load_json(text)
        except ValueError as error:
            raise CommandError(f"--settings is not JSON that can be read ({error}): {text[:200]}") from error
        if not isinstance(settings, dict):
            raise CommandError(f'--settings must be a JSON object such as {{"name": 1}}, not {text[:200]}.')
        return settings

    def _reference_set(self, name: str) -> PhotoSet | None:
        return photo_set_called(name) if name else None


def photo_set_called(name: str) -> PhotoSet:
    """The photo set of that name; CommandError lists those that there are."""
    found = PhotoSet.objects.filter(name=name).first()
    if found is None:
        known = ", ".join(PhotoSet.objects.values_list("name", flat=True)) or "none"
        raise CommandError(f"There is no photo set called {name!r}; there are: {known}.")
    return found
