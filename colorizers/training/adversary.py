"""The other player of a GAN: a discriminator with its own optimiser, trained beside the network."""

from typing import Any

import torch
from torch import Tensor

from colorizers.networks import Network
from colorizers.training.losses import discriminator_loss, fooling_loss
from colorizers.training.optimising import adversary_optimiser
from colorizers.training.recipe import Recipe, RecipeRefused


class Adversary:
    """Judges pairs of lightness and colour. Its rate follows the schedule of the network's."""

    def __init__(self, network: Network, recipe: Recipe, device: str) -> None:
        found = network.adversary()
        if found is None:
            raise RecipeRefused(
                f"loss.adversary is {recipe.loss.adversary}, but the network {recipe.network} has none to be "
                "trained against. Leave that entry out, or train pix2pix."
            )
        self.module = found.to(device)
        self.optimiser = adversary_optimiser(self.module, recipe.optimiser)

    def learn(self, lightness: Tensor, real: Tensor, fake: Tensor) -> float:
        """One step of its own towards telling real from fake ab (N, 2, H, W); gives its loss."""
        self.module.train().requires_grad_(True)
        self.optimiser.zero_grad(set_to_none=True)
        loss = discriminator_loss(self.module(lightness, real), self.module(lightness, fake.detach()))
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        return float(loss.detach())

    def judge(self, lightness: Tensor, fake: Tensor) -> Tensor:
        """The loss (a scalar) of a network whose ab ought to pass for real; only the network learns by it."""
        self.module.requires_grad_(False)
        return fooling_loss(self.module(lightness, fake))

    def state_dict(self) -> dict[str, Any]:
        """Weights and optimiser, to go on from."""
        return {"module": self.module.state_dict(), "optimiser": self.optimiser.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self.module.load_state_dict(state["module"])
        self.optimiser.load_state_dict(state["optimiser"])


def adversary_of(network: Network, recipe: Recipe, device: str) -> Adversary | None:
    """The adversary that the recipe asks for; None if it asks for none."""
    with torch.random.fork_rng(devices=[]):  # the network's own random numbers are the same with and without
        return Adversary(network, recipe, device) if recipe.loss.adversary else None
