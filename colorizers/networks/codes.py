"""How networks write colour down: as ab or as classes of ab. Tensors; pictures/bins.py says what they mean.

A code turns the truth into a target, compares a raw answer with it, and turns an answer into a* and b*.
`raw` is (N, C, h, w); `lab` is (N, 3, H, W), L* in 0..100; answers in ab are (N, 2, h, w).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812 - everybody's name for it
from torch import Tensor

from colorizers.pictures.bins import (
    NEIGHBOURS,
    SIGMA,
    STEP,
    ab_bins,
    check_temperature,
    rebalancing_shift,
    rebalancing_weights,
)
from colorizers.pictures.inference import AB_LIMIT


@dataclass(frozen=True)
class Decoding:
    """What may be chosen when an answer is decoded; codes ignore what they have no use for.

    `temperature` of the annealed mean; `rebalance`, the lambda of the rebalancing (None: as trained);
    `decode_at`, whether a square class means its lower corner ("floor") or its "centre".
    """

    temperature: float = 0.38
    rebalance: float | None = None
    decode_at: str = "floor"

    def __post_init__(self) -> None:
        check_temperature(self.temperature)
        if self.rebalance is not None and not 0 <= self.rebalance <= 1:
            raise ValueError(f"rebalance must lie between 0 and 1, not {self.rebalance}.")
        if self.decode_at not in {"floor", "centre"}:
            raise ValueError(f"decode_at must be 'floor' or 'centre', not {self.decode_at!r}.")


class Code(ABC):
    """One way to write a* and b* down in `channels` channels."""

    channels: int

    @abstractmethod
    def loss(self, raw: Tensor, lab: Tensor) -> Tensor:
        """The mean loss (a scalar) of raw answers against the truth, both float32."""

    @abstractmethod
    def decode(self, raw: Tensor, lightness: Tensor, decoding: Decoding) -> Tensor:
        """a* and b* (N, 2, h, w) of raw answers; `lightness` is (N, 1, H, W)."""


def shrunk(values: Tensor, size: tuple[int, int]) -> Tensor:
    """Values (N, C, H, W) averaged down to `size` (height, width)."""
    return values if values.shape[-2:] == size else F.interpolate(values, size, mode="area")


def limited(values: Tensor, lowest: float, highest: float) -> Tensor:
    """Values cut off at the limits; an infinite one becomes NaN, so that it is seen as the fault it is."""
    return values.clamp(lowest, highest).masked_fill(values.isinf(), torch.nan)


def overshot(ab: Tensor) -> Tensor:
    """a* and b* cut off at AB_LIMIT where a regression overshoots; what lies twice as far is not touched."""
    return torch.where(ab.abs() <= 2 * AB_LIMIT, ab.clamp(-AB_LIMIT, AB_LIMIT), ab)


class AbCode(Code):
    """a* and b* themselves, divided by `scale`; compared by squared error in ab units or by L1."""

    channels = 2

    def __init__(self, scale: float = 110.0, *, distance: str = "squared") -> None:
        if distance not in _DISTANCES:
            raise ValueError(f"distance must be one of {sorted(_DISTANCES)}, not {distance!r}.")
        self.scale, self.distance = scale, distance

    def loss(self, raw: Tensor, lab: Tensor) -> Tensor:
        """The distance per pixel in units of `scale`, at the answer's resolution."""
        ab = shrunk(lab[:, 1:], (raw.shape[-2], raw.shape[-1])) / self.scale
        return _DISTANCES[self.distance](raw, ab)

    def decode(self, raw: Tensor, lightness: Tensor, decoding: Decoding) -> Tensor:
        """Within +-128: what a regression overshoots by lies far outside sRGB and is clipped there anyway.

        Much larger values are no overshooting but a wrong scale, and stay to be seen as that.
        """
        return overshot(raw * self.scale)


def _squared(raw: Tensor, target: Tensor) -> Tensor:
    return (raw - target).square().sum(dim=1).mean()


_DISTANCES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "squared": _squared,
    "l1": F.l1_loss,
    "huber": F.smooth_l1_loss,
}


# Squares of the ab plane, which holds all of sRGB within 115 units of grey.
REACH, SQUARE = 115.0, 10.0
SQUARES = round(2 * REACH / SQUARE)


def _nearby(bins: Tensor, neighbours: int) -> Tensor:
    """(squares, K): the classes that can be among the nearest of a colour in each square, and some more.

    A colour is at most half a diagonal from the middle of its square, and so are its nearest classes from
    those of the middle: whatever is a whole diagonal further away than these cannot be among them.
    """
    middles = torch.arange(SQUARES, device=bins.device) * SQUARE + SQUARE / 2 - REACH
    distances = torch.cdist(torch.cartesian_prod(middles, middles), bins.float()).sort(dim=1)
    furthest = distances.values[:, neighbours - 1, None] + SQUARE * 2**0.5
    return distances.indices[:, : int((distances.values <= furthest + 1e-3).sum(dim=1).max())]


