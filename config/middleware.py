"""Response headers that the whole site needs."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


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
