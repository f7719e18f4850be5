"""Studies to start from: the study files in examples/ that begin with “# Preset:”."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from colorizers.models import Colorizer, PhotoSet
from studies import designs
from studies.rules import study_settings
from studies.services import copies
from studies.services.study_file_format import Document, read

FOLDER = Path(settings.BASE_DIR) / "examples"
MARK = "# Preset: "


@dataclass(frozen=True)
class Preset:
    """A study file with its name, title, what it reproduces in a line, and what is published of it."""

    name: str
    title: str
    summary: str
    source: str
    text: str

    def document(self) -> Document:
        return read(self.text)


def presets() -> list[Preset]:
    """Those of designs that are offered, by title."""
    found = (_read(file) for file in FOLDER.glob("*.toml"))
    return sorted((preset for preset in found if preset), key=lambda preset: preset.title.casefold())


def find(name: str) -> Preset | None:
    return next((_read(file) for file in FOLDER.glob("*.toml") if file.stem == name), None)


def _read(file: Path) -> Preset | None:
    text = file.read_text(encoding="utf-8")
    if not text.startswith(MARK):
        return None
    lines = text.splitlines()
    title, summary, *source = [line[2:] for line in lines[: lines.index("#")]]
    preset = Preset(file.stem, title.removeprefix(MARK[2:]), summary, " ".join(source), text)
    return preset if preset.document().study.get("design") in designs.offered() else None


def form_values(preset: Preset) -> dict[str, Any]:
    """The values of a new study's form, by the names of its fields; a photo set only if it is there."""
    values = dict(preset.document().study)
    values["photo_set"] = (
        PhotoSet.objects.filter(name=values["photo_set"]).values_list("pk", flat=True).first()
    )
    values["slug"] = copies.free_slug(values["slug"])
    for column in study_settings.TITLES:
        values |= {f"{column}__{name}": value for name, value in values.pop(column).items()}
    return {name: value for name, value in values.items() if value is not None}


def condition_rows(preset: Preset) -> list[dict[str, Any]]:
    """The values of its conditions' forms; a colorizer only if it is there."""
    known = dict(Colorizer.objects.values_list("slug", "pk"))
    rows = [dict(row) for row in preset.document().conditions]
    return [row | {"colorizer": known.get(row["colorizer"]), "position": at} for at, row in enumerate(rows)]
