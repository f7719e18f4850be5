""" "Predict the history": black-and-white photographs, a few out of packages and whichever a visitor has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from config.demo import own_photos
from config.demo.photos import Say, catalogue, fetch_photos

LIST = Path(__file__).with_name("history.csv")
SET = "demonstration-history"
TITLE = "Predict the history"
DESCRIPTION = (
    "Those that name a package as their source are not old; they were published in black and white, under "
    "free licences. Add old ones of your own: make demo HISTORY=~/old-photographs"
)


def folders(cache: Path, own_folder: Path | None, *, say: Say) -> Iterator[Path]:
    """The folders with photographs without colour, each with its photos.csv if it has one.

    Packages that cannot be had are said and left out: the gallery is an extra, and no reason to stop.
    """
    listed = catalogue(LIST)
    folder = fetch_photos(cache / "history", say=say, photos=listed, needed=0)
    if any((folder / photo.file_name).is_file() for photo in listed):
        yield folder
    if own_folder is not None:
        yield own_photos.choose(
            own_folder, cache / f"history-{own_photos.folder_slug(own_folder)}", fewest=1, option="HISTORY"
        )


def check(own_folder: Path) -> None:
    """Raise TooFewPhotos if the visitor's folder holds no picture."""
    own_photos.pictures_in(own_folder, fewest=1, option="HISTORY")
