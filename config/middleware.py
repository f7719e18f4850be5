"""What the whole site asks of each request, and the headers that each response has."""

import shutil
from collections.abc import Callable
from pathlib import Path

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.urls import Resolver404, resolve

from colorizers.uploads import MARK

# Left on the disk for answers, whatever is uploaded.
DISK_RESERVE = 500 * 2**20


def no_large_bodies(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse a large body, unread, except where uploads are taken and while there is room for them."""

    def middleware(request: HttpRequest) -> HttpResponse:
        said = request.META.get("CONTENT_LENGTH") or "0"
        length = int(said) if said.isascii() and said.isdigit() else 0
        most: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if length > most and not _takes_uploads(request.path_info):
            return _refused(413, f"A request may bring {most} bytes at most here, not {length}.")
        # What is too large for an upload its own page refuses, in its own words.
        if most < length <= (settings.UPLOAD_MAX_MB + 1) * 2**20 and not _has_room(length):
            return _refused(
                507,
                "The server has no room for an upload of this size now: try again later, or free its disk.",
            )
        return get_response(request)

    return middleware


def _takes_uploads(path: str) -> bool:
    try:
        return bool(getattr(resolve(path).func, MARK, False))
    except Resolver404:
        return False


def _has_room(length: int) -> bool:
    """Whether the upload leaves enough of the disk, and of what uploads under way may fill together."""
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    under_way = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
    # It lies there once as it arrives, and once as it is kept.
    enough_disk = shutil.disk_usage(folder).free > 2 * length + DISK_RESERVE
    return enough_disk and under_way + length <= 3 * settings.UPLOAD_MAX_MB * 2**20


def _refused(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


def no_nul_in_addresses(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """404 for an address with a NUL character: no page has one, and PostgreSQL refuses to look it up."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path:
            return HttpResponseNotFound("Not found.", content_type="text/plain")
        return get_response(request)

    return middleware


def policy_of_the_workbench(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Let the workbench do what its theme needs, and no more; docs/decisions/0032 says what and why."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        found = request.resolver_match
        if found is not None and "admin" in found.app_names:
            response._csp_update = {  # type: ignore[attr-defined]
                "script-src": [SELF, UNSAFE_EVAL],
                "style-src": [SELF, UNSAFE_INLINE],
            }
        return response

    return middleware


def cross_origin_isolation(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Isolate pages from other origins: browsers then give the trial runner their finer clock."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware
