"""Finished pictures come in all together or not at all, and never twice."""

import numpy as np
import pytest
from django.core.files.storage import default_storage

from colorizers.models import Colorization, Colorizer, DeliveredPicture, PhotoSet, PictureImport, WorkState
from colorizers.pictures import colour
from colorizers.services import catalogue, delivered_looks, deliveries, delivering, registering
from colorizers.services.deliveries import NotKept
from colorizers.services.photo_sources import ImportRefused
from colorizers.services.registering import ColorizerRefused
from colorizers.signals import colorizations_done
from tests.builders import fill_catalogue, make_colorizer, make_photo, make_photo_set
from tests.colorizers.imported.conftest import (
    folder_of,
    keep,
    look,
    outcomes,
    painted,
    reason,
    results,
    zip_of,
)
from tests.conftest import colourful_pixels, png_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.mark.parametrize("pack", [folder_of, zip_of])
def test_pictures_of_all_photos_come_in_as_they_were_made(pack, tmp_path, meadow):
    found = keep(
        pack(tmp_path, results()), meadow, title="Ours", origin="https://example.org", licence="CC0",
        settings={"model_version": "v3", "command": "paint.py --fast"},
    )  # fmt: skip
    assert set(outcomes(found).values()) == {"kept"}
    colorizer = Colorizer.objects.get(slug="ours")
    assert (colorizer.method, colorizer.title, colorizer.origin) == (
        "imported",
        "Ours",
        "https://example.org",
    )
    assert colorizer.settings["model_version"] == "v3"
    rows = Colorization.objects.of(meadow, colorizer).done().order_by("photo__name")
    for seed, row in enumerate(rows):
        assert np.array_equal(row.read_rgb(), painted(seed))
    first = rows[0]
    assert first.provenance["source"]["file"] == "photo-000.png"
    assert first.provenance["source"]["digest"] == first.delivery.source_digest
    assert first.provenance["origin"] == "https://example.org"
    assert first.provenance["difference"]["lightness_shift"] == first.delivery.lightness_shift > 0
    assert (first.seconds, first.share_clipped) == (None, None)


def test_they_are_announced_once_when_they_are_in_the_catalogue(
    tmp_path, meadow, django_capture_on_commit_callbacks
):
    heard = []

    def listen(colorizations, **_):
        heard.append(sorted(one.photo.name for one in colorizations))

    colorizations_done.connect(listen)
    with django_capture_on_commit_callbacks(execute=True):
        found = look(folder_of(tmp_path, results()), meadow)
        assert not heard
        deliveries.keep(found)
    colorizations_done.disconnect(listen)
    assert heard == [[f"photo-{n:03d}.png" for n in range(4)]]


def test_looking_at_them_keeps_nothing(tmp_path, meadow):
    found = look(folder_of(tmp_path, results()), meadow)
    assert found.is_ready
    assert not Colorizer.objects.filter(slug="ours").exists()
    assert not Colorization.objects.exists()


def test_one_thing_wrong_keeps_everything_out_and_all_that_is_wrong_is_listed(tmp_path, meadow):
    files = results() | {
        "photo-001.png": b"words",
        "photo-002.jpg": png_bytes(painted(2)),
        "dog.png": png_bytes(painted(9)),
        "notes.txt": b"words",
        ".DS_Store": b"junk",
        "losses.csv": b"epoch,loss\n1,2\n",
    }
    del files["photo-003.png"]
    folder = folder_of(tmp_path, files)
    found = look(folder, meadow)
    assert outcomes(found) == {
        "photo-000.png": "fits",
        "photo-001.png": "refused",
        "photo-002.jpg": "double",
        "photo-002.png": "double",
        "photo-003.png": "missing",
        "dog.png": "unmatched",
        "notes.txt": "ignored",
        ".DS_Store": "ignored",
        "losses.csv": "ignored",
    }
    with pytest.raises(NotKept, match="5 files or photos stand against it; nothing was kept"):
        deliveries.keep(found)
    assert not Colorization.objects.exists()
    assert not Colorizer.objects.filter(slug="ours").exists()
    assert deliveries.keep(found, partial=True) == 1
    assert Colorization.objects.get().photo.name == "photo-000.png"


def test_nothing_that_fits_is_nothing_to_keep(tmp_path, meadow):
    found = look(folder_of(tmp_path, {"dog.png": png_bytes(painted(9))}), meadow)
    with pytest.raises(NotKept, match="None of the files fits"):
        deliveries.keep(found, partial=True)


def test_twice_the_same_folder_doubles_nothing(tmp_path, meadow):
    folder = folder_of(tmp_path, results())
    keep(folder, meadow)
    again = look(folder, meadow)
    assert set(outcomes(again).values()) == {"known"}
    assert deliveries.keep(again) == 0
    assert Colorization.objects.count() == 4
    assert Colorizer.objects.filter(method="imported").count() == 1


