"""The networks of the papers: their size to the parameter, the names that official weights use, learning."""

import numpy as np
import pytest
import skimage.data
import torch

from colorizers import methods
from colorizers.networks import build
from colorizers.networks.codes import Decoding
from colorizers.networks.pix2pix import PatchDiscriminator
from colorizers.networks.running import NetworkPredictor
from colorizers.pictures import colour

# The papers' counts and, where a paper leaves the network open, those of our reading.
COUNTS = {
    ("zhang2016", "class"): 32_236_011,
    ("zhang2016", "l2"): 32_155_458,
    ("li2020", "class"): 34_996_601,
    ("li2020", "l2"): 34_916_674,
    ("pix2pix", "gan"): 54_409_858,
    ("schulze2020", "class_as_published"): 31_415_189,
    ("schulze2020", "class_fixed"): 46_275_804,
    ("schulze2020", "regression_as_published"): 32_200_543,
    ("schulze2020", "regression_fixed"): 131_639_078,
    ("pathak2022", "huber"): 9_552_642,
    ("siggraph17", "regression"): 34_187_027,
}
KINDS = sorted(COUNTS)
RESNET50 = {
    "encoder.conv1.weight": (64, 3, 7, 7),
    "encoder.bn1.running_var": (64,),
    "encoder.layer1.0.conv1.weight": (64, 64, 1, 1),
    "encoder.layer1.0.downsample.0.weight": (256, 64, 1, 1),
    "encoder.layer1.0.downsample.1.bias": (256,),
    "encoder.layer2.3.conv2.weight": (128, 128, 3, 3),
    "encoder.layer3.5.bn3.weight": (1024,),
    "encoder.layer4.0.downsample.0.weight": (2048, 1024, 1, 1),
    "encoder.layer4.2.conv3.weight": (2048, 512, 1, 1),
}
VGG16 = {
    "encoder.features.0.weight": (64, 3, 3, 3),
    "encoder.features.5.weight": (128, 64, 3, 3),
    "encoder.features.10.weight": (256, 128, 3, 3),
    "encoder.features.17.weight": (512, 256, 3, 3),
    "encoder.features.21.bias": (512,),
}
ECCV16 = {
    "model1.0.weight": (64, 1, 3, 3),
    "model1.4.running_mean": (64,),
    "model3.6.weight": (256,),
    "model5.4.weight": (512, 512, 3, 3),
    "model8.0.weight": (512, 256, 4, 4),
    "model8.6.weight": (313, 256, 1, 1),
    "model_out.weight": (2, 313, 1, 1),
}
SIGGRAPH17 = {
    "model1.0.weight": (64, 4, 3, 3),
    "model2.4.running_var": (128,),
    "model7.6.num_batches_tracked": (),
    "model8up.0.weight": (512, 256, 4, 4),
    "model3short8.0.weight": (256, 256, 3, 3),
    "model8.3.weight": (256, 256, 3, 3),
    "model8.5.weight": (256,),
    "model9up.0.bias": (128,),
    "model2short9.0.weight": (128, 128, 3, 3),
    "model9.3.weight": (128,),
    "model10up.0.weight": (128, 128, 4, 4),
    "model1short10.0.weight": (128, 64, 3, 3),
    "model10.1.weight": (128, 128, 3, 3),
    "model_class.0.weight": (529, 256, 1, 1),
    "model_out.0.weight": (2, 128, 1, 1),
}
# How many tensors the official file has: of torchvision's files those of the encoder.
OFFICIAL = {
    ("li2020", "l2"): (RESNET50, 318),
    ("pathak2022", "huber"): (VGG16, 20),
    ("zhang2016", "class"): (ECCV16, 82),
    ("siggraph17", "regression"): (SIGGRAPH17, 107),
}


def on_paper(name, variant, **architecture):
    """The network with shapes and no numbers: no memory, no time."""
    with torch.device("meta"):
        return build(name, variant, **architecture)


