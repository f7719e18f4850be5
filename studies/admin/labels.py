"""What people call the fields and settings of a study; files and commands call them by their keys."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst

from colorizers.tools import declared
from studies.models import Study
from studies.rules import study_settings

YES_NO = {True: "yes", False: "no", None: "no limit", "": "–"}


def labels_of(study: Study) -> dict[str, str]:
    """The label of each key that a sentence about this study may name."""
    labels = {field.name: str(capfirst(field.verbose_name)) for field in Study._meta.concrete_fields}
    labels |= study_settings.TITLES
    for kind in study_settings.kinds(study.design, study.recruiter).values():
        labels |= {setting.name: setting.label for setting in declared.declared(kind)}
    return labels


def settings_in_words(study: Study, column: str) -> list[tuple[str, Any]]:
    """The label and the value of each setting in one of the study's tables."""
    labels = labels_of(study)
    values = getattr(study, column)
    return [
        (labels.get(name, name), YES_NO[value] if value in (None, "") or isinstance(value, bool) else value)
        for name, value in values.items()
    ]
