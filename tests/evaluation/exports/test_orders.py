import io
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from colorizers.models import WorkState
from evaluation.models import Order, OrderKind, Population
from evaluation.services import (
    exports,
    makers,
    orders,
    reports,
)
from evaluation.services.orders import Outcome, Stopped
from studies.models import Source
from studies.services.withdrawal import withdraw
from tests.evaluation.cast import played_study

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("idle_queue"), pytest.mark.database]


@pytest.fixture
def sky(ada):
    played = played_study(ada)
    played.crowd(4, {"l2": 0.3, "classes": 0.2}, vigilance=[True, False], practice=2)
    return played


@pytest.fixture
def order(sky):
    return Order.objects.create(
        study=sky.study, population=Population.PEOPLE, kind=OrderKind.EXPORT, format="psych-ds"
    )


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def files(media):
    return [path for path in media.rglob("*") if path.is_file()]


def fulfil(order):
    outcome = orders.fulfil(order.pk, makers.MAKERS)
    order.refresh_from_db()
    return outcome


def of(name, order=None):
    return reverse(f"evaluation:{name}", args=["sky", *([order.code] if order else [])])


def test_a_worker_makes_the_file_and_it_is_downloaded_by_its_link(as_ada, order):
    fulfil(order)
    assert (order.state, order.error) == (WorkState.DONE, "")
    assert order.report == reports.newest_report(order.study, Population.PEOPLE)
    reply = as_ada.get(of("export-file", order))
    assert reply.streaming
    assert ".zip" in reply["Content-Disposition"]
    names = zipfile.ZipFile(io.BytesIO(reply.getvalue())).namelist()
    assert "sky-people/dataset_description.json" in names
    assert "sky-people/data/study-sky_description-trials_data.csv" in names
    assert "sky-people/results/tables.tex" in names


def test_nothing_is_left_beside_the_file(order, own_media):
    fulfil(order)
    assert [path.name for path in files(own_media)] == [f"{order.code}-1.zip"]


def test_delivered_twice_it_is_made_once(order, own_media):
    fulfil(order)
    before = files(own_media)[0].stat().st_mtime_ns
    fulfil(order)
    assert files(own_media)[0].stat().st_mtime_ns == before


def test_what_a_killed_worker_left_is_removed_and_made_anew(order, own_media):
    part = own_media / "exports" / f"{order.code}~0a1b.part"
    part.mkdir(parents=True)
    (part / "half.csv").write_text("half")
    (own_media / "exports" / f"{order.code}-1.zip").write_bytes(b"half")
    Order.objects.update(attempt=1)
    fulfil(order)
    assert [path.name for path in files(own_media)] == [f"{order.code}-2.zip"]
    assert zipfile.is_zipfile(files(own_media)[0])


def test_a_suspended_worker_and_its_successor_write_into_folders_of_their_own(order, own_media, monkeypatch):
    def pack(root, archive, watch):
        if not folders:
            # Suspended here for so long that another worker takes the order over and finishes it.
            folders.append(root.parent)
            Order.objects.update(seen_at=timezone.now() - timedelta(hours=1))
            assert orders.fulfil(order.pk, makers.MAKERS) == Outcome.SETTLED
            finished.extend(path.read_bytes() for path in files(own_media))
        else:
            folders.append(root.parent)
        really(root, archive, watch)

    folders, finished, really = [], [], exports.pack
    monkeypatch.setattr(exports, "pack", pack)
    assert fulfil(order) == Outcome.SETTLED
    assert folders[0] != folders[1]
    assert (order.state, order.error) == (WorkState.DONE, "")
    assert [path.name for path in files(own_media)] == [f"{order.code}-2.zip"]
    assert [path.read_bytes() for path in files(own_media)] == finished


@pytest.mark.parametrize("stage", ["Writing the trials", "Writing the other tables", "Packing"])
def test_a_cancelled_export_stops_and_leaves_nothing(order, own_media, stage):
    Order.objects.update(state=WorkState.RUNNING)

    def progress(now, done=0, total=0):
        if now == stage:
            raise Stopped

    with pytest.raises(Stopped):
        exports.fill_order(order, progress)
    assert files(own_media) == []


def test_an_order_that_is_cancelled_at_the_last_moment_gets_no_file(order, own_media):
    exports.fill_order(order, lambda stage, done=0, total=0: None)
    order.refresh_from_db()
    assert not order.file
    assert files(own_media) == []


