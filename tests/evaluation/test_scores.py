import io
import time

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from colorizers.models import WorkState
from colorizers.pictures.images import render_stimulus
from colorizers.signals import colorizations_done
from evaluation import metrics, tasks
from evaluation.models import Score
from evaluation.reading.files.measuring import measure_pair
from evaluation.services import (
    scores,
)
from studies.models import Condition, Study
from tests.conftest import colourful_pixels
from tests.evaluation.painted import paint

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def ordered(monkeypatch):
    """The colorizations that were ordered to be scored, by a queue that is there."""
    orders = []
    monkeypatch.setattr(scores, "_queue_answers", lambda: True)
    monkeypatch.setattr("celery.Celery.send_task", lambda app, name, args: orders.append(*args))
    return orders


def stored(colorization, image_px):
    return dict(colorization.scores.filter(image_px=image_px).values_list("metric", "value"))


def test_a_colorization_is_scored_on_the_pixels_as_served():
    colorization = paint(seed=1, size=400)
    assert scores.score_colorization(colorization) == 1
    real, fake = (
        render_stimulus(np.asarray(Image.open(file.open())), 256)
        for file in (colorization.photo.file, colorization.file)
    )
    assert stored(colorization, 256) == pytest.approx(measure_pair(real, fake))


def test_a_smaller_photo_is_scored_on_its_largest_square():
    colorization = paint(seed=1, size=96)
    scores.score_colorization(colorization)
    assert set(colorization.scores.values_list("image_px", flat=True)) == {96}
    assert set(colorization.scores.values_list("metric", flat=True)) == set(metrics.names())


def test_the_size_of_a_study_that_shows_it_is_scored_too():
    colorization = paint(seed=1, size=300)
    study = Study.objects.create(
        slug="s", title="s", information="i", consent="c", image_px=128,
        photo_set=colorization.photo.photo_sets.get(),
    )  # fmt: skip
    Condition.objects.create(study=study, slug="l2", colorizer=colorization.colorizer)
    assert scores.score_colorization(colorization) == 2
    assert set(colorization.scores.values_list("image_px", flat=True)) == {128, 256}


def test_scoring_again_measures_nothing_and_repairs_what_is_missing():
    colorization = paint(seed=1)
    scores.score_colorization(colorization)
    assert scores.score_colorization(colorization) == 0
    Score.objects.filter(metric="psnr").delete()
    assert scores.score_colorization(colorization) == 1
    assert Score.objects.count() == len(metrics.names())


def test_the_infinite_psnr_of_an_identical_picture_is_stored_as_no_value():
    colorization = paint(seed=1, fake=colourful_pixels(1, width=96, height=96))
    scores.score_colorization(colorization)
    values = stored(colorization, 96)
    assert values["psnr"] is None
    assert values["ssim"] == pytest.approx(1)


def test_what_is_not_painted_yet_cannot_be_scored():
    colorization = paint(seed=1)
    colorization.state = WorkState.FAILED
    with pytest.raises(scores.NotYetPainted, match="failed"):
        scores.score_colorization(colorization)


def test_the_task_leaves_alone_what_is_gone():
    tasks.score_colorization(12345)
    assert not Score.objects.exists()


def test_a_finished_colorization_is_ordered_to_be_scored(ordered):
    colorization = paint(seed=1)
    colorizations_done.send(sender=None, colorizations=[colorization])
    assert ordered == [colorization.pk]


def test_without_a_queue_nothing_breaks_or_waits_and_the_command_makes_up_for_it(settings, caplog):
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    colorization = paint(seed=1)
    start = time.perf_counter()
    colorizations_done.send(sender=None, colorizations=[colorization])
    assert time.perf_counter() - start < 1
    assert "the queue cannot be reached" in caplog.text
    call_command("score", stdout=(out := io.StringIO()))
    assert "Scored 1 of 1" in out.getvalue()
    assert colorization.scores.count() == len(metrics.names())


def test_the_command_scores_what_is_missing_in_one_set(capsys):
    paint(seed=1)
    paint(seed=2)
    call_command("score", photo_set="painted")
    assert "Scored 2 of 2" in capsys.readouterr().out
    call_command("score")
    assert "has its scores" in capsys.readouterr().out


def test_the_command_names_the_sets_there_are():
    paint(seed=1)
    with pytest.raises(CommandError, match=r"no photo set “kodak”\. There are: painted"):
        call_command("score", photo_set="kodak")


def test_one_broken_file_does_not_stop_the_others():
    broken, whole = paint(seed=1), paint(seed=2)
    broken.file.storage.delete(broken.file.name)
    with pytest.raises(CommandError, match=r"could not be scored:\np1.png by l2"):
        call_command("score", stdout=io.StringIO())
    assert whole.scores.exists()
