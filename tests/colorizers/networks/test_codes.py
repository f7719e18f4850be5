"""Codes: what the truth is written down as comes back as the truth; tensors agree with numpy's figures."""

import numpy as np
import pytest
import skimage.color
import torch

from colorizers.networks.codes import AbCode, BinCode, Decoding
from colorizers.networks.codes_8bit import CantorCode, EightBitCode, cantor_pairing
from colorizers.networks.codes_luv import LuvCode, lab_to_uv
from colorizers.pictures import bins, colour
from colorizers.pictures.inference import ColorizationFailed, checked_ab

DECODING = Decoding()


def every_colour(step=17):
    levels = np.arange(0, 256, step, dtype=np.uint8)
    return np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)


@pytest.fixture(scope="module")
def lab():
    """All corners of sRGB and a lattice between, (1, 3, 64, 64)."""
    values = torch.from_numpy(colour.rgb_to_lab(every_colour()))
    assert len(values) == 4096
    return values.T.reshape(1, 3, 64, 64).contiguous()


def test_ab_comes_back_exactly(lab):
    code = AbCode(128.0)
    raw = lab[:, 1:] / code.scale
    assert torch.equal(code.decode(raw, lab[:, :1], DECODING), lab[:, 1:])
    assert float(code.loss(raw, lab)) == 0


@pytest.mark.parametrize("code", [AbCode(), EightBitCode(), LuvCode()], ids=lambda code: type(code).__name__)
def test_a_regression_that_overshoots_is_cut_off_and_its_faults_are_not_hidden(code, lab):
    raw = torch.tensor([-2.3, 2.3, torch.inf, -torch.inf, torch.nan]).expand(1, 2, 1, 5)
    ab = code.decode(raw, torch.full((1, 1, 1, 5), 50.0), DECODING)
    assert ab[..., :2].abs().max() <= 128
    assert not ab[..., 2:].isfinite().any()


def test_an_answer_that_was_not_scaled_back_stays_to_be_refused(lab):
    ab = AbCode().decode(lab[:, 1:], lab[:, :1], DECODING)[0].permute(1, 2, 0).numpy()
    with pytest.raises(ColorizationFailed, match="scaled back"):
        checked_ab(ab, (64, 64), promises_colour=True)


def test_8_bit_ab_comes_back(lab):
    code = EightBitCode()
    raw = lab[:, 1:] + 128
    assert (code.decode(raw, lab[:, :1], DECODING) - lab[:, 1:]).abs().max() < 1e-4
    assert float(code.loss(raw, lab)) == 0
    assert float(code.loss(raw + 2, lab)) == pytest.approx(4, rel=1e-4)
    assert code.decode(torch.full((1, 2, 1, 1), 300.0), lab[:, :1], DECODING).max() == 127


def perfect(code, lab):
    return torch.nn.functional.one_hot(code.target(lab[:, 1:]), 121).permute(0, 3, 1, 2).float() * 50


@pytest.mark.parametrize(("decode_at", "low", "high"), [("floor", -0.5, 25), ("centre", -12.5, 13)])
def test_cantor_classes_come_back_within_their_cell(lab, decode_at, low, high):
    code = CantorCode()
    raw = perfect(code, lab)
    off = lab[:, 1:] - code.decode(raw, lab[:, :1], Decoding(decode_at=decode_at))
    assert low <= float(off.min())
    assert float(off.max()) <= high
    assert float(code.loss(raw, lab)) < 1e-6


def test_classes_are_numbered_in_the_order_of_their_cantor_pairing():
    code = CantorCode()
    paired = cantor_pairing(*code.corners.long().T)
    assert code.channels == len(paired) == len(set(paired.tolist())) == 121
    assert torch.equal(paired, paired.sort().values)
    assert code.corners[:3].tolist() == [[0, 0], [25, 0], [0, 25]]
    assert int(cantor_pairing(torch.tensor(47), torch.tensor(32))) == 3192
    corners = code.corners.T.reshape(1, 2, 11, 11) - 128
    assert torch.equal(code.target(corners).flatten(), torch.arange(121))


def test_neutral_is_minus_three_at_the_corner_as_published():
    code, grey = CantorCode(), torch.zeros(1, 3, 1, 1)
    assert code.decode(perfect(code, grey), grey[:, :1], DECODING).flatten().tolist() == [-3, -3]
    centre = code.decode(perfect(code, grey), grey[:, :1], Decoding(decode_at="centre"))
    assert centre.flatten().tolist() == [9, 9]