def test_what_was_left_out_can_follow(tmp_path, meadow):
    files = results()
    del files["photo-003.png"]
    folder = folder_of(tmp_path, files)
    keep(folder, meadow, partial=True)
    folder_of(tmp_path, results())
    again = keep(folder, meadow)
    assert sorted(outcomes(again).values()) == ["kept", "known", "known", "known"]
    rest = keep(folder_of(tmp_path, {"photo-003.png": results()["photo-003.png"]}, "rest"), meadow)
    assert outcomes(rest) == {"photo-003.png": "known"}
    assert Colorization.objects.count() == 4


def test_kept_pictures_do_not_change(tmp_path, meadow):
    keep(folder_of(tmp_path, results()), meadow)
    other = look(folder_of(tmp_path, {"photo-000.png": png_bytes(painted(7))}, "other"), meadow)
    assert outcomes(other) == {"photo-000.png": "refused"}
    assert "under another name" in reason(other, "photo-000.png")


def test_a_name_stands_for_one_model_and_one_treatment(tmp_path, meadow):
    folder = folder_of(tmp_path, results())
    keep(folder, meadow, settings={"model_version": "v1"})
    with pytest.raises(ColorizerRefused, match="registered with other contents"):
        look(folder, meadow, settings={"model_version": "v2"})
    with pytest.raises(ColorizerRefused, match="treatment must be"):
        look(folder, meadow, "other", settings={"treatment": "nicer"})
    make_colorizer("sepia")
    with pytest.raises(ColorizerRefused, match="registered with other contents"):
        look(folder, meadow, "sepia")


def test_two_models_with_equal_facts_are_two_colorizers(tmp_path, meadow):
    folder = folder_of(tmp_path, results())
    keep(folder, meadow, "one")
    keep(folder, meadow, "two")
    assert Colorizer.objects.filter(method="imported").count() == 2


def test_the_photos_own_lightness_if_it_is_wished(tmp_path, meadow):
    found = keep(folder_of(tmp_path, results()), meadow, settings={"treatment": "replace_lightness"})
    for row in Colorization.objects.select_related("photo", "delivery"):
        moved = np.abs(
            colour.rgb_to_lightness(row.read_rgb()) - colour.rgb_to_lightness(row.photo.read_rgb())
        )
        assert (moved > 0.5).mean() <= row.share_clipped
        assert row.delivery.lightness_shift > 1  # of the file, as it was delivered
    assert found.settings["treatment"] == "replace_lightness"


def test_another_size_is_refused_or_resampled_by_the_rule_that_was_named(tmp_path, meadow):
    small = png_bytes(colourful_pixels(1, width=48, height=40))
    square = png_bytes(colourful_pixels(2, width=64, height=64))
    folder = folder_of(tmp_path, results() | {"photo-001.png": small, "photo-002.png": square})
    refused = look(folder, meadow)
    assert "48 x 40 pixels, its photo 96 x 80" in reason(refused, "photo-001.png")
    resampled = look(folder, meadow, settings={"resample": "lanczos"})
    assert outcomes(resampled)["photo-001.png"] == "fits"
    assert "Resampled from 48 x 40" in reason(resampled, "photo-001.png")
    assert "Their shapes differ" in reason(resampled, "photo-002.png")
    stretched = keep(folder, meadow, settings={"resample": "lanczos", "stretch": True})
    assert outcomes(stretched)["photo-002.png"] == "kept"
    assert Colorization.objects.get(photo__name="photo-002.png").read_rgb().shape == (80, 96, 3)


def test_a_picture_of_another_photo_is_asked_about(tmp_path, meadow):
    make_photo(50, name="tower.png", width=300, height=240).photo_sets.add(meadow)
    rng = np.random.default_rng(5)
    noise = rng.integers(0, 256, (240, 300, 3), dtype=np.uint8)
    found = look(folder_of(tmp_path, {"tower.png": png_bytes(noise)}), meadow)
    assert "is it a picture of this photo?" in reason(found, "tower.png")


def test_a_grey_picture_is_remarked_on(tmp_path, meadow):
    grey = np.repeat(colourful_pixels(0)[..., 1:2], 3, axis=2)
    found = look(folder_of(tmp_path, {"photo-000.png": png_bytes(grey)}), meadow)
    assert "It has no colour." in reason(found, "photo-000.png")


def test_a_table_among_the_pictures_is_used(tmp_path, meadow):
    files = {f"{seed}.png": data for seed, data in enumerate(results().values())}
    files["which.csv"] = b"photo,file\n" + b"".join(b"photo-%03d,%d.png\n" % (n, n) for n in range(4))
    found = keep(zip_of(tmp_path, files), meadow)
    assert found.counts()["kept"] == 4
    files["also.csv"] = files["which.csv"]
    with pytest.raises(ImportRefused, match=r"also.csv, which.csv. Keep one"):
        look(zip_of(tmp_path, files), meadow, "other")


