"""Weights that others published, known by the digest that stands in their names; nothing is fetched here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from colorizers.weights.files import SHORTEST_DIGEST


@dataclass(frozen=True)
class OfficialFile:
    """A published file: its name, the first digits of its SHA-256, what it is and who published it.

    A whole network is loaded by `method` and `variant` (empty: its only one); a classifier is where the
    training of the method `encoder_of` begins. `settings` are those by which our code computes what the
    authors' released code computes, where they differ from the method's defaults.
    """

    name: str
    digest: str
    what: str
    source: str
    method: str = ""
    variant: str = ""
    encoder_of: str = ""
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def remark(self, settings: Mapping[str, Any]) -> str:
        """How a colorizer with these settings compares with what the authors' code computes; may be empty."""
        theirs = ", ".join(f"{name} {value}" for name, value in self.settings.items())
        ours = ", ".join(f"{name} {settings.get(name)}" for name in self.settings)
        if not theirs:
            return ""
        if theirs == ours:
            return f"It is decoded as the authors' released code does: {theirs}."
        return (
            f"The authors' released code decodes it at {theirs}; with {ours} its colours differ from theirs."
        )


_ZHANG = "github.com/richzhang/colorization, the authors' release for PyTorch"
_TORCHVISION = "torchvision, models trained on ImageNet"

OFFICIAL_FILES = (
    OfficialFile(
        name="colorization_release_v2-9b330a0b.pth",
        digest="9b330a0b",
        what="the classification network of Zhang et al. (2016), eccv16",
        source=_ZHANG,
        method="zhang2016",
        variant="class",
        # Their network takes the plain mean over the classes: the annealing is in its last weights.
        settings=MappingProxyType({"temperature": 1.0}),
    ),
    OfficialFile(
        name="siggraph17-df00044c.pth",
        digest="df00044c",
        what="the network of Zhang et al. (2017), siggraph17",
        source=_ZHANG,
        method="siggraph17",
    ),
    OfficialFile(
        name="resnet50-0676ba61.pth",
        digest="0676ba61",
        what="the classifier ResNet-50, weights IMAGENET1K_V1",
        source=_TORCHVISION,
        encoder_of="li2020",
    ),
    OfficialFile(
        name="resnet50-11ad3fa6.pth",
        digest="11ad3fa6",
        what="the classifier ResNet-50, weights IMAGENET1K_V2",
        source=_TORCHVISION,
        encoder_of="li2020",
    ),
    OfficialFile(
        name="vgg16-397923af.pth",
        digest="397923af",
        what="the classifier VGG16, weights IMAGENET1K_V1",
        source=_TORCHVISION,
        encoder_of="pathak2022",
    ),
)


def official_file(digest: str) -> OfficialFile | None:
    """The published file of that SHA-256, of which at least the first 8 digits are given; None if unknown."""
    digest = digest.strip().lower()
    if len(digest) < SHORTEST_DIGEST:
        return None
    return next((file for file in OFFICIAL_FILES if digest.startswith(file.digest)), None)
