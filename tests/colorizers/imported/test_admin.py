"""The workbench's way in for finished pictures: sent, looked at, then kept or thrown away."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from colorizers import tasks
from colorizers.models import Colorization, Colorizer, PictureImport, WorkState
from tests.builders import with_rights
from tests.colorizers.imported.conftest import painted, results, zip_of
from tests.conftest import png_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.usefixtures("idle_queue")]

ADD = "/admin/colorizers/pictureimport/add/"


@pytest.fixture
def workbench(client, root):
    client.force_login(root)
    return client


def send(client, photo_set, files, *, accept="text/html", **fields):
    sent = [SimpleUploadedFile(name, data) for name, data in files.items()]
    typed = {"photo_set": photo_set.pk, "slug": "ours", "treatment": "as_delivered", "pictures": sent}
    return client.post(ADD, typed | fields, headers={"accept": accept})


def change(found):
    return reverse("admin:colorizers_pictureimport_change", args=[found.pk])


def post(client, found, what, **fields):
    return client.post(
        reverse(f"admin:colorizers_pictureimport_{what}", args=[found.pk]), fields, follow=True
    )


def looked_at(client, photo_set, files, **fields):
    send(client, photo_set, files, **fields)
    found = PictureImport.objects.latest("created_at")
    tasks.look_at_pictures(found.pk)
    found.refresh_from_db()
    return found


def test_pictures_are_sent_looked_at_seen_and_kept(workbench, meadow):
    reply = send(workbench, meadow, results(), title="Our model", origin="https://example.org", licence="CC0")
    found = PictureImport.objects.get()
    assert reply.url == change(found)
    assert "waiting for a worker" in workbench.get(reply.url).content.decode()
    tasks.look_at_pictures(found.pk)
    found.refresh_from_db()
    assert (found.state, found.upload.name) == (WorkState.DONE, "")
    page = workbench.get(reply.url).content.decode()
    assert "All photos have their picture." in page
    assert "Keep 4 pictures as “Our model”" in page
    assert "Besides colour" in page
    row = found.files.first()
    thumbnail = reverse("colorizers:colorization_thumbnail", args=[row.digest])
    assert thumbnail in page
    assert workbench.get(thumbnail).status_code == 200  # seen before it is kept
    assert not Colorization.objects.exists()
    page = post(workbench, found, "keep").content.decode()
    assert "4 pictures by Our model are in the catalogue." in page
    assert Colorization.objects.done().count() == 4
    assert Colorizer.objects.get(slug="ours").licence == "CC0"
    again = post(workbench, found, "keep").content.decode()
    assert Colorization.objects.count() == 4
    assert "0 pictures" in again


def test_what_stands_against_it_is_listed_and_the_rest_can_be_kept(workbench, meadow):
    files = results(3) | {"dog.png": png_bytes(painted(9)), "photo-001.png": b"words"}
    found = looked_at(workbench, meadow, files)
    page = workbench.get(change(found)).content.decode()
    assert "3 files or photos" in page
    assert "No photo of the set is called dog." in page
    assert "No file is called photo-003" in page
    assert "Keep the 2 that fit" in page
    refused = post(workbench, found, "keep").content.decode()
    assert "3 files or photos stand against it; nothing was kept." in refused
    post(workbench, found, "keep", partial="1")
    assert Colorization.objects.count() == 2
    kept = workbench.get(change(found)).content.decode()
    assert "Left out" in kept
    assert "Throw away" not in kept


def test_a_zip_serves_as_well_and_a_table_among_the_files(workbench, meadow, tmp_path):
    looked_at(workbench, meadow, {"all.zip": zip_of(tmp_path, results()).read_bytes()})
    assert PictureImport.objects.latest("created_at").counts()["fits"] == 4
    files = {"1.png": results()["photo-000.png"], "which.csv": b"photo,file\nphoto-000,1.png\n"}
    found = looked_at(workbench, meadow, files, slug="other")
    assert (found.counts()["fits"], found.counts()["missing"]) == (1, 3)


def test_files_of_one_name_from_two_folders_are_told_as_doubled(workbench, meadow):
    sent = [SimpleUploadedFile("photo-000.png", results()["photo-000.png"]) for _ in range(2)]
    workbench.post(
        ADD, {"photo_set": meadow.pk, "slug": "ours", "treatment": "as_delivered", "pictures": sent}
    )
    tasks.look_at_pictures(PictureImport.objects.get().pk)
    assert PictureImport.objects.get().counts()["double"] == 2


def test_what_is_thrown_away_is_gone(workbench, meadow):
    found = looked_at(workbench, meadow, results())
    page = post(workbench, found, "discard").content.decode()
    assert "nothing of it is in the catalogue" in page
    assert not PictureImport.objects.exists()
    page = post(workbench, looked_at(workbench, meadow, results()), "keep")
    assert Colorization.objects.count() == 4


def test_the_pages_script_gets_an_address_or_sentences(workbench, meadow):
    reply = send(workbench, meadow, results(), accept="application/json")
    assert reply.json() == {"location": change(PictureImport.objects.get())}
    reply = send(workbench, meadow, {}, accept="application/json", slug="Our Model!")
    said = reply.json()["errors"]
    assert any(text.startswith("Short name of the colorizer: Use small letters") for text in said)
    assert any(text.startswith("Pictures: ") for text in said)


def test_a_name_that_is_taken_is_refused_at_its_field(workbench, meadow):
    post(workbench, looked_at(workbench, meadow, results()), "keep")
    page = send(workbench, meadow, results(), treatment="replace_lightness").content.decode()
    assert "is registered with other contents" in page
    assert PictureImport.objects.count() == 1


def test_too_large_an_upload_is_refused_before_it_is_read(workbench, meadow, settings):
    settings.UPLOAD_MAX_MB = 1
    for size, status in ((2**20 + 9, 200), (3 * 2**20, 413)):
        reply = send(workbench, meadow, {"all.zip": b"0" * size})
        assert reply.status_code == status
        assert "import_colorizations FOLDER" in reply.content.decode()
    assert not PictureImport.objects.exists()


def test_who_may_register_colorizers_may_import_pictures_and_nobody_else(client, ada, meadow):
    client.force_login(ada)
    found = PictureImport.objects.create(photo_set=meadow, slug="ours")
    pages = [ADD, change(found), reverse("admin:colorizers_pictureimport_changelist")]
    assert {client.get(page).status_code for page in pages} == {403}
    assert post(client, found, "keep").status_code == 403
    with_rights(ada)
    assert {client.get(page).status_code for page in pages} == {200}


def test_links_lead_there(workbench, meadow):
    methods = workbench.get(reverse("admin:colorizers_colorizer_add")).content.decode()
    assert 'href="?method=imported"' in methods
    assert workbench.get(reverse("admin:colorizers_colorizer_add") + "?method=imported").url == ADD
    reply = workbench.get(reverse("admin:colorizers_photoset_change", args=[meadow.pk])).content.decode()
    assert "Import finished pictures" in reply
    page = workbench.get(f"{ADD}?set={meadow.pk}").content.decode()
    assert f'<option value="{meadow.pk}" selected>' in page


def test_pictures_that_are_missing_are_asked_for_with_what_is_known_of_the_model(workbench, meadow):
    found = looked_at(workbench, meadow, results(3), model_version="v7", origin="https://example.org")
    post(workbench, found, "keep", partial="1")
    colorizer = Colorizer.objects.get(slug="ours")
    page = workbench.get(f"{ADD}?set={meadow.pk}&colorizer={colorizer.pk}").content.decode()
    assert 'value="v7"' in page
    assert 'value="https://example.org"' in page


def test_an_imported_colorizer_is_not_offered_for_painting(workbench, meadow):
    post(workbench, looked_at(workbench, meadow, results()), "keep")
    page = workbench.get(reverse("admin:colorizers_photoset_colour") + f"?set={meadow.pk}").content.decode()
    assert "ours" not in page
    shown = workbench.get(
        reverse("admin:colorizers_colorizer_change", args=[Colorizer.objects.get(slug="ours").pk])
    )
    assert shown.status_code == 200
    assert 'name="licence"' in shown.content.decode()


def test_an_upload_whose_worker_broke_off_can_go_on(workbench, meadow, monkeypatch):
    send(workbench, meadow, results())
    found = PictureImport.objects.get()

    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr("colorizers.services.delivered_looks._measure", full)
    with pytest.raises(OSError, match="No space"):
        tasks.look_at_pictures(found.pk)
    page = workbench.get(change(found)).content.decode()
    assert "No space left on device" in page
    assert "Go on where it stopped" in page
    monkeypatch.undo()
    monkeypatch.setattr("celery.Celery.send_task", lambda *args, **options: None)
    post(workbench, found, "resume")
    tasks.look_at_pictures(found.pk)
    found.refresh_from_db()
    assert found.is_ready
