"""Practice and test photos: drawn by the seed, never the same, crops kept together."""

import pytest

from colorizers.models import Photo
from studies.designs._design import Needs
from studies.services import roles
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NEEDS = Needs(practice=4, test=6, vigilance=1)


def test_practice_and_test_photos_are_disjoint_and_use_all_photos():
    dealt = roles.deal(builders.make_study(), NEEDS)
    assert len(dealt.practice) == 4
    assert len(dealt.test) == 10
    assert not set(dealt.practice) & set(dealt.test)


def test_the_same_seed_deals_the_same_and_another_seed_deals_otherwise():
    study = builders.make_study()
    first = roles.deal(study, NEEDS)
    assert roles.deal(study, NEEDS) == first
    study.seed += 1
    assert set(roles.deal(study, NEEDS).practice) != set(first.practice)


def test_crops_of_a_photograph_get_the_same_role():
    study = builders.make_study(allow_crops=True)
    for number, photo in enumerate(Photo.objects.filter(photo_sets=study.photo_set)):
        Photo.objects.filter(pk=photo.pk).update(source_digest=f"file-{number // 3}")
    role_of = roles.deal(study, NEEDS).as_dict()
    families = Photo.objects.filter(photo_sets=study.photo_set).values_list("source_digest", "pk")
    by_family: dict[str, set[str]] = {}
    for family, pk in families:
        by_family.setdefault(family, set()).add(role_of[pk])
    assert all(len(given) == 1 for given in by_family.values())
    assert len(roles.deal(study, NEEDS).practice) >= 4


def test_assigning_twice_writes_once():
    study = builders.make_study()
    roles.assign(study, NEEDS)
    before = list(study.study_photos.values_list("pk", flat=True))
    roles.assign(study, NEEDS)
    assert list(study.study_photos.values_list("pk", flat=True)) == before
    assert roles.stand(study, NEEDS)


def test_roles_fall_when_the_set_changes():
    study = builders.make_study()
    roles.assign(study, NEEDS)
    study.photo_set.photos.add(builders.make_photo(500))
    assert not roles.stand(study, NEEDS)
