"""What the documents promise, held against the code."""

import ast
import json
import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
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


def commands_in_documents():
    """Each `manage.py …` line in a block of code, continued lines joined, as its words."""
    for path in DOCUMENTS:
        for block in re.findall(r"^```\w*\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL):
            for line in block.replace("\\\n", " ").splitlines():
                if "manage.py " in line:
                    yield pytest.param(line, id=f"{path.name}: {line.strip()[:60]}")


@pytest.mark.parametrize("line", list(commands_in_documents()))
def test_every_command_in_a_block_runs_as_it_is_written(line):
    """By the right Python, and with options that the command knows."""
    from django.core.management import get_commands, load_command_class

    from manage import with_method_settings

    words = shlex.split(line, comments=True)
    while "=" in words[0]:
        words.pop(0)  # a variable of the environment
    assert words[:2] == [".venv/bin/python", "manage.py"], "say which Python: .venv/bin/python manage.py"
    name, *arguments = with_method_settings(words[1:])[1:]
    load_command_class(get_commands()[name], name).create_parser("manage.py", name).parse_args(arguments)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_command_in_a_sentence_says_its_python(path):
    assert not re.findall(r"(?<!python )manage\.py [a-z_]+", path.read_text())


def test_the_version_is_written_in_one_place_and_cited_as_it_is():
    from django.conf import settings

    assert f"\nversion: {settings.VERSION}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"\n## {settings.VERSION} (" in (ROOT / "CHANGELOG.md").read_text()
    assert "version" not in json.loads((ROOT / "package.json").read_text())


def test_the_licence_of_the_files_is_the_licence_that_the_project_names():
    assert (ROOT / "LICENSE").read_text().lstrip().startswith("Apache License")
    for name in ("pyproject.toml", "package.json", "CITATION.cff"):
        assert "Apache-2.0" in (ROOT / name).read_text(), name


def texts_of(path: Path):
    """The texts in a module that are no docstrings."""
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def test_every_command_that_a_message_names_can_be_copied_and_run():
    """A message says MANAGE of colorizers/tools/command_line.py, which holds the right Python."""
    found = [
        f"{path.relative_to(ROOT)}: {text}"
        for app in ("config", "colorizers", "studies", "evaluation")
        for path in (ROOT / app).rglob("*.py")
        if path.name != "command_line.py"
        for text in texts_of(path)
        if re.search(r"manage\.py [a-z]", text)
    ]
    assert found == []
