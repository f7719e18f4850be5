"""Networks exported to ONNX: the same answers by ONNX Runtime, and files that are not what they say."""

import json
import os
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from colorizers import methods, networks
from colorizers.methods import liu2022
from colorizers.networks.codes import Decoding
from colorizers.networks.running import NetworkPredictor
from colorizers.networks.weights import load_network, save_network
from colorizers.pictures.inference import ColorizationFailed, Source
from colorizers.training.export import main
from colorizers.weights.files import KEY, WeightsFacts

PRIOR = [float(share) for share in np.random.default_rng(0).dirichlet(np.ones(313))]
PRIOR[7] = 0.0
CLASS = WeightsFacts("liu2022", "class", {"width": 0.125}, PRIOR, 0.5)
L2 = replace(CLASS, variant="l2", prior=None)
NAMES = {"class": CLASS, "l2": L2}


@pytest.fixture(scope="module", params=["class", "l2"])
def pair(request, tmp_path_factory) -> tuple[Path, Path, str]:
    """One network's weights, the ONNX file made of them, and its variant."""
    folder = tmp_path_factory.mktemp("pair")
    torch.manual_seed(0)
    network = networks.build("liu2022", request.param, width=0.125)
    network.train()
    with torch.no_grad():
        for _ in range(3):  # batch statistics that are not those of the beginning
            network(torch.rand(4, 1, 64, 64) * 100)
    save_network(folder / "net.safetensors", network, NAMES[request.param])
    assert main([str(folder / "net.safetensors"), "--out", str(folder / "net.onnx")]) == 0
    return folder / "net.safetensors", folder / "net.onnx", request.param


def lightness(count: int, height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height).uniform(0, 100, (count, height, width)).astype(np.float32)


@pytest.mark.parametrize(
    ("count", "height", "width"), [(1, 152, 152), (3, 96, 200), (2, 61, 35), (5, 8, 8), (1, 1, 1)]
)
def test_onnx_and_torch_agree(pair, count, height, width):
    weights, exported, variant = pair
    settings = liu2022.Settings(temperature=0.38, rebalance=0.7)
    ours = liu2022.OnnxPredictor(exported, variant, settings, "cpu")
    theirs = NetworkPredictor(load_network(weights, "liu2022", variant), Decoding(0.38, 0.7), "cpu")
    photos = lightness(count, height, width)
    padded = np.pad(photos[:, None], ((0, 0), (0, 0), (0, -height % 8), (0, -width % 8)), mode="edge")
    with torch.inference_mode():
        raw = theirs.network(torch.from_numpy(padded)).numpy()
    assert np.abs(ours._answer(padded) - raw).max() < 1e-3
    sources = [Source(str(number)) for number in range(count)]
    for one, other in zip(ours.many(photos, sources), theirs.many(photos, sources), strict=True):
        assert one.shape == (height, width, 2)
        assert np.abs(one - other).max() < 1e-3


def test_a_batch_is_its_photos_one_by_one(pair):
    _, exported, variant = pair
    predict = methods.get("liu2022").load(exported, {}, variant=variant)
    photos = lightness(3, 64, 64)
    together = predict.many(photos, [Source("x")] * 3)
    for photo, ab in zip(photos, together, strict=True):
        assert np.abs(predict(photo, Source("x")) - ab).max() < 1e-4


def test_half_precision_halves_the_file(pair):
    weights, exported, _ = pair
    assert exported.stat().st_size < 1.2 * weights.stat().st_size
    onnx.checker.check_model(onnx.load(exported))


def test_weights_too_large_for_half_precision_stay_single(tmp_path):
    network = networks.build("liu2022", "l2", width=0.125)
    with torch.no_grad():
        network.model1[0].weight[0, 0, 0, 0] = 1e6
        network.model1[2].weight.mul_(1e-3)
    save_network(tmp_path / "net.safetensors", network, L2)
    assert main([str(tmp_path / "net.safetensors"), "--out", str(tmp_path / "net.onnx")]) == 0
    for tensor in onnx.load(tmp_path / "net.onnx").graph.initializer:
        assert np.isfinite(numpy_helper.to_array(tensor)).all()


def test_weights_of_zhang2016_run_as_well(tmp_path):
    network = networks.build("zhang2016", "l2", width=0.125)
    save_network(tmp_path / "net.safetensors", network, replace(L2, network="zhang2016"))
    assert main([str(tmp_path / "net.safetensors"), "--out", str(tmp_path / "net.onnx")]) == 0
    assert methods.get("liu2022").load(tmp_path / "net.onnx", {}, variant="l2")


