"""The checks before the first trial that a study chooses; what they find decides or is only kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from studies.designs._settings import check_one_of, check_whole

OFF, RECORD, REQUIRE = "off", "record", "require"


@dataclass(frozen=True)
class ScreeningSettings:
    """Which checks a participant passes between consent and instructions."""

    colour_vision: str = field(
        default=RECORD,
        metadata={
            "label": "Colour vision",
            "choices": (OFF, RECORD, REQUIRE),
            "help": "Plates with a figure in another hue: keep the result, or also turn those away who fail",
        },
    )
    plates: int = field(
        default=6,
        metadata={"label": "Plates", "help": "How many are shown, after one that everybody can read"},
    )
    plates_to_pass: int = field(
        default=5, metadata={"label": "Plates to pass", "help": "So many must be read right"}
    )
    display: str = field(
        default=RECORD,
        metadata={
            "label": "Display",
            "choices": (OFF, RECORD, REQUIRE),
            "help": "Window, zoom, colour gamut and refresh rate: keep them, or also turn those away "
            "whose window cannot show the pictures whole",
        },
    )
    touch: str = field(
        default="allowed",
        metadata={
            "label": "Touch screens",
            "choices": ("allowed", "refused"),
            "help": "Whether a phone or tablet without keyboard and mouse may be used",
        },
    )

    def __post_init__(self) -> None:
        check_one_of("colour_vision", self.colour_vision, (OFF, RECORD, REQUIRE))
        check_whole("plates", self.plates, low=1, high=20)
        check_whole("plates_to_pass", self.plates_to_pass, low=0, high=self.plates)
        check_one_of("display", self.display, (OFF, RECORD, REQUIRE))
        check_one_of("touch", self.touch, ("allowed", "refused"))
