"""A network as a predictor: batches, shapes, precision, and one copy of it in memory."""

import gc
import weakref

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from colorizers import methods
from colorizers.networks import running
from colorizers.networks.running import NetworkPredictor, reference_lightness, shared_network
from colorizers.pictures.inference import (
    ChoosesPrecision,
    ColorizationFailed,
    PredictMany,
    Source,
    colorize_rgb,
    square,
)
from tests.colorizers.compact import compact_weights
from tests.small_networks import small_weights

SOURCES = [Source(str(number)) for number in range(5)]


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return small_weights(tmp_path_factory.mktemp("weights"), "zhang2016", "class")


def load(weights, **settings) -> NetworkPredictor:
    return methods.get("zhang2016").load(weights, settings, variant="class")


@pytest.fixture
def predict(weights):
    return load(weights)


def test_it_takes_one_photo_or_many_and_can_choose_a_precision(predict):
    assert isinstance(predict, PredictMany)
    assert isinstance(predict, ChoosesPrecision)


@pytest.mark.parametrize("shape", [(64, 64), (40, 56), (31, 45), (8, 200)])
def test_a_batch_gives_what_each_photo_gives_alone(predict, shape):
    batch = reference_lightness(shape, 5)
    together = predict.many(batch, SOURCES)
    for lightness, ab, source in zip(batch, together, SOURCES, strict=True):
        assert ab.shape == (*shape, 2)
        assert ab.dtype == np.float32
        assert np.abs(ab - predict(lightness, source)).max() < 1e-3


def test_at_temperature_1_it_is_what_the_authors_released_network_computes(tmp_path):
    predict = load(compact_weights(tmp_path), temperature=1.0)
    network, lightness = predict.network, reference_lightness((40, 56), 1)[0]
    with torch.no_grad():
        # Their forward: softmax over the classes, then the 1 x 1 convolution that the file holds.
        shares = network(torch.from_numpy(lightness)[None, None]).softmax(dim=1)
        theirs = F.interpolate(network.model_out(shares), scale_factor=4, mode="bilinear")
    ours = predict(lightness, Source("x"))
    assert np.abs(ours - theirs[0].permute(1, 2, 0).numpy()).max() < 1e-3


def test_colours_that_overshoot_are_clipped_and_counted_and_a_wrong_scale_is_refused(tmp_path):
    predict = methods.get("zhang2016").load(small_weights(tmp_path, "zhang2016", "l2"), {}, variant="l2")
    head = predict.network.model8[-1]
    with torch.no_grad():
        head.weight.zero_()
        head.bias.copy_(torch.tensor([2.0, 0.0]))  # a* = 220
    photo = np.full((32, 32, 3), 120, np.uint8)
    painted = colorize_rgb(photo, predict, Source("x"), working_size=square(32), promises_colour=True)
    assert painted.share_clipped == 1
    with torch.no_grad():
        head.bias.fill_(110.0)
    with pytest.raises(ColorizationFailed, match="scaled back"):
        colorize_rgb(photo, predict, Source("x"), working_size=square(32))
    with torch.no_grad():
        head.bias.fill_(torch.inf)
    with pytest.raises(ColorizationFailed, match="not finite"):
        colorize_rgb(photo, predict, Source("x"), working_size=square(32))


def test_it_keeps_its_hands_off_what_it_is_given(predict):
    batch = reference_lightness((32, 32))
    before = [values.copy() for values in batch]
    predict.many(batch, SOURCES[:2])
    assert all(np.array_equal(a, b) for a, b in zip(batch, before, strict=True))


# --- one network for many colorizers -----------------------------------------------------------


def test_colorizers_that_decode_one_file_differently_share_its_network(weights):
    cold, warm = load(weights, temperature=0.1), load(weights, temperature=1.0)
    assert cold.network is warm.network
    (lightness,) = reference_lightness((32, 32), 1)
    assert np.abs(cold(lightness, SOURCES[0]) - warm(lightness, SOURCES[0])).max() > 0.1


def test_a_network_that_nobody_uses_leaves_memory(tmp_path):
    path = small_weights(tmp_path, "zhang2016", "class")
    kept = weakref.ref(shared_network(path, "zhang2016", "class", "cpu"))
    gc.collect()
    assert kept() is None


def test_another_file_under_the_same_name_is_another_network(tmp_path):
    path = small_weights(tmp_path, "zhang2016", "l2")
    first = shared_network(path, "zhang2016", "l2", "cpu")
    path.write_bytes(path.read_bytes())
    assert shared_network(path, "zhang2016", "l2", "cpu") is not first


# --- precision ---------------------------------------------------------------------------------


def test_full_precision_is_the_start_and_the_end_of_a_named_choice(predict):
    assert predict.precision is torch.float32
    assert predict.choose_precision("float32", (64, 64)) == {"precision": "float32"}


def test_a_lower_precision_is_recorded_with_the_difference_that_it_makes(predict):
    (lightness,) = reference_lightness((64, 64), 1)
    full = predict(lightness, SOURCES[0])
    facts = predict.choose_precision("bfloat16", (64, 64))
    assert facts["precision"] == "bfloat16"
    assert predict.precision is torch.bfloat16
    moved = np.abs(predict(lightness, SOURCES[0]) - full)
    assert 0 < moved.max() <= facts["precision_difference"]["max"] + 1e-4
    assert facts["precision_difference"]["max"] < running.MOST_DIFFERENCE


def test_a_lower_precision_that_is_not_equal_is_refused(predict, monkeypatch):
    monkeypatch.setattr(running, "MEAN_DIFFERENCE", 1e-6)
    with pytest.raises(ValueError, match="Set COLORIZE_PRECISION to float32"):
        predict.choose_precision("bfloat16", (64, 64))
    assert predict.precision is torch.float32


def test_colours_that_are_no_numbers_are_not_equal():
    assert not running._is_equal({"max": float("nan"), "mean": float("nan")})


def test_auto_takes_what_is_equal_and_clearly_faster(predict, monkeypatch):
    seconds = {"float32": 2.0, "bfloat16": 1.0}
    monkeypatch.setattr(predict, "_seconds", lambda name, batch: seconds[name])
    assert predict.choose_precision("auto", (64, 64))["precision"] == "bfloat16"
    seconds["bfloat16"] = 1.9
    assert predict.choose_precision("auto", (64, 64)) == {"precision": "float32"}
    assert predict.precision is torch.float32
    seconds["bfloat16"] = 0.1
    monkeypatch.setattr(running, "MOST_DIFFERENCE", 1e-6)
    assert predict.choose_precision("auto", (64, 64)) == {"precision": "float32"}


def test_auto_measures_by_itself_and_says_what_it_took(predict):
    facts = predict.choose_precision("auto", (32, 32))
    assert facts["precision"] in {"float32", "bfloat16"}
    assert ("precision_difference" in facts) == (facts["precision"] != "float32")


def test_a_precision_that_does_not_exist_is_refused(predict):
    with pytest.raises(ValueError, match="auto or one of"):
        predict.choose_precision("float8", (64, 64))


def test_the_reference_batch_is_always_the_same_and_looks_like_photos():
    first, second = reference_lightness((40, 60)), reference_lightness((40, 60))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not np.array_equal(first[0], first[1])
    for lightness in first:
        assert lightness.shape == (40, 60)
        assert lightness.min() >= 0
        assert lightness.max() <= 100
        assert lightness.std() > 10
