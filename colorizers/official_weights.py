"""Weights that others published, known by the digest that stands in their names; nothing is fetched here."""

from dataclasses import dataclass

from colorizers.weight_files import SHORTEST_DIGEST


@dataclass(frozen=True)
class OfficialFile:
    """A published file: its name, the first digits of its SHA-256, what it is and who published it.

    A whole network is loaded by `method` and `variant` (empty: its only one); a classifier is where the
    training of the method `encoder_of` begins.
    """

    name: str
    digest: str
    what: str
    source: str
    method: str = ""
    variant: str = ""
    encoder_of: str = ""


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
