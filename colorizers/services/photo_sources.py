"""The files of a folder or zip archive, listed without trusting their names, sizes or contents."""

import lzma
import os
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from colorizers.pictures.images import PhotoRefused

MAX_FILES = 20_000
MAX_FILE_BYTES = 200 * 2**20
MAX_TOTAL_BYTES = 50 * 2**30
SIDECAR = "photos.csv"

# RuntimeError includes NotImplementedError: a kind of compression that Python cannot undo.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError
)  # fmt: skip
# What systems, network drives and phones leave beside photos; what begins with a dot is hidden anyway.
_CLUTTER = {
    "__macosx", "icon\r", "network trash folder", "temporary items", "thumbs.db", "ehthumbs.db",
    "ehthumbs_vista.db", "desktop.ini", "$recycle.bin", "recycler", "system volume information", "lost+found",
    "@eadir", "@tmp", "@sharebin", "#recycle", "#snapshot", "@recycle", "@recently-snapshot", "picasa.ini",
    "ipod photo cache",
}  # fmt: skip


class ImportRefused(ValueError):
    """Nothing of this folder or archive can be imported; the message says why."""


@dataclass(frozen=True)
class Entry:
    """One file: its name for people, and how to get its bytes; reading raises PhotoRefused."""

    name: str
    read: Callable[[], bytes]

    @property
    def is_clutter(self) -> bool:
        """Whether an operating system left it there, so that nobody expects a word about it."""
        parts = PurePosixPath(self.name).parts
        # "..": a way out of the archive is no hidden folder, and is refused by name.
        return any(
            part.lower() in _CLUTTER or (part.startswith(".") and not part.startswith("..")) for part in parts
        )

    @property
    def is_sidecar(self) -> bool:
        return PurePosixPath(self.name).name.lower() == SIDECAR and not self.is_clutter


def printable(name: str) -> str:
    """A file name that any database and terminal can hold, and that is equal to itself from any system.

    macOS takes letters and accents apart (NFD) where others do not (NFC), and writes odd spaces.
    """
    text = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    return "".join(map(_printable, text))


def _printable(char: str) -> str:
    if char.isprintable():
        return char
    return " " if unicodedata.category(char) == "Zs" else "\N{REPLACEMENT CHARACTER}"


@contextmanager
def open_source(path: Path) -> Iterator[list[Entry]]:
    """The files of a folder or zip archive, by name; raises ImportRefused."""
    if path.is_dir():
        yield _checked(folder_entries(path))
    elif path.is_file():
        with path.open("rb") as file, open_zip(file, path.name) as entries:
            yield entries
    else:
        raise ImportRefused(f"There is no folder or zip archive at {path}.")


@contextmanager
def open_zip(file: IO[bytes], name: str) -> Iterator[list[Entry]]:
    """The files of an opened zip archive; raises ImportRefused if it is none."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as error:
        raise ImportRefused(
            f"{name} is neither a folder nor a zip archive that can be read ({error}). Unpack another kind "
            "of archive, and import the folder."
        ) from error
    with archive:
        yield _checked(zip_entries(archive))


def _checked(entries: list[Entry]) -> list[Entry]:
    if len(entries) > MAX_FILES:
        raise ImportRefused(f"There are {len(entries)} files; at most {MAX_FILES} are imported at once.")
    return sorted(entries, key=lambda entry: entry.name)


def folder_entries(folder: Path) -> list[Entry]:
    """The files of a folder, and each folder in it that is not looked into: that one is refused by name."""
    root = folder.resolve()
    found = []

    def add(path: Path, read: Callable[[], bytes]) -> None:
        found.append(Entry(printable(path.relative_to(root).as_posix()), read))

    def unreadable(error: OSError) -> None:
        path = Path(error.filename)
        if path == root:
            raise ImportRefused(f"The folder {folder} cannot be read: {error.strerror}.") from error
        add(path, _refuser(f"It is a folder that cannot be read: {error.strerror}."))

    for parent, folders, files in os.walk(root, onerror=unreadable):
        folders.sort()
        for name in folders:
            path = Path(parent, name)
            if path.is_symlink():
                add(
                    path,
                    _refuser("It is a link to a folder, which is not followed; import that folder itself."),
                )
        for name in files:
            path = Path(parent, name)
            add(path, _folder_reader(path, root))
    return found


def _refuser(reason: str) -> Callable[[], bytes]:
    def read() -> bytes:
        raise PhotoRefused(reason)

    return read


def _folder_reader(path: Path, root: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            if not path.resolve(strict=True).is_relative_to(root):
                raise PhotoRefused("It is a link that leads out of the folder.")
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise PhotoRefused("It is not a plain file.")
            _check_size(status.st_size)
            return path.read_bytes()
        except FileNotFoundError as error:
            raise PhotoRefused("It is a link to something that is not there.") from error
        except (OSError, RuntimeError) as error:
            raise PhotoRefused(f"It cannot be read: {getattr(error, 'strerror', None) or error}.") from error

    return read


def zip_entries(archive: zipfile.ZipFile) -> list[Entry]:
    budget = _Budget(MAX_TOTAL_BYTES)
    members = [info for info in archive.infolist() if not info.is_dir() or _is_link(info)]
    return [Entry(printable(_member_name(info)), _zip_reader(archive, info, budget)) for info in members]


def _member_name(info: zipfile.ZipInfo) -> str:
    """The name of a member, parted by /, also from packers that write UTF-8 or \\ without saying so."""
    name = info.filename
    if not info.flag_bits & 0x800:
        with suppress(UnicodeError):
            # Python reads what is not said to be UTF-8 as cp437; other letters are hardly ever valid UTF-8.
            name = name.encode("cp437").decode()
    return name.replace("\\", "/").rstrip("/")


def _is_link(info: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16)


class _Budget:
    """What an archive may still unpack to: it stops a bomb of many bearable files."""

    def __init__(self, bytes_left: int) -> None:
        self.bytes_left = bytes_left

    def spend(self, size: int) -> None:
        self.bytes_left -= size
        if self.bytes_left < 0:
            raise PhotoRefused(f"The archive unpacks to more than {MAX_TOTAL_BYTES >> 30} GB.")


def _zip_reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget) -> Callable[[], bytes]:
    def read() -> bytes:
        if leads_out(info.filename):
            raise PhotoRefused("Its path leads out of the archive.")
        if _is_link(info):
            raise PhotoRefused("It is a link, not a file.")
        if info.flag_bits & 0x1:
            raise PhotoRefused("It is encrypted; pack the archive without a password.")
        _check_size(info.file_size)
        budget.spend(info.file_size)
        try:
            with archive.open(info) as member:
                data = member.read(MAX_FILE_BYTES + 1)
        except _DAMAGE as error:
            raise PhotoRefused(f"It is damaged in the archive ({error}).") from error
        _check_size(len(data))
        return data

    return read


def leads_out(name: str) -> bool:
    """Whether a member's name points outside the archive: absolute, with a drive, or through `..`."""
    path = name.replace("\\", "/")
    return path.startswith("/") or path[1:2] == ":" or ".." in path.split("/")


def _check_size(size: int) -> None:
    if size > MAX_FILE_BYTES:
        raise PhotoRefused(f"It is larger than {MAX_FILE_BYTES >> 20} MB.")
