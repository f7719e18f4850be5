"""Does a method load these weights and colour with them? Asked as a process: its asker needs no torch.

    python -m colorizers.methods._check --runtime torch

It loads the package and waits for one line: {"file": "...", "method": "...", "variant": "", "settings": {}}.
The last line of the output is the verdict in JSON: {"loads": true} or {"loads": false, "report": "..."}.
"""

import argparse
import contextlib
import importlib
import json
import resource
import select
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


def _order(seconds: float) -> dict[str, Any] | None:
    """What is to be checked; None if nobody says so in this time, or ever can."""
    there, _, _ = select.select([sys.stdin], [], [], seconds)
    line = sys.stdin.readline() if there else ""
    return load_json(line) if line else None


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m colorizers.methods._check", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--runtime", default="torch", help="the package that the method needs (torch)")
    parser.add_argument("--memory-mb", type=int, help="give up when this process needs more")
    parser.add_argument("--idle-seconds", type=float, default=600.0, help="wait so long for an order (600)")
    parser.add_argument("--idle-status", type=int, default=75, help="exit status when none came (75)")
    given = parser.parse_args(arguments)
    if given.memory_mb:
        # Data, not addresses: libraries reserve addresses that they never use.
        resource.setrlimit(resource.RLIMIT_DATA, (given.memory_mb * 2**20,) * 2)
    with contextlib.redirect_stdout(sys.stderr):
        with contextlib.suppress(Exception):  # said once it is asked for
            importlib.import_module(given.runtime)
        order = _order(given.idle_seconds)
        if order is None:
            sys.exit(given.idle_status)
        answer = verdict(Path(order["file"]), order["method"], order["variant"], order["settings"])
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.exit(0 if answer["loads"] else 1)


if __name__ == "__main__":
    main()
