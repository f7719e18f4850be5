"""Tensors in files: read by name without running anything, and compared with those that are wanted."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from colorizers.weights.files import WeightsFacts, WeightsRefused, read_header

PICKLES = (".pth", ".pt", ".tar")
# Where checkpoints keep the tensors, in the order in which they are taken: BasicSR runs its networks on the
# averaged `params_ema` where a file has both, and so do we.
WRAPPERS = ("state_dict", "params_ema", "params", "model_state_dict", "model")
LISTED = 10
# Batch normalisation counts its batches; weights of before 2018 lack the count, and nothing reads it here.
COUNTERS = "num_batches_tracked"


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
            f"tensors: {listed(strange)}."
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
        f"{listed(names)}"
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


def listed(names: Iterable[str]) -> str:
    names = [name[:200] for name in names]
    rest = f", and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + rest
