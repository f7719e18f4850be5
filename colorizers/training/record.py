"""What run.json says of a training."""

import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from colorizers.training.loop import Trainer
from colorizers.training.photos import Photos

ROOT = Path(__file__).parents[2]


def record_of(trainer: Trainer, begun_with: dict[str, Any] | None = None) -> dict[str, Any]:
    """How this training came about, ready for JSON: recipe, photos, machine, code, first weights."""
    learned = sum(part.numel() for part in trainer.network.parameters() if part.requires_grad)
    return {
        "recipe": trainer.recipe.as_data(),
        "photos": {
            "training": _described(trainer.training),
            "validation": _described(trainer.validation),
        },
        "parameters": {"all": trainer.network.parameter_count(), "learned": learned},
        "begun_with": begun_with,
        "device": trainer.device,
        "machine": _machine(trainer.device),
        "precision": trainer.precision,
        "threads": torch.get_num_threads(),
        "code": _code_version(),
        "libraries": {name: version(name) for name in ("torch", "numpy", "pillow")},
        "started": now(),
    }


def _described(photos: Photos) -> dict[str, Any]:
    return {
        "count": len(photos),
        "digest": photos.digest,
        "order": photos.order,
        "refused": list(photos.refused),
    }


def without_names(described: dict[str, Any]) -> dict[str, Any]:
    """What weights say of their photos: names of refused files are nobody's business there."""
    return {key: {"count": photos["count"], "digest": photos["digest"]} for key, photos in described.items()}


def _machine(device: str) -> str:
    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next(iter(models), "") or platform.processor() or platform.machine()


def _code_version() -> str:
    """The commit of the code, with a plus sign if it was changed since; empty outside a repository."""
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--abbrev=12", "--exclude=*"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return found.stdout.strip()


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def results_of(trainer: Trainer) -> dict[str, Any]:
    """What it has come to so far: the epochs, counted from 1, the best of them, the seconds."""
    best = trainer.best()
    return {
        "finished": now() if trainer.epoch == trainer.recipe.epochs else "",
        "seconds": round(trainer.seconds, 1),
        "best_epoch": None if best is None else best.epoch + 1,
        "epochs": [_rounded(vars(one) | {"epoch": one.epoch + 1}) for one in trainer.records],
    }


def _rounded(entries: dict[str, Any]) -> dict[str, Any]:
    return {key: round(value, 6) if isinstance(value, float) else value for key, value in entries.items()}
