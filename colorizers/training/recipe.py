"""Recipes: all that decides a training, in one TOML file; unknown or impossible entries are refused."""

import dataclasses
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from colorizers.tools.declared import near
from colorizers.tools.nested import load_toml


class RecipeRefused(ValueError):
    """A recipe cannot be used; the message says which entry and why."""


def require(holds: bool, message: str) -> None:
    """Raise RecipeRefused with the message unless the condition holds."""
    if not holds:
        raise RecipeRefused(message)


@dataclass(frozen=True)
class Data:
    """How photographs become training pictures.

    Random squares of a side between `smallest` and `largest` times the photo's shorter side are scaled to
    `crop` pixels and mirrored half of the time. `share` of the photos is used (half data is an
    ablation); without a folder of validation photos, `validation` of those is held back. The lightness
    of every crop is stretched and shifted at random by up to `contrast`.
    """

    crop: int = 128
    smallest: float = 0.6
    largest: float = 1.0
    share: float = 1.0
    validation: float = 0.1
    contrast: float = 0.0

    def __post_init__(self) -> None:
        require(32 <= self.crop <= 1024, f"data.crop must lie between 32 and 1024 pixels, not {self.crop}.")
        require(0.1 <= self.smallest <= 1, f"data.smallest must lie between 0.1 and 1, not {self.smallest}.")
        require(
            self.smallest <= self.largest <= 1,
            f"data.largest must lie between data.smallest and 1, not {self.largest}.",
        )
        require(0 < self.share <= 1, f"data.share must lie above 0 and at most at 1, not {self.share}.")
        require(
            0 < self.validation <= 0.5,
            f"data.validation must lie above 0 and at most at 0.5, not {self.validation}.",
        )
        require(0 <= self.contrast <= 0.5, f"data.contrast must lie between 0 and 0.5, not {self.contrast}.")


@dataclass(frozen=True)
class Optimiser:
    """`name` with `rate`, momentum or `betas`; `rates` gives parts of the network their own (0: fixed).

    `schedule`: constant; cosine (to 0 at the end); steps (`factor` at each share of the epochs in
    `steps`); plateau (`factor` once the validation loss has not fallen by more than `threshold` for
    `patience` epochs). The rate rises linearly over the first `warmup` steps, a
    tenth of the training at most. `clip` bounds the norm of the gradient (0: does not).
    """

    name: str = "adam"
    rate: float = 1e-3
    rates: Mapping[str, float] = field(default_factory=dict)
    betas: tuple[float, float] = (0.9, 0.999)
    momentum: float = 0.9
    weight_decay: float = 0.0
    schedule: str = "constant"
    steps: tuple[float, ...] = ()
    factor: float = 0.1
    patience: int = 1
    threshold: float = 0.0
    warmup: int = 0
    clip: float = 0.0

    def __post_init__(self) -> None:
        require(
            self.name in ("adam", "adamw", "sgd"),
            f"optimiser.name must be adam, adamw or sgd, not {self.name!r}.",
        )
        require(0 < self.rate <= 1, f"optimiser.rate must lie above 0 and at most at 1, not {self.rate}.")
        for part, rate in self.rates.items():
            require(0 <= rate <= 1, f"optimiser.rates.{part} must lie between 0 and 1, not {rate}.")
        require(
            len(self.betas) == 2 and all(0 <= beta < 1 for beta in self.betas),
            f"optimiser.betas must be two numbers from 0 to below 1, not {self.betas}.",
        )
        require(
            self.schedule in ("constant", "cosine", "steps", "plateau"),
            f"optimiser.schedule must be constant, cosine, steps or plateau, not {self.schedule!r}.",
        )
        require(
            all(0 < step < 1 for step in self.steps),
            f"optimiser.steps are shares of the epochs, between 0 and 1, not {self.steps}.",
        )
        require(
            bool(self.steps) == (self.schedule == "steps"),
            "optimiser.steps and optimiser.schedule = 'steps' need each other.",
        )
        require(
            0 < self.factor <= 1, f"optimiser.factor must lie above 0 and at most at 1, not {self.factor}."
        )
        require(self.momentum < 1, f"optimiser.momentum must lie below 1, not {self.momentum}.")
        for name in ("weight_decay", "momentum", "threshold", "clip", "warmup", "patience"):
            value = getattr(self, name)
            require(0 <= value < math.inf, f"optimiser.{name} must not be negative, and is {value}.")


@dataclass(frozen=True)
class Loss:
    """`rebalance` is lambda of the class rebalancing: 0 undoes the prior in full, 1 changes nothing.

    `distance` weighs the network's own loss. `adversary` is the weight of an adversary's judgement beside
    it (pix2pix: 1, and a distance of 100); 0 trains without one.
    """

    rebalance: float = 0.5
    adversary: float = 0.0
    distance: float = 1.0

    def __post_init__(self) -> None:
        require(0 <= self.rebalance <= 1, f"loss.rebalance must lie between 0 and 1, not {self.rebalance}.")
        require(
            self.adversary >= 0 and self.distance >= 0 and 0 < self.adversary + self.distance < math.inf,
            "loss.adversary and loss.distance must not be negative, nor both zero, nor infinite.",
        )