# --- what cannot be exported -----------------------------------------------------------------------


def test_other_networks_are_not_exported(tmp_path, capsys):
    network = networks.build("pathak2022", "huber", width=0.125)
    save_network(tmp_path / "net.safetensors", network, WeightsFacts("pathak2022", "huber", {"width": 0.125}))
    assert main([str(tmp_path / "net.safetensors"), "--out", str(tmp_path / "net.onnx")]) == 1
    assert "The file holds pathak2022" in capsys.readouterr().err


def test_a_file_that_is_not_there_and_a_place_that_cannot_be_written_are_named(pair, tmp_path, capsys):
    assert main([str(tmp_path / "none.safetensors"), "--out", str(tmp_path / "net.onnx")]) == 1
    assert "none.safetensors" in capsys.readouterr().err
    assert main([str(pair[0]), "--out", str(tmp_path / "none" / "net.onnx")]) == 1
    assert "none/net.onnx cannot be written" in capsys.readouterr().err


def test_classes_without_a_prior_are_not_exported(tmp_path, capsys):
    network = networks.build("liu2022", "class", width=0.125)
    save_network(tmp_path / "net.safetensors", network, replace(CLASS, prior=None))
    assert main([str(tmp_path / "net.safetensors"), "--out", str(tmp_path / "net.onnx")]) == 1
    assert "no prior" in capsys.readouterr().err


# --- files that are not what they say ----------------------------------------------------------------


def tiny(
    path: Path, *, channels=2, facts=None, takes="lightness", kind=TensorProto.FLOAT, nodes=None
) -> Path:
    """A hand-made ONNX network: one 1 x 1 convolution, unless other nodes are given."""
    weight = numpy_helper.from_array(np.ones((channels, 1, 1, 1), np.float32), "w")
    graph = helper.make_graph(
        nodes or [helper.make_node("Conv", [takes, "w"], ["raw"])],
        "tiny",
        [helper.make_tensor_value_info(takes, kind, ["n", 1, "h", "w"])],
        [helper.make_tensor_value_info("raw", kind, ["n", channels, "x", "y"])],
        [weight] if nodes is None else [],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    if facts is not None:
        entry = model.metadata_props.add()
        entry.key, entry.value = KEY, facts if isinstance(facts, str) else json.dumps(asdict(facts))
    onnx.save(model, path)
    return path


def refusal(path: Path, variant: str = "l2") -> str:
    with pytest.raises(ValueError, match=path.name) as refused:
        methods.get("liu2022").load(path, {}, variant=variant)
    return str(refused.value)


def test_a_hand_made_network_with_the_right_ends_runs(tmp_path):
    predict = methods.get("liu2022").load(tiny(tmp_path / "net.onnx", facts=L2), {}, variant="l2")
    assert predict(np.full((16, 8), 0.5, np.float32), Source("x"))[0, 0] == pytest.approx([55, 55])


def test_an_answer_that_overshoots_is_cut_off_and_a_wrong_scale_is_not_hidden(tmp_path):
    predict = methods.get("liu2022").load(tiny(tmp_path / "net.onnx", facts=L2), {}, variant="l2")
    for value, expected in ((2.0, 128), (-2.0, -128), (5.0, 550), (np.inf, np.nan)):
        ab = predict(np.full((8, 8), value, np.float32), Source("x"))
        assert ab.dtype == np.float32
        assert np.array_equal(ab, np.full((8, 8, 2), expected), equal_nan=True)


@pytest.mark.parametrize("content", [b"", b"not a network", b"\x08\x08" + bytes(1000)])
def test_a_file_that_is_no_onnx_is_refused(tmp_path, content):
    path = tmp_path / "net.onnx"
    path.write_bytes(content)
    assert "cannot be read as an ONNX network" in refusal(path) or "does not say what it is" in refusal(path)


def test_a_file_cut_short_is_refused(pair, tmp_path):
    path = tmp_path / "net.onnx"
    path.write_bytes(pair[1].read_bytes()[:-5000])
    assert refusal(path, pair[2])


def test_a_foreign_network_is_refused_with_what_to_do(tmp_path):
    said = refusal(tiny(tmp_path / "net.onnx"))
    assert "does not say what it is" in said
    assert "python -m colorizers.training.export" in said


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ("not json", "is no proper JSON"),
        ("[]", "is no JSON object"),
        ('{"network": 3}', "network = 3, which cannot be"),
        ('{"surprise": 1}', "facts of unknown name: surprise"),
        ('{"network": "liu2022", "variant": "l2", "trained_at": 7}', "trained_at = 7"),
        ('{"network": "liu2022", "variant": "l2", "trained_at": NaN}', "is no number"),
        (replace(L2, network="zhang2016"), "holds zhang2016 (l2), not liu2022 (l2)"),
        (CLASS, "holds liu2022 (class), not liu2022 (l2)"),
    ],
)
def test_what_a_file_says_of_itself_is_checked(tmp_path, facts, said):
    assert said in refusal(tiny(tmp_path / "net.onnx", facts=facts))


