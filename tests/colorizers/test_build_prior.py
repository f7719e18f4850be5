"""The command build_prior: how often each colour class occurs in a photo set."""

import json
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from colorizers.models import PhotoSet
from colorizers.pictures.bins import mean_soft_code
from tests.builders import make_photo_set

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("build_prior", *arguments, stdout=output, no_color=True)
    return output.getvalue()


def test_the_prior_is_the_mean_soft_code_of_the_sets_photos():
    photo_set = make_photo_set(3)
    found = json.loads(run("--set", "meadow"))
    expected = mean_soft_code([photo.read_rgb() for photo in photo_set.photos.all()])
    assert found["prior"] == pytest.approx(expected, abs=1e-9)
    assert sum(found["prior"]) == pytest.approx(1)
    assert (found["set"], found["set_digest"], found["photos"]) == ("meadow", photo_set.digest(), 3)
    assert (found["step"], found["neighbours"], found["sigma"]) == (10, 5, 5.0)


def test_the_same_photos_give_the_same_file_whatever_their_order(tmp_path):
    photo_set = make_photo_set(3)
    said = run("--set", "meadow", "--out", str(tmp_path / "one.json"))
    assert "The prior of 3 photos of meadow is in" in said
    photo_set.photos.set(sorted(photo_set.photos.all(), key=lambda photo: photo.digest), clear=True)
    run("--set", "meadow", "--out", str(tmp_path / "other.json"))
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "other.json").read_bytes()


def test_ten_neighbours_spread_a_colour_further():
    make_photo_set(1)
    five, ten = (json.loads(run("--set", "meadow", "--neighbours", k))["prior"] for k in ("5", "10"))
    assert np.count_nonzero(ten) > np.count_nonzero(five)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--set", "nowhere"], "no photo set called"),
        (["--set", "empty"], "is empty"),
        (["--set", "meadow", "--neighbours", "0"], "between 1 and 313"),
        (["--set", "meadow", "--out", "/nowhere/prior.json"], "no folder /nowhere"),
    ],
)
def test_a_bad_order_is_an_error_with_a_reason(arguments, complaint):
    make_photo_set(1)
    PhotoSet.objects.create(name="empty")
    with pytest.raises(CommandError, match=complaint):
        run(*arguments)
