"""python -m colorizers.training.export weights.safetensors --out weights.onnx"""

import argparse
import io
import json
import sys
import warnings
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from colorizers.networks import Network
from colorizers.networks.weights import load_network
from colorizers.weights.files import KEY, WeightsFacts, WeightsRefused, read_header

OPSET = 17
SMALL = 256  # numbers: not worth a narrower type
LARGEST = float(np.finfo(np.float16).max)


def export(network: Network, facts: WeightsFacts, path: Path, *, half: bool = True) -> None:
    """Write a network as ONNX: `lightness` (N, 1, H, W), L* in 0..100, to `raw`, sides as they come.

    With `half`, large tensors are stored in half precision and computed in single.
    """
    network.eval()
    memory = io.BytesIO()
    with warnings.catch_warnings():
        # torch announces another exporter; that one needs onnxscript and fixes sides that must stay free.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (torch.zeros(1, 1, 64, 64),),
            memory,  # type: ignore[arg-type]  # a file, which this exporter takes
            input_names=["lightness"],
            output_names=["raw"],
            dynamic_axes={
                "lightness": {0: "n", 2: "height", 3: "width"},
                "raw": {0: "n", 2: "raw_height", 3: "raw_width"},
            },
            opset_version=OPSET,
            dynamo=False,
        )
    model = onnx.load_model_from_string(memory.getvalue())
    if half:
        _halve(model)
    entry = model.metadata_props.add()
    entry.key, entry.value = KEY, json.dumps(asdict(facts))
    onnx.checker.check_model(model)
    partial = path.with_name(f"{path.name}.partial")
    partial.write_bytes(model.SerializeToString())
    partial.replace(path)


def _halve(model: onnx.ModelProto) -> None:
    """Store large float32 tensors as float16, each followed by a cast; runtimes fold it on loading.

    Tensors with values beyond the range of float16 stay as they are.
    """
    graph, casts = model.graph, []
    for number, tensor in enumerate(graph.initializer):
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < SMALL or np.abs(values).max() > LARGEST:
            continue
        name = tensor.name
        stored = numpy_helper.from_array(values.astype("float16"), f"{name}_half")
        graph.initializer[number].CopyFrom(stored)
        casts.append(helper.make_node("Cast", [stored.name], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def main(arguments: list[str] | None = None) -> int:
    """Export as the arguments say; gives the exit status."""
    parser = argparse.ArgumentParser("python -m colorizers.training.export", description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.onnx")
    options = parser.parse_args(arguments)
    try:
        facts = read_header(options.weights).facts
        if facts.network not in {"liu2022", "zhang2016"}:
            raise WeightsRefused(
                f"The file holds {facts.network or 'a network that it does not name'}; the method that runs "
                "ONNX files is liu2022, and takes the networks liu2022 and zhang2016."
            )
        if facts.variant == "class" and facts.prior is None:
            raise WeightsRefused(
                f"The file {options.weights.name} has no prior, which the classes are decoded with. Weights "
                "that were trained here have one."
            )
        network = load_network(options.weights, facts.network, facts.variant)
        export(network, replace(facts, network="liu2022"), options.out)
    except WeightsRefused as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"The file {options.out} cannot be written: {error.strerror}.\n")
        return 1
    sys.stdout.write(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