class BinCode(Code):
    """Classes of ab (313 at step 10): soft codes, cross-entropy rebalanced by rarity, annealed mean.

    `prior` (Q,) and `trained_at` (the lambda of the loss) are set by whoever trains or loads weights;
    without a prior every class weighs the same and only the trained lambda can be decoded.
    """

    def __init__(self, *, step: int = STEP, neighbours: int = NEIGHBOURS) -> None:
        self.step, self.neighbours = step, neighbours
        self.bins = torch.from_numpy(ab_bins(step).copy())
        self.channels = len(self.bins)
        if type(neighbours) is not int or not 1 <= neighbours <= self.channels:
            raise ValueError(
                f"neighbours must be a whole number from 1 to {self.channels}, not {neighbours!r}."
            )
        self.prior: Tensor | None = None
        self.trained_at = 0.5
        self._rarity = torch.ones(self.channels)
        self._nearby = _nearby(self.bins, neighbours)

    def set_prior(self, prior: Tensor, trained_at: float) -> None:
        """Take the prior (Q,) of the training photos and the lambda of the loss."""
        if prior.shape != (self.channels,):
            raise ValueError(
                f"The prior has {tuple(prior.shape)} entries; this code has {self.channels} classes."
            )
        self.prior, self.trained_at = prior / prior.sum(), trained_at
        self._rarity = self.weights(trained_at)

    def weights(self, strength: float) -> Tensor:
        """(Q,): the rebalancing weight of each class at this lambda, 0 where the prior is 0."""
        if self.prior is None:
            return torch.ones(self.channels)
        return torch.from_numpy(rebalancing_weights(self.prior.double().numpy(), strength)).float()

    def soft_code(self, ab: Tensor) -> tuple[Tensor, Tensor]:
        """Indices and weights (N, h, w, k) of the soft code of ab (N, 2, h, w)."""
        colours = ab.permute(0, 2, 3, 1)
        nearby = self._nearby.to(ab.device)
        if bool((colours.abs() <= REACH).all()):
            # Looking at all the classes took a fifth of a training step.
            row, column = ((colours + REACH) / SQUARE).long().clamp(max=SQUARES - 1).unbind(dim=-1)
            candidates = nearby[row * SQUARES + column]
        else:
            candidates = torch.arange(self.channels, device=ab.device).expand(*colours.shape[:-1], -1)
        distances = (colours[..., None, :] - self.bins.to(ab.device)[candidates]).square().sum(dim=-1)
        nearest = distances.topk(self.neighbours, largest=False)
        weights = torch.softmax(-nearest.values / (2 * SIGMA**2), dim=-1)
        return candidates.gather(-1, nearest.indices), weights

    def loss(self, raw: Tensor, lab: Tensor) -> Tensor:
        """Cross-entropy against the soft code at the answer's resolution, weighted at its likeliest class."""
        ab = shrunk(lab[:, 1:], (raw.shape[-2], raw.shape[-1]))
        indices, weights = self.soft_code(ab)
        logits = raw.float().permute(0, 2, 3, 1)
        entropy = logits.logsumexp(dim=-1) - (weights * logits.gather(-1, indices)).sum(dim=-1)
        rarity = self._rarity.to(raw.device)[indices[..., 0]]
        return (rarity * entropy).mean()

    def decode(self, raw: Tensor, lightness: Tensor, decoding: Decoding) -> Tensor:
        """The annealed mean; another lambda than the trained one shifts the logits by log w / w_trained."""
        logits = raw.float()
        shift = self.shift(decoding.rebalance)
        if shift is not None:
            logits = logits + shift.to(raw.device)[:, None, None]
        shares = torch.softmax(logits / decoding.temperature, dim=1)
        return torch.einsum("nqhw,qc->nchw", shares, self.bins.to(raw.device))

    def shift(self, strength: float | None) -> Tensor | None:
        """(Q,): what another lambda adds to the logits, minus infinity where the prior is 0; None: nothing.

        Raises ValueError for another lambda than the trained one without a prior.
        """
        if self.prior is None:
            if strength is not None and strength != self.trained_at:
                raise ValueError(
                    f"These weights come without the prior of their training photos, so they can be decoded "
                    f"at rebalance {self.trained_at} only, not at {strength}."
                )
            return None
        wanted = self.trained_at if strength is None else strength
        return torch.from_numpy(rebalancing_shift(self.prior.double().numpy(), wanted, self.trained_at))
