"""manage.py list_methods [--json]"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from colorizers import methods


class Command(BaseCommand):
    help = "List the colorization methods, their variants, sizes and sources."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="as JSON, for other programs")

    def handle(self, *args: Any, **options: Any) -> None:
        found = [self._facts(name) for name in methods.names()]
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=2, ensure_ascii=False))
            return
        for facts in found:
            variants = ", ".join(
                f"{name} ({count:,} parameters)" for name, count in facts["parameters"].items()
            )
            self.stdout.write(self.style.MIGRATE_HEADING(facts["name"]) + f"  {facts['summary']}")
            self.stdout.write(f"    variants: {variants}")
            self.stdout.write(f"    settings: {json.dumps(facts['settings'])}")
            wants = [what for what in ("weights", "reference") if facts[f"needs_{what}"]]
            self.stdout.write(f"    needs: {', '.join(wants) or 'nothing'}")
            self.stdout.write(f"    from: {facts['citation']}")

    def _facts(self, name: str) -> dict[str, Any]:
        method = methods.get(name)
        return {
            "name": method.name,
            "variants": list(method.variants),
            "parameters": dict(method.variants),
            "needs_weights": method.needs_weights,
            "needs_reference": method.needs_reference,
            "settings": method.default_settings(),
            "summary": method.summary,
            "citation": method.citation,
        }
