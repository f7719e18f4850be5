"""Which device a worker process computes on; knows torch only through a process of its own."""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

_DRIVER_FILES = (Path("/dev/nvidia0"), Path("/dev/nvidiactl"), Path("/dev/dxg"))


@cache
def gpus() -> int:
    """How many GPUs torch can use here.

    Whoever has asked the driver may not fork workers any more, and the site has no torch: so another
    process asks, and only where there is a driver at all.
    """
    if not any(path.exists() for path in _DRIVER_FILES) and shutil.which("nvidia-smi") is None:
        return 0
    question = "import torch; print(torch.cuda.device_count() if torch.cuda.is_available() else 0)"
    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=False)
    return int(answer.stdout) if answer.returncode == 0 and answer.stdout.strip().isdigit() else 0


def device_of(wanted: str, process: int) -> str:
    """The device of the worker process with this number: `auto` and `cuda` deal out the GPUs in turn.

    Raises ValueError if `cuda` is wanted where there is none; any other name is taken as it is.
    """
    if wanted == "cpu":
        return "cpu"
    if wanted in {"auto", "cuda"}:
        if gpus():
            return f"cuda:{process % gpus()}"
        if wanted == "cuda":
            raise ValueError(
                "COLORIZE_DEVICE asks for cuda, but torch finds no GPU here. Set it to auto or cpu, or see "
                "to the driver and a torch with CUDA."
            )
        return "cpu"
    return wanted
