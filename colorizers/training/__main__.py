"""python -m colorizers.training recipe.toml --photos FOLDER --out runs/NAME"""

import argparse
import dataclasses
import json
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from colorizers import networks
from colorizers.networks.weights import WeightsFacts, WeightsRefused, save_network
from colorizers.training.loop import PRECISIONS, EpochRecord, Trainer, TrainingStopped, set_prior
from colorizers.training.outputs import draw_curve, draw_samples, write_record
from colorizers.training.photos import Photos, PhotosRefused, read_photos, split
from colorizers.training.pretrained import load_pretrained
from colorizers.training.recipe import Recipe, RecipeRefused, read_recipe

CHECKPOINT_SECONDS = 120
ROOT = Path(__file__).parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Train as the arguments say; gives the exit status."""
    options = _parser().parse_args(arguments)
    console = Console(stderr=True)
    try:
        torch.set_num_threads(options.threads or torch.get_num_threads())
        train(options, console)
    except (RecipeRefused, PhotosRefused, WeightsRefused, TrainingStopped) as refusal:
        console.print(str(refusal), style="red", markup=False, highlight=False)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped. The same command goes on where it stood.")
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m colorizers.training", description=__doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--photos", type=Path, required=True, metavar="FOLDER")
    parser.add_argument(
        "--validation", type=Path, metavar="FOLDER", help="without it, a share of the photos is held back"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, mps")
    parser.add_argument("--precision", choices=list(PRECISIONS), default="float32")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; all cores if not given")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--seed", type=int, help="instead of the recipe's")
    return parser


def train(options: argparse.Namespace, console: Console) -> None:
    """Train from the beginning, or go on with what the output folder holds."""
    given = {key: getattr(options, key) for key in ("epochs", "seed") if getattr(options, key) is not None}
    recipe = dataclasses.replace(read_recipe(options.recipe), **given)
    _check_device(options.device)
    training, validation = _photos(options, recipe, console)
    torch.manual_seed(recipe.seed)
    try:
        network = networks.build(recipe.network, recipe.variant, **recipe.architecture)
    except (ValueError, ModuleNotFoundError) as error:
        raise RecipeRefused(str(error)) from error
    load_pretrained(network, recipe.pretrained)
    prior = set_prior(network, training, recipe)
    trainer = Trainer(network, recipe, training, validation, options.device, options.precision)
    out: Path = options.out
    out.mkdir(parents=True, exist_ok=True)
    record = _record(options, recipe, training, validation, trainer)
    _resume(out, record, trainer, console)
    facts = WeightsFacts(
        recipe.network,
        recipe.variant,
        dict(recipe.architecture),
        None if prior is None else [float(share) for share in prior],
        recipe.loss.rebalance,
        {key: record[key] for key in ("recipe", "photos", "code")},
    )
    _run(trainer, record, facts, out, console)


def _check_device(device: str) -> None:
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise RecipeRefused(f"The device {device!r} cannot be used here: {str(error).splitlines()[0]}") from error


def _photos(options: argparse.Namespace, recipe: Recipe, console: Console) -> tuple[Photos, Photos]:
    with _bar(console) as progress:

        def read(folder: Path, text: str) -> Photos:
            task = progress.add_task(text, total=None, facts="")
            found = read_photos(
                folder, recipe.data.crop, lambda done, total: progress.update(task, completed=done, total=total)
            )
            progress.update(task, facts=f"{len(found.refused)} refused" if found.refused else "")
            return found

        photos = read(options.photos, "Reading photographs")
        if options.validation is None:
            return split(photos, recipe.data, recipe.seed)
        held = read(options.validation, "Reading validation photographs")
        used, _ = split(photos, dataclasses.replace(recipe.data, validation=1e-9), recipe.seed)
        return (photos if recipe.data.share == 1 else used), held


def _bar(console: Console) -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[facts]}"),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=console)


def _record(
    options: argparse.Namespace, recipe: Recipe, training: Photos, validation: Photos, trainer: Trainer
) -> dict[str, Any]:
    learned = sum(part.numel() for part in trainer.network.parameters() if part.requires_grad)
    return {
        "recipe": recipe.as_data(),
        "photos": {
            "training": {"count": len(training), "digest": training.digest, "refused": list(training.refused)},
            "validation": {"count": len(validation), "digest": validation.digest},
        },
        "parameters": {"all": trainer.network.parameter_count(), "learned": learned},
        "device": options.device,
        "machine": _machine(options.device),
        "precision": options.precision,
        "threads": torch.get_num_threads(),
        "code": _code_version(),
        "libraries": {name: version(name) for name in ("torch", "numpy", "pillow")},
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _machine(device: str) -> str:
    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    return platform.processor() or platform.machine()


def _code_version() -> str:
    """The commit of the code, with a plus sign if it was changed since; empty outside a repository."""
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--abbrev=12", "--exclude=*"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip()


SAME = ("recipe", "photos", "precision", "device")


def _resume(out: Path, record: dict[str, Any], trainer: Trainer, console: Console) -> None:
    checkpoint, recorded = out / "checkpoint.pt", out / "run.json"
    if not recorded.exists():
        return
    there = json.loads(recorded.read_text(encoding="utf-8"))
    here = json.loads(json.dumps(record))
    differing = [key for key in SAME if there.get(key) != here[key]]
    if differing:
        raise RecipeRefused(
            f"The folder {out} holds another training (it differs in: {', '.join(differing)}). "
            "Choose another --out, or delete it."
        )
    record["started"] = there["started"]
    if checkpoint.exists():
        trainer.load_state_dict(torch.load(checkpoint, map_location=trainer.device, weights_only=True))
        console.print(f"Going on in epoch {trainer.epoch + 1}, after step {trainer.step}.")


def _run(
    trainer: Trainer, record: dict[str, Any], facts: WeightsFacts, out: Path, console: Console
) -> None:
    saved = time.monotonic()
    with _bar(console) as progress:
        task = progress.add_task("Training", total=trainer.steps_an_epoch * trainer.recipe.epochs, facts="")

        def after_step(trainer: Trainer, loss: float) -> None:
            nonlocal saved
            mean = trainer.loss_sum / trainer.step
            last = trainer.records[-1] if trainer.records else None
            validated = f", validation {last.validation_loss:.4f}, ab-RMSE {last.ab_rmse:.2f}" if last else ""
            progress.update(
                task,
                description=f"Epoch {trainer.epoch + 1}/{trainer.recipe.epochs}",
                completed=trainer.epoch * trainer.steps_an_epoch + trainer.step,
                facts=f"loss {mean:.4f}{validated}",
            )
            if time.monotonic() - saved > CHECKPOINT_SECONDS:
                _checkpoint(trainer, out)
                saved = time.monotonic()

        write_record(out / "run.json", record | {"finished": "", "epochs": []})
        for epoch in trainer.run(after_step):
            if not console.is_terminal:
                console.print(_line(epoch), highlight=False)
            best = min(trainer.records, key=lambda record: record.validation_loss)
            if best is epoch:
                save_network(out / "weights.safetensors", trainer.candidate, facts)
                draw_samples(out / "samples.png", trainer)
            draw_curve(out / "curve.svg", trainer.records, trainer.recipe.title or trainer.recipe.network)
            finished = trainer.epoch == trainer.recipe.epochs
            write_record(out / "run.json", record | _results(trainer, best, finished=finished))
            _checkpoint(trainer, out)
            saved = time.monotonic()
    console.print(f"The weights of epoch {best.epoch + 1} are in {out / 'weights.safetensors'}.")


def _results(trainer: Trainer, best: EpochRecord, *, finished: bool) -> dict[str, Any]:
    return {
        "finished": datetime.now(UTC).isoformat(timespec="seconds") if finished else "",
        "seconds": round(trainer.seconds, 1),
        "best_epoch": best.epoch,
        "epochs": [
            {key: round(value, 6) if isinstance(value, float) else value for key, value in vars(one).items()}
            for one in trainer.records
        ],
    }


def _line(epoch: EpochRecord) -> str:
    return (
        f"epoch {epoch.epoch + 1}: loss {epoch.training_loss:.4f}, validation {epoch.validation_loss:.4f}, "
        f"ab-RMSE {epoch.ab_rmse:.2f}, chroma {epoch.chroma:.1f}, {epoch.seconds:.0f} s"
    )


def _checkpoint(trainer: Trainer, out: Path) -> None:
    partial = out / "checkpoint.partial"
    torch.save(trainer.state_dict(), partial)
    partial.replace(out / "checkpoint.pt")


if __name__ == "__main__":
    sys.exit(main())
