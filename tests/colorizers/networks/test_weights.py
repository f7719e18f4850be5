"""Files of weights: what is written comes back; everything else is refused with a report, unexecuted."""

import hashlib
import json
import pickle
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from colorizers.networks import build
from colorizers.networks.weights import WeightsFacts, WeightsRefused, load_network, save_network
from colorizers.weights.files import KEY, claimed_digest, read_header

WIDTH = 0.125
ARCHITECTURE = {"width": WIDTH}
FACTS = WeightsFacts(network="zhang2016", variant="l2", architecture=ARCHITECTURE)
EMPTY = json.dumps({KEY: "{}"})


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return build("zhang2016", "l2", **ARCHITECTURE)


@pytest.fixture
def tensors(network):
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "net.safetensors"


def write(path, tensors, **facts):
    said = {"network": "zhang2016", "variant": "l2", "architecture": ARCHITECTURE} | facts
    if path.suffix == ".safetensors":
        save_file(tensors, path, metadata={KEY: json.dumps(said)})
    else:
        torch.save(tensors, path)
    return path


def refusal(path, name="zhang2016", variant="l2", **options) -> str:
    with pytest.raises(WeightsRefused) as refused:
        load_network(path, name, variant, **options)
    return str(refused.value)


# --- what is written comes back ----------------------------------------------------------------


@pytest.mark.parametrize("half", [True, False])
def test_what_is_written_comes_back(network, path, half):
    save_network(path, network, FACTS, half=half)
    loaded = load_network(path, "zhang2016", "l2")
    assert not loaded.training
    for name, tensor in network.state_dict().items():
        expected = tensor.half().float() if half and tensor.is_floating_point() else tensor
        assert torch.equal(loaded.state_dict()[name], expected), name


def test_the_prior_of_the_training_photos_comes_back(path):
    prior = [1.0] * 100 + [0.0] * 213
    facts = WeightsFacts("zhang2016", "class", ARCHITECTURE, prior=prior, trained_at=0.7)
    save_network(path, build("zhang2016", "class", **ARCHITECTURE), facts)
    code = load_network(path, "zhang2016", "class").code
    assert code.trained_at == 0.7
    assert code.prior.sum() == pytest.approx(1)
    assert int((code.prior > 0).sum()) == 100


def test_values_beyond_half_precision_are_kept_in_full(path):
    network = build("zhang2016", "l2", **ARCHITECTURE)
    network.model1[-1].running_var.fill_(1e6)
    save_network(path, network, FACTS)
    assert float(load_network(path, "zhang2016", "l2").model1[-1].running_var.max()) == 1e6
    assert load_file(path)["model1.0.weight"].dtype == torch.float16


def test_values_that_are_not_finite_are_not_even_written(path):
    broken = build("zhang2016", "l2", **ARCHITECTURE)
    broken.model1[0].bias.data[0] = torch.nan
    with pytest.raises(ValueError, match=r"not finite.*model1\.0\.bias"):
        save_network(path, broken, FACTS)
    assert not path.exists()


def foreign(tmp_path, suffix, state_dict):
    return write(tmp_path / f"foreign{suffix}", state_dict)


@pytest.fixture
def full(monkeypatch):
    """The paper's own size, which a foreign file has, made small for these tests."""
    monkeypatch.setattr(
        "colorizers.networks.zhang2016.network.__kwdefaults__", {"width": WIDTH, "neighbours": 5}
    )


@pytest.mark.parametrize("suffix", [".pth", ".pt", ".tar", ".PTH"])
def test_a_state_dict_of_torch_loads(tmp_path, full, tensors, suffix):
    load_network(foreign(tmp_path, suffix, tensors), "zhang2016", "l2")


@pytest.mark.parametrize("key", ["params", "params_ema", "model_state_dict", "model"])
def test_a_checkpoint_of_other_training_code_is_looked_into(tmp_path, full, tensors, key):
    path = write(tmp_path / "net.pth", {key: tensors, "iter": 40_000})
    assert torch.equal(
        load_network(path, "zhang2016", "l2").state_dict()["model1.0.weight"], tensors["model1.0.weight"]
    )


def test_of_averaged_and_raw_weights_the_averaged_ones_are_taken(tmp_path, full, tensors):
    raw = {name: torch.zeros_like(tensor) for name, tensor in tensors.items()}
    path = write(tmp_path / "net.pth", {"params": raw, "params_ema": tensors})
    assert load_network(path, "zhang2016", "l2").state_dict()["model1.0.weight"].abs().max() > 0


def test_a_checkpoint_around_a_state_dict_loads(tmp_path, full, tensors):
    checkpoint = {"epoch": 3, "state_dict": tensors, "optimizer": {"lr": 0.1}}
    load_network(foreign(tmp_path, ".pth", checkpoint), "zhang2016", "l2")


def test_the_prefix_of_data_parallel_is_taken_off(tmp_path, full, tensors):
    prefixed = {f"module.{name}": tensor for name, tensor in tensors.items()}
    load_network(foreign(tmp_path, ".pth", prefixed), "zhang2016", "l2")


