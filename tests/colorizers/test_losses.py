"""Two networks against each other."""

import math

import pytest
import torch

from colorizers.training import losses


def test_a_discriminator_that_knows_nothing_loses_log_2():
    zeros = torch.zeros(2, 1, 3, 3)
    assert float(losses.discriminator_loss(zeros, zeros)) == pytest.approx(math.log(2))
    assert float(losses.fooling_loss(zeros)) == pytest.approx(math.log(2))


def test_the_discriminator_wants_high_logits_on_photos_and_low_ones_on_fakes():
    high, low = torch.full((4,), 9.0), torch.full((4,), -9.0)
    assert float(losses.discriminator_loss(high, low)) < 0.001
    assert float(losses.discriminator_loss(low, high)) > 8


def test_the_generator_wants_its_fakes_taken_for_photos():
    assert float(losses.fooling_loss(torch.tensor([9.0]))) < 0.001
    doubted = torch.tensor([-9.0], requires_grad=True)
    losses.fooling_loss(doubted).backward()
    assert float(doubted.grad) == pytest.approx(-1, abs=1e-3)
