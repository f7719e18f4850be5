"""Files named by their content, through Django's storage: written once, never overwritten."""

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models.fields.files import FieldFile


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def store_once(name: str, data: bytes, *, is_intact: Callable[[bytes], bool]) -> str:
    """Keep the bytes under this name unless an intact file is there already; gives the name back.

    A process that was killed while it wrote leaves a torso under the name: it is told by `is_intact`
    and replaced.
    """
    if default_storage.exists(name):
        with default_storage.open(name, "rb") as file:
            if is_intact(file.read()):
                return name
        default_storage.delete(name)
    saved = default_storage.save(name, ContentFile(data))
    if saved != name:
        # Another process stored the same content at the same moment; its file serves both.
        default_storage.delete(saved)
    return name


def local_copy(file: FieldFile, digest: str) -> Path:
    """A path on this machine to a stored file; ValueError if its SHA-256 is not the expected one."""
    with file.open("rb") as opened:
        data = opened.read()
    if sha256(data) != digest:
        raise ValueError(
            f"The file {file.name} is not the one that was registered: its SHA-256 is {sha256(data)}, "
            f"expected {digest}. Restore it, or register a new colorizer."
        )
    try:
        return Path(file.path)
    except NotImplementedError:
        copy = Path(tempfile.mkdtemp(prefix="foolrate-weights-")) / Path(str(file.name)).name
        copy.write_bytes(data)
        return copy