def compact(name, variant):
    torch.manual_seed(0)
    return build(name, variant, width=0.125, **({"depth": 5} if name == "pix2pix" else {}))


@pytest.fixture(scope="module")
def lab():
    """Two crops (2, 3, 64, 64) of a colourful photo."""
    photo = colour.rgb_to_lab(skimage.data.astronaut()).astype(np.float32)
    crops = np.stack([photo[:64, :64], photo[256:320, 128:192]])
    return torch.from_numpy(crops).permute(0, 3, 1, 2).contiguous()


@pytest.mark.parametrize(("name", "variant"), KINDS)
def test_its_parameters_are_counted_as_printed(name, variant):
    assert on_paper(name, variant).parameter_count() == COUNTS[name, variant]
    assert methods.get(name).variants[variant] == COUNTS[name, variant]


@pytest.mark.parametrize("name", sorted({name for name, _ in KINDS}))
def test_its_method_offers_just_these_variants(name):
    assert set(methods.get(name).variants) == {variant for known, variant in KINDS if known == name}
    with pytest.raises(ValueError, match="nonesuch"):
        build(name, "nonesuch")


def test_the_papers_printed_count_includes_running_statistics():
    network = on_paper("schulze2020", "class_as_published")
    running = sum(buffer.numel() for name, buffer in network.named_buffers() if "running" in name)
    assert network.parameter_count() + running == 31_420_181


@pytest.mark.parametrize(("name", "variant"), sorted(OFFICIAL))
def test_its_tensors_bear_the_official_names_and_shapes(name, variant):
    some, count = OFFICIAL[name, variant]
    state = on_paper(name, variant).state_dict()
    assert {key: tuple(state[key].shape) for key in some} == some
    assert sum(key.startswith(("encoder.", "model")) for key in state) == count


@pytest.mark.parametrize(("name", "variant"), KINDS)
def test_it_colours_odd_sizes_alone_as_in_a_batch(name, variant):
    predictor = NetworkPredictor(compact(name, variant), Decoding(), "cpu")
    lightness = torch.rand(2, 1, 37, 53, generator=torch.Generator().manual_seed(1)) * 100
    with torch.inference_mode():
        both = predictor.colours(lightness)
        alone = predictor.colours(lightness[1:])
    assert both.shape == (2, 2, 37, 53)
    assert both.isfinite().all()
    assert (both[1] - alone[0]).abs().max() < 1e-3


@pytest.mark.parametrize(("name", "variant"), KINDS)
def test_a_few_steps_make_its_loss_smaller(name, variant, lab):
    network = compact(name, variant).train()
    optimiser = torch.optim.Adam((p for p in network.parameters() if p.requires_grad), lr=1e-3)
    losses = []
    steps = 8
    if variant == "class_fixed":  # its 121 x 121 kernels of 32 x 32 do not shrink with the width
        lab, steps = lab[..., :32, :32], 4
    for _ in range(steps):
        optimiser.zero_grad()
        loss = network.code.loss(network(lab[:, :1]), lab)
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert np.isfinite(losses).all()
    assert np.mean(losses[-2:]) < losses[0]


@pytest.mark.parametrize(("name", "variant"), KINDS)
def test_its_parameter_groups_hold_every_parameter_once(name, variant):
    network = on_paper(name, variant)
    grouped = [id(p) for group in network.parameter_groups().values() for p in group]
    assert sorted(grouped) == sorted(id(p) for p in network.parameters())


@pytest.mark.parametrize("name", ["li2020", "pathak2022"])
def test_a_pretrained_encoder_can_learn_at_its_own_rate(name):
    network = on_paper(name, next(iter(methods.get(name).variants)))
    assert network.encoder_part() is network.encoder
    assert network.parameter_groups()["encoder"] == list(network.encoder.parameters())


