"""Losses of two networks against each other; a network's loss against the truth is its code's."""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor


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
    """What a generator minimises against a discriminator: its logits on fakes, taken for real.

    Binary cross-entropy, the form that does not saturate. pix2pix adds 100 times the L1 distance of ab,
    scaled to [-1, 1], from the truth; a recipe says by how much each counts.
    """
    return F.binary_cross_entropy_with_logits(on_fake, torch.ones_like(on_fake))
