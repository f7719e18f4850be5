"""Files that phones and programs keep beside a photo: named as what they are, and taken for no photo."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from colorizers.pictures.photo_containers import PICTURE_ENDINGS, RAW_ENDINGS

_VIDEOS = {".mov", ".mp4"}
_EXPLAINED = {
    ".aae": "edits that Apple's Photos keeps beside a photo; the photo is taken as its own file shows it",
    ".xmp": "settings that an editor keeps beside a photo; the photo is taken as its own file shows it",
    ".thm": "a preview that a camera keeps beside a video",
}

COMPANION_ENDINGS = _VIDEOS | _EXPLAINED.keys() | {".json"}


def companions(names: Iterable[str]) -> dict[str, str]:
    """For each file among the names that belongs to another one and is no photo itself: what it is."""
    paths = [PurePosixPath(name) for name in names]
    pictures = [path for path in paths if path.suffix.lower() in PICTURE_ENDINGS | RAW_ENDINGS]
    by_stem = {(path.parent, path.stem.casefold()): path.name for path in pictures}
    by_name = {(path.parent, path.name.casefold()) for path in pictures}
    found = {}
    for path in paths:
        ending = path.suffix.lower()
        still = by_stem.get((path.parent, path.stem.casefold()))
        if ending in _VIDEOS and still:
            found[path.as_posix()] = f"the moving part of the Live Photo {still}, which is taken by itself"
        elif ending in _EXPLAINED:
            found[path.as_posix()] = _EXPLAINED[ending]
        elif ending == ".json" and any((path.parent, start) in by_name for start in _starts(path.name)):
            found[path.as_posix()] = "facts that Google keeps beside a photo; here photos.csv tells them"
    return found


def _starts(name: str) -> Iterable[str]:
    """What stands before each point: IMG_1.jpg of IMG_1.jpg.supplemental-metadata.json."""
    parts = name.casefold().split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts)))