def test_old_files_without_counters_of_batches_load(tmp_path, full, tensors):
    old = {name: tensor for name, tensor in tensors.items() if "num_batches" not in name}
    assert len(old) < len(tensors)
    load_network(foreign(tmp_path, ".pth", old), "zhang2016", "l2")


# --- reports -----------------------------------------------------------------------------------


def test_a_wrong_file_is_refused_with_a_full_report(path, tensors):
    del tensors["model2.0.weight"], tensors["model3.0.bias"]
    tensors["extra.weight"] = torch.zeros(1)
    tensors["model1.0.weight"] = torch.zeros(2, 1, 3, 3)
    tensors["model1.0.bias"] = torch.zeros(8, dtype=torch.int64)
    said = refusal(write(path, tensors))
    assert "net.safetensors does not hold the weights of zhang2016 (l2) at width 0.125." in said
    assert "2 of 81 tensors are missing: model2.0.weight, model3.0.bias" in said
    assert "1 of 80 tensors is unexpected: extra.weight" in said
    assert "model1.0.weight (2, 1, 3, 3) instead of (8, 1, 3, 3)" in said
    assert "model1.0.bias torch.int64 instead of torch.float32" in said


def test_a_report_lists_ten_and_counts_the_rest(path):
    said = refusal(write(path, {"x": torch.zeros(1)}))
    missing = next(line for line in said.splitlines() if "missing" in line)
    assert missing.count(",") == 10
    assert missing.endswith("more")


def test_the_weights_of_another_network_are_called_so_first(path, tensors):
    said = refusal(write(path, tensors, network="li2020", variant="class"))
    assert said.startswith("The file says that it holds li2020 (class); expected was zhang2016 (l2).")
    said = refusal(write(path, tensors), variant="class")
    assert said.startswith("The file says that it holds zhang2016 (l2); expected was zhang2016 (class).")
    assert "unexpected" not in said.splitlines()[0]


@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf])
def test_weights_that_are_not_finite_are_refused_by_name(path, tensors, value):
    tensors["model4.2.bias"][0] = value
    assert "1 of 81 tensors is not finite (NaN or infinite values): model4.2.bias" in refusal(
        write(path, tensors)
    )


# --- files that are something else -------------------------------------------------------------


class Bomb:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


@pytest.mark.parametrize(
    "writing", [torch.save, lambda bomb, path: path.write_bytes(pickle.dumps(bomb, protocol=2))]
)
def test_a_pickle_with_code_is_refused_and_never_executed(tmp_path, writing):
    mark, file = tmp_path / "executed", tmp_path / "net.pth"
    writing({"model1.0.weight": Bomb(mark)}, file)
    said = refusal(file)
    assert "was not executed" in said or "cannot be read" in said
    assert "weights_only" not in said
    assert not mark.exists()


def safetensors(header: bytes, data: bytes = b"", *, length: int | None = None) -> bytes:
    return struct.pack("<Q", len(header) if length is None else length) + header + data


GARBAGE = {
    "empty": b"",
    "short": b"\x00",
    "words": b"This is no file of weights, but a letter.",
    "a header longer than the file": safetensors(b"{}", length=10**6),
    "a huge header": safetensors(b"{}", length=2**63),
    "no header": safetensors(b""),
    "no JSON": safetensors(b"{]"),
    "a list": safetensors(b"[1, 2]"),
    "nested without end": safetensors(b'{"a":' + b"[" * 200_000),
    "bytes that are no text": safetensors(b'{"\xff": 1}'),
    "a key twice": safetensors(b'{"a": 1, "a": 2}'),
    "a tensor of text": safetensors(b'{"a": "words"}'),
    "an unknown type": safetensors(b'{"a": {"dtype": "F2", "shape": [1], "data_offsets": [0, 4]}}', b"0000"),
    "a type that is no text": safetensors(
        b'{"a": {"dtype": ["F32"], "shape": [1], "data_offsets": [0, 4]}}', b"0000"
    ),
    "a negative place": safetensors(b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [-4, 0]}}'),
    "cut short": safetensors(b'{"a": {"dtype": "F32", "shape": [9], "data_offsets": [0, 36]}}', b"0000"),
    "a tail": safetensors(b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}', b"0000 and more"),
    "an impossible shape": safetensors(
        b'{"a": {"dtype": "F32", "shape": [1000000000000000, 0.5], "data_offsets": [0, 4]}}', b"0000"
    ),
    "shapes without end": safetensors(
        b'{"a": {"dtype": "F32", "shape": [' + b"1," * 99 + b'1], "data_offsets": [0, 4]}}', b"0000"
    ),
}


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_is_refused_in_words(tmp_path, kind, suffix):
    file = tmp_path / f"net{suffix}"
    file.write_bytes(GARBAGE[kind])
    said = refusal(file)
    assert "net." in said
    assert "Traceback" not in said


def test_every_truncation_of_a_good_file_is_refused(network, path):
    save_network(path, network, FACTS)
    data = path.read_bytes()
    for length in (4, 8, 9, 100, 2000, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:length])
        refusal(path)


