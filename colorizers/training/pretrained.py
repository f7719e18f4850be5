"""What a training begins with: an encoder from a file or an installed package, or a whole network."""

from pathlib import Path

from colorizers.networks import Network
from colorizers.networks.borrowed import load_borrowed
from colorizers.networks.official import load_encoder
from colorizers.networks.weights import WeightsRefused, compare, load_network, read_tensors
from colorizers.training.recipe import Pretrained, Recipe


def load_pretrained(network: Network, pretrained: Pretrained) -> None:
    """Put pretrained weights into the network's encoder, strictly by name.

    Raises WeightsRefused if they cannot be found, are not the named ones or do not fit.
    """
    if not (pretrained.file or pretrained.package):
        return
    encoder = network.encoder_part()
    if encoder is None:
        raise WeightsRefused("The recipe names pretrained weights, but this network has no encoder for them.")
    if pretrained.package:
        load_borrowed(encoder, pretrained.package, sha256=pretrained.sha256)
        return
    path = Path(pretrained.file)
    if not path.is_file():
        raise WeightsRefused(
            f"The recipe begins with the pretrained weights {path}, and there is no such file. Fetch it from "
            "those who published it and put it there, or name its place in the recipe (pretrained.file)."
        )
    load_encoder(encoder, path, sha256=pretrained.sha256)


def begin_with(network: Network, path: Path, recipe: Recipe) -> str:
    """Put all the weights of a file into the network, strictly by name.

    Gives the package whose encoder the file does without; empty if it holds its own. Raises WeightsRefused
    if there is no such file, or it does not hold this network as the recipe builds it.
    """
    if not path.is_file():
        raise WeightsRefused(f"The training was to begin with the weights {path}, and there is no such file.")
    begun = load_network(path, recipe.network, recipe.variant)
    problems, found = compare(network.state_dict(), begun.state_dict())
    if problems:
        raise WeightsRefused(
            "\n".join(
                [
                    f"The training cannot begin with {path.name}: the recipe's architecture makes another "
                    f"{recipe.network} ({recipe.variant}) of it. Give the recipe that of the file.",
                    *problems,
                ]
            )
        )
    network.load_state_dict(found)
    return read_tensors(path)[1].borrowed
