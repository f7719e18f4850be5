"""Weights in files: written with what they are, read back by name and in full, or refused with a report."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from colorizers.networks import Network, build
from colorizers.networks.codes import BinCode
from colorizers.weights.files import (
    KEY,
    WeightsFacts,
    WeightsRefused,
    check_digest,
    file_digest,
    read_header,
)

__all__ = [
    "WeightsFacts",
    "WeightsRefused",
    "compare",
    "fill_network",
    "load_network",
    "read_tensors",
    "save_network",
]

PICKLES = (".pth", ".pt", ".tar")
# Where checkpoints keep the tensors, in the order in which they are taken: BasicSR runs its networks on the
# averaged `params_ema` where a file has both, and so do we.
WRAPPERS = ("state_dict", "params_ema", "params", "model_state_dict", "model")
LISTED = 10
# Batch normalisation counts its batches; weights of before 2018 lack the count, and nothing reads it here.
COUNTERS = "num_batches_tracked"


def save_network(path: Path, network: Network, facts: WeightsFacts, *, half: bool = True) -> None:
    """Write the network's tensors and the facts to a .safetensors file.

    `half`: in half precision, but for tensors with values that it cannot hold. An encoder that the facts
    call borrowed is left out. Raises ValueError for values that are not finite.
    """
    left_out = _encoder_prefix(network) if facts.borrowed else ()
    tensors = {
        name: tensor.detach().contiguous().cpu()
        for name, tensor in network.state_dict().items()
        if not name.startswith(left_out)
    }
    broken = [name for name, tensor in tensors.items() if not tensor.isfinite().all()]
    if broken:
        raise ValueError(f"These weights are not finite and were not written: {_listed(broken)}.")
    if half:
        tensors = {name: _halved(tensor) for name, tensor in tensors.items()}
    save_file(tensors, path, metadata={KEY: json.dumps(asdict(facts))})
    # The library makes it its owner's alone; a worker of another user must be able to read it.
    path.chmod(0o644)


def _halved(tensor: Tensor) -> Tensor:
    halved = tensor.half() if tensor.is_floating_point() else tensor
    return halved if bool(halved.isfinite().all()) else tensor


def _encoder_prefix(network: Network) -> str:
    encoder = network.encoder_part()
    if encoder is None:
        raise ValueError(f"{type(network).__name__} has no encoder that could be borrowed.")
    name: str = next(name for name, module in network.named_modules() if module is encoder)
    return f"{name}."


def _fill_borrowed(network: Network, package: str) -> str | tuple[()]:
    """Load the encoder that a package carries; gives the prefix of its names, which a file may then lack."""
    # Imported here: what loads published encoders is built on this module.
    from colorizers.networks.borrowed import load_borrowed

    encoder = network.encoder_part()
    if not package or encoder is None:
        return ()
    load_borrowed(encoder, package)
    return _encoder_prefix(network)


def load_network(path: Path, name: str, variant: str, *, sha256: str = "") -> Network:
    """The network `name` with the weights of a file, strictly by name, ready to predict.

    Takes .safetensors, and .pth, .pt or .tar that hold tensors and nothing else. `sha256`: the file's, or
    at least its first 8 digits. Raises WeightsRefused, which reports what does not match.
    """
    check_digest(file_digest(path), path.name, sha256)
    tensors, facts = read_tensors(path)
    contradiction = facts.contradiction(name, variant)
    architecture = facts.architecture if facts.network in {"", name} else {}
    size = _described(architecture)
    try:
        network = build(name, variant, **architecture)
    except (ValueError, TypeError, RuntimeError, MemoryError, OverflowError) as error:
        raise WeightsRefused(
            f"The file {path.name} is refused: no network {name} ({variant}) can be built at {size}: {error}"
        ) from error
    problems = fill_network(network, tensors, facts)
    if contradiction or problems:
        headline = f"The file {path.name} does not hold the weights of {name} ({variant}) at {size}."
        raise WeightsRefused("\n".join(filter(None, [contradiction, headline, *problems, _age(facts, name)])))
    if isinstance(network.code, BinCode):
        network.code.trained_at = facts.trained_at
        if facts.prior is not None:
            network.code.set_prior(torch.tensor(facts.prior), facts.trained_at)
    return network.eval()


def fill_network(network: Network, tensors: Mapping[str, Tensor], facts: WeightsFacts) -> list[str]:
    """Load a file's tensors, strictly by name, and the encoder that its facts call borrowed.

    Gives what kept them from being loaded, in sentences; empty if they were. Raises WeightsRefused for a
    package that is not known or not there.
    """
    left_out = _fill_borrowed(network, facts.borrowed)
    wanted = {name: tensor for name, tensor in network.state_dict().items() if not name.startswith(left_out)}
    problems, complete = compare(wanted, tensors)
    if isinstance(network.code, BinCode) and facts.prior and len(facts.prior) != network.code.channels:
        problems.append(
            f"Its prior has {len(facts.prior)} entries; there are {network.code.channels} classes."
        )
    if not problems:
        problems.extend(network.faults_of(complete))
    if not problems:
        network.load_state_dict(network.state_dict() | complete, strict=True)
    return problems


def _age(facts: WeightsFacts, name: str) -> str:
    """What a network whose shape has changed since looks like: a whole file that does not fit any more."""
    code = facts.training.get("code")
    if facts.network != name or not isinstance(code, str) or not code:
        return ""
    return (
        f"They were trained with the code at {code[:50]}. If the network has been changed since, train them "
        "anew: the recipe is in the file."
    )


def _described(architecture: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in ({"width": 1.0} | dict(architecture)).items())


def read_tensors(path: Path) -> tuple[dict[str, Tensor], WeightsFacts]:
    """The tensors of a file by name, and what it says of itself; WeightsRefused if it holds anything else."""
    suffix = path.suffix.lower()
    if suffix == ".safetensors":
        facts = read_header(path).facts
        try:
            return load_file(path), facts
        except Exception as error:  # whatever the library makes of a hostile file
            raise WeightsRefused(f"The file {path.name} cannot be read as safetensors: {error}") from error
    if suffix not in PICKLES:
        raise WeightsRefused(
            f"The file {path.name} is in no format that is read here: weights come as .safetensors, or as "
            f"{', '.join(PICKLES)} that hold tensors and nothing else."
        )
    return _without_prefix(_unwrapped(_unpickled(path), path)), WeightsFacts()


def _unpickled(path: Path) -> Any:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a hostile pickle may raise anything; none of its code has run
        asked = re.search(r"GLOBAL ([\w.]+)", str(error))
        if asked:
            raise WeightsRefused(
                f"The file {path.name} is a pickle that holds more than tensors: it asks for {asked[1]}. "
                "It was not executed. Save the tensors alone, best as .safetensors, else by "
                "torch.save(model.state_dict(), FILE)."
            ) from error
        raise WeightsRefused(
            f"The file {path.name} cannot be read as a file of tensors: it is damaged, cut short or "
            f"something else ({type(error).__name__})."
        ) from error


def _unwrapped(found: Any, path: Path) -> dict[str, Tensor]:
    if isinstance(found, Mapping):
        found = next((found[key] for key in WRAPPERS if isinstance(found.get(key), Mapping)), found)
    if not isinstance(found, Mapping) or not found:
        what = "nothing" if isinstance(found, Mapping) else type(found).__name__
        raise WeightsRefused(
            f"The file {path.name} holds {what}; expected was a "
            f"dictionary of tensors by name (a state_dict), or one under a key {' or '.join(WRAPPERS)}."
        )
    strange = [str(key) for key, value in found.items() if not isinstance(key, str) or not _is_plain(value)]
    if strange:
        raise WeightsRefused(
            f"The file {path.name} is no state_dict: {len(strange)} of its {len(found)} entries are no plain "
            f"tensors: {_listed(strange)}."
        )
    return dict(found)


def _is_plain(value: Any) -> bool:
    return (
        type(value) in (Tensor, torch.nn.Parameter)
        and value.layout is torch.strided
        and value.device.type == "cpu"
        and not value.is_quantized
    )


def _without_prefix(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    # DataParallel writes its own name before every layer's.
    if all(name.startswith("module.") for name in tensors):
        return {name.removeprefix("module."): tensor for name, tensor in tensors.items()}
    return tensors


def compare(wanted: Mapping[str, Tensor], found: Mapping[str, Tensor]) -> tuple[list[str], dict[str, Tensor]]:
    """What keeps the tensors of a file from being the wanted ones, in sentences, and the tensors to load.

    Without problems the tensors are complete: counters of batches that old files lack are added.
    """
    missing = [name for name in wanted if name not in found and not name.endswith(COUNTERS)]
    unexpected = [name for name in found if name not in wanted]
    shared = [name for name in wanted if name in found]
    shapes = [name for name in shared if wanted[name].shape != found[name].shape]
    alike = [name for name in shared if wanted[name].shape == found[name].shape]
    types = [name for name in alike if wanted[name].is_floating_point() != found[name].is_floating_point()]
    # Only tensors of the wanted size are looked into: another one may claim more than any memory holds.
    wild = [name for name in alike if name not in types and not _finite(found[name], wanted[name])]
    reported = {
        "missing": missing,
        "unexpected": unexpected,
        "of another shape": [
            f"{name} {tuple(found[name].shape)} instead of {tuple(wanted[name].shape)}" for name in shapes
        ],
        "of another type": [f"{name} {found[name].dtype} instead of {wanted[name].dtype}" for name in types],
        "not finite (NaN or infinite values)": wild,
    }
    problems = [
        f"{len(names)} of {len(found if what == 'unexpected' else wanted)} tensors {_are(names)} {what}: "
        f"{_listed(names)}"
        for what, names in reported.items()
        if names
    ]
    added = {name: value for name, value in wanted.items() if name.endswith(COUNTERS) and name not in found}
    return problems, {**found, **added}


def _finite(found: Tensor, wanted: Tensor) -> bool:
    # In the type in which it will be used: a double may be too large for it.
    return bool(found.to(wanted.dtype).isfinite().all())


def _are(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _listed(names: Iterable[str]) -> str:
    names = [name[:200] for name in names]
    rest = f", and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + rest