@pytest.mark.parametrize(
    ("prior", "said"),
    [
        (None, "has no prior"),
        ([0.5, 0.5], "a prior of 2 classes; expected was one of 313"),
        ([-1.0] + [1.0] * 312, "prior = "),
        ([0.0] * 313, "prior = "),
    ],
)
def test_the_prior_of_classes_is_checked(tmp_path, prior, said):
    path = tiny(tmp_path / "net.onnx", channels=313, facts=replace(CLASS, prior=prior))
    assert said in refusal(path, "class")


@pytest.mark.parametrize(
    "wrong", [{"channels": 3}, {"takes": "picture"}, {"kind": TensorProto.DOUBLE}], ids=str
)
def test_a_network_with_other_ends_is_refused(tmp_path, wrong):
    said = refusal(tiny(tmp_path / "net.onnx", facts=L2, **wrong))
    assert "expected was the one input 'lightness'" in said or "cannot be read as an ONNX network" in said


def test_a_network_that_does_not_keep_to_its_shape_is_an_error(tmp_path):
    constant = helper.make_node(
        "Constant", [], ["raw"], value=numpy_helper.from_array(np.zeros((1, 2, 1, 1), np.float32))
    )
    path = tiny(tmp_path / "net.onnx", facts=L2, nodes=[constant])
    predict = methods.get("liu2022").load(path, {}, variant="l2")
    with pytest.raises(ColorizationFailed, match="answered with an array of shape"):
        predict.many(lightness(3, 16, 16), [Source("x")] * 3)


def test_a_file_cannot_have_other_files_read(tmp_path):
    (tmp_path / "secret").write_bytes(np.ones(2, np.float32).tobytes())
    path = tiny(tmp_path / "net.onnx", facts=L2)
    model = onnx.load(path)
    weight = model.graph.initializer[0]
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    for key, value in {"location": "secret", "offset": "0", "length": "8"}.items():
        entry = weight.external_data.add()
        entry.key, entry.value = key, value
    path.write_bytes(model.SerializeToString())
    assert "cannot be read as an ONNX network" in refusal(path)


def test_numbers_are_not_taken_from_the_working_folder_either(tmp_path, monkeypatch):
    # For a worker that folder holds the database and the keys, and no digest covers what lies there.
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret").write_bytes(b"12345678")
    outside = TensorProto(name="w", data_type=TensorProto.UINT8, dims=[8], data_location=TensorProto.EXTERNAL)
    for key, value in {"location": "secret", "offset": "0", "length": "8"}.items():
        entry = outside.external_data.add()
        entry.key, entry.value = key, value
    nodes = [
        helper.make_node("Cast", ["w"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["floats"], ["sum"], keepdims=0),
        helper.make_node("Concat", ["lightness", "lightness"], ["two"], axis=1),
        helper.make_node("Mul", ["two", "sum"], ["raw"]),
    ]
    path = tiny(tmp_path / "net.onnx", facts=L2, nodes=nodes)
    model = onnx.load(path)
    del model.graph.initializer[:]
    model.graph.initializer.append(outside)
    path.write_bytes(model.SerializeToString())
    assert "cannot be read as an ONNX network" in refusal(path)


# --- threads -----------------------------------------------------------------------------------------


def test_the_runtime_takes_as_many_threads_as_torch_may(pair):
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        assert liu2022._session(pair[1], "cpu").get_session_options().intra_op_num_threads == 2
        torch.set_num_threads(1)
        assert liu2022._session(pair[1], "cpu").get_session_options().intra_op_num_threads == 1
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(("given", "taken"), [("3", 3), ("0", 1), ("many", None), ("", None)])
def test_without_torch_the_runtime_follows_the_environment(monkeypatch, given, taken):
    monkeypatch.delitem(sys.modules, "torch")
    monkeypatch.setenv("OMP_NUM_THREADS", given)
    assert liu2022._threads() == (taken or len(os.sched_getaffinity(0)))
