"""The training loop: one for every network, from a recipe and photographs to the best weights."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from colorizers.networks import Network
from colorizers.networks.codes import BinCode, Decoding
from colorizers.networks.running import PRECISIONS
from colorizers.pictures.bins import mean_soft_code
from colorizers.pictures.colour import Floats
from colorizers.training.adversary import adversary_of
from colorizers.training.faults import TrainingStopped, memory_explained
from colorizers.training.optimising import Schedule, averaged, make_optimiser, set_training
from colorizers.training.photos import Photos, batches, crop_in_the_middle, steps_in_an_epoch, to_lab
from colorizers.training.recipe import Recipe

PRIOR_PHOTOS = 4000
PRIOR_SIDE = 32


@dataclass
class EpochRecord:
    """What one epoch came to: losses, and on the validation photos also how far and how colourful.

    `epoch` counts from 0; `ab_rmse` and `chroma` are in units of ab; `rate` is the first part's at the end.
    """

    epoch: int
    training_loss: float
    validation_loss: float
    ab_rmse: float
    chroma: float
    rate: float
    seconds: float


@dataclass
class Trainer:
    """One training. `run` yields after every epoch; state_dict and load_state_dict make it resumable.

    Raises RecipeRefused for a recipe that does not fit the network.
    """

    network: Network
    recipe: Recipe
    training: Photos
    validation: Photos
    device: str = "cpu"
    precision: str = "float32"
    workers: int = 1
    records: list[EpochRecord] = field(default_factory=list)
    epoch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.kind = self.device.partition(":")[0]
        torch.manual_seed(self.recipe.seed)
        self.network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimiser = make_optimiser(self.network, self.recipe.optimiser)
        self.adversary = adversary_of(self.network, self.recipe, self.device)
        self.steps_an_epoch = steps_in_an_epoch(self.training, self.recipe.batch)
        self.schedule = Schedule(
            [self.optimiser] if self.adversary is None else [self.optimiser, self.adversary.optimiser],
            self.recipe.optimiser,
            steps=self.steps_an_epoch * self.recipe.epochs,
        )
        self.average = averaged(self.network, self.recipe.average)
        # Only float16 is narrow enough for gradients to vanish.
        self.scaler = torch.amp.GradScaler(self.kind, enabled=self.precision == "float16")

    # --- one epoch after the other ---------------------------------------------------------------

    def run(self, each_step: Callable[["Trainer"], None]) -> Iterator[EpochRecord]:
        """Train to the last epoch; calls `each_step` after every step.

        Raises TrainingStopped when the loss is no number any more, or memory runs out.
        """
        while self.epoch < self.recipe.epochs:
            # What earlier parts of this epoch took, before a kill, is in `seconds` already.
            before = sum(record.seconds for record in self.records)
            self._train_epoch(each_step)
            started = time.monotonic()
            loss, ab_rmse, chroma = self.validate()
            self.seconds += time.monotonic() - started
            self._check_finite(loss, "validation loss")
            record = EpochRecord(
                epoch=self.epoch,
                training_loss=self.loss_sum / self.steps_an_epoch,
                validation_loss=loss,
                ab_rmse=ab_rmse,
                chroma=chroma,
                rate=self.schedule.rate(),
                seconds=self.seconds - before,
            )
            self.schedule.after_epoch(loss)
            self.records.append(record)
            self.epoch, self.step, self.loss_sum = self.epoch + 1, 0, 0.0
            yield record

    def best(self) -> EpochRecord | None:
        """The epoch with the lowest validation loss, the first of equals; None before the first one."""
        return min(self.records, key=lambda record: record.validation_loss, default=None)

    def _train_epoch(self, each_step: Callable[["Trainer"], None]) -> None:
        set_training(self.network)
        recipe = self.recipe
        found = batches(
            self.training,
            recipe.data,
            recipe.batch,
            seed=recipe.seed,
            epoch=self.epoch,
            start=self.step,
            workers=self.workers,
        )
        started = time.monotonic()
        for lab in found:
            with memory_explained(len(lab), recipe.data.crop):
                self.loss_sum += self._learn(torch.from_numpy(lab).to(self.device))
            self.step += 1
            self.seconds, started = self.seconds + time.monotonic() - started, time.monotonic()
            each_step(self)

    def _learn(self, lab: Tensor) -> float:
        self.schedule.before_step(self.epoch * self.steps_an_epoch + self.step)
        self.optimiser.zero_grad(set_to_none=True)
        with self._autocast():
            raw = self.network(lab[:, :1])
        loss = self._loss(raw.float(), lab)
        value = float(loss.detach())
        self._check_finite(value, "loss")
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        self.scaler.unscale_(self.optimiser)
        if self.recipe.optimiser.clip:
            nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.optimiser.clip)
        self.scaler.step(self.optimiser)
        self.scaler.update()
        if self.average is not None:
            self.average.update_parameters(self.network)
        return value

    def _loss(self, raw: Tensor, lab: Tensor) -> Tensor:
        """The network's own loss and, if it has an adversary, what that makes of its colours."""
        loss = self.recipe.loss.distance * self.network.code.loss(raw, lab)
        if self.adversary is None:
            return loss
        lightness, real = lab[:, :1], lab[:, 1:]
        fake = self.network.code.decode(raw, lightness, Decoding())
        self.adversary.learn(lightness, real, fake)
        return loss + self.recipe.loss.adversary * self.adversary.judge(lightness, fake)

    def _autocast(self) -> AbstractContextManager[Any]:
        lower = self.precision != "float32"
        return torch.autocast(self.kind, PRECISIONS[self.precision]) if lower else nullcontext()

    def _check_finite(self, value: float, what: str) -> None:
        if math.isfinite(value):
            return
        best = self.best()
        kept = f"The weights of epoch {best.epoch + 1} are kept." if best else "There are no weights to keep."
        raise TrainingStopped(
            f"The {what} became {value} in epoch {self.epoch + 1}, after {self.step} of "
            f"{self.steps_an_epoch} steps, at the rate {self.schedule.rate():.2g}. {kept} Try a lower rate, "
            "a bound on the gradient (optimiser.clip), a warmup or --precision float32, in a new --out."
        )

    # --- validation ------------------------------------------------------------------------------

    @property
    def candidate(self) -> Network:
        """The network that is validated and kept: the running mean if there is one."""
        kept: Any = self.network if self.average is None else self.average.module
        assert isinstance(kept, Network)
        return kept

    @torch.inference_mode()
    def validate(self) -> tuple[float, float, float]:
        """The network's own loss, RMSE of ab and mean chroma on the middles of the validation photos."""
        network = self.candidate.eval()
        loss = squares = chroma = 0.0
        crop = self.recipe.data.crop
        for first in range(0, len(self.validation), self.recipe.batch):
            pixels = self.validation.pixels[first : first + self.recipe.batch]
            lab = torch.from_numpy(to_lab(np.stack([crop_in_the_middle(photo, crop) for photo in pixels])))
            lab = lab.to(self.device)
            with memory_explained(len(lab), crop), self._autocast():
                raw = network(lab[:, :1])
            raw = raw.float()
            loss += float(network.code.loss(raw, lab)) * len(lab)
            ab = network.code.decode(raw, lab[:, :1], Decoding())
            ab = nn.functional.interpolate(ab, lab.shape[-2:], mode="bilinear", align_corners=False)
            squares += float((ab - lab[:, 1:]).square().mean(dim=(1, 2, 3)).sum())
            chroma += float(ab.square().sum(dim=1).sqrt().mean(dim=(1, 2)).sum())
        count = len(self.validation)
        return loss / count, math.sqrt(squares / count), chroma / count

    # --- going on after a kill --------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Everything that a training needs to go on as if it had never stopped; tensors and plain data."""
        return {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "scaler": self.scaler.state_dict(),
            "average": None if self.average is None else self.average.state_dict(),
            "adversary": None if self.adversary is None else self.adversary.state_dict(),
            "random": torch.get_rng_state(),
            "device_random": torch.cuda.get_rng_state(self.device) if self.kind == "cuda" else None,
            "records": [vars(record) for record in self.records],
            "progress": (self.epoch, self.step, self.loss_sum, self.seconds),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a state; KeyError, ValueError or RuntimeError if it is that of another training."""
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        self.scaler.load_state_dict(state["scaler"])
        if self.average is not None:
            self.average.load_state_dict(state["average"])
        if self.adversary is not None:
            self.adversary.load_state_dict(state["adversary"])
        torch.set_rng_state(state["random"])
        if self.kind == "cuda":
            torch.cuda.set_rng_state(state["device_random"], self.device)
        self.records = [EpochRecord(**record) for record in state["records"]]
        self.epoch, self.step, self.loss_sum, self.seconds = state["progress"]


def set_prior(network: Network, photos: Photos, recipe: Recipe) -> Floats | None:
    """Give a network of classes the prior of the photos: their mean soft code; None without classes."""
    code = network.code
    if not isinstance(code, BinCode):
        return None
    # Thousands tell the prior of millions, if they are taken from all over the set.
    chosen = np.unique(np.linspace(0, len(photos) - 1, PRIOR_PHOTOS).astype(int))
    prior = mean_soft_code((photos.pixels[position] for position in chosen), code.neighbours, side=PRIOR_SIDE)
    code.set_prior(torch.from_numpy(prior), recipe.loss.rebalance)
    return prior
