"""Losses that are not one network's answer against the truth: those of two networks against each other."""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

L1_WEIGHT = 100.0


def discriminator_loss(on_real: Tensor, on_fake: Tensor) -> Tensor:
    """What a discriminator minimises: half the binary cross-entropy on real pairs plus that on fakes.

    Both are logits of any shape; 0.69 (log 2) for a discriminator that knows nothing. The half slows
    it down against the generator. Isola et al. (2017), Image-to-Image Translation with Conditional
    Adversarial Networks, CVPR. The fakes must be detached from their generator.
    """
    real = F.binary_cross_entropy_with_logits(on_real, torch.ones_like(on_real))
    fake = F.binary_cross_entropy_with_logits(on_fake, torch.zeros_like(on_fake))
    return (real + fake) / 2


def fooling_loss(on_fake: Tensor) -> Tensor:
    """Binary cross-entropy of a discriminator's logits on fakes that ought to pass for real."""
    return F.binary_cross_entropy_with_logits(on_fake, torch.ones_like(on_fake))


def generator_loss(on_fake: Tensor, distance: Tensor, weight: float = L1_WEIGHT) -> Tensor:
    """What pix2pix's generator minimises: to fool, plus `weight` (100) times its distance from the truth.

    `distance` is the scalar loss of the network's code, L1 on ab scaled to [-1, 1].
    """
    return fooling_loss(on_fake) + weight * distance
