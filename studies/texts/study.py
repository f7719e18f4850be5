"""What a study says in its own words, in each of its languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# All else that participants read is the installation's.
TEXTS = ("title", "information", "consent", "eligibility", "thanks")


@dataclass(frozen=True)
class StudyTexts:
    """A study's texts in one language; where a translation lacks one, the study's first language has it."""

    title: str
    information: str
    consent: str
    eligibility: str
    thanks: str

    @property
    def statements(self) -> list[str]:
        """What a participant must confirm, one by one."""
        return [line.strip() for line in self.eligibility.splitlines() if line.strip()]


def texts_in(
    language: str, *, original: Mapping[str, str], written_in: str, translations: Mapping[str, Any]
) -> StudyTexts:
    """The texts in a language, each from its translation if there is one, else as they were written."""
    translated = {} if language == written_in else translations.get(language, {})
    return StudyTexts(**{name: translated.get(name) or original[name] for name in TEXTS})


def faults(translations: Mapping[str, Any]) -> list[str]:
    """What is wrong with the tables of a study file's translations, one sentence each."""
    found = []
    for language, texts in translations.items():
        if not isinstance(texts, Mapping):
            found.append(f"[translations.{language}] must be a table of texts, not {texts!r}.")
            continue
        for name, text in texts.items():
            if name not in TEXTS:
                known = ", ".join(TEXTS)
                found.append(f"In [translations.{language}]: there is no text {name!r}; known are: {known}.")
            elif not isinstance(text, str):
                found.append(f"In [translations.{language}]: {name} must be a text, not {text!r}.")
    return found
