"""Orders: reports that a worker makes, followed, cancelled, delivered twice, taken over."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from colorizers.models import WorkState
from evaluation.models import Order, OrderKind, Population, Report
from evaluation.services import (
    makers,
    orders,
)
from evaluation.services.order_panel import of_order
from tests.evaluation.cast import played_study

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def sky(ada):
    played = played_study(ada)
    played.crowd(3, {"l2": 0.3})
    return played


@pytest.fixture
def place(sky, ada, idle_queue, django_capture_on_commit_callbacks):
    def placed() -> Order:
        with django_capture_on_commit_callbacks(execute=True):
            return orders.place_order(
                study=sky.study, population=Population.PEOPLE, kind=OrderKind.REPORT, by=ada
            )

    return placed


def work(order, makers=makers.MAKERS):
    outcome = orders.fulfil(order.pk, makers)
    order.refresh_from_db()
    return outcome


def long_ago(order, **fields):
    then = timezone.now() - timedelta(hours=1)
    Order.objects.filter(pk=order.pk).update(created_at=then, seen_at=then, **fields)
    order.refresh_from_db()


def test_a_worker_makes_the_report_that_was_ordered(place, ada):
    order = place()
    assert (order.state, of_order(order)["label"]) == (WorkState.QUEUED, "Waiting for a worker")
    assert work(order) == orders.Outcome.SETTLED
    assert order.state == WorkState.DONE
    assert order.report == Report.objects.get()
    assert order.report.created_by == ada


def test_an_order_that_is_delivered_twice_makes_one_report(place):
    order = place()
    work(order)
    assert work(order) == orders.Outcome.SETTLED
    assert Report.objects.count() == 1


def test_two_clicks_are_one_order(place):
    assert place() == place()


def test_after_it_is_done_a_click_orders_anew(place):
    first = place()
    work(first)
    assert place() != first


def test_while_a_living_worker_has_it_another_keeps_out(place):
    order = place()
    Order.objects.filter(pk=order.pk).update(state=WorkState.RUNNING, seen_at=timezone.now())
    assert work(order) == orders.Outcome.BUSY
    assert not Report.objects.exists()


def test_another_worker_goes_on_where_one_fell_silent(place):
    order = place()
    long_ago(order, state=WorkState.RUNNING)
    assert "fallen silent" in of_order(order)["error"]
    assert work(order) == orders.Outcome.SETTLED
    assert order.state == WorkState.DONE


def test_a_worker_that_wakes_after_another_took_over_stops_and_changes_nothing(place):
    order = place()

    def suspended(stale, progress):
        long_ago(order)
        assert work(order) == orders.Outcome.SETTLED
        progress("Reading the answers", 1, 2)
        pytest.fail("it went on")

    orders.fulfil(order.pk, {OrderKind.REPORT: suspended})
    order.refresh_from_db()
    assert (order.state, order.stage, order.attempt) == (WorkState.DONE, "", 2)


def test_what_breaks_a_worker_that_was_taken_over_is_no_failure_of_the_order(place):
    order = place()

    def suspended(stale, progress):
        long_ago(order)
        assert orders.fulfil(order.pk, {OrderKind.REPORT: broken}) == orders.Outcome.UNFINISHED
        raise FileNotFoundError("its folder is gone")

    def broken(current, progress):
        raise orders.OutOfTime

    orders.fulfil(order.pk, {OrderKind.REPORT: suspended})
    order.refresh_from_db()
    assert (order.state, order.error) == (WorkState.QUEUED, "")


def test_a_cancelled_order_is_not_made(place):
    order = place()
    assert orders.cancel_order(order)
    assert work(order) == orders.Outcome.SETTLED
    assert order.state == WorkState.CANCELLED
    assert not Report.objects.exists()


def test_an_order_that_is_cancelled_while_it_runs_stops_at_its_next_sign_of_progress(place):
    order = place()

    def cancelled_midway(order, progress):
        progress("Reading the answers", 1, 2)
        orders.cancel_order(Order.objects.get(pk=order.pk))
        progress("Computing", 0, 0)
        pytest.fail("it went on")

    work(order, {OrderKind.REPORT: cancelled_midway})
    assert order.state == WorkState.CANCELLED


def test_progress_says_the_stage_in_words_with_its_share(place):
    order, seen = place(), []

    def watched(order, progress):
        progress("Reading the answers", 20, 80)
        seen.append(of_order(Order.objects.get(pk=order.pk)))

    work(order, {OrderKind.REPORT: watched})
    assert (seen[0]["summary"], seen[0]["percent"]) == ("Reading the answers: 20 of 80", 25)


def test_a_long_order_is_made_in_steps_and_goes_on_where_it_stopped(place):
    order, made = place(), []

    def in_steps(order, progress):
        progress = orders.Progress(order, seconds=0.0)
        while len(made) < 3:
            made.append(len(made))
            progress.may_pause()

    makers = {OrderKind.REPORT: in_steps}
    assert [work(order, makers) for _ in range(4)] == [orders.Outcome.UNFINISHED] * 3 + [
        orders.Outcome.SETTLED
    ]
    assert made == [0, 1, 2]


def test_an_error_is_kept_with_what_to_do_about_it(place):
    order = place()

    def broken(order, progress):
        raise OSError("disk full")

    work(order, {OrderKind.REPORT: broken})
    assert order.state == WorkState.FAILED
    words = of_order(order)["error"]
    assert "OSError: disk full" in words
    assert "Order it again" in words
    assert "manage.py report sky --population people" in words


def test_a_database_that_is_briefly_away_leaves_the_order_waiting(place):
    order = place()

    def away(order, progress):
        raise OperationalError("the server closed the connection")

    with pytest.raises(OperationalError):
        work(order, {OrderKind.REPORT: away})
    order.refresh_from_db()
    assert order.state == WorkState.QUEUED


def test_where_no_worker_takes_it_the_panel_says_so(place):
    order = place()
    assert of_order(order)["error"] == ""
    long_ago(order)
    assert "No worker has taken it yet" in of_order(order)["error"]


def test_where_the_queue_cannot_be_reached_the_order_waits_and_says_so(
    sky, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(orders, "send", lambda task, pk: "The task queue cannot be reached.")
    with django_capture_on_commit_callbacks(execute=True):
        order = orders.place_order(study=sky.study, population=Population.PEOPLE, kind=OrderKind.REPORT)
    order.refresh_from_db()
    assert (order.state, order.error) == (WorkState.QUEUED, "The task queue cannot be reached.")


def test_what_lies_idle_is_sent_again_when_a_worker_starts(place, monkeypatch):
    order, sent = place(), []
    monkeypatch.setattr(orders, "send", lambda task, pk: sent.append(pk) or "")
    assert orders.recover_abandoned() == 0
    long_ago(order, state=WorkState.RUNNING)
    assert orders.recover_abandoned() == 1
    assert sent == [order.pk]
