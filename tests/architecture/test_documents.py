"""What the documents promise, held against the code."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMAND = re.compile(r"manage\.py (\w+)")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_document_leads_somewhere(path):
    missing = [target for target in LINK.findall(path.read_text()) if not (path.parent / target).exists()]
    assert not missing


def test_every_command_in_the_documents_exists():
    from django.core.management import get_commands

    named = {name for path in DOCUMENTS for name in COMMAND.findall(path.read_text())}
    assert named - get_commands().keys() == set()


def test_every_make_target_in_the_documents_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for path in DOCUMENTS for name in re.findall(r"`make ([a-z]+)", path.read_text())}
    assert named <= targets
    assert len(targets) <= 10


def test_the_page_of_settings_names_every_variable_that_settings_read():
    settings = "".join((ROOT / "config" / name).read_text() for name in ("settings.py", "environment.py"))
    read = set(re.findall(r'env_(?:text|bool|int|list)\(\s*"([A-Z_]+)"', settings))
    named = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text()))
    assert read - named == set()


def test_no_document_or_source_names_a_path_of_one_machine():
    suspicious = re.compile(r"/root/\w|/Users/\w")
    found = [
        str(path.relative_to(ROOT))
        for folder in (
            "config",
            "colorizers",
            "studies",
            "evaluation",
            "templates",
            "docs",
            "tests",
            "benchmarks",
        )
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".md", ".js", ".html", ".toml"} and path != Path(__file__)
        if suspicious.search(path.read_text(encoding="utf-8"))
    ]
    assert not found
