"""From a design's specs to rows: trials, and the pictures that the browser may fetch for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

import numpy as np
from django.db.models import Count, Q
from django.utils import timezone

from colorizers.models import Photo
from studies import designs, randomisation
from studies.designs._design import FAKE, Answered, Cell, Design, Stimuli, TrialSpec
from studies.models import (
    Condition,
    ConditionKind,
    Participation,
    ParticipationState,
    PhotoRole,
    Source,
    Stimulus,
    Study,
    Trial,
    TrialKind,
    TrialPicture,
)

# A participation that has not been heard of for so long gives its cells back.
LEASE = timedelta(minutes=30)
# Independent random streams from one stored seed.
ALLOCATION_STREAM = 1


class NotPrepared(Exception):
    """The study's stimuli are not all there; the message says which."""


class OverQuota(Exception):
    """The study has as many participations as it wanted."""


def design_of(study: Study) -> Design:
    return designs.get(study.design).configured(study.design_settings)


def stimuli_for(participation: Participation) -> Stimuli:
    """The least-judged cells of the study, for this participation; its study must be locked."""
    study = participation.study
    return randomisation.allocate(
        material_of(study),
        design_of(study).needs(),
        judged_cells(study, participation.source),
        allocation=study.allocation,
        rng=np.random.default_rng([participation.seed, ALLOCATION_STREAM]),
    )


def check_quota(study: Study, source: str) -> None:
    """Raise OverQuota if the finished and still-running participations of people fill the study's quota."""
    if source != Source.PERSON or study.participant_quota is None:
        return
    if study.participations.filter(_held(), source=source).count() >= study.participant_quota:
        raise OverQuota(f"The study {study.slug} has all the {study.participant_quota} people it asked for.")


def _held(prefix: str = "") -> Q:
    """Participations that are finished, or running and heard of lately."""
    running = Q(**{
        f"{prefix}state": ParticipationState.STARTED,
        f"{prefix}last_seen_at__gte": timezone.now() - LEASE,
    })  # fmt: skip
    return running | Q(**{f"{prefix}state": ParticipationState.FINISHED})


def material_of(study: Study) -> randomisation.Material:
    photos: dict[str, list[str]] = {role: [] for role in PhotoRole.values}
    for role, digest in study.study_photos.values_list("role", "photo__digest"):
        photos[role].append(digest)
    slugs: dict[str, list[str]] = {kind: [] for kind in ConditionKind.values}
    for kind, slug in study.conditions.values_list("kind", "slug"):
        slugs[kind].append(slug)
    return randomisation.Material(
        practice_photos=photos[PhotoRole.PRACTICE],
        test_photos=photos[PhotoRole.TEST],
        conditions=slugs[ConditionKind.TEST],
        vigilance=next(iter(slugs[ConditionKind.VIGILANCE]), None),
    )


def judged_cells(study: Study, source: str) -> Counter[Cell]:
    """How many finished and still-running participations of this source hold each cell."""
    counted = (
        Trial.objects.filter(
            _held("participation__"), participation__study=study, participation__source=source
        )
        .exclude(kind=TrialKind.PRACTICE)
        .order_by()
        .values_list("photo_id", "condition_id")
        .annotate(n=Count("pk"))
    )
    digests = dict(study.study_photos.values_list("photo_id", "photo__digest"))
    slugs = dict(study.conditions.values_list("pk", "slug"))
    return Counter({Cell(digests[photo], slugs[condition]): n for photo, condition, n in counted})


def write_trials(participation: Participation, specs: Sequence[TrialSpec], *, first_number: int) -> None:
    """Plan these trials as rows, with a random address for each picture."""
    study = participation.study
    conditions = {condition.slug: condition for condition in study.conditions.all()}
    photos = dict(Photo.objects.filter(digest__in={spec.photo for spec in specs}).values_list("digest", "pk"))
    stimuli = _Stimuli(study, specs, photos, conditions)
    trials = Trial.objects.bulk_create(
        Trial(
            participation=participation,
            number=number,
            kind=spec.kind,
            condition=conditions[spec.condition],
            photo_id=photos[spec.photo],
            spec=spec.script(),
            key=spec.key,
        )
        for number, spec in enumerate(specs, start=first_number)
    )
    TrialPicture.objects.bulk_create(_pictures(trials, specs, stimuli))


def _pictures(
    trials: Iterable[Trial], specs: Iterable[TrialSpec], stimuli: _Stimuli
) -> Iterable[TrialPicture]:
    for trial, spec in zip(trials, specs, strict=True):
        for index, frame in enumerate(spec.frames):
            for picture in frame.images:
                yield TrialPicture(
                    trial=trial,
                    frame=index,
                    slot=picture.slot,
                    stimulus_id=stimuli.of(spec, picture.face),
                )


class _Stimuli:
    """The stimuli that some specs need, looked up at once."""

    def __init__(
        self,
        study: Study,
        specs: Sequence[TrialSpec],
        photos: dict[str, int],
        conditions: dict[str, Condition],
    ) -> None:
        self._photos, self._conditions = photos, conditions
        wanted = Q(colorization=None) | Q(
            colorization__colorizer__in={conditions[spec.condition].colorizer_id for spec in specs}
        )
        found = Stimulus.objects.filter(wanted, photo__in=photos.values(), image_px=study.image_px)
        self._pks: dict[tuple[int, int | None], int] = {
            (photo, colorizer): pk
            for photo, colorizer, pk in found.values_list("photo_id", "colorization__colorizer_id", "pk")
        }

    def of(self, spec: TrialSpec, face: str) -> int:
        """Primary key of the stimulus for this face of a trial."""
        photo = self._photos.get(spec.photo)
        colorizer = self._conditions[spec.condition].colorizer_id if face == FAKE else None
        pk = None if photo is None else self._pks.get((photo, colorizer))
        if pk is None:
            raise NotPrepared(
                f"There is no {face} stimulus of photo {spec.photo[:12]} for {spec.condition}: "
                "prepare the study again."
            )
        return pk


def history_of(participation: Participation) -> list[Answered]:
    """The answered trials in their order, as the design sees them."""
    trials = (
        participation.trials.filter(response__isnull=False)
        .select_related("response", "condition", "photo")
        .order_by("number")
    )
    return [answered(trial) for trial in trials]


def answered(trial: Trial) -> Answered:
    """A trial that has its response, as the design sees it."""
    spec = TrialSpec.from_script(
        trial.spec,
        kind=trial.kind,
        condition=trial.condition.slug,
        photo=trial.photo.digest,
        key=trial.key,
    )
    return Answered(spec=spec, answer=trial.response.answer or None)
