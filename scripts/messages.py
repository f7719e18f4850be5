"""Bring the translations of the participants' pages up to date: locale/<language>/LC_MESSAGES/.

    .venv/bin/python scripts/messages.py

Collects what the participants' side says, adds what is new to each django.po, takes out what is gone, and
compiles django.mo, which is kept under version control: no gettext tools are needed anywhere.
"""

import ast
import io
import os
import sys
from pathlib import Path

from babel.messages import Catalog, mofile, pofile
from babel.messages.extract import extract_python

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

LOCALE = ROOT / "locale"
LANGUAGES = ("de", "es", "fr", "zh_Hans")
# Django's functions and what each argument is; those of lazy translation are named alike.
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
# Designs mark what they say by `say(text)` and `say(text, context)`; they are free of Django.
DESIGNS = "say"
PYTHON = (
    "studies/designs/*.py",
    "studies/texts/*.py",
    "studies/views/*.py",
    "studies/services/participations.py",
)
TEMPLATES = ("templates/studies/*.html", "templates/403.html", "templates/404.html", "templates/500.html")


def collected() -> Catalog:
    """Everything that the participants' side says, with where it says it."""
    from django.utils.translation.template import templatize

    catalog = Catalog(project="Foolrate", charset="utf-8", fuzzy=False)
    for pattern in (*PYTHON, *TEMPLATES):
        for path in sorted(ROOT.glob(pattern)):
            text = path.read_text(encoding="utf-8")
            found = _in_python(text) if path.suffix == ".py" else _in_template(templatize(text))
            for function, parts in found:
                context = parts.pop(0) if function.startswith(("pgettext", "npgettext")) else None
                if not parts:
                    continue
                plural = function.startswith(("ngettext", "npgettext"))
                identity = tuple(parts[:2]) if plural else parts[0]
                catalog.add(identity, context=context, locations=[(path.relative_to(ROOT).as_posix(), 0)])
    return catalog


def _in_python(text):
    """Calls with texts written out: the function's name, and its arguments as Django orders them."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        parts = [part.value for part in node.args if isinstance(part, ast.Constant)]
        if parts and node.func.id == DESIGNS:
            yield ("pgettext", parts[::-1]) if len(parts) > 1 else ("gettext", parts)
        elif parts and node.func.id in KEYWORDS:
            yield node.func.id, parts


def _in_template(text):
    for _line, function, message, _comments in extract_python(io.BytesIO(text.encode()), KEYWORDS, [], {}):
        parts = list(message) if isinstance(message, tuple) else [message]
        texts = [part for part in parts if isinstance(part, str) and part]
        if texts:
            yield function, texts


def read(language: str) -> Catalog:
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        return pofile.read_po(file, locale=language)


def compiled(catalog: Catalog) -> bytes:
    """The bytes of the .mo file: the same for the same translations."""
    buffer = io.BytesIO()
    mofile.write_mo(buffer, catalog)
    return buffer.getvalue()


def main() -> None:
    now = collected()
    for language in LANGUAGES:
        path = LOCALE / language / "LC_MESSAGES" / "django.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        catalog = read(language) if path.exists() else Catalog(locale=language, charset="utf-8", fuzzy=False)
        catalog.update(now, no_fuzzy_matching=True, update_creation_date=False)
        catalog.obsolete.clear()
        catalog.project, catalog.version = "Foolrate", "participants"
        catalog.header_comment = f"# What participants read, in {catalog.locale.english_name}."
        with path.open("wb") as file:
            pofile.write_po(file, catalog, width=100, sort_output=True, omit_header=False)
        path.with_suffix(".mo").write_bytes(compiled(catalog))
        left = [message.id for message in catalog if message.id and not _done(message)]
        sys.stdout.write(f"{language}: {len(catalog) - len(left)} of {len(catalog)} translated\n")


def _done(message) -> bool:
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(strings)


if __name__ == "__main__":
    main()
