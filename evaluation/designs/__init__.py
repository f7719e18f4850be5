"""What is concluded: one file a design, of the same name as in `studies/designs`, found by its name. Pure."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from colorizers.tools.registry import Registry
    from evaluation.designs._design import Concluding


def names() -> list[str]:
    return _registry().names()


def choices() -> list[tuple[str, str]]:
    return _registry().choices()


def get(name: str) -> "Concluding":
    design: Concluding = _registry().get(name)
    return design


@cache
def _registry() -> "Registry":
    # Only when a name is looked up: `analyse` reads files without the rest of the house.
    from colorizers.tools.registry import Registry

    return Registry(__name__, "CONCLUDES", "concluding half of a design")