def test_a_given_table_is_used_before_one_that_lies_there(tmp_path, meadow):
    files = {"x.png": results()["photo-000.png"], "which.csv": b"photo,file\nphoto-001,x.png\n"}
    found = keep(
        folder_of(tmp_path, files), meadow, partial=True, table=b"photo,file\nphoto-000,x.png\n"
    )  # fmt: skip
    assert outcomes(found)["x.png"] == "kept"
    assert Colorization.objects.get().photo.name == "photo-000.png"


def test_names_of_two_photos_are_listed_both(tmp_path, meadow):
    for seed, name in ((30, "twin.jpg"), (31, "twin.png")):
        make_photo(seed, name=name).photo_sets.add(meadow)
    found = look(folder_of(tmp_path, results() | {"twin.webp": png_bytes(painted(30))}), meadow)
    doubled = list(found.files.filter(outcome="double"))
    assert sorted(row.name for row in doubled) == ["twin.jpg", "twin.png", "twin.webp"]
    assert all("twin.jpg, twin.png" in row.reason for row in doubled)


def test_who_goes_on_after_an_interruption_decodes_nothing_twice(tmp_path, meadow, monkeypatch):
    folder = folder_of(tmp_path, results())
    measured = []
    measure = delivered_looks._measure

    def count(row, *rest):
        if len(measured) == 2:
            raise OSError("the disk went away")
        measured.append(row.name)
        measure(row, *rest)

    monkeypatch.setattr(delivered_looks, "_measure", count)
    monkeypatch.setattr(delivering, "BATCH", 1)
    with pytest.raises(OSError, match="the disk went away"):
        look(folder, meadow)
    broken = PictureImport.objects.get()
    assert (broken.state, broken.error) == (WorkState.FAILED, "the disk went away")
    before = broken.files.count()
    assert before

    def count_more(row, *rest):
        measured.append(row.name)
        measure(row, *rest)

    monkeypatch.setattr(delivered_looks, "_measure", count_more)
    found = keep(folder, meadow)
    assert len(measured) <= 2 + 4 - before
    assert found.counts()["kept"] == 4
    assert list(PictureImport.objects.all()) == [found]  # the broken one is gone


def test_an_import_that_is_thrown_away_leaves_no_file_but_those_that_others_have(tmp_path, meadow, root):
    shared = folder_of(tmp_path, results(2), "shared")
    keep(shared, meadow, "ours", partial=True)
    files = set(stored())
    found = look(folder_of(tmp_path, results()), meadow, "theirs", by=root)
    assert set(stored()) > files
    deliveries.discard(found)
    assert set(stored()) == files
    assert not DeliveredPicture.objects.filter(name="photo-003.png", outcome="fits").exists()
    with pytest.raises(NotKept, match="they stay"):
        deliveries.discard(PictureImport.objects.get())


def stored():
    folders, _ = default_storage.listdir("catalogue")
    return [
        f"{folder}/{name}" for folder in folders for name in default_storage.listdir(f"catalogue/{folder}")[1]
    ]


def test_a_picture_that_went_away_before_it_was_kept_is_missed(tmp_path, meadow):
    found = look(folder_of(tmp_path, results()), meadow)
    default_storage.delete(found.files.first().file.name)
    with pytest.raises(NotKept, match="1 photos or pictures went away"):
        deliveries.keep(found)
    assert not Colorization.objects.exists()


def test_nobody_orders_more_of_them_from_a_worker(tmp_path, meadow):
    keep(folder_of(tmp_path, results()), meadow)
    more = make_photo_set(1, name="more", first_seed=40)
    with pytest.raises(catalogue.PaintsNothing, match="import_colorizations FOLDER_OR_ZIP --set more"):
        catalogue.order_generation(photo_set=more, colorizer=Colorizer.objects.get(slug="ours"))
    with pytest.raises(ColorizerRefused, match="comes with its pictures"):
        registering.register_colorizer(slug="x", method="imported")


def test_a_frozen_set_takes_pictures(tmp_path, meadow):
    meadow.freeze()
    assert keep(folder_of(tmp_path, results()), meadow).counts()["kept"] == 4


def test_they_stand_beside_painted_pictures(tmp_path, meadow):
    fill_catalogue(meadow, make_colorizer())
    keep(folder_of(tmp_path, results()), meadow)
    assert Colorization.objects.done().filter(photo__photo_sets=meadow).count() == 8


def test_a_set_without_truth_takes_them_too(tmp_path, db):
    old = PhotoSet.objects.create(name="old", is_monochrome=True)
    old.photos.add(make_photo(1, name="old.png", is_monochrome=True))
    assert keep(folder_of(tmp_path, {"old.png": png_bytes(painted(1))}), old).counts()["kept"] == 1
