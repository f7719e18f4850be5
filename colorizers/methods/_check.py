"""Does a method load these weights and colour with them? Asked as a process: its asker needs no torch.

    python -m colorizers.methods._check FILE --method M [--variant V] [--settings JSON]

The last line of the output is the verdict in JSON: {"loads": true} or {"loads": false, "report": "..."}.
"""

import argparse
import contextlib
import json
import resource
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import scipy.linalg  # noqa: F401 - under the limit its OpenBLAS would wait for ever for its buffers

from colorizers import methods
from colorizers.methods import ReferencePhoto, ReferenceSet
from colorizers.pictures.inference import ColorizationFailed, Source, checked_ab, predicted
from colorizers.pictures.pipeline import is_out_of_memory
from colorizers.tools.nested import load_json

SIDE = 64


# Words of the dynamic linker and of the system, where a library cannot be loaded for want of memory.
_CANNOT_BE_LOADED = ("failed to map segment", "Cannot allocate memory")


def verdict(path: Path, method: str, variant: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Whether the method loads the file and colours with this variant and these settings; if not, why not."""
    try:
        found = methods.get(method)
        reference = _two_photos() if found.needs_reference else None
        predict = found.load(path, settings, "cpu", reference, variant=variant)
        side = found.input_size or SIDE
        # Some things show only when colours are asked for, such as settings that want what the file lacks.
        ramp = np.linspace(0, 100, side * side, dtype=np.float32).reshape(side, side)
        (ab,) = predicted(predict, [ramp], [Source("a ramp from black to white", made_up=True)])
        checked_ab(ab, ramp.shape, promises_colour=False)
    except Exception as error:  # whatever a method makes of a hostile file is a reason to refuse it
        return {"loads": False, "report": _sentence(error)}
    return {"loads": True}


def _two_photos() -> ReferenceSet:
    # Any two will do: the weights are on trial, not the colours.
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (64, 64, 3), dtype=np.uint8) for _ in range(2)]
    return ReferenceSet([ReferencePhoto(str(n), partial(np.asarray, p)) for n, p in enumerate(pictures)])


def _sentence(error: Exception) -> str:
    if is_out_of_memory(error) or any(words in str(error) for words in _CANNOT_BE_LOADED):
        return "There was not enough memory to load these weights."
    if isinstance(error, ValueError | ColorizationFailed) and str(error):
        return str(error)
    return f"{type(error).__name__}: {error}"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m colorizers.methods._check", description=__doc__.splitlines()[0]
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--method", required=True)
    parser.add_argument("--variant", default="", help="the method's first one if not given")
    parser.add_argument("--settings", type=load_json, default={}, metavar="JSON")
    parser.add_argument("--memory-mb", type=int, help="give up when this process needs more")
    given = parser.parse_args(arguments)
    if given.memory_mb:
        # Data, not addresses: libraries reserve addresses that they never use.
        resource.setrlimit(resource.RLIMIT_DATA, (given.memory_mb * 2**20,) * 2)
    with contextlib.redirect_stdout(sys.stderr):
        answer = verdict(given.file, given.method, given.variant, given.settings)
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.exit(0 if answer["loads"] else 1)


if __name__ == "__main__":
    main()
