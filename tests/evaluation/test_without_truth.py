"""A colouring of a photograph without colour has no truth, so it gets no score."""

import pytest

from colorizers.models import Photo
from evaluation import listeners, tasks
from evaluation.models import Score
from evaluation.services import (
    scores,
)
from tests.builders import fill_catalogue, make_colorizer, make_photo_set

pytestmark = pytest.mark.django_db


@pytest.fixture
def guess(idle_queue):
    made = fill_catalogue(make_photo_set(1), make_colorizer())[0]
    Photo.objects.update(is_monochrome=True)
    made.photo.refresh_from_db()
    return made


def test_none_is_waiting_to_be_scored(guess):
    assert list(scores.colorizations_to_score()) == []
    assert scores.order_scores([guess]) == 0


def test_a_finished_one_orders_no_score_and_an_order_that_came_through_does_nothing(guess):
    listeners.order_scores(None, colorizations=[guess])
    tasks.score_colorization(guess.pk)
    assert not Score.objects.exists()


def test_scoring_it_by_hand_is_refused(guess):
    with pytest.raises(ValueError, match="true colours of the photo are unknown"):
        scores.score_colorization(guess)
