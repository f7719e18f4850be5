"""The search field of the workbench's lists."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from colorizers.models import Colorization
from tests.builders import fill_catalogue, make_colorizer, make_photo_set

pytestmark = pytest.mark.django_db


@pytest.fixture
def search(client, root):
    """The colorizations that the list finds for a text, as "photo by colorizer"."""
    client.force_login(root)
    photo_set = make_photo_set(3)
    for photo, name, title in zip(
        photo_set.photos.order_by("pk"),
        ("harbour", "hill", "hut"),
        ("Old boats", "Old tree", ""),
        strict=True,
    ):
        type(photo).objects.filter(pk=photo.pk).update(name=name, title=title)
    for method in ("sepia", "grey"):
        fill_catalogue(photo_set, make_colorizer(method))

    def found(text: str) -> set[str]:
        page = client.get(reverse("admin:colorizers_colorization_changelist"), {"q": text})
        rows = page.context["cl"].queryset
        assert page.context["cl"].result_count == len(rows)
        return {f"{row.photo.name} by {row.colorizer.slug}" for row in rows}

    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HARBOUR", {"harbour by sepia", "harbour by grey"}),
        ("old sepia", {"harbour by sepia", "hill by sepia"}),
        ('"old tree"', {"hill by sepia", "hill by grey"}),
        ('"tree old"', set()),
        ("tree old", {"hill by sepia", "hill by grey"}),
        ("100%", set()),
        ("nothing of the kind", set()),
    ],
)
def test_each_word_is_in_the_photos_names_or_the_colorizers(search, text, expected):
    assert search(text) == expected


def test_a_digest_is_found_by_its_beginning(search):
    picture = Colorization.objects.order_by("pk")[0]
    assert search(picture.digest) == search(picture.digest[:12])
    assert search(picture.digest[:12]) == {f"{picture.photo.name} by {picture.colorizer.slug}"}
    assert search(picture.digest[20:32]) == set()


def test_the_photos_names_are_not_compared_once_for_each_picture(search):
    with CaptureQueriesContext(connection) as queries:
        search("hill")
    (count,) = [q["sql"] for q in queries if "COUNT" in q["sql"] and "hill" in q["sql"].lower()]
    assert "JOIN" not in count
