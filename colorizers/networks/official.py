"""Published classifiers as the beginning of our networks, and the table of published files."""

from pathlib import Path

from torch import nn

from colorizers.networks.tensors import compare, read_tensors
from colorizers.weights.files import WeightsRefused, check_digest, file_digest
from colorizers.weights.official import OFFICIAL_FILES, OfficialFile, official_file

__all__ = ["OFFICIAL_FILES", "OfficialFile", "load_encoder", "official_file"]

# What a classifier has behind the features that an encoder takes: its head, and VGG16's fifth block, since
# pathak2022 ends with the fourth.
LEFT_OVER = ("fc.", "classifier.", "features.24.", "features.26.", "features.28.")


def load_encoder(
    module: nn.Module, path: Path, *, sha256: str = "", left_over: tuple[str, ...] = LEFT_OVER
) -> str:
    """Load a published classifier's layers into the encoder `module`, strictly by name; gives its SHA-256.

    The file may hold, beyond the module's own tensors, those whose names begin with one of `left_over`,
    and nothing else. `sha256`: the file's, or at least its first 8 digits. Raises WeightsRefused,
    which reports what does not match.
    """
    digest = file_digest(path)
    check_digest(digest, path.name, sha256)
    tensors, _ = read_tensors(path)
    wanted = module.state_dict()
    kept = {
        name: tensor for name, tensor in tensors.items() if name in wanted or not name.startswith(left_over)
    }
    problems, complete = compare(wanted, kept)
    if problems:
        official = official_file(digest)
        said = f"\nBy its SHA-256 it is {official.what}." if official else ""
        raise WeightsRefused(
            f"The file {path.name} does not fit the encoder {type(module).__name__}:{said}\n"
            + "\n".join(problems)
        )
    module.load_state_dict(complete, strict=True)
    return digest
