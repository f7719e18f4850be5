"""Pictures that were made elsewhere and brought here finished: this method paints nothing."""

from dataclasses import dataclass

from colorizers.methods._base import Method
from colorizers.pictures.delivered import AS_DELIVERED, RULES, TREATMENTS


@dataclass(frozen=True)
class Settings:
    """`model` is what made the pictures, in its `model_version` and by its `command`, as far as is known.

    `treatment` says what becomes of a picture: `as_delivered` it stays as it was made; `replace_lightness`
    takes its a* and b* and the photo's own L*. A picture of another size than its photo is refused, or
    brought to that size by the rule `resample`; one of another shape only with `stretch`.
    """

    model: str = ""
    model_version: str = ""
    command: str = ""
    treatment: str = AS_DELIVERED
    resample: str = ""
    stretch: bool = False

    def __post_init__(self) -> None:
        if self.treatment not in TREATMENTS:
            raise ValueError(f"treatment must be {' or '.join(TREATMENTS)}, not {self.treatment!r}.")
        if self.resample and self.resample not in RULES:
            raise ValueError(f"resample must be one of {', '.join(RULES)}, or empty, not {self.resample!r}.")
        if self.stretch and not self.resample:
            raise ValueError("stretch needs a rule: say which with resample.")


METHOD = Method(
    name="imported",
    title="Finished pictures",
    summary="Pictures that a model made elsewhere: imported as files, and never painted here.",
    citation="Whoever made the pictures; each colorizer names its model, version, origin and licence.",
    build=None,
    settings=Settings,
    promises_colour=False,
)
