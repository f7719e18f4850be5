"""The document about study files names every key that a study file may have."""

from pathlib import Path

import pytest

from colorizers.tools import declared
from studies import designs, recruiters
from studies.rules import study_settings
from studies.services import study_file_format, study_files
from tests import builders

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "study-file.md").read_text(encoding="utf-8")
KEYS = [
    *study_file_format.STUDY_KEYS,
    *study_file_format.CONDITION_KEYS,
    *[setting.name for kind in study_settings.COMMON.values() for setting in declared.declared(kind)],
    *[
        setting.name
        for plugins in (designs, recruiters)
        for name in plugins.names()
        for setting in declared.declared(plugins.get(name).Settings)
    ],
]


@pytest.mark.parametrize("key", sorted(set(KEYS)))
def test_the_document_names_the_key(key):
    assert f"`{key}`" in DOCUMENT or f"`[{key}]`" in DOCUMENT or f"`[[{key}]]`" in DOCUMENT


def test_the_document_states_the_defaults_of_the_code():
    common = {name: key.default for name, key in study_file_format.STUDY_KEYS.items()}
    own = [recruiters.get("open").Settings, recruiters.get("mturk").Settings]
    for kind in (*study_settings.COMMON.values(), *own):
        common |= defaults(kind)
    keys = common
    for line in DOCUMENT.splitlines():
        if line.startswith("## "):
            design = next((name for name in designs.names() if f"of the design `{name}`" in line), "pair")
            keys = common | defaults(designs.get(design).Settings)
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 3 and cells[1].startswith("`") and cells[0].strip("`") in keys:
            stated, default = cells[1].strip("`"), keys[cells[0].strip("`")]
            words = {True: "true", False: "false"} if isinstance(default, bool) else {}
            assert stated.strip('"') == words.get(default, str(default)), cells[0]


def defaults(kind):
    return {setting.name: setting.default for setting in declared.declared(kind)}


@pytest.mark.django_db
def test_the_example_makes_a_study():
    builders.make_photo_set(2, name="garden")
    builders.make_colorizer("welsh2002", slug="garden-welsh")
    builders.make_colorizer("luminance_table", slug="garden-table")
    builders.make_colorizer("random", slug="garden-random")
    text = (ROOT / "examples" / "garden.toml").read_text(encoding="utf-8")
    study, is_new = study_files.create_study(text)
    assert is_new
    assert study.conditions.count() == 3
