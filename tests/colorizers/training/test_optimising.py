"""Learning rates over a training, and photos as they come to it."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from colorizers.training.optimising import Schedule, averaged, set_training
from colorizers.training.photos import (
    Photos,
    PhotosRefused,
    batches,
    hold_back,
    read_photos,
    share_of,
    steps_in_an_epoch,
)
from colorizers.training.recipe import Data, Optimiser
from tests.colorizers.training.conftest import photo, save_photos


def schedule(total=10, **entries) -> Schedule:
    parameters = [nn.Parameter(torch.zeros(1)) for _ in range(2)]
    groups = [
        {"params": [p], "lr": rate, "full_rate": rate} for p, rate in zip(parameters, (1.0, 0.1), strict=True)
    ]
    return Schedule([torch.optim.SGD(groups)], Optimiser(**entries), steps=total)


def rates(schedule: Schedule, steps: range) -> list[float]:
    found = []
    for step in steps:
        schedule.before_step(step)
        found.append(schedule.rate())
    return found


def test_a_constant_rate_stays():
    assert rates(schedule(), range(10)) == [1.0] * 10


def test_a_cosine_falls_from_the_full_rate_to_zero():
    found = rates(schedule(schedule="cosine"), range(11))
    assert found[0] == 1
    assert found[5] == pytest.approx(0.5)
    assert found[10] == 0
    assert found == sorted(found, reverse=True)


def test_steps_multiply_the_rate_at_their_shares_of_the_training():
    found = rates(schedule(schedule="steps", steps=(0.4, 0.8), factor=0.1), range(10))
    assert found == pytest.approx([1] * 4 + [0.1] * 4 + [0.01] * 2)


def test_a_warmup_rises_in_a_line():
    found = rates(schedule(total=30, warmup=3), range(5))
    assert found == pytest.approx([0.25, 0.5, 0.75, 1, 1])


def test_a_warmup_takes_a_tenth_of_a_short_training_at_most():
    assert rates(schedule(total=20, warmup=200), range(4)) == pytest.approx([1 / 3, 2 / 3, 1, 1])
    assert rates(schedule(total=8, warmup=200), range(2)) == pytest.approx([1, 1])


def test_the_running_mean_forgets_the_first_weights_soon_and_has_its_decay_later():
    network = nn.Linear(1, 1, bias=False)
    mean = averaged(network, 0.99)
    with torch.no_grad():
        network.weight.fill_(1000.0)
        mean.update_parameters(network)
        network.weight.fill_(0.0)
        for _ in range(30):
            mean.update_parameters(network)
        assert abs(float(mean.module.weight.detach())) < 1.0  # with the full decay it would be 740
        for _ in range(2000):
            mean.update_parameters(network)
        network.weight.fill_(100.0)
        mean.update_parameters(network)
    assert float(mean.module.weight.detach()) == pytest.approx(1.0, abs=0.01)


def test_on_a_plateau_the_rate_falls_after_patience_is_at_its_end_as_in_torch():
    ours = schedule(schedule="plateau", factor=0.5, patience=1, threshold=0.1)
    parameter = nn.Parameter(torch.zeros(1))
    theirs = torch.optim.SGD([parameter], lr=1.0)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
        theirs, factor=0.5, patience=1, threshold=0.1, threshold_mode="abs"
    )
    for step, loss in enumerate([5, 4, 3.95, 3.96, 3.5, 3.5, 3.49, 3.48, 3.47, 3.0]):
        ours.after_epoch(loss)
        plateau.step(loss)
        assert rates(ours, range(step, step + 1))[0] == pytest.approx(theirs.param_groups[0]["lr"])


def test_every_part_follows_the_schedule_from_its_own_rate():
    found = schedule(schedule="cosine")
    found.before_step(5)
    assert [group["lr"] for group in found.optimisers[0].param_groups] == pytest.approx([0.5, 0.05])


def test_batch_norms_with_fixed_weights_keep_their_statistics():
    fixed, free = nn.BatchNorm2d(3), nn.BatchNorm2d(3)
    fixed.requires_grad_(False)
    network = nn.Sequential(fixed, free)
    set_training(network)
    network(torch.randn(4, 3, 2, 2))
    assert torch.equal(fixed.running_mean, torch.zeros(3))
    assert not torch.equal(free.running_mean, torch.zeros(3))


# --- photos ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def eleven() -> Photos:
    names = tuple(str(number) for number in range(11))
    return Photos(tuple(photo(number) for number in range(11)), names, names)


def test_the_crops_of_an_epoch_follow_from_the_seed_wherever_one_begins(eleven):
    data = Data(crop=32, contrast=0.2)
    whole = list(batches(eleven, data, 4, seed=3, epoch=1))
    rest = list(batches(eleven, data, 4, seed=3, epoch=1, start=1, workers=3))
    assert [len(batch) for batch in whole] == [4, 4, 3]
    assert all(np.array_equal(one, other) for one, other in zip(whole[1:], rest, strict=True))
    another = next(batches(eleven, data, 4, seed=3, epoch=2))
    assert not np.array_equal(whole[0], another)


def test_a_last_batch_of_one_photo_is_left_out(eleven):
    for batch in (1, 2, 3, 5, 10, 11, 20):
        count = len(list(batches(eleven, Data(crop=32), batch, seed=0, epoch=0)))
        assert count == steps_in_an_epoch(eleven, batch)
    assert steps_in_an_epoch(eleven, 5) == 2
    assert steps_in_an_epoch(eleven, 1) == 11


def test_whoever_stops_in_the_middle_of_an_epoch_waits_for_nothing(eleven):
    found = batches(eleven, Data(crop=32), 1, seed=0, epoch=0)
    next(found)
    found.close()


def test_batches_are_lightness_and_ab(eleven):
    (batch,) = batches(eleven, Data(crop=32), 11, seed=0, epoch=0)
    assert batch.shape == (11, 3, 32, 32)
    assert batch.dtype == np.float32
    assert 0 <= batch[:, 0].min() < batch[:, 0].max() <= 100
    assert batch[:, 1:].min() < -10
    assert batch[:, 1:].max() > 10


def test_half_of_the_photos_is_part_of_all_of_them_whatever_the_seed(eleven):
    half = share_of(eleven, 0.8, seed=1)
    assert len(half) == 9
    assert set(half.names) < set(eleven.names)
    assert share_of(eleven, 0.8, seed=1).names == half.names
    assert share_of(eleven, 0.8, seed=2).names != half.names


def test_what_is_held_back_is_not_learned_from(eleven):
    learned, held = hold_back(eleven, 0.2, seed=0)
    assert (len(learned), len(held)) == (9, 2)
    assert not set(learned.names) & set(held.names)


def test_too_few_photos_are_refused_with_the_reasons(tmp_path):
    folder = save_photos(tmp_path / "few", range(3))
    Image.fromarray(np.full((80, 80, 3), 90, np.uint8)).save(folder / "grey.png")
    (folder / "empty.jpg").touch()
    (folder / "notes.txt").write_text("no photo")
    with pytest.raises(PhotosRefused) as refused:
        read_photos(folder, 64)
    said = str(refused.value)
    assert "Only 3 of the 5 files" in said
    assert "at least 8 colour photographs are needed" in said
    assert "grey.png: " in said
    assert "empty.jpg: The file is empty." in said


def test_a_second_copy_of_a_photo_is_refused_so_that_none_is_learned_and_validated_on(tmp_path):
    save_photos(tmp_path, range(9))
    first = sorted(tmp_path.iterdir())[0]
    (tmp_path / f"copy-of-{first.name}").write_bytes(first.read_bytes())
    photos = read_photos(tmp_path, 64)
    assert len(photos) == 9
    assert "the same photo as" in photos.refused[0]


def test_photos_much_smaller_than_the_crop_are_refused(tmp_path):
    folder = save_photos(tmp_path / "small", range(8))
    with pytest.raises(PhotosRefused, match="it has 72 x 72 pixels, and the crops have 176"):
        read_photos(folder, 176)


def test_a_folder_without_photos_or_none_at_all_is_refused(tmp_path):
    with pytest.raises(PhotosRefused, match="holds no photographs"):
        read_photos(tmp_path, 64)
    with pytest.raises(PhotosRefused, match="There is no folder"):
        read_photos(tmp_path / "none", 64)


def test_large_photos_are_kept_at_one_and_a_half_crops(tmp_path):
    folder = tmp_path / "large"
    folder.mkdir()
    for number in range(8):
        Image.fromarray(photo(number)).resize((600, 300)).save(folder / f"{number}.jpg")
    found = read_photos(folder, 64)
    assert {picture.shape for picture in found.pixels} == {(96, 192, 3)}
