"""Who works on which import: taken once, renewed while its process lives, given up when cancelled."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.db.models import Q
from django.utils import timezone

from colorizers.models import OPEN_STATES, FilesImport, WorkState
from colorizers.services.claims import Pulse, silent_since
from colorizers.services.photo_sources import Entry, ImportRefused, open_zip
from colorizers.services.sending import send


class Busy(Exception):
    """Somebody else is at it, and gives signs of life."""


class UploadMissing(ImportRefused):
    """What an import was to be continued from is not there; the message says what, and what to do."""


def rows(files_import: FilesImport, **conditions: Any) -> Any:
    """The row of an import, if it meets the conditions, to be updated in one statement."""
    return type(files_import)._default_manager.filter(pk=files_import.pk, **conditions)


def cancel_import(files_import: FilesImport) -> bool:
    """Stop an import after the file that it is at; what came in is kept. False if it was over."""
    stopped = rows(files_import, state__in=OPEN_STATES).update(
        state=WorkState.CANCELLED, error="Cancelled; what came in is kept.", finished_at=timezone.now()
    )
    files_import.refresh_from_db()
    return bool(stopped)


@contextmanager
def held(files_import: FilesImport) -> Iterator[None]:
    """Hold an import for this process alone; raises Busy."""
    token = uuid.uuid4().hex
    unfinished = rows(files_import, state__in=OPEN_STATES)
    free = unfinished.filter(Q(claim="") | Q(claimed_at__lt=silent_since()))
    if not free.update(claim=token, claimed_at=timezone.now(), error=""):
        raise Busy
    mine = unfinished.filter(claim=token)
    try:
        with Pulse(lambda: mine.update(claimed_at=timezone.now())):
            yield
    finally:
        rows(files_import, claim=token).update(claim="")


@contextmanager
def failing_aloud(files_import: FilesImport) -> Iterator[None]:
    """Write down on the import why it stopped, and let the exception go on."""
    try:
        yield
    except Busy:
        raise
    except BaseException as error:
        rows(files_import, state__in=OPEN_STATES).update(
            state=WorkState.FAILED, error=str(error) or type(error).__name__, finished_at=timezone.now()
        )
        raise


@contextmanager
def stored_upload(files_import: FilesImport, *, command: str, again: str) -> Iterator[IO[bytes]]:
    """The stored archive of an import; UploadMissing says what is missing where there is none.

    `command` brought what is no upload, and `again` says what becomes of it the second time.
    """
    done = f"{files_import.files.count()} of {files_import.total} files had been looked at"
    if not files_import.upload:
        raise UploadMissing(
            f"The import was interrupted; {done}. It came from a folder or archive that was given to "
            f"{command}, of which nothing is kept here: run the same command again. {again}"
        )
    try:
        file = files_import.upload.open("rb")
    except OSError as error:
        raise UploadMissing(
            f"The import cannot go on; {done}. Its uploaded archive {files_import.upload.name} is missing or "
            f"cannot be read ({error.strerror or error}): upload it again. {again}"
        ) from error
    with file:
        yield file.file


def send_upload(model: type[FilesImport], import_id: int, task: str) -> None:
    """Send an upload to a worker; if the queue cannot be reached, the row says why and waits."""
    error = send(task, import_id)
    model._default_manager.filter(pk=import_id, state__in=OPEN_STATES).update(error=error)


def requeue(files_import: FilesImport) -> None:
    """Open an upload again that stopped."""
    rows(files_import).exclude(upload="").update(state=WorkState.QUEUED, error="", finished_at=None)


def continued(
    files_import: FilesImport,
    work: Callable[[list[Entry]], bool],
    *,
    command: str,
    again: str,
    settled: tuple[type[Exception], ...] = (ImportRefused,),
) -> bool:
    """Do some of the work on an upload; True when nothing is left to do here.

    `work` takes the entries of the archive and returns whether it is finished; the exceptions in `settled`
    finish it as well. For `command` and `again` see `stored_upload`. Delivered twice, it is done once: the
    second leaves it to the first while that gives signs of life.
    """
    if files_import.state not in OPEN_STATES:
        return True
    try:
        with (
            failing_aloud(files_import),
            held(files_import),
            stored_upload(files_import, command=command, again=again) as file,
            open_zip(file, "The upload") as entries,
        ):
            finished = work(entries)
    except (Busy, UploadMissing):
        # Somebody else's, or gone: it may come back, as a disk that was not mounted does.
        return True
    except settled:
        finished = True
    if finished:
        drop_upload(files_import)
    return finished


def recovered(
    model: type[FilesImport], resend: Callable[[int], object], settle: Callable[[int], object]
) -> int:
    """Settle the imports whose process was killed: an upload is sent again, of a folder it is said."""
    found = silent(model)
    for files_import in found:
        # Of a folder nothing is kept here: that is what the row then says.
        (resend if files_import.upload else settle)(files_import.pk)
    return len(found)


def drop_upload(files_import: FilesImport) -> None:
    """Delete the uploaded archive: originals may carry places and names in their metadata."""
    upload = files_import.upload
    rows(files_import).update(upload="")
    if upload.name:
        upload.storage.delete(upload.name)


def silent(model: type[FilesImport]) -> Any:
    """The open imports of which nothing was heard for a while."""
    return model._default_manager.filter(state__in=OPEN_STATES).filter(
        Q(claimed_at__lt=silent_since()) | Q(claimed_at=None, created_at__lt=silent_since())
    )
