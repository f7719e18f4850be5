"""Which photos of a study are for practice and which for the test: drawn by the study's seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studies.designs._design import Needs
from studies.models import PhotoRole, Study, StudyPhoto

# An independent stream of the study's seed.
ROLE_STREAM = 2


@dataclass(frozen=True)
class Roles:
    """Primary keys of photos by what they are for."""

    practice: tuple[int, ...]
    test: tuple[int, ...]

    def as_dict(self) -> dict[int, str]:
        return dict.fromkeys(self.practice, PhotoRole.PRACTICE.value) | dict.fromkeys(
            self.test, PhotoRole.TEST.value
        )


def deal(study: Study, needs: Needs) -> Roles:
    """Enough photos for practice, all others for the test.

    Pictures cut from the same photograph stay together, so that practice shows nothing of the test.
    """
    families: dict[str, list[int]] = {}
    photos = study.photo_set.photos.order_by("digest")
    for pk, family in photos.values_list("pk", "source_digest"):
        families.setdefault(family, []).append(pk)
    names = sorted(families)
    practice: list[int] = []
    test: list[int] = []
    for index in np.random.default_rng([study.seed, ROLE_STREAM]).permutation(len(names)):
        hand = practice if len(practice) < needs.practice else test
        hand.extend(families[names[index]])
    return Roles(tuple(practice), tuple(test))


def assign(study: Study, needs: Needs) -> None:
    """Write the roles down; nothing happens where they stand already."""
    wanted = deal(study, needs).as_dict()
    if dict(study.study_photos.values_list("photo_id", "role")) == wanted:
        return
    study.study_photos.all().delete()
    StudyPhoto.objects.bulk_create(
        StudyPhoto(study=study, photo_id=photo, role=role) for photo, role in wanted.items()
    )


def stand(study: Study, needs: Needs) -> bool:
    """Whether the roles written down are those that the study's seed and photos give."""
    return dict(study.study_photos.values_list("photo_id", "role")) == deal(study, needs).as_dict()
