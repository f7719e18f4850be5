"""The workbench: uploads, orders and records."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from colorizers import tasks
from colorizers.models import Colorization, GenerationRun, Photo, PhotoImport, PhotoSet, WorkState
from colorizers.services import (
    catalogue,
    importing,
)
from tests.builders import fill_catalogue, make_colorizer, make_photo_set
from tests.conftest import colourful_pixels, png_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def workbench(client, root):
    client.force_login(root)
    return client


@pytest.fixture
def garden():
    return PhotoSet.objects.create(name="garden")


@pytest.fixture
def queue(monkeypatch):
    sent = []
    monkeypatch.setattr("celery.Celery.send_task", lambda app, name, args, **_: sent.append(args))
    return sent


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def send(workbench, garden, *files, **fields):
    address = reverse("admin:colorizers_photoset_import", args=[garden.pk])
    return workbench.post(address, {"photographs": list(files), "max_side": 2048} | fields)


@pytest.mark.parametrize(
    "name", ["photo", "photoset", "photoimport", "colorizer", "generationrun", "colorization"]
)
def test_every_list_and_every_page_of_it_opens(name, workbench):
    photo_set = make_photo_set(2)
    fill_catalogue(photo_set, make_colorizer())
    PhotoImport.objects.create(photo_set=photo_set)
    page = workbench.get(reverse(f"admin:colorizers_{name}_changelist"))
    assert page.status_code == 200
    row = page.context["cl"].queryset.first()
    assert workbench.get(reverse(f"admin:colorizers_{name}_change", args=[row.pk])).status_code == 200


def test_an_empty_file_among_others_does_not_keep_them_out(workbench, garden, queue):
    reply = send(workbench, garden, upload("a.png", png_bytes(colourful_pixels(1))), upload("b.png", b""))
    photo_import = PhotoImport.objects.get()
    assert reply.url == reverse("admin:colorizers_photoimport_change", args=[photo_import.pk])


def test_an_uploaded_archive_is_imported_by_a_worker_and_reported(
    workbench, garden, queue, django_capture_on_commit_callbacks
):
    files = {"a.png": png_bytes(colourful_pixels(1)), "b.jpg": b"words"}
    with django_capture_on_commit_callbacks(execute=True):
        reply = send(workbench, garden, upload("photos.zip", zipped(files)), licence="CC0", author="Ann")
    photo_import = PhotoImport.objects.get()
    assert reply.url == reverse("admin:colorizers_photoimport_change", args=[photo_import.pk])
    assert queue == [(photo_import.pk,)]
    assert "waiting for a worker" in workbench.get(reply.url).content.decode()

    tasks.import_upload(photo_import.pk)
    photo = garden.photos.get()
    assert (photo.licence, photo.author) == ("CC0", "Ann")
    page = workbench.get(reply.url).content.decode()
    assert "This is not a picture" in page
    assert reverse("colorizers:photo_thumbnail", args=[photo.digest]) in page


def test_several_pictures_may_be_uploaded_at_once_with_their_facts(workbench, garden, queue):
    send(
        workbench,
        garden,
        upload("a.png", png_bytes(colourful_pixels(1))),
        upload("b.png", png_bytes(colourful_pixels(2))),
        upload("photos.csv", b"file,author\nb.png,Bob\n"),
    )
    tasks.import_upload(PhotoImport.objects.get().pk)
    assert dict(garden.photos.values_list("name", "author")) == {"a.png": "", "b.png": "Bob"}


def test_the_outcomes_are_listed_by_file_name_in_whatever_order_the_files_came(workbench, garden, queue):
    names = ["c.png", "a.png", "d.png", "b.png"]
    reply = send(
        workbench, garden, *[upload(name, png_bytes(colourful_pixels(n))) for n, name in enumerate(names)]
    )
    tasks.import_upload(PhotoImport.objects.get().pk)
    page = workbench.get(reply.url)
    assert [row["name"] for row in page.context["progress"]["rows"]] == sorted(names)


def test_two_uploads_of_one_name_are_both_looked_at(workbench, garden, queue):
    same = [upload("a.png", png_bytes(colourful_pixels(seed))) for seed in (1, 2)]
    send(workbench, garden, *same)
    tasks.import_upload(PhotoImport.objects.get().pk)
    assert garden.photos.count() == 2


def test_files_that_arrive_while_a_page_is_open_are_told_to_it(workbench, garden, queue):
    files = {f"{n}.png": png_bytes(colourful_pixels(n)) for n in range(3)}
    send(workbench, garden, upload("photos.zip", zipped(files)))
    photo_import = PhotoImport.objects.get()
    address = reverse("colorizers:import_progress", args=[photo_import.code])
    assert workbench.get(address).json()["rows"] == []
    importing.continue_upload(photo_import.pk, seconds=0)
    first = workbench.get(address).json()
    assert [row["name"] for row in first["rows"]] == ["0.png"]
    assert (first["active"], first["percent"]) == (True, 33)
    importing.continue_upload(photo_import.pk)
    rest = workbench.get(address + "?after=0").json()
    assert [row["name"] for row in rest["rows"]] == ["1.png", "2.png"]
    assert not rest["active"]


def test_an_upload_that_is_too_large_is_refused_with_a_sentence(workbench, garden, settings):
    settings.UPLOAD_MAX_MB = 1
    for size, status in ((2**20 + 9, 200), (3 * 2**20, 413)):
        reply = send(workbench, garden, upload("photos.zip", b"0" * size))
        assert reply.status_code == status
        assert "at most 1 MB are taken at once" in reply.content.decode()
    assert not PhotoImport.objects.exists()


def test_an_archive_and_pictures_at_once_are_refused(workbench, garden):
    reply = send(
        workbench, garden, upload("a.zip", zipped({})), upload("a.png", png_bytes(colourful_pixels(1)))
    )
    assert "not both at once" in reply.content.decode()


@pytest.mark.parametrize("name", ["notes.txt", "photo.pdf", "a.jpg.exe", "list.csv"])
def test_a_file_of_another_kind_is_refused_in_the_form_with_the_kinds_that_are_taken(
    workbench, garden, name, queue
):
    reply = send(workbench, garden, upload("a.png", png_bytes(colourful_pixels(1))), upload(name, b"words"))
    page = reply.content.decode()
    assert f"Not taken: {name}. Only these kinds of files are: JPEG, PNG" in page
    assert not PhotoImport.objects.exists()


def test_what_the_import_explains_by_name_is_let_through(workbench, garden, queue):
    names = ["IMG_1.CR2", "IMG_1.MOV", "IMG_1.AAE", "Thumbs.db", ".DS_Store", "scan"]
    send(workbench, garden, *[upload(name, b"bytes") for name in names])
    tasks.import_upload(PhotoImport.objects.get().pk)
    reasons = PhotoImport.objects.get().files
    assert reasons.count() == len(names)
    assert not reasons.filter(reason="").exists()


def test_a_list_of_facts_without_pictures_is_refused_in_the_form(workbench, garden):
    page = send(workbench, garden, upload("photos.csv", b"file,author\n")).content.decode()
    assert "upload it together with them" in page
    assert not PhotoImport.objects.exists()


def test_a_frozen_set_offers_no_upload(workbench, garden):
    garden.freeze()
    page = workbench.get(reverse("admin:colorizers_photoset_import", args=[garden.pk])).content.decode()
    assert "is frozen" in page
    assert 'type="file"' not in page
    send(workbench, garden, upload("a.png", png_bytes(colourful_pixels(1))))
    assert not PhotoImport.objects.exists()


def test_an_upload_without_a_token_is_refused(garden, root):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(root)
    assert send(strict, garden, upload("a.png", b"0")).status_code == 403


def test_colour_with_orders_what_is_missing(workbench, queue, django_capture_on_commit_callbacks):
    photo_set, colorizer = make_photo_set(3), make_colorizer()
    address = reverse("admin:colorizers_photoset_colour")
    page = workbench.get(f"{address}?set={photo_set.pk}").content.decode()
    assert "3 pictures missing" in page
    with django_capture_on_commit_callbacks(execute=True):
        reply = workbench.post(address, {"sets": [photo_set.pk], "colorizers": [colorizer.pk]})
    run = GenerationRun.objects.get()
    assert reply.url == reverse("admin:colorizers_generationrun_change", args=[run.pk])
    assert run.created_by.username == "root"
    assert len(queue) == 1
    assert "0 of 3 pictures" in workbench.get(reply.url).content.decode()


def test_colour_with_wants_a_set_and_a_colorizer(workbench):
    photo_set = make_photo_set(1)
    make_colorizer()
    address = reverse("admin:colorizers_photoset_colour")
    assert workbench.get(address).status_code == 302
    page = workbench.post(address, {"sets": [photo_set.pk]}).content.decode()
    assert "Choose at least one colorizer" in page


def test_several_sets_can_be_chosen_in_the_list(workbench):
    one, two = make_photo_set(1), make_photo_set(1, name="forest", first_seed=50)
    reply = workbench.post(
        reverse("admin:colorizers_photoset_changelist"),
        {"action": "colour_selected", "_selected_action": [one.pk, two.pk]},
    )
    assert reply.url.count("set=") == 2


def test_a_run_can_be_cancelled_and_taken_up_again(workbench):
    run = catalogue.order_generation(photo_set=make_photo_set(3), colorizer=make_colorizer())
    workbench.post(reverse("admin:colorizers_generationrun_cancel", args=[run.pk]))
    run.refresh_from_db()
    assert run.state == WorkState.CANCELLED
    workbench.post(reverse("admin:colorizers_generationrun_resume", args=[run.pk]))
    run.refresh_from_db()
    assert (run.state, run.progress().queued) == (WorkState.QUEUED, 3)


def test_a_look_at_an_address_cancels_nothing(workbench):
    run = catalogue.order_generation(photo_set=make_photo_set(1), colorizer=make_colorizer())
    for verb in ("cancel", "resume"):
        assert (
            workbench.get(reverse(f"admin:colorizers_generationrun_{verb}", args=[run.pk])).status_code == 405
        )


def test_staff_without_the_right_to_order_may_look_only(client, ada):
    photo_set = make_photo_set(1)
    run = catalogue.order_generation(photo_set=photo_set, colorizer=make_colorizer())
    client.force_login(ada)
    for address in (
        reverse("admin:colorizers_generationrun_cancel", args=[run.pk]),
        reverse("admin:colorizers_photoset_colour"),
        reverse("admin:colorizers_photoset_import", args=[photo_set.pk]),
    ):
        assert client.post(address).status_code == 403, address


def test_failed_pictures_can_be_tried_again_from_the_list(workbench):
    photo_set = make_photo_set(2)
    fill_catalogue(photo_set, make_colorizer())
    bad = Colorization.objects.first()
    Colorization.objects.filter(pk=bad.pk).update(state=WorkState.FAILED, error="The paint dried.")
    address = reverse("admin:colorizers_colorization_changelist")
    assert "The paint dried." in workbench.get(address).content.decode()
    workbench.post(address, {"action": "try_again", "_selected_action": [bad.pk]})
    bad.refresh_from_db()
    assert bad.state == WorkState.QUEUED


def test_photos_and_pictures_cannot_be_typed_in_or_taken_away(workbench):
    photo_set = make_photo_set(2)
    fill_catalogue(photo_set, make_colorizer())
    for name in ("photo", "photoimport", "generationrun", "colorization"):
        assert workbench.get(reverse(f"admin:colorizers_{name}_add")).status_code == 403
    picture = Colorization.objects.first()
    assert (
        workbench.post(reverse("admin:colorizers_colorization_delete", args=[picture.pk])).status_code == 403
    )
    workbench.post(reverse("admin:colorizers_photo_delete", args=[picture.photo_id]), {"post": "yes"})
    assert Photo.objects.filter(pk=picture.photo_id).exists()


def take_out(client, photo_set, photo):
    address = reverse("admin:colorizers_photoset_take_out", args=[photo_set.pk, photo.pk])
    return client.post(address, follow=True)


def test_a_photo_can_be_taken_out_of_an_open_set_and_stays_itself(workbench):
    photo_set = make_photo_set(2)
    photo, other = photo_set.photos.all()
    page = workbench.get(reverse("admin:colorizers_photoset_change", args=[photo_set.pk])).content.decode()
    assert page.count("Take out of the set") == 2
    assert "is no longer in the set" in take_out(workbench, photo_set, photo).content.decode()
    assert list(photo_set.photos.all()) == [other]
    assert Photo.objects.filter(pk=photo.pk).exists()


def test_a_frozen_set_keeps_its_photos_and_says_so(workbench):
    photo_set = make_photo_set(1)
    photo_set.freeze()
    page = take_out(workbench, photo_set, photo_set.photos.get()).content.decode()
    assert "is frozen since" in page
    assert "Take out of the set" not in page
    assert photo_set.photos.count() == 1


def test_only_who_may_change_sets_takes_photos_out(client, ada):
    photo_set = make_photo_set(1)
    client.force_login(ada)
    assert take_out(client, photo_set, photo_set.photos.get()).status_code == 403
    assert photo_set.photos.count() == 1


def test_every_photo_of_a_large_set_is_within_reach(workbench, monkeypatch):
    monkeypatch.setattr("colorizers.admin.photos.PHOTOS_A_PAGE", 2)
    photo_set = make_photo_set(3)
    last = photo_set.photos.last()
    address = reverse("admin:colorizers_photoset_change", args=[photo_set.pk])
    mine = reverse("admin:colorizers_photoset_take_out", args=[photo_set.pk, last.pk])
    assert mine not in workbench.get(address).content.decode()
    assert mine in workbench.get(f"{address}?page=2").content.decode()


def test_the_list_of_sets_leads_to_the_import_of_open_ones(workbench, garden):
    frozen = make_photo_set(1, name="forest")
    frozen.freeze()
    page = workbench.get(reverse("admin:colorizers_photoset_changelist")).content.decode()
    assert reverse("admin:colorizers_photoset_import", args=[garden.pk]) in page
    assert reverse("admin:colorizers_photoset_import", args=[frozen.pk]) not in page


def test_colour_with_ticks_nothing_by_itself(workbench):
    photo_set = make_photo_set(1)
    make_colorizer()
    page = workbench.get(f"{reverse('admin:colorizers_photoset_colour')}?set={photo_set.pk}").content.decode()
    assert 'name="colorizers"' in page
    assert "checked" not in page.split('name="colorizers"')[1].split(">")[0]


@pytest.mark.parametrize("number", ["9" * 26, "9" * 5000, "-1", "x", "\N{SUPERSCRIPT TWO}"])
def test_numbers_that_no_row_can_have_are_refused(number, workbench):
    address = reverse("admin:colorizers_photoset_colour")
    assert workbench.get(address, {"set": number}).status_code == 400
    assert workbench.post(address, {"sets": [1], "colorizers": [number]}).status_code == 400
    for name in ("photoset", "photoimport", "generationrun"):
        page = reverse(f"admin:colorizers_{name}_change", args=[number])
        assert workbench.get(page).status_code in (302, 404), name


def test_an_import_says_when_it_finished_while_its_page_is_open(workbench, garden, queue):
    send(workbench, garden, upload("a.png", png_bytes(colourful_pixels(1))))
    photo_import = PhotoImport.objects.get()
    address = reverse("colorizers:import_progress", args=[photo_import.code])
    assert workbench.get(address).json()["finished"] == ""
    importing.continue_upload(photo_import.pk)
    assert workbench.get(address).json()["finished"].startswith("Finished ")
    page = workbench.get(reverse("admin:colorizers_photoimport_change", args=[photo_import.pk]))
    assert 'data-text="finished"' in page.content.decode()


@pytest.mark.parametrize("after", ["--5", "9" * 5000, "x", "", "\N{SUPERSCRIPT TWO}"])
def test_a_position_that_no_file_can_have_is_refused(after, workbench, garden):
    photo_import = PhotoImport.objects.create(photo_set=garden)
    address = reverse("colorizers:import_progress", args=[photo_import.code])
    assert workbench.get(address, {"after": after}).status_code == 400
