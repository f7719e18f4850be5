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

from colorizers.bins import soft_code_sums
from colorizers.colour import Floats
from colorizers.networks import Network
from colorizers.networks.codes import BinCode, Decoding
from colorizers.training.optimising import Schedule, averaged, make_optimiser
from colorizers.training.photos import Photos, batches, crop_in_the_middle, steps_in_an_epoch, to_lab
from colorizers.training.recipe import Recipe

PRECISIONS = {"float32": None, "bfloat16": torch.bfloat16, "float16": torch.float16}
PRIOR_PHOTOS = 4000
PRIOR_SIDE = 32


class TrainingStopped(RuntimeError):
    """The training cannot go on; the message says where it stood and what to do. Nothing kept is lost."""


@dataclass
class EpochRecord:
    """What one epoch came to: losses, and on the validation photos also how far and how colourful."""

    epoch: int
    training_loss: float
    validation_loss: float
    ab_rmse: float
    chroma: float
    rate: float
    seconds: float


@dataclass
class Trainer:
    """One training. `run` yields after every epoch; state_dict and load_state_dict make it resumable."""

    network: Network
    recipe: Recipe
    training: Photos
    validation: Photos
    device: str = "cpu"
    precision: str = "float32"
    records: list[EpochRecord] = field(default_factory=list)
    epoch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        torch.manual_seed(self.recipe.seed)
        self.network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.adversary = self.network.adversary() if self.recipe.loss.adversary else None
        self.optimiser = make_optimiser(self.network, self.recipe.optimiser)
        self.steps_an_epoch = steps_in_an_epoch(self.training, self.recipe.batch)
        self.schedule = Schedule(
            self.optimiser, self.recipe.optimiser, steps=self.steps_an_epoch * self.recipe.epochs
        )
        self.average = averaged(self.network, self.recipe.average)
        if self.adversary is not None:
            self.adversary.to(self.device)
            self.adversary_optimiser = torch.optim.Adam(
                self.adversary.parameters(), lr=self.recipe.optimiser.rate, betas=self.recipe.optimiser.betas
            )
        # Only float16 is narrow enough for gradients to vanish.
        self.scaler = torch.amp.GradScaler(self.device.partition(":")[0], enabled=self.precision == "float16")

    # --- one epoch after the other ---------------------------------------------------------------

    def run(self, each_step: Callable[["Trainer", float], None]) -> Iterator[EpochRecord]:
        """Train to the last epoch; calls `each_step` with the loss after every step."""
        while self.epoch < self.recipe.epochs:
            started = time.monotonic()
            self._train_epoch(each_step)
            loss, ab_rmse, chroma = self.validate()
            self.seconds += time.monotonic() - started
            record = EpochRecord(
                self.epoch,
                self.loss_sum / self.steps_an_epoch,
                loss,
                ab_rmse,
                chroma,
                self.schedule.rate(),
                time.monotonic() - started,
            )
            self.schedule.after_epoch(loss)
            self.records.append(record)
            self.epoch, self.step, self.loss_sum = self.epoch + 1, 0, 0.0
            yield record

    def _train_epoch(self, each_step: Callable[["Trainer", float], None]) -> None:
        recipe = self.recipe
        self.network.train()
        found = batches(
            self.training, recipe.data, recipe.batch, seed=recipe.seed, epoch=self.epoch, start=self.step
        )
        for lab in found:
            loss = self._learn(torch.from_numpy(lab).to(self.device))
            self.loss_sum += loss
            self.step += 1
            each_step(self, loss)

    def _learn(self, lab: Tensor) -> float:
        self.schedule.before_step(self.epoch * self.steps_an_epoch + self.step, self.epoch)
        self.optimiser.zero_grad(set_to_none=True)
        try:
            with self._autocast():
                raw = self.network(lab[:, :1])
            raw = raw.float()
            loss = self.network.code.loss(raw, lab)
            if self.adversary is not None:
                loss = self._against_adversary(raw, lab, loss)
            value = float(loss.detach())
            if not math.isfinite(value):
                raise TrainingStopped(
                    f"The loss became {value} in epoch {self.epoch + 1}, step {self.step + 1}, at the rate "
                    f"{self.schedule.rate():.2g}. The best weights so far are kept. Try a lower rate, a clip of "
                    "the gradient (optimiser.clip) or float32."
                )
            self.scaler.scale(loss).backward()
        except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            raise TrainingStopped(
                f"Memory ran out at batches of {len(lab)} crops of {lab.shape[-1]} pixels. Set a smaller batch "
                "in the recipe (or a smaller crop, or precision bfloat16) and start again."
            ) from error
        self.scaler.unscale_(self.optimiser)
        if self.recipe.optimiser.clip:
            nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.optimiser.clip)
        self.scaler.step(self.optimiser)
        self.scaler.update()
        if self.average is not None:
            self.average.update_parameters(self.network)
        return value

    def _against_adversary(self, raw: Tensor, lab: Tensor, distance: Tensor) -> Tensor:
        """The network's loss with an adversary's judgement, after the adversary has taken its own step."""
        from colorizers import losses

        assert self.adversary is not None
        lightness, real = lab[:, :1], lab[:, 1:]
        fake = self.network.code.decode(raw, lightness, Decoding())
        self.adversary_optimiser.zero_grad(set_to_none=True)
        loss = losses.discriminator_loss(
            self.adversary(lightness, real), self.adversary(lightness, fake.detach())
        )
        loss.backward()  # type: ignore[no-untyped-call]
        self.adversary_optimiser.step()
        judged = losses.generator_loss(self.adversary(lightness, fake))
        return self.recipe.loss.adversary * judged + self.recipe.loss.distance * distance

    def _autocast(self) -> AbstractContextManager[Any]:
        kind = PRECISIONS[self.precision]
        return nullcontext() if kind is None else torch.autocast(self.device.partition(":")[0], kind)

    # --- validation ------------------------------------------------------------------------------

    @property
    def candidate(self) -> Network:
        """The network that is validated and kept: the running mean if there is one."""
        kept: Any = self.network if self.average is None else self.average.module
        assert isinstance(kept, Network)
        return kept

    @torch.inference_mode()
    def validate(self) -> tuple[float, float, float]:
        """Loss, RMSE of ab and mean chroma on the centred crops of the validation photos."""
        network = self.candidate.eval()
        loss = squares = chroma = 0.0
        crop = self.recipe.data.crop
        for first in range(0, len(self.validation), self.recipe.batch):
            pixels = self.validation.pixels[first : first + self.recipe.batch]
            lab = torch.from_numpy(to_lab(np.stack([crop_in_the_middle(photo, crop) for photo in pixels])))
            lab = lab.to(self.device)
            with self._autocast():
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
        state: dict[str, Any] = {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "scaler": self.scaler.state_dict(),
            "random": torch.get_rng_state(),
            "records": [vars(record) for record in self.records],
            "progress": (self.epoch, self.step, self.loss_sum, self.seconds),
        }
        if self.average is not None:
            state["average"] = self.average.state_dict()
        if self.adversary is not None:
            state["adversary"] = self.adversary.state_dict()
            state["adversary_optimiser"] = self.adversary_optimiser.state_dict()
        return state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a state; KeyError or RuntimeError if it is that of another training."""
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        self.scaler.load_state_dict(state["scaler"])
        torch.set_rng_state(state["random"])
        self.records = [EpochRecord(**record) for record in state["records"]]
        self.epoch, self.step, self.loss_sum, self.seconds = state["progress"]
        if self.average is not None:
            self.average.load_state_dict(state["average"])
        if self.adversary is not None:
            self.adversary.load_state_dict(state["adversary"])
            self.adversary_optimiser.load_state_dict(state["adversary_optimiser"])


def set_prior(network: Network, photos: Photos, recipe: Recipe) -> Floats | None:
    """Give a network of classes the prior of the photos: their mean soft code; None without classes."""
    code = network.code
    if not isinstance(code, BinCode):
        return None
    sums = np.zeros(code.channels)
    for photo in photos.pixels[:PRIOR_PHOTOS]:
        lab = to_lab(crop_in_the_middle(photo, PRIOR_SIDE)[None])
        sums += soft_code_sums(lab[0, 1:].transpose(1, 2, 0), code.neighbours)
    prior = sums / sums.sum()
    code.set_prior(torch.from_numpy(prior), recipe.loss.rebalance)
    return prior


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception means that memory ran out, on whichever device."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return "can't allocate memory" in str(error) or "out of memory" in str(error)
