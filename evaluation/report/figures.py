"""Charts and pictures with the addresses at which a page or a file finds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evaluation.report import Page, charts
from evaluation.report import photos as by_photo

ChartAddress = Callable[[str, int, charts.Part, charts.Width, charts.Theme], str]
"""From a chart's name, the number of the part and the part itself, width and theme."""

PictureAddress = Callable[[str, str], str]
"""From "photo" or "colorization" and its digest; empty where there is no picture."""


@dataclass(frozen=True)
class Drawing:
    """One part of a chart for each width and theme, with its words and its sizes in CSS pixels."""

    words: str
    wide_size: tuple[int, int]
    narrow_size: tuple[int, int]
    wide: str
    narrow: str
    wide_dark: str
    narrow_dark: str


@dataclass(frozen=True)
class Figure:
    """One chart: as many drawings, one below the other, as it takes."""

    name: str
    drawings: list[Drawing]


@dataclass(frozen=True)
class Pair:
    """A fake beside its truth."""

    picture: by_photo.Picture
    truth: str
    fake: str


@dataclass(frozen=True)
class Wall:
    """The best and the worst fakes of one condition."""

    title: str
    sides: list[tuple[str, list[Pair]]]


def figures_of(page: Page, address: ChartAddress) -> dict[str, Figure]:
    """The charts for which there is something to draw, by name with underscores."""
    return {
        name.replace("-", "_"): Figure(
            name,
            [
                _drawing(page, name, number, part, address)
                for number, part in enumerate(charts.parts(page, name))
            ],
        )
        for name in charts.drawn(page)
    }


def _drawing(page: Page, name: str, number: int, part: charts.Part, address: ChartAddress) -> Drawing:
    return Drawing(
        words=charts.description(page, name, part),
        wide_size=charts.size(page, name, part, "wide"),
        narrow_size=charts.size(page, name, part, "narrow"),
        wide=address(name, number, part, "wide", "light"),
        narrow=address(name, number, part, "narrow", "light"),
        wide_dark=address(name, number, part, "wide", "dark"),
        narrow_dark=address(name, number, part, "narrow", "dark"),
    )


def wall_of(wall: by_photo.Wall, address: PictureAddress) -> Wall:
    """A wall of the gallery with the addresses of its pictures."""
    return Wall(
        wall.title,
        [
            (heading, [_pair(picture, address) for picture in side])
            for heading, side in (("Fooled most", wall.most), ("Fooled least", wall.least))
        ],
    )


def _pair(picture: by_photo.Picture, address: PictureAddress) -> Pair:
    fake = address("colorization", picture.colorization) if picture.colorization else ""
    return Pair(picture, truth=address("photo", picture.photo), fake=fake)
