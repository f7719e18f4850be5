"""A network as a predictor: arrays in, arrays out, one photo or many of one shape."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812

from colorizers.colour import Floats
from colorizers.inference import Source
from colorizers.networks._base import Network
from colorizers.networks.codes import Decoding


class NetworkPredictor:
    """Runs a network on one device; callable as colorizers.inference.PredictMany."""

    def __init__(self, network: Network, decoding: Decoding, device: str) -> None:
        self.device = torch.device(device)
        self.network = network.to(self.device).eval()
        self.decoding = decoding

    def __call__(self, lightness: Floats, source: Source) -> Floats:
        return self.many([lightness], [source])[0]

    @torch.inference_mode()
    def many(self, lightness: Sequence[Floats], sources: Sequence[Source]) -> list[Floats]:
        """An ab (H, W, 2) float32 for each lightness; all must have one shape (H, W)."""
        batch = torch.from_numpy(np.stack(lightness)[:, None]).to(self.device, torch.float32)
        ab = self.colours(batch)
        return list(ab.permute(0, 2, 3, 1).float().cpu().numpy())

    def colours(self, lightness: torch.Tensor) -> torch.Tensor:
        """ab (N, 2, H, W) of L* (N, 1, H, W); sides that the network cannot take are padded by their edge."""
        height, width = lightness.shape[-2:]
        multiple = self.network.multiple
        padded = F.pad(lightness, (0, -width % multiple, 0, -height % multiple), mode="replicate")
        ab = self.network.code.decode(self.network(padded), padded, self.decoding)
        ab = F.interpolate(ab, padded.shape[-2:], mode="bilinear", align_corners=False)
        return ab[..., :height, :width]
