"""Rows of a study as the trial runner would leave them, written straight into the database."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass

import numpy as np

from colorizers.models import Colorization, Colorizer, Photo, PhotoSet, WorkState
from evaluation import metrics
from evaluation.models import Population, Report, Score
from evaluation.services import (
    reports,
)
from studies.models import (
    Condition,
    ConditionKind,
    Participant,
    Participation,
    ParticipationState,
    PhotoRole,
    Response,
    Source,
    Study,
    StudyPhoto,
    StudyState,
    Trial,
    TrialKind,
)

SPEC = {
    "frames": [
        {"kind": "blank", "duration_ms": 900, "images": []},
        {"kind": "images", "duration_ms": 1000, "images": [{"slot": "left", "face": "fake"}]},
        {"kind": "blank", "duration_ms": 600, "images": []},
        {"kind": "images", "duration_ms": 1000, "images": [{"slot": "right", "face": "real"}]},
        {"kind": "answer", "duration_ms": None, "images": []},
    ],
    "answers": [{"value": side, "label": side, "keys": []} for side in ("left", "right")],
    "slots": ["left", "right"],
    "prompt": "",
}


def frames(measured_ms: float = 1000.0) -> list[dict]:
    """What the runner reports about the two pictures of a sequential pair."""
    return [
        {"index": i, "planned_ms": 1000, "onset_stamp": 100.0, "onset_now": 100.0,
         "offset_stamp": 100.0 + measured_ms, "offset_now": 100.0 + measured_ms, "dropped": 0}
        for i in (1, 3)
    ]  # fmt: skip


@dataclass
class PlayedStudy:
    """A study with its arms and photos, ready for participations."""

    study: Study
    conditions: list[Condition]
    vigilance: Condition
    photos: list[Photo]
    practice: list[Photo]

    def participate(
        self,
        *,
        fooled: dict[str, list[bool]] | None = None,
        source: Source = Source.PERSON,
        state: ParticipationState = ParticipationState.FINISHED,
        vigilance: list[bool] | None = None,
        practice: int = 0,
        rt_ms: float | None = 800.0,
        measured_ms: float = 1000.0,
        unanswered: int = 0,
        voided: dict[int, list[str]] | None = None,
    ) -> Participation:
        """One participation; `fooled` holds the outcome of each test trial by condition slug.

        `voided` has the reasons for which trials of these numbers were spoiled.
        """
        person = Participation.objects.create(
            study=self.study, participant=Participant.objects.create(), source=source, state=state,
            consent_version="1",
        )  # fmt: skip
        plan: list[tuple] = [
            (TrialKind.PRACTICE, self.conditions[0], p, False) for p in self.practice[:practice]
        ]
        photos = iter(self.photos)
        by_slug = {condition.slug: condition for condition in self.conditions}
        for slug, outcomes in (fooled or {}).items():
            plan += [(TrialKind.TEST, by_slug[slug], next(photos), outcome) for outcome in outcomes]
        plan += [(TrialKind.VIGILANCE, self.vigilance, next(photos), not right) for right in vigilance or []]
        trials, responses = [], []
        for number, (kind, condition, photo, outcome) in enumerate(plan, start=1):
            key = "left" if number % 2 else "right"
            other = "right" if number % 2 else "left"
            trial = Trial(
                participation=person, number=number, kind=kind, condition=condition, photo=photo,
                spec=SPEC, key=key,
            )  # fmt: skip
            trials.append(trial)
            if number > len(plan) - unanswered:
                continue
            responses.append(
                Response(
                    trial=trial, answer=other if outcome else key, rt_ms=rt_ms, refresh_ms=16.667,
                    frames=frames(measured_ms), input="keyboard", layout="row", runner="1.0.0",
                    voided=number in (voided or {}), void_reasons=(voided or {}).get(number, []),
                )
            )  # fmt: skip
        Trial.objects.bulk_create(trials)
        Response.objects.bulk_create(responses)
        return person

    def crowd(
        self, people: int, rates: dict[str, float], *, seed: int = 1, per_condition: int = 8, **more
    ) -> list[Participation]:
        """Several participations whose answers are drawn from the given fool rates."""
        rng = np.random.default_rng(seed)
        return [
            self.participate(
                fooled={slug: list(rng.random(per_condition) < rate) for slug, rate in rates.items()}, **more
            )
            for _ in range(people)
        ]


def played_study(owner=None, *, arms=("l2", "classes"), photos: int = 30, slug: str = "sky") -> PlayedStudy:
    """A live study with `arms`, a vigilance control, `photos` test photos and three for practice."""
    photo_set, _ = PhotoSet.objects.get_or_create(name="holiday")
    rows = [
        Photo(
            digest=hashlib.sha256(f"{slug}{i}".encode()).hexdigest(), file=f"photos/{slug}-{i}.png",
            source_digest="0" * 64, name=f"{slug}-{i:02d}.png", title=f"Photo {i}", width=300, height=280,
            mean_chroma=20.0, author="Ada", licence="CC0",
        )
        for i in range(photos + 3)
    ]  # fmt: skip
    rows = Photo.objects.bulk_create(rows)
    photo_set.photos.add(*rows)
    study = Study.objects.create(
        slug=slug, title="How real are the colours?", question="Which colorizer fools more people?",
        information="…", consent="…", photo_set=photo_set, owner=owner, image_px=256,
        # As of a study launched before that rule: their answers have no pace.
        exclusion_rules={"too_soon_share": 1.0},
    )  # fmt: skip
    for role, some in ((PhotoRole.TEST, rows[:photos]), (PhotoRole.PRACTICE, rows[photos:])):
        StudyPhoto.objects.bulk_create(StudyPhoto(study=study, photo=photo, role=role) for photo in some)
    conditions = []
    for position, arm in enumerate((*arms, "random")):
        colorizer, _ = Colorizer.objects.get_or_create(
            slug=arm,
            defaults={"title": arm.title(), "method": "grey", "seed": zlib.crc32(arm.encode())},
        )
        kind = ConditionKind.VIGILANCE if arm == "random" else ConditionKind.TEST
        conditions.append(
            Condition.objects.create(
                study=study, slug=arm, title=arm.title(), kind=kind, colorizer=colorizer, position=position
            )
        )
    # Launching would want real pictures, which no analysis looks at.
    Study.objects.filter(pk=study.pk).update(state=StudyState.LIVE, digest="d" * 64)
    study.refresh_from_db()
    return PlayedStudy(study, conditions[:-1], conditions[-1], rows[:photos], rows[photos:])


def score(played: PlayedStudy, *, seed: int = 1) -> None:
    """Give every test photo under every arm a score by each metric, drawn at random."""
    rng = np.random.default_rng(seed)
    for condition in played.conditions:
        rows = Colorization.objects.bulk_create(
            Colorization(
                photo=photo, colorizer=condition.colorizer, state=WorkState.DONE, file="x.png", digest="x"
            )
            for photo in played.photos
        )
        Score.objects.bulk_create(
            Score(colorization=row, metric=name, image_px=256, value=float(rng.gamma(9.0)))
            for row in rows
            for name in metrics.names()
        )


def demanding_report(owner, names: dict[str, str], *, seed: int = 1, **rates: float) -> Report:
    """A report with arms of any names, by slug: the first fools nobody, the second all, the last is unjudged.

    One arm alone is judged as others are. `rates` sets those of single arms.
    """
    arms = tuple(names)
    played = played_study(owner, arms=arms, photos=max(40, 4 * len(arms)), slug="demanding")
    for slug, title in names.items():
        Condition.objects.filter(study=played.study, slug=slug).update(title=title)
    judged = arms[:-1] if len(arms) > 2 else arms
    usual = dict(zip(judged, [0.0, 1.0, *np.linspace(0.2, 0.6, 60)], strict=False))
    if len(arms) == 1:
        usual = {arms[0]: 0.3}
    played.crowd(6, usual | rates, seed=seed, per_condition=4, vigilance=[True])
    score(played)
    return reports.make_report(study=played.study, population=Population.PEOPLE)
