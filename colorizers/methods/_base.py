"""What a method declares, what it is given, and the photos that it may take colours from."""

import dataclasses
import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from colorizers.pictures.colour import RGB8
from colorizers.pictures.inference import (
    ColorizationFailed,
    Predict,
    Source,
    WorkingSize,
    exits_reported,
    of_area,
    square,
)
from colorizers.tools.declared import near


@dataclass(frozen=True)
class ReferencePhoto:
    """A photo that colours may be taken from; `read` gives (H, W, 3) uint8 when it is needed.

    Crops of one photograph share a `family`, so that none of them informs about another.
    """

    digest: str
    read: Callable[[], RGB8]
    family: str = ""

    def is_kin_of(self, source: Source) -> bool:
        """Whether this is the photo that is being coloured, or a crop of the same photograph."""
        return self.digest == source.digest or bool(self.family and self.family == source.family)


class ReferenceSet:
    """Reference photos in the order of their digests, so that results do not depend on the caller's order."""

    def __init__(self, photos: Sequence[ReferencePhoto]) -> None:
        self.photos = tuple(
            sorted({photo.digest: photo for photo in photos}.values(), key=lambda p: p.digest)
        )

    def others(self, source: Source) -> list[int]:
        """Positions in `photos` of those that may inform about the source: all but itself and its kin."""
        found = [index for index, photo in enumerate(self.photos) if not photo.is_kin_of(source)]
        if not found:
            raise ColorizationFailed(
                f"None of the {len(self.photos)} reference photos differs from the photo to be coloured: "
                "the reference set needs at least two different photographs."
            )
        return found

    def digest(self) -> str:
        """SHA-256 over the photos' digests, for the provenance record."""
        return hashlib.sha256("\n".join(photo.digest for photo in self.photos).encode()).hexdigest()


@dataclass(frozen=True)
class NoSettings:
    """For a method that has nothing to set."""


@dataclass(frozen=True)
class Ingredients:
    """Everything that a method may use to make its predictor; already checked."""

    settings: Any
    variant: str
    device: str
    weights: Path | None
    reference: ReferenceSet


@dataclass(frozen=True)
class Method:
    """One way to colour a photo: facts for people, and `build`, which makes the predictor.

    One without `build` paints nothing: its colorizers' pictures come finished.
    `variants` gives the number of learned parameters of each; the first one is the default.
    `settings` is a frozen dataclass whose fields have defaults and which refuses bad values itself.
    A method with an `input_size` gets every photo as a square of that side; one with an
    `input_multiple` gets it in its own shape at about `settings.input_px` squared pixels, both sides
    multiples of it; any other gets the photo's own size.
    Weights come in files with one of the endings `weights_formats` (none given: any), and the package
    `runtime` runs them. A method whose settings name reference photos gives `check_references`: it gets
    the settings and the digests of the photos, and raises ValueError for a name that none of them has.
    """

    name: str
    summary: str
    citation: str
    build: Callable[[Ingredients], Predict] | None
    settings: type[Any] = NoSettings
    variants: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({"default": 0}))
    input_size: int | None = None
    input_multiple: int | None = None
    needs_weights: bool = False
    weights_formats: tuple[str, ...] = ()
    runtime: str = "torch"
    needs_reference: bool = False
    promises_colour: bool = True
    check_references: Callable[[Any, Collection[str]], None] | None = None
    title: str = ""

    @property
    def paints(self) -> bool:
        """Whether it makes pictures here; otherwise they are imported."""
        return self.build is not None

    @property
    def shown_title(self) -> str:
        """What people read: its title, else its name as words."""
        return self.title or self.name.replace("_", " ").capitalize()

    def default_settings(self) -> dict[str, Any]:
        """The settings with their defaults, ready for JSON."""
        return dataclasses.asdict(self.settings())

    def parse_settings(self, given: Mapping[str, Any]) -> Any:
        """The settings dataclass from plain data; ValueError for an unknown name or a bad value."""
        known = {item.name: item.default for item in dataclasses.fields(self.settings)}
        for key, value in given.items():
            if key not in known:
                raise ValueError(f"The method {self.name!r} has no setting {key!r}; {near(key, known)}")
            _check_type(key, value, like=known[key])
        return self.settings(**given)

    def check_useful(self, settings: Mapping[str, Any], variant: str) -> None:
        """Raise ValueError for a setting of classes that a variant without classes would ignore."""
        if variant.startswith("class"):
            return
        defaults = self.default_settings()
        for name in getattr(self.settings, "for_classes", ()):
            if settings.get(name, defaults[name]) != defaults[name]:
                raise ValueError(
                    f"{name!r} says how classes become colours, and the variant {variant!r} of {self.name!r} "
                    "has no classes: leave it out."
                )

    def working_size(self, settings: Mapping[str, Any]) -> WorkingSize | None:
        """At which size the method wants a photo's lightness; None: at the photo's own."""
        if self.input_size is not None:
            return square(self.input_size)
        if self.input_multiple is not None:
            return of_area(self.parse_settings(settings).input_px, self.input_multiple)
        return None

    def parse_variant(self, variant: str) -> str:
        """The variant of that name, the first one for an empty name; ValueError if there is none."""
        chosen = variant or next(iter(self.variants))
        if chosen not in self.variants:
            raise ValueError(
                f"The method {self.name!r} has no variant {chosen!r}; it has {', '.join(self.variants)}."
            )
        return chosen

    def load(
        self,
        weights: Path | None = None,
        settings: Mapping[str, Any] | None = None,
        device: str = "cpu",
        reference: ReferenceSet | None = None,
        *,
        variant: str = "",
    ) -> Predict:
        """The predictor: (lightness, source) -> ab. ValueError if something is missing or superfluous.

        Also for a method that paints nothing.
        """
        if self.build is None:
            raise ValueError(f"The method {self.name!r} paints nothing: its pictures are imported as files.")
        if self.needs_weights != (weights is not None):
            wanted = "needs a weights file" if self.needs_weights else "takes no weights"
            raise ValueError(f"The method {self.name!r} {wanted}.")
        if self.needs_reference and (reference is None or not reference.photos):
            raise ValueError(f"The method {self.name!r} needs reference photos to take colours from.")
        parts = Ingredients(
            settings=self.parse_settings(settings or {}),
            variant=self.parse_variant(variant),
            device=device,
            weights=weights,
            reference=reference or ReferenceSet([]),
        )
        with exits_reported():
            return self.build(parts)


def _check_type(key: str, value: Any, *, like: Any) -> None:
    # bool is an int to Python, and an int is a fine float; nobody means either by accident here.
    accepted = (int, float) if isinstance(like, float) else (type(like),)
    if not isinstance(value, accepted) or (isinstance(value, bool) and not isinstance(like, bool)):
        raise ValueError(f"The setting {key!r} must be of type {type(like).__name__}, not {value!r}.")