def test_it_tells_how_many_trials_it_has_written(sky, order, monkeypatch):
    monkeypatch.setattr("evaluation.exports.rows.EVERY", 10)
    told = []
    exports.fill_order(order, lambda *what: told.append(what))
    steps = [(done, total) for stage, done, total in told if stage == "Writing the trials"]
    assert steps == [(done, 80) for done in range(0, 81, 10)]


def test_what_went_wrong_is_kept_in_words(order, monkeypatch, own_media):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("zipfile.ZipFile.open", full)
    fulfil(order)
    assert order.state == WorkState.FAILED
    assert "No space left on device" in order.error
    assert files(own_media) == []


def test_a_deleted_order_takes_its_file_along(as_ada, order, own_media):
    fulfil(order)
    assert as_ada.post(of("delete-export", order)).status_code == 302
    assert not Order.objects.exists()
    assert files(own_media) == []


def test_the_page_orders_shows_and_cancels(as_ada, sky):
    assert as_ada.post(of("new-export"), {"format": "csv"}).status_code == 302
    order = Order.objects.get()
    assert (order.format, order.kind, order.population) == ("csv", "export", "people")
    page = as_ada.get(of("exports")).content.decode()
    assert of("order-progress", order) in page
    assert f'href="{of("export-file", order)}"' not in page
    assert as_ada.post(of("cancel-export", order)).status_code == 302
    order.refresh_from_db()
    assert order.state == WorkState.CANCELLED


def test_the_page_links_a_finished_file(as_ada, order):
    fulfil(order)
    assert f'href="{of("export-file", order)}"' in as_ada.get(of("exports")).content.decode()


def test_the_report_links_the_page(as_ada, sky):
    reports.make_report(study=sky.study, population=Population.PEOPLE)
    assert of("exports") in as_ada.get(of("report")).content.decode()


def test_an_unknown_format_is_refused_in_words(as_ada, sky):
    reply = as_ada.post(of("new-export"), {"format": "xlsx"})
    assert reply.status_code == 400
    assert "psych-ds, csv, parquet" in reply.content.decode()


def test_nobody_else_sees_a_study_s_exports(client, ben, order):
    fulfil(order)
    client.force_login(ben)
    for name in ("exports", "export-file"):
        assert client.get(of(name, order if "file" in name else None)).status_code == 404
    for name in ("new-export", "cancel-export", "delete-export"):
        assert client.post(of(name, None if "new" in name else order)).status_code == 404
    client.logout()
    assert client.get(of("export-file", order)).status_code == 302


def test_an_export_without_a_file_is_not_found_in_words(as_ada, order):
    assert as_ada.get(of("export-file", order)).status_code == 404
    fulfil(order)
    order.file.storage.delete(order.file.name)
    assert as_ada.get(of("export-file", order)).status_code == 404
    assert as_ada.get(of("exports")).status_code == 200


def test_who_withdraws_is_in_no_export_that_can_still_be_downloaded(
    as_ada, sky, order, own_media, django_capture_on_commit_callbacks
):
    fulfil(order)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(sky.study.participations.first())
    assert files(own_media) == []
    assert as_ada.get(of("export-file", order)).status_code == 404
    assert "Somebody withdrew after it was made" in as_ada.get(of("exports")).content.decode()


def test_an_export_of_other_answers_stays_when_somebody_withdraws(
    sky, order, own_media, django_capture_on_commit_callbacks
):
    sky.crowd(2, {"l2": 0.3}, source=Source.SIMULATED)
    Order.objects.update(population=Population.SIMULATED)
    fulfil(order)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(sky.study.participations.filter(source=Source.PERSON).first())
    assert len(files(own_media)) == 1


def test_an_export_during_which_somebody_withdraws_is_made_anew(sky, order, own_media, monkeypatch):
    def pack(*args):
        withdraw(sky.study.participations.first())
        really(*args)

    really = exports.pack
    monkeypatch.setattr(exports, "pack", pack)
    assert fulfil(order) == Outcome.UNFINISHED
    assert files(own_media) == []
    monkeypatch.setattr(exports, "pack", really)
    assert fulfil(order) == Outcome.SETTLED
    assert len(files(own_media)) == 1


def test_an_export_during_which_answers_come_holds_the_same_answers_in_report_and_tables(
    sky, order, own_media, monkeypatch
):
    def write_tables(*args):
        if not tables:
            sky.participate(fooled={"l2": [True] * 4})
        tables.append(really(*args))
        return tables[-1]

    really, tables = exports.write_tables, []
    monkeypatch.setattr(exports, "write_tables", write_tables)
    assert fulfil(order) == Outcome.SETTLED
    order.refresh_from_db()
    assert len(tables) == 2
    assert not reports.what_is_newer(order.report).anything