def test_53_of_the_121_classes_hold_a_colour():
    # All colours on the faces of the cube: two of the classes hold a few of these and no others.
    levels = np.arange(256, dtype=np.uint8)
    face = np.stack(np.meshgrid(levels, levels, indexing="ij"), axis=-1).reshape(-1, 2)
    faces = np.concatenate([np.insert(face, axis, end, axis=1) for axis in range(3) for end in (0, 255)])
    colours = torch.from_numpy(colour.rgb_to_lab(faces)[:, 1:].T.copy())
    assert len(CantorCode().target(colours[None, :, :, None]).unique()) == 53


def test_luv_comes_back_within_one_unit(lab):
    code = LuvCode()
    raw = code.target(lab)
    assert float(raw.min()) > 0
    assert float(raw.max()) < 1
    assert (code.decode(raw, lab[:, :1], DECODING) - lab[:, 1:]).abs().max() < 0.01
    assert float(code.loss(raw, lab)) == 0


def test_luv_in_tensors_is_luv_in_arrays_is_scikit_images(lab):
    rgb = every_colour()
    uv = lab_to_uv(lab)[0].reshape(2, -1).T.numpy()
    assert np.abs(uv - colour.rgb_to_luv(rgb)[:, 1:]).max() < 0.01
    assert np.abs(uv - skimage.color.rgb2luv(rgb)[:, 1:]).max() < 0.02


def test_grey_in_luv_is_grey_in_lab_at_every_lightness():
    lightness = torch.linspace(0, 100, 101).reshape(1, 1, 1, 101)
    grey = torch.cat([lightness, torch.zeros(1, 2, 1, 101)], dim=1)
    assert (lab_to_uv(grey) == 0).all()
    code = LuvCode()
    assert code.decode(code.target(grey), lightness, DECODING).abs().max() < 0.01


def test_any_answer_in_luv_is_finite_and_in_range():
    raw = torch.cartesian_prod(torch.linspace(-1, 2, 20), torch.linspace(-1, 2, 20)).T.reshape(1, 2, 20, 20)
    for level in (0.0, 0.5, 20.0, 100.0):
        ab = LuvCode().decode(raw, torch.full((1, 1, 20, 20), level), DECODING)
        assert ab.isfinite().all()
        assert ab.abs().max() <= 128


def test_a_smaller_answer_in_luv_is_decoded_at_the_lightness_of_the_photo():
    assert LuvCode().decode(torch.rand(1, 2, 4, 4), torch.rand(1, 1, 9, 7) * 100, DECODING).shape == (
        1,
        2,
        9,
        7,
    )


@pytest.mark.parametrize("neighbours", [1, 5, 10])
def test_soft_codes_in_tensors_are_those_in_arrays(lab, neighbours):
    indices, weights = BinCode(neighbours=neighbours).soft_code(lab[:, 1:])
    colours = lab[0, 1:].permute(1, 2, 0).numpy()
    _, expected = bins.soft_code(colours, neighbours)
    assert np.abs(weights[0].numpy() - expected).max() < 1e-3
    # Where two bins are equally far their order is free; what they stand for is not.
    means = torch.einsum("hwk,hwkc->hwc", weights[0], BinCode().bins[indices[0]])
    wanted_indices, wanted = bins.soft_code(colours, neighbours)
    expected_means = np.einsum("hwk,hwkc->hwc", wanted, bins.ab_bins()[wanted_indices])
    close = np.abs(means.numpy() - expected_means).max(axis=-1) < 0.05
    assert close.mean() > 0.99


