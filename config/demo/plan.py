"""The names of a demonstration, and a test as long as its photographs allow."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from config.demo.arms import Arm
from config.demo.own_photos import FEWEST_PHOTOS, folder_slug
from studies import designs

TEMPLATE = Path(__file__).with_name("study.toml.template")
STUDY = "classes-or-l2"
TITLES = {
    "en": "Which photo has the fake colours?",
    "de": "Welches Foto hat die falschen Farben?",
    "es": "¿Qué foto tiene los colores falsos?",
    "fr": "Quelle photo a les fausses couleurs ?",
    "zh": "哪张照片的颜色是假的？",
}
MOST_TEST_TRIALS = 40
VIGILANCE_SHARE = 0.1
# So many photos more than trials, to take the places of spoiled ones.
SPARE_SHARE = 0.1


@dataclass(frozen=True)
class Plan:
    """The names of one demonstration: the shipped list of photographs, or a folder of one's own."""

    photo_set: str
    photo_set_title: str
    study: str
    study_titles: dict[str, str]
    earlier_study: str  # of versions without networks, on the same photographs
    own_folder: Path | None = None

    def colorizer(self, arm: Arm, *, needs_reference: bool) -> str:
        """The colorizer's slug: one that takes its colours from the photo set has the set in its name."""
        return f"{arm.slug}-{self.photo_set}" if needs_reference and self.own_folder else arm.slug


def plan_for(own_folder: Path | None) -> Plan:
    """The demonstration on the shipped list, or on a folder: each folder has its own set and study."""
    if own_folder is None:
        return Plan(
            photo_set="demonstration",
            photo_set_title="Demonstration photographs",
            study=STUDY,
            study_titles=TITLES,
            earlier_study="demonstration",
        )
    name = folder_slug(own_folder)
    return Plan(
        photo_set=name,
        photo_set_title=f"Photographs of {own_folder.name}",
        study=f"{STUDY}-{name}",
        study_titles={code: f"{title} ({own_folder.name})" for code, title in TITLES.items()},
        earlier_study=name,
        own_folder=own_folder,
    )


def trials_for(photos: int) -> tuple[int, int]:
    """Practice and test trials of a study on so many photographs, each shown at most once.

    A few are left to take the places of spoiled trials. Raises ValueError below ten photographs.
    """
    if photos < FEWEST_PHOTOS:
        raise ValueError(f"A demonstration needs at least {FEWEST_PHOTOS} photographs, not {photos}.")
    practice = 4 if photos >= 24 else 2
    test = next(
        trials
        for trials in range(MOST_TEST_TRIALS, 0, -1)
        if practice + trials + vigilance_trials(trials) + spares(trials) <= photos
    )
    return practice, test


def spares(test: int) -> int:
    return math.ceil(SPARE_SHARE * (test + vigilance_trials(test)))


def vigilance_trials(test: int) -> int:
    settings = {"test_trials": test, "vigilance_share": VIGILANCE_SHARE}
    return designs.get("pair").configured(settings).needs().vigilance


def study_file(plan: Plan, *, photos: int, participants: int, colorizers: Sequence[tuple[Arm, str]]) -> str:
    """The text of the study file: the template with this demonstration's names and numbers."""
    practice, test = trials_for(photos)
    conditions = "\n".join(_condition(arm, slug) for arm, slug in colorizers if arm.is_in_study)
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        slug=plan.study,
        title=_toml(plan.study_titles["en"]),
        **{f"title_{code}": _toml(title) for code, title in plan.study_titles.items()},
        photo_set=plan.photo_set,
        planned_participants=participants,
        practice_trials=practice,
        test_trials=test,
        vigilance_share=VIGILANCE_SHARE,
        conditions=conditions,
    )


def _condition(arm: Arm, slug: str) -> str:
    kind = "vigilance" if arm.is_vigilance else "test"
    return (
        f'[[conditions]]\nkind = "{kind}"\nslug = "{arm.slug}"\n'
        f'colorizer = "{slug}"\ntitle = {_toml(arm.title)}\n'
    )


def _toml(text: str) -> str:
    """A TOML string; JSON's escapes are TOML's too."""
    return json.dumps(text, ensure_ascii=False)
