"""The folder of one training: its record, its checkpoint and its weights, each replaced as a whole."""

import fcntl
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

from colorizers.networks.weights import WeightsFacts, save_network
from colorizers.tools.nested import load_json
from colorizers.training.faults import TrainingStopped
from colorizers.training.loop import EpochRecord, Trainer
from colorizers.training.outputs import draw_curve, draw_samples
from colorizers.training.recipe import RecipeRefused


class RunFolder:
    """run.json, checkpoint.pt, weights.safetensors, curve.svg and samples.png of one training."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.record = path / "run.json"
        self.checkpoint = path / "checkpoint.pt"
        self.weights = path / "weights.safetensors"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make the folder and keep other trainings out of it; RecipeRefused if that cannot be."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            file = (self.path / "lock").open("w")
        except OSError as error:
            raise RecipeRefused(
                f"The folder {self.path} cannot be written to: {error.strerror}. Choose another --out."
            ) from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise RecipeRefused(
                    f"Another process is training in {self.path}. Wait for it, or choose another --out."
                ) from error
            yield

    # --- what is there ---------------------------------------------------------------------------

    def recorded(self) -> dict[str, Any] | None:
        """The record that is there; None if there is none. RecipeRefused if it cannot be read."""
        try:
            found = load_json(self.record.read_text(encoding="utf-8"))
            if not isinstance(found, dict):
                raise ValueError("it holds no JSON object")
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise RecipeRefused(
                f"The record {self.record} is damaged ({error}). Delete the folder to begin anew, or choose "
                "another --out."
            ) from error
        return found

    def resume(self, trainer: Trainer) -> bool:
        """Bring a trainer to where the checkpoint stands; False if there is none.

        Raises RecipeRefused for a checkpoint that is damaged, or has lost its weights.
        """
        if not self.checkpoint.exists():
            return False
        try:
            # To the processor: the states of random generators stay there, the rest is copied to its place.
            trainer.load_state_dict(torch.load(self.checkpoint, map_location="cpu", weights_only=True))
        except Exception as error:  # a damaged file may raise anything
            raise RecipeRefused(
                f"The checkpoint {self.checkpoint} is damaged or of other code ({type(error).__name__}), so "
                "this training cannot go on. Delete that file and give the same command to begin anew, or "
                "choose another --out. The weights of the best epoch so far stay until then."
            ) from error
        if trainer.records and not self.weights.exists():
            raise RecipeRefused(
                f"The weights of the best epoch, {self.weights}, are gone. Put them back, or delete "
                f"{self.checkpoint} and give the same command to begin anew."
            )
        return True

    # --- what is written -------------------------------------------------------------------------

    def write_record(self, record: Mapping[str, Any]) -> None:
        """The run's record as readable JSON."""
        text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
        self._write(self.record, lambda partial: partial.write_text(text, encoding="utf-8"))

    def write_checkpoint(self, trainer: Trainer) -> None:
        """All that a training needs to go on."""

        def write(partial: Path) -> None:
            # By a file of Python's: torch's own says of a full disk only that positions do not match.
            with partial.open("wb") as file:
                torch.save(trainer.state_dict(), file)

        self._write(self.checkpoint, write)

    def write_weights(self, trainer: Trainer, facts: WeightsFacts) -> None:
        """The network that is kept, in half precision, and what it makes of some validation photos."""
        self._write(self.weights, lambda partial: save_network(partial, trainer.candidate, facts))
        self._write(self.path / "samples.png", lambda partial: draw_samples(partial, trainer))

    def write_curve(self, records: list[EpochRecord], title: str) -> None:
        """The losses by epoch, as a picture."""
        self._write(self.path / "curve.svg", lambda partial: draw_curve(partial, records, title))

    def _write(self, path: Path, write: Callable[[Path], object]) -> None:
        partial = path.with_name(f"{path.name}.new")
        try:
            write(partial)
            partial.replace(path)
        except (OSError, RuntimeError, SafetensorError) as error:
            raise TrainingStopped(
                f"The file {path} cannot be written: {_reason(error)}. What it held before is still there. "
                "Make room, and give the same command to go on from the last checkpoint."
            ) from error
        except ValueError as error:  # weights that are not finite
            raise TrainingStopped(f"{error} Try a lower rate, in a new --out.") from error
        finally:
            partial.unlink(missing_ok=True)


def _reason(error: Exception) -> str:
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return said.strip().splitlines()[0].rstrip(".") if said.strip() else type(error).__name__


def differences(there: Any, here: Any, name: str = "") -> list[str]:
    """In which entries two records differ, as 'name: this there, that here'."""
    if isinstance(there, dict) and isinstance(here, dict):
        found = []
        for key in [*here, *(key for key in there if key not in here)]:
            below = f"{name}.{key}" if name else key
            found += differences(there.get(key), here.get(key), below)
        return found
    return [] if there == here else [f"{name}: {str(there)[:40]} there, {str(here)[:40]} here"]
