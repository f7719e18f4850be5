"""Several pictures of a photo by one model: kept as samples, one drawn for each trial, told in exports."""

from collections import Counter

import numpy as np
import pytest
from django.urls import reverse

from colorizers.models import Colorization, Colorizer
from colorizers.services.counts import pictures_of
from evaluation.exports.codebook import trials_table
from evaluation.models import Score
from evaluation.reading.metric_table import metric_table
from evaluation.services import scores
from studies.models import Condition, ConditionKind, ParticipationState, Source, Stimulus, TrialPicture
from studies.services import lifecycle, participations, samples, stimuli
from studies.services.exports import columns_of, trial_rows
from studies.services.planning import design_of
from studies.services.protocol import verify_protocol
from tests.builders import make_study
from tests.colorizers.imported.conftest import folder_of, keep, look, outcomes, painted, reason, results
from tests.conftest import png_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def several(n: int, k: int) -> dict[str, bytes]:
    """k samples of each of n photos, each somewhat lighter than the one before."""
    return {
        f"photo-{seed:03d}_{sample}.png": png_bytes(lighter(painted(seed), 5 * sample))
        for seed in range(n)
        for sample in range(1, k + 1)
    }


def lighter(pixels: np.ndarray, levels: int) -> np.ndarray:
    return np.clip(pixels.astype(int) + levels, 0, 255).astype(np.uint8)


def test_samples_are_kept_and_shown_by_their_numbers(tmp_path, meadow, client, root):
    found = keep(folder_of(tmp_path, several(4, 3)), meadow)
    assert found.counts()["kept"] == 12
    ours = Colorizer.objects.get(slug="ours")
    assert Counter(Colorization.objects.of(meadow, ours).values_list("sample", flat=True)) == {
        1: 4,
        2: 4,
        3: 4,
    }
    assert pictures_of([meadow]) == {ours.pk: {"done": 4}}  # photos, not pictures
    client.force_login(root)
    page = client.get(reverse("colorizers:catalogue", args=["meadow"])).content.decode()
    assert page.count("sample 2") == 4
    assert "4 of 4" in page
    again = look(folder_of(tmp_path, several(4, 3)), meadow)
    assert set(outcomes(again).values()) == {"known"}


def test_all_samples_of_a_photo_come_at_once(tmp_path, meadow):
    keep(folder_of(tmp_path, results()), meadow)
    more = look(folder_of(tmp_path, several(1, 2), "more"), meadow)
    assert outcomes(more)["photo-000_2.png"] == "refused"
    assert "holds other samples of this photo" in reason(more, "photo-000_2.png")


@pytest.fixture
def study(tmp_path):
    """A launched study with three samples of each photo by one arm, beside a painted one."""
    study = make_study(colorizers=("sepia",))
    keep(folder_of(tmp_path, several(14, 3)), study.photo_set)
    ours = Colorizer.objects.get(slug="ours")
    Condition.objects.create(
        study=study, slug="ours", title="Ours", kind=ConditionKind.TEST, colorizer=ours, position=9
    )
    lifecycle.launch(study=study)
    study.refresh_from_db()
    return study


def arrive(study, people):
    for _ in range(people):
        made = participations.begin_participation(study=study, source=Source.SIMULATED)
        participations.start_trials(made)
        made.state = ParticipationState.FINISHED
        made.save(update_fields=["state"])


def shown(study):
    """How often each sample of each photo of the arm was planned."""
    pictures = TrialPicture.objects.filter(trial__participation__study=study, condition__slug="ours")
    facts = ("trial__photo__name", "stimulus__colorization__sample")
    return Counter(pictures.values_list(*facts))


def test_a_study_has_a_stimulus_of_each_sample_and_the_protocol_covers_all(study):
    assert Stimulus.objects.filter(colorization__colorizer__slug="ours").count() == 14 * 3
    assert stimuli.missing(study) == 0
    assert verify_protocol(study, files=True) == []
    lengths = stimuli.sent_lengths(study)
    assert len(lengths) == 14


def test_each_trial_shows_one_sample_and_all_come_equally_often(study):
    arrive(study, 18)
    counted = shown(study)
    for photo in {name for name, _ in counted}:
        times = [counted[photo, sample] for sample in (1, 2, 3)]
        assert max(times) - min(times) <= 1, photo
    assert sum(counted.values()) > 50


def test_the_draw_is_by_lot_and_the_same_for_the_same_seed(study):
    made = [participations.begin_participation(study=study, source=Source.SIMULATED) for _ in range(2)]
    ours = Stimulus.objects.filter(colorization__colorizer__slug="ours")
    unseen = ours.exclude(pk__in=TrialPicture.objects.values("stimulus")).order_by("pk")
    three = list(unseen.values_list("pk", flat=True)[:3])
    first, again = (samples.Draw(made[0], [three], 1) for _ in range(2))
    assert [first.one_of(three) for _ in range(9)] == [again.one_of(three) for _ in range(9)]
    fresh = samples.Draw(made[1], [three], 1)
    assert Counter(fresh.one_of(three) for _ in range(9)) == dict.fromkeys(three, 3)


def test_the_table_of_trials_says_which_sample_was_shown(study):
    arrive(study, 3)
    assert "sample" in columns_of(study)
    assert "sample" in trials_table(design_of(study), samples.columns(study)).names
    rows = list(trial_rows(study, "simulated"))
    assert {row["sample"] for row in rows if row["model"] == "ours"} == {"1", "2", "3"}
    assert {row["sample"] for row in rows if row["model"] == "sepia"} == {"1"}


def test_a_study_of_single_pictures_has_no_such_column():
    study = make_study()
    assert samples.columns(study) == ()
    assert "sample" not in columns_of(study)


def test_a_photos_score_is_the_mean_over_its_samples(study):
    for colorization in scores.colorizations_to_score(photo_set=study.photo_set):
        scores.score_colorization(colorization)
    table = metric_table(study)
    assert table.missing == 0
    digest = table.digests[0]
    wanted = Score.objects.filter(
        colorization__photo__digest=digest, colorization__colorizer__slug="ours", metric="psnr", image_px=64
    ).values_list("value", flat=True)
    assert len(wanted) == 3
    assert table.values["ours"]["psnr"][0] == pytest.approx(sum(wanted) / 3)
