"""What a training begins with: an encoder from a file or an installed package, or a whole network."""

from pathlib import Path

from colorizers.networks import Network
from colorizers.networks.borrowed import load_borrowed
from colorizers.networks.official import load_encoder
from colorizers.networks.tensors import read_tensors
from colorizers.networks.weights import WeightsFacts, WeightsRefused, fill_network
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


def begin_with(network: Network, path: Path, recipe: Recipe) -> WeightsFacts:
    """Put all the weights of a file into the network, strictly by name.

    Gives what the file says of itself. Raises WeightsRefused if there is no such file, or it does not hold
    this network as the recipe builds it.
    """
    if not path.is_file():
        raise WeightsRefused(f"The training was to begin with the weights {path}, and there is no such file.")
    tensors, facts = read_tensors(path)
    problems = [facts.contradiction(recipe.network, recipe.variant)]
    if not problems[0]:
        problems = fill_network(network, tensors, facts)
    if problems:
        raise WeightsRefused(
            f"The training cannot begin with {path.name}: it does not hold the weights of the recipe's "
            f"{recipe.network} ({recipe.variant}) with the recipe's architecture.\n" + "\n".join(problems)
        )
    return facts
