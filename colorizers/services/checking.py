"""Whether a method loads a file of weights: asked before it is registered, in a process of its own."""

import importlib.util
import json
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath
from typing import Any

from colorizers.methods import Method
from colorizers.services import waiting_checks
from colorizers.services.waiting_checks import IDLE
from colorizers.tools.command_line import MANAGE
from colorizers.tools.nested import load_json
from colorizers.weights.files import WeightsRefused, check_digest, file_digest, read_header
from colorizers.weights.official import OfficialFile, official_file

CHECK_SECONDS = 180
HEADER_ONLY = (
    "{} is not installed here, so only the header of the weights was checked. A worker checks the rest "
    "when it loads them for the first time."
)
RUNTIMES = {"torch": "PyTorch", "onnxruntime": "ONNX Runtime"}
MADE_BY_EXPORT = (
    " Make one of trained weights by: python -m colorizers.training.export weights.safetensors --out net.onnx"
)


@dataclass(frozen=True)
class WeightsFile:
    """A file of weights on this machine, under the name that it was received with."""

    path: Path
    name: str

    @cached_property
    def digest(self) -> str:
        """Its SHA-256; WeightsRefused if it cannot be read."""
        return file_digest(self.path)

    @property
    def suffix(self) -> str:
        return PurePath(self.name).suffix.lower()

    @property
    def official(self) -> OfficialFile | None:
        """What it is, if it is one of the published files."""
        return official_file(self.digest)

    def check_digest(self, expected: str) -> None:
        """Raise WeightsRefused if the file is not the one that `expected` or its own name says."""
        check_digest(self.digest, self.name, expected)


def check_weights(weights: WeightsFile, method: Method, variant: str, settings: dict[str, Any]) -> list[str]:
    """Remarks on a file of weights that the method loads; WeightsRefused reports why it does not."""
    official = weights.official
    remarks = []
    if official is not None:
        remarks.append(f"This is the published file {official.name}: {official.what} ({official.source}).")
        remarks += filter(None, [official.remark(settings)] if official.method == method.name else [])
    try:
        check_format(weights.name, method)
        if importlib.util.find_spec(method.runtime) is not None:
            _load_in_a_child(weights, method, variant, settings)
        else:
            _check_header(weights, method, variant)
            remarks.append(HEADER_ONLY.format(_runtime(method)))
    except WeightsRefused as refusal:
        raise WeightsRefused("\n".join([*_belongs_elsewhere(official, method), str(refusal)])) from refusal
    return remarks


def check_format(name: str, method: Method) -> None:
    """Raise WeightsRefused unless a file of this name ends as the method's weights do."""
    wanted = method.weights_formats
    if not wanted or PurePath(name).suffix.lower() in wanted:
        return
    raise WeightsRefused(
        f"The method {method.name!r} takes weights as {' or '.join(wanted)}, and the file is called {name}."
        + (MADE_BY_EXPORT if ".onnx" in wanted else "")
    )


def _runtime(method: Method) -> str:
    return RUNTIMES.get(method.runtime, method.runtime)


def _belongs_elsewhere(official: OfficialFile | None, method: Method) -> list[str]:
    if official is None or official.method == method.name:
        return []
    purpose = f"It is for the method {official.method}."
    if official.encoder_of:
        purpose = f"It colours nothing by itself; training {official.encoder_of} begins with it."
    return [f"By its SHA-256 this is {official.what}. {purpose}"]


def _check_header(weights: WeightsFile, method: Method, variant: str) -> None:
    if weights.suffix != ".safetensors":
        raise WeightsRefused(
            f"{_runtime(method)} is not installed here, and without it only .safetensors can be checked, not "
            f"{weights.name}. Run {MANAGE} register_colorizer on a machine with the worker's packages "
            "(pip install -r requirements/worker.txt) and this installation's database and files."
        )
    with _under_its_name(weights) as path:
        contradiction = read_header(path).facts.contradiction(method.name, variant)
    if contradiction:
        raise WeightsRefused(contradiction)


def _load_in_a_child(weights: WeightsFile, method: Method, variant: str, settings: dict[str, Any]) -> None:
    with _under_its_name(weights) as path:
        order = {"file": str(path), "method": method.name, "variant": variant, "settings": settings}
        try:
            status, said, complaints = _ask(waiting_checks.take(method.runtime), order)
            if status == IDLE:  # it had just given up waiting
                status, said, complaints = _ask(waiting_checks.start(method.runtime), order)
        except subprocess.TimeoutExpired as error:
            raise WeightsRefused(
                f"The method {method.name!r} did not load {weights.name} within {CHECK_SECONDS} seconds."
            ) from error
    verdict = _last_json(said)
    if verdict is None:
        last = (complaints.strip().splitlines() or ["it said nothing"])[-1][:500]
        raise WeightsRefused(
            f"The process that tried to load {weights.name} {_ended(status)} before it answered; the last "
            f"that it wrote: {last}"
        )
    if not verdict.get("loads"):
        # A hostile file may have names that no page and no terminal can show.
        report = str(verdict.get("report"))
        raise WeightsRefused(report.encode("utf-8", "backslashreplace").decode())


def _ask(process: subprocess.Popen[str], order: dict[str, Any]) -> tuple[int, str, str]:
    """How the process ended, what it answered, and what else it wrote; raises TimeoutExpired."""
    with process:
        try:
            said, complaints = process.communicate(json.dumps(order) + "\n", timeout=CHECK_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return process.returncode, said, complaints


def _ended(status: int) -> str:
    """How a process ended that gave no answer: by itself, or by a signal."""
    if status >= 0:
        return f"ended itself with exit status {status}"
    name = next((item.name for item in signal.Signals if item == -status), f"signal {-status}")
    # What the system sends, and what libraries do to themselves, where memory is short.
    short = " (is there enough memory?)" if name in {"SIGKILL", "SIGABRT"} else ""
    return f"was ended by {name}{short}"


def _last_json(output: str) -> dict[str, Any] | None:
    try:
        found = load_json((output.strip().splitlines() or [""])[-1])
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


@contextmanager
def _under_its_name(weights: WeightsFile) -> Iterator[Path]:
    """The file under the name that it was received with: reports name it, and its ending tells its format."""
    with tempfile.TemporaryDirectory(prefix="foolrate-weights-") as folder:
        link = Path(folder) / (PurePath(weights.name).name or "weights")
        link.symlink_to(weights.path.resolve())
        yield link