@pytest.mark.parametrize(
    ("name", "variant", "stride"),
    [
        ("zhang2016", "l2", 4),
        ("li2020", "l2", 4),
        ("schulze2020", "class_fixed", 1),
        ("pathak2022", "huber", 1),
    ],
)
def test_it_answers_at_the_papers_resolution(name, variant, stride):
    answer = on_paper(name, variant)(torch.empty(1, 1, 224, 224, device="meta"))
    assert answer.shape[-2:] == (224 // stride, 224 // stride)


@pytest.mark.parametrize(("variant", "share"), [("as_published", 9 / 256), ("fixed", 1.0)])
@pytest.mark.parametrize("kind", ["class", "regression"])
def test_the_published_upsampling_reaches_one_pixel_in_28_and_the_fixed_all(kind, variant, share):
    network = compact("schulze2020", f"{kind}_{variant}").eval()
    lightness = torch.rand(1, 1, 224, 224, generator=torch.Generator().manual_seed(0)) * 100
    with torch.inference_mode():
        features = network.conv8(network.trunk(lightness * 2.55))
        differs = network.upsampling(features) != network.upsampling(torch.zeros_like(features))
    assert features.shape[-2:] == (14, 14)
    assert float(differs.any(dim=1).float().mean()) == pytest.approx(share)
    assert share == 1 or differs[0].any(dim=0)[:3, :3].all()


def test_pathaks_ablations_change_the_layers_they_name():
    upsampled = on_paper("pathak2022", "huber", upsampling="bilinear")
    assert upsampled.parameter_count() < COUNTS["pathak2022", "huber"]
    assert not any(isinstance(layer, torch.nn.ConvTranspose2d) for layer in upsampled.modules())
    rectified = build("pathak2022", "huber", width=0.125, last_layer="relu").eval()
    with torch.no_grad():
        rectified.head.bias.fill_(3)
        assert rectified(torch.full((1, 1, 16, 16), 50.0)).max() > 1
    for wrong in ({"last_layer": "tanh"}, {"upsampling": "nearest"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            build("pathak2022", "huber", **wrong)


def test_the_released_user_guided_network_gets_no_hints():
    network = compact("siggraph17", "regression").eval()
    seen = []
    network.model1[0].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    network(torch.full((1, 1, 16, 16), 80.0))
    assert seen[0].shape[1] == 4
    assert torch.allclose(seen[0][:, :1], torch.tensor(0.3))
    assert (seen[0][:, 1:] == 0).all()


def test_the_discriminator_judges_patches_of_70_pixels():
    with torch.device("meta"):
        assert sum(p.numel() for p in PatchDiscriminator().parameters()) == 2_765_633
    judge = PatchDiscriminator(width=0.125).eval()
    lightness = torch.zeros(1, 1, 256, 256, requires_grad=True)
    logits = judge(lightness, torch.randn(1, 2, 256, 256, generator=torch.Generator().manual_seed(0)))
    assert logits.shape == (1, 1, 30, 30)
    logits[0, 0, 15, 15].backward()
    rows = lightness.grad[0, 0].abs().sum(dim=1).nonzero()
    assert int(rows.max() - rows.min()) + 1 == 70


def test_pix2pix_brings_a_fresh_adversary_that_is_no_part_of_its_weights():
    network = compact("pix2pix", "gan")
    assert isinstance(network.adversary(), PatchDiscriminator)
    assert network.adversary() is not network.adversary()
    assert not any("layers" in key for key in network.state_dict())
    assert compact("zhang2016", "l2").adversary() is None


def test_pix2pix_starts_from_a_narrow_normal_and_drops_out_in_three_stages():
    network = build("pix2pix", "gan", width=0.25)
    assert float(network.down[5][1].weight.detach().std()) == pytest.approx(0.02, rel=0.05)
    assert sum(isinstance(layer, torch.nn.Dropout) for layer in network.modules()) == 3
    assert network.multiple == 256
    assert build("pix2pix", "gan", width=0.125, depth=7).multiple == 128
    with pytest.raises(ValueError, match="depth"):
        build("pix2pix", "gan", depth=11)
