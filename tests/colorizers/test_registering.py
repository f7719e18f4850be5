"""A colorizer is what it was registered as, for good."""

import pytest
from django.db import transaction

from colorizers import services
from colorizers.models import Colorizer, Fixed, Photo
from tests.builders import fill_catalogue, make_colorizer, make_photo, make_photo_set

pytestmark = pytest.mark.django_db


def test_settings_are_completed_with_the_methods_defaults():
    colorizer = services.register_colorizer(slug="s", method="sepia", settings={"a": 5.0})
    assert colorizer.settings == {"a": 5.0, "b": 8.0}
    assert colorizer.variant == "default"


def test_registering_the_same_again_gives_the_same_row():
    first = services.register_colorizer(slug="s", method="sepia")
    again = services.register_colorizer(slug="s", method="sepia", settings={"b": 8.0})
    assert first == again
    assert Colorizer.objects.count() == 1


@pytest.mark.parametrize(
    ("order", "complaint"),
    [
        ({"method": "sepai"}, "Did you mean 'sepia'"),
        ({"settings": {"bb": 1.0}}, "did you mean 'b'"),
        ({"settings": {"a": "much"}}, "must be of type float"),
        ({"variant": "dark"}, "no variant 'dark'"),
        ({"slug": "Not A Slug"}, "small letters"),
        ({"method": "random"}, "needs a reference set"),
    ],
)
def test_a_bad_order_is_refused_with_a_hint(order, complaint):
    with pytest.raises(services.ColorizerRefused, match=complaint):
        services.register_colorizer(**({"slug": "s", "method": "sepia"} | order))
    assert not Colorizer.objects.exists()


def test_weights_for_a_method_that_takes_none_are_refused(tmp_path):
    path = tmp_path / "weights.bin"
    path.write_bytes(b"0")
    with pytest.raises(services.ColorizerRefused, match="takes no weights"):
        services.register_colorizer(slug="s", method="sepia", weights=path)


def test_the_same_name_with_other_contents_is_refused_and_says_what_differs():
    services.register_colorizer(slug="s", method="sepia")
    with pytest.raises(services.ColorizerRefused, match="settings"):
        services.register_colorizer(slug="s", method="sepia", settings={"a": 1.0})


def test_the_same_contents_under_another_name_are_refused_and_name_the_twin():
    services.register_colorizer(slug="first", method="sepia")
    with pytest.raises(services.ColorizerRefused, match="'first'"):
        services.register_colorizer(slug="second", method="sepia")


def test_the_reference_set_is_frozen_and_part_of_the_identity():
    meadow, forest = make_photo_set(3), make_photo_set(3, name="forest", first_seed=50)
    one = services.register_colorizer(slug="one", method="random", reference_set=meadow)
    two = services.register_colorizer(slug="two", method="random", reference_set=forest)
    assert one.digest != two.digest
    meadow.refresh_from_db()
    assert meadow.frozen_at is not None


def test_seeds_make_different_colorizers():
    meadow = make_photo_set(3)
    digests = {
        services.register_colorizer(slug=f"r{seed}", method="random", reference_set=meadow, seed=seed).digest
        for seed in range(3)
    }
    assert len(digests) == 3


def test_a_colorizer_that_has_painted_cannot_change():
    colorizer = make_colorizer()
    fill_catalogue(make_photo_set(2), colorizer)
    colorizer.settings = {"a": 9.0, "b": 9.0}
    with pytest.raises(Fixed, match="Register a new colorizer"):
        colorizer.save()
    with pytest.raises(Fixed):
        colorizer.save(update_fields=["settings"])


def test_its_title_may_change_all_the_same():
    colorizer = make_colorizer()
    fill_catalogue(make_photo_set(2), colorizer)
    colorizer.title = "Old postcard"
    colorizer.save()
    colorizer.refresh_from_db()
    assert colorizer.title == "Old postcard"


def test_a_frozen_set_neither_gains_nor_loses_photos():
    meadow = make_photo_set(3)
    meadow.freeze()
    inside, outside = meadow.photos.first(), make_photo(77)
    for change in (
        lambda: meadow.photos.add(outside),
        lambda: meadow.photos.remove(inside),
        lambda: meadow.photos.clear(),
        lambda: inside.photo_sets.clear(),
        lambda: outside.photo_sets.add(meadow),
        lambda: inside.delete(),
        lambda: Photo.objects.filter(pk=inside.pk).delete(),
    ):
        with pytest.raises(Fixed), transaction.atomic():
            change()
    assert meadow.photos.count() == 3


def test_freezing_twice_keeps_the_first_date():
    meadow = make_photo_set(1)
    meadow.freeze()
    first = meadow.frozen_at
    meadow.freeze()
    assert meadow.frozen_at == first