@pytest.mark.parametrize(("step", "neighbours"), [(10, 1), (10, 5), (10, 10), (5, 5), (20, 5)])
@pytest.mark.parametrize("reach", [115.0, 180.0])
def test_the_nearest_classes_are_those_of_all_wherever_the_colour_lies(step, neighbours, reach):
    code = BinCode(step=step, neighbours=neighbours)
    ab = (torch.rand(1, 2, 120, 120, generator=torch.Generator().manual_seed(0)) * 2 - 1) * reach
    ab[0, :, 0, :4] = torch.tensor([[0, 5, -115, 115], [0, -5, 115, -115]], dtype=torch.float32)
    indices, weights = code.soft_code(ab)
    found = (ab.permute(0, 2, 3, 1)[..., None, :] - code.bins[indices]).norm(dim=-1)
    everywhere = torch.cdist(ab.permute(0, 2, 3, 1).reshape(-1, 2).double(), code.bins.double())
    nearest = everywhere.topk(neighbours, largest=False).values.reshape(found.shape)
    assert (found - nearest).abs().max() < 1e-3
    assert torch.allclose(weights.sum(dim=-1), torch.ones(1, 120, 120))


def test_the_loss_of_classes_is_the_mean_weighted_cross_entropy_of_the_soft_code():
    generator = torch.Generator().manual_seed(0)
    code = BinCode()
    code.set_prior(torch.rand(313, generator=generator) + 0.01, 0.5)
    raw = torch.randn(2, 313, 6, 5, generator=generator) * 4
    lab = (torch.rand(2, 3, 6, 5, generator=generator) - 0.5) * 120
    indices, weights = code.soft_code(lab[:, 1:])
    target = torch.zeros(2, 6, 5, 313).scatter(-1, indices, weights)
    entropy = torch.nn.functional.cross_entropy(raw, target.permute(0, 3, 1, 2), reduction="none")
    expected = (entropy * code.weights(0.5)[indices[..., 0]]).mean()
    assert torch.isclose(code.loss(raw, lab), expected, rtol=1e-5)


@pytest.mark.parametrize("temperature", [0.05, 0.38, 1.0])
def test_the_annealed_mean_in_tensors_is_that_in_arrays(temperature):
    logits = torch.randn(2, 313, 3, 4, generator=torch.Generator().manual_seed(0)) * 3
    ab = BinCode().decode(logits, torch.zeros(2, 1, 12, 16), Decoding(temperature))
    expected = bins.annealed_mean(logits.permute(0, 2, 3, 1).numpy(), temperature)
    assert np.abs(ab.permute(0, 2, 3, 1).numpy() - expected).max() < 1e-3


def test_another_lambda_than_the_trained_one_shifts_the_logits():
    code = BinCode()
    with pytest.raises(ValueError, match="without the prior"):
        code.shift(0.9)
    prior = torch.rand(313, generator=torch.Generator().manual_seed(0))
    prior[7] = 0
    code.set_prior(prior, trained_at=0.5)
    expected = np.log(bins.rebalancing_weights(code.prior.numpy(), 1.0)[8:]) - np.log(
        bins.rebalancing_weights(code.prior.numpy(), 0.5)[8:]
    )
    assert np.abs(code.shift(1.0)[8:].numpy() - expected).max() < 1e-5
    assert code.shift(1.0)[7] == -torch.inf
    assert code.shift(None)[8:].abs().max() == 0


def test_a_decoding_refuses_what_it_does_not_know():
    with pytest.raises(ValueError, match="decode_at"):
        Decoding(decode_at="ceiling")


@pytest.mark.parametrize("neighbours", [0, -1, 314, 2.5, True, "x"])
def test_an_impossible_number_of_neighbours_is_refused(neighbours):
    with pytest.raises(ValueError, match="neighbours must be a whole number from 1 to 313"):
        BinCode(neighbours=neighbours)


@pytest.mark.parametrize("temperature", [0.0, 1e-38, 0.009, 1.01, float("nan")])
def test_a_temperature_at_which_logits_could_overflow_is_refused(temperature):
    with pytest.raises(ValueError, match="temperature must lie between"):
        Decoding(temperature)


def test_the_lowest_temperature_chooses_the_likeliest_class():
    code = BinCode()
    raw = torch.randn(1, code.channels, 2, 2, generator=torch.Generator().manual_seed(0)) * 500
    ab = code.decode(raw, torch.zeros(1, 1, 2, 2), Decoding(0.01))
    assert torch.equal(ab, code.bins[raw.argmax(dim=1)].permute(0, 3, 1, 2))


def test_what_a_code_was_trained_at_counts_without_a_prior_too():
    code = BinCode()
    code.trained_at = 0.9
    assert code.shift(0.9) is None
    with pytest.raises(ValueError, match=r"0\.9 only"):
        code.shift(0.5)