@dataclass(frozen=True)
class Pretrained:
    """Weights for the network's encoder: a `file`, or the `package` that holds them; `sha256` of either."""

    file: str = ""
    package: str = ""
    sha256: str = ""

    def __post_init__(self) -> None:
        require(not (self.file and self.package), "pretrained takes a file or a package, not both.")
        require(
            not (self.file or self.package) or re.fullmatch(r"[0-9a-f]{8,64}", self.sha256) is not None,
            "pretrained.sha256 must give at least the first 8 of the 64 digits of the file's SHA-256, in "
            f"lower case, not {self.sha256!r}.",
        )


@dataclass(frozen=True)
class Recipe:
    """One training: the network, its data, loss and optimiser, and for how long.

    `average` is the decay of a running mean of the weights (0: none), which is then what is validated
    and kept. The epoch with the lowest validation loss is kept.
    """

    network: str
    variant: str
    title: str = ""
    architecture: Mapping[str, Any] = field(default_factory=dict)
    epochs: int = 10
    batch: int = 16
    seed: int = 0
    average: float = 0.0
    data: Data = field(default_factory=Data)
    loss: Loss = field(default_factory=Loss)
    optimiser: Optimiser = field(default_factory=Optimiser)
    pretrained: Pretrained = field(default_factory=Pretrained)

    def __post_init__(self) -> None:
        require(1 <= self.epochs <= 10_000, f"epochs must lie between 1 and 10,000, not {self.epochs}.")
        require(1 <= self.batch <= 4096, f"batch must lie between 1 and 4096, not {self.batch}.")
        require(0 <= self.average < 1, f"average must lie between 0 and below 1, not {self.average}.")
        require(0 <= self.seed < 2**32, f"seed must lie between 0 and 2^32 - 1, not {self.seed}.")
        for name, value in self.architecture.items():
            # What a weights file can say of itself.
            plain = isinstance(value, bool) or _is_number(value) or _is_name(value)
            require(
                plain and _is_name(name),
                f"architecture.{name} must be a number, true, false or a name, not {value!r}.",
            )

    def as_data(self) -> dict[str, Any]:
        """The recipe with all its defaults, ready for JSON."""
        return dataclasses.asdict(self)


def read_recipe(path: Path) -> Recipe:
    """The recipe in a TOML file; RecipeRefused for anything that is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeRefused(f"The recipe {path} cannot be read: {error}.") from error
    try:
        given = load_toml(text)
    except ValueError as error:
        raise RecipeRefused(f"The recipe {path} is not TOML that can be read: {error}.") from error
    recipe: Recipe = _parse(Recipe, given, "")
    return recipe


_SECTIONS: dict[str, type[Any]] = {
    "data": Data,
    "loss": Loss,
    "optimiser": Optimiser,
    "pretrained": Pretrained,
}


def _parse(kind: type[Any], given: Mapping[str, Any], section: str) -> Any:
    known = {item.name: item for item in dataclasses.fields(kind)}
    values: dict[str, Any] = {}
    for key, value in given.items():
        where = f"{section}.{key}" if section else key
        if key not in known:
            raise RecipeRefused(f"The recipe has an unknown entry {where!r}; {near(key, known)}")
        if not section and key in _SECTIONS:
            require(isinstance(value, Mapping), f"{where} must be a section, [{where}], not {value!r}.")
            values[key] = _parse(_SECTIONS[key], value, key)
        else:
            values[key] = _typed(where, value, known[key])
    missing = [
        name
        for name, item in known.items()
        if name not in values
        and item.default is dataclasses.MISSING
        and item.default_factory is dataclasses.MISSING
    ]
    require(not missing, f"The recipe lacks {', '.join(missing)}.")
    return kind(**values)


def _typed(where: str, value: Any, item: "dataclasses.Field[Any]") -> Any:
    if item.default is not dataclasses.MISSING:
        like: Any = item.default
    elif item.default_factory is not dataclasses.MISSING:
        like = item.default_factory()
    else:
        like = ""
    if isinstance(like, tuple):
        numbers = isinstance(value, list) and all(_is_number(entry) for entry in value)
        require(numbers, f"{where} must be a list of numbers, not {value!r}.")
        return tuple(value)
    if isinstance(like, Mapping):
        require(isinstance(value, Mapping), f"{where} must be a table, not {value!r}.")
        if where.endswith("rates"):
            require(all(_is_number(rate) for rate in value.values()), f"{where} must hold numbers only.")
        return dict(value)
    if isinstance(like, float):
        require(_is_number(value), f"{where} must be a number, not {value!r}.")
        return float(value)
    require(
        type(value) is type(like),
        f"{where} must be {'a whole number' if isinstance(like, int) else 'a text'}, not {value!r}.",
    )
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[\w.-]{1,100}", value) is not None
