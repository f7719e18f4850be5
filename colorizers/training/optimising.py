"""Optimisers, schedules of the learning rate and the running mean of weights, as a recipe names them."""

import math
from typing import Any

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from colorizers.networks import Network
from colorizers.training.recipe import Optimiser, require


def make_optimiser(network: Network, recipe: Optimiser) -> torch.optim.Optimizer:
    """The optimiser over the network's parts, each at its rate; a part at rate 0 is fixed.

    Raises RecipeRefused for a part that the network has not, and if nothing would be learned.
    """
    parts = network.parameter_groups()
    for name in recipe.rates:
        require(
            name in parts, f"optimiser.rates names {name!r}, but this network's parts are {sorted(parts)}."
        )
    groups: list[dict[str, Any]] = []
    for name, parameters in parts.items():
        rate = recipe.rates.get(name, recipe.rate)
        learned = [parameter for parameter in parameters if parameter.requires_grad]
        if rate == 0:
            for parameter in parameters:
                parameter.requires_grad_(False)
        elif learned:
            groups.append({"params": learned, "lr": rate, "full_rate": rate})
    require(
        bool(groups), "optimiser.rates: every part of the network has the rate 0; nothing would be learned."
    )
    return _optimiser(groups, recipe)


def adversary_optimiser(adversary: nn.Module, recipe: Optimiser) -> torch.optim.Optimizer:
    """An optimiser of the same kind and rate for the adversary."""
    group = {"params": list(adversary.parameters()), "lr": recipe.rate, "full_rate": recipe.rate}
    return _optimiser([group], recipe)


def _optimiser(groups: list[dict[str, Any]], recipe: Optimiser) -> torch.optim.Optimizer:
    if recipe.name == "sgd":
        return torch.optim.SGD(
            groups, lr=recipe.rate, momentum=recipe.momentum, weight_decay=recipe.weight_decay
        )
    kind = torch.optim.AdamW if recipe.name == "adamw" else torch.optim.Adam
    return kind(groups, lr=recipe.rate, betas=recipe.betas, weight_decay=recipe.weight_decay)


def set_training(network: nn.Module) -> None:
    """Training mode, in which a batch norm with fixed weights keeps its statistics fixed too."""
    network.train()
    for module in network.modules():
        if isinstance(module, _BatchNorm) and module.affine and not module.weight.requires_grad:
            module.eval()


class Schedule:
    """The learning rate over the steps of a training: one factor on the full rates of all parts."""

    def __init__(self, optimisers: list[torch.optim.Optimizer], recipe: Optimiser, *, steps: int) -> None:
        self.optimisers, self.recipe, self.total = optimisers, recipe, max(steps, 1)
        self.plateau = 1.0
        self.best = math.inf
        self.waited = 0

    def before_step(self, step: int) -> None:
        """Set the rates of a step, counted from the beginning of the training."""
        factor = self.factor(step)
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = group["full_rate"] * factor

    def factor(self, step: int) -> float:
        """The share of the full rate at a step."""
        recipe, done = self.recipe, step / self.total
        factor = self.plateau
        if recipe.schedule == "cosine":
            factor = (1 + math.cos(math.pi * min(done, 1))) / 2
        elif recipe.schedule == "steps":
            factor = recipe.factor ** sum(done >= at for at in recipe.steps)
        # A training that is all warmup would never have its rate.
        warmup = min(recipe.warmup, self.total // 10)
        if step < warmup:
            factor *= (step + 1) / (warmup + 1)
        return factor

    def after_epoch(self, loss: float) -> None:
        """Tell how an epoch was validated: on a plateau the rate falls."""
        if self.recipe.schedule != "plateau":
            return
        if loss < self.best - self.recipe.threshold:
            self.best, self.waited = loss, 0
            return
        self.waited += 1
        if self.waited > self.recipe.patience:
            self.plateau, self.waited = self.plateau * self.recipe.factor, 0

    def rate(self) -> float:
        """The rate of the first part now."""
        return float(self.optimisers[0].param_groups[0]["lr"])

    def state_dict(self) -> dict[str, float]:
        """What a schedule must remember beyond the step."""
        return {"plateau": self.plateau, "best": self.best, "waited": self.waited}

    def load_state_dict(self, state: dict[str, float]) -> None:
        """Go on from what was remembered."""
        self.plateau, self.best, self.waited = state["plateau"], state["best"], int(state["waited"])


def averaged(network: Network, decay: float) -> AveragedModel | None:
    """The running mean of a network's weights and buffers; None at decay 0.

    In the beginning the mean reaches back over about a tenth of the steps so far: else the random weights of
    the first one would be most of it for long.
    """
    if not decay:
        return None

    def mean(means: Any, values: Any, count: Any) -> None:
        steps = float(count)
        get_ema_multi_avg_fn(min(decay, (1 + steps) / (10 + steps)))(means, values, count)  # type: ignore[no-untyped-call]

    return AveragedModel(network, multi_avg_fn=mean, use_buffers=True)