def test_other_formats_and_missing_files_are_refused(tmp_path):
    file = tmp_path / "net.onnx"
    file.write_bytes(b"0")
    assert ".safetensors" in refusal(file)
    assert "cannot be read: No such file" in refusal(tmp_path / "nowhere.pth")
    assert "cannot be read: Is a directory" in refusal(tmp_path)


def huge():
    return torch.zeros(1).expand(10**12)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ([1, 2], "holds list"),
        ({}, "holds nothing"),
        (torch.zeros(3), "holds Tensor"),
        ({"a": 1}, "no plain tensors: a"),
        ({3: torch.zeros(1)}, "no plain tensors: 3"),
        ({"a": torch.eye(3).to_sparse()}, "no plain tensors: a"),
        ({"state_dict": {}}, "holds nothing"),
        ({"model1.0.weight": huge()}, "another shape"),
    ],
)
def test_a_pickle_of_something_else_is_refused(tmp_path, full, content, complaint):
    file = tmp_path / "net.pth"
    torch.save(content, file)
    assert complaint in refusal(file)


@pytest.mark.parametrize(
    ("facts", "complaint"),
    [
        ({"architecture": {"width": 1e9}}, "can be built at width"),
        ({"architecture": {"width": 5}}, "can be built at width 5"),
        ({"architecture": {"width": "wide"}}, "can be built at width wide"),
        ({"architecture": {"depth": 3}}, "can be built at width 1.0, depth 3"),
        ({"architecture": {"width": [1]}}, "architecture = "),
        ({"architecture": []}, "architecture = "),
        ({"prior": [-1.0, 2.0]}, "prior = "),
        ({"prior": [0.0] * 313}, "prior = "),
        ({"prior": [1e300] * 313}, "prior = "),
        ({"prior": "even"}, "prior = "),
        ({"prior": [float("nan")] * 313}, "NaN is no number"),
        ({"trained_at": 3}, "trained_at = 3"),
        ({"trained_at": True}, "trained_at = true"),
        ({"network": 7}, "network = 7"),
        ({"variant": "<script>"}, "variant = "),
        ({"training": "long"}, "training = "),
        ({"epochs": 3}, "unknown name: epochs"),
    ],
)
def test_hostile_facts_are_refused_and_named(path, tensors, facts, complaint):
    assert complaint in refusal(write(path, tensors, **facts))


@pytest.mark.parametrize("said", ["[]", "{", "7", "[" * 99_999, '{"prior": 1e999}'])
def test_facts_that_are_no_facts_are_refused(path, tensors, said):
    save_file(tensors, path, metadata={KEY: said})
    assert "net.safetensors is refused" in refusal(path)


def test_a_prior_of_another_number_of_classes_is_refused(path):
    tensors = build("zhang2016", "class", **ARCHITECTURE).state_dict()
    del tensors["model_out.weight"]
    said = refusal(write(path, tensors, variant="class", prior=[1.0] * 100), variant="class")
    assert "Its prior has 100 entries; there are 313 classes." in said


# --- digests and headers -----------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1, 1 / 110])
def test_classes_may_come_on_another_scale_but_in_no_other_order(tmp_path, scale):
    facts = WeightsFacts("zhang2016", "class", {"width": 0.125})
    network = build("zhang2016", "class", width=0.125)
    with torch.no_grad():
        network.model_out.weight.mul_(scale)
    save_network(tmp_path / "scaled.safetensors", network, facts)
    load_network(tmp_path / "scaled.safetensors", "zhang2016", "class")
    with torch.no_grad():
        network.model_out.weight.copy_(network.model_out.weight.flip(1))
    save_network(tmp_path / "other.safetensors", network, facts)
    assert "other colours" in refusal(tmp_path / "other.safetensors", variant="class")


def test_a_digest_or_its_first_digits_must_agree(network, path):
    save_network(path, network, FACTS)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    for sha256 in ("", digest, digest[:8], digest.upper(), f" {digest[:20]}\n"):
        load_network(path, "zhang2016", "l2", sha256=sha256)
    assert f"its SHA-256 is {digest}" in refusal(path, sha256="0" * 64)
    for odd in (digest[:7], "x" * 8, digest + "0"):
        assert "hexadecimal digits" in refusal(path, sha256=odd)


def test_a_name_that_claims_another_digest_is_refused(network, tmp_path):
    path = tmp_path / "net.safetensors"
    save_network(path, network, FACTS)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    honest, liar = tmp_path / f"net-{digest[:8]}a.pth", path.rename(tmp_path / "net-deadbeef.safetensors")
    assert claimed_digest(honest.name) == f"{digest[:8]}a"
    assert "claims a SHA-256 that begins with deadbeef" in refusal(liar)
    load_network(liar.rename(tmp_path / "net-20240115.safetensors"), "zhang2016", "l2")


def test_a_header_tells_shapes_without_reading_numbers(network, path):
    save_network(path, network, FACTS)
    header = read_header(path)
    assert header.facts == FACTS
    assert header.tensors["model1.0.weight"] == ("F16", (8, 1, 3, 3))
    assert header.tensors.keys() == network.state_dict().keys()
