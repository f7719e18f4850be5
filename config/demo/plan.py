"""What the demonstration consists of: its names, its colorizers, and a test as long as the photos allow."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from studies.designs.pair import PairSettings

TEMPLATE = Path(__file__).with_name("study.toml.template")
FEWEST_PHOTOS = 10
MOST_TEST_TRIALS = 40
VIGILANCE_SHARE = 0.1


@dataclass(frozen=True)
class Arm:
    """One colorizer of the demonstration and the fool rate that its simulated participants are given."""

    method: str
    title: str
    fool_rate: float | None = None  # none: it is in the catalogue but not in the test
    is_vigilance: bool = False


# The rates are invented for the simulation, and the report says that they are simulated.
ARMS = (
    Arm("welsh2002", "Colours from the most similar photo (Welsh 2002)", fool_rate=0.31),
    Arm("luminance_table", "Mean colour of each lightness", fool_rate=0.24),
    Arm("constant_mean", "Mean colour of all photos", fool_rate=0.17),
    Arm("sepia", "Sepia", fool_rate=0.09),
    Arm("grey", "Black and white"),
    Arm("random", "Colours of another photo (vigilance)", is_vigilance=True),
)


@dataclass(frozen=True)
class Plan:
    """The names of one demonstration: the shipped list of photographs, or a folder of one's own."""

    photo_set: str
    photo_set_title: str
    study: str
    study_title: str
    own_folder: Path | None = None

    def colorizer(self, arm: Arm, *, needs_reference: bool) -> str:
        """The colorizer's slug: one that takes its colours from the photo set has the set in its name."""
        slug = arm.method.replace("_", "-")
        return f"{slug}-{self.photo_set}" if needs_reference and self.own_folder else slug


def plan_for(own_folder: Path | None) -> Plan:
    """The demonstration on the shipped list, or on a folder: each folder has its own set and study."""
    if own_folder is None:
        return Plan(
            "demonstration", "Demonstration photographs", "demonstration", "Which photo has the fake colours?"
        )
    name = folder_slug(own_folder)
    title = f"Which photo has the fake colours? ({own_folder.name})"
    return Plan(name, f"Photographs of {own_folder.name}", name, title, own_folder)


def folder_slug(folder: Path) -> str:
    """A name for a folder that no folder of the same name elsewhere gets."""
    words = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-") or "photos"
    return f"{words[:40].strip('-')}-{hashlib.sha256(str(folder).encode()).hexdigest()[:6]}"


def trials_for(photos: int) -> tuple[int, int]:
    """Practice and test trials of a study on so many photographs, each shown at most once.

    Raises ValueError below ten photographs.
    """
    if photos < FEWEST_PHOTOS:
        raise ValueError(f"A demonstration needs at least {FEWEST_PHOTOS} photographs, not {photos}.")
    practice = 4 if photos >= 24 else 2
    test = next(
        trials
        for trials in range(MOST_TEST_TRIALS, 0, -1)
        if practice + trials + vigilance_trials(trials) <= photos
    )
    return practice, test


def vigilance_trials(test: int) -> int:
    return PairSettings(test_trials=test, vigilance_share=VIGILANCE_SHARE).vigilance_trials


def study_file(plan: Plan, *, photos: int, participants: int, colorizers: Sequence[tuple[Arm, str]]) -> str:
    """The text of the study file: the template with this demonstration's names and numbers."""
    practice, test = trials_for(photos)
    conditions = "\n".join(
        _condition(arm, slug) for arm, slug in colorizers if arm.is_vigilance or arm.fool_rate is not None
    )
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        slug=plan.study,
        title=_toml(plan.study_title),
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
        f'[[conditions]]\nkind = "{kind}"\nslug = "{arm.method.replace("_", "-")}"\n'
        f'colorizer = "{slug}"\ntitle = {_toml(arm.title)}\n'
    )


def _toml(text: str) -> str:
    """A TOML string; JSON's escapes are TOML's too."""
    return json.dumps(text, ensure_ascii=False)
