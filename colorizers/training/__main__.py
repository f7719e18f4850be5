"""python -m colorizers.training recipe.toml --photos FOLDER --out runs/NAME"""

import argparse
import sys
from pathlib import Path

import torch
from rich.console import Console

from colorizers.networks.running import PRECISIONS
from colorizers.networks.weights import WeightsRefused
from colorizers.training.display import Display
from colorizers.training.faults import TrainingStopped
from colorizers.training.photos import PhotosRefused
from colorizers.training.recipe import RecipeRefused
from colorizers.training.running import Order, train
from colorizers.training.stopping import Interrupted


def main(arguments: list[str] | None = None) -> int:
    """Train as the arguments say; gives the exit status."""
    options = vars(_parser().parse_args(arguments))
    threads = options.pop("threads")
    if threads:
        torch.set_num_threads(threads)
    console = Console(stderr=True)
    try:
        with Display(console) as display:
            train(Order(**options), display)
    except (RecipeRefused, PhotosRefused, WeightsRefused, TrainingStopped) as refusal:
        console.print(str(refusal), style="red", markup=False, highlight=False, soft_wrap=True)
        return 1
    except Interrupted as stopped:
        console.print(str(stopped), markup=False, highlight=False, soft_wrap=True)
        return 128 + stopped.number
    except KeyboardInterrupt:
        console.print("Stopped at once. The same command goes on from the last checkpoint, if there is one.")
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m colorizers.training",
        description="Train a network from a recipe and a folder of photographs; see docs/training.md.",
    )
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--photos", type=Path, required=True, metavar="FOLDER")
    parser.add_argument(
        "--validation", type=Path, metavar="FOLDER", help="without it, a share of the photos is held back"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument(
        "--begin", type=Path, metavar="FILE", help="weights of this network to begin with, to train them on"
    )
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, mps")
    parser.add_argument("--precision", choices=list(PRECISIONS), default="float32")
    parser.add_argument("--threads", type=_count, help="of the processor; all its cores if not given")
    parser.add_argument("--workers", type=_count, default=1, help="threads that prepare batches (1)")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--seed", type=int, help="instead of the recipe's")
    parser.add_argument(
        "--checkpoint-every",
        type=float,
        default=120.0,
        metavar="SECONDS",
        help="how much work a kill may cost (120); a checkpoint is also saved after every epoch",
    )
    return parser


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {value}")
    return value


if __name__ == "__main__":
    sys.exit(main())
