"""The front page and the health check."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.cache import never_cache


def home(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """In the visitor's language: mostly it is an invitation that was cut off. The workbench is English."""
    with translation.override(_language(request)):
        return render(request, "404.html", {"participant": _is_participants(request)}, status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Something that this visitor may not see or do."""
    with translation.override(_language(request)):
        return render(request, "403.html", {"participant": _is_participants(request)}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: mostly a browser that keeps no cookies, or a page from yesterday."""
    with translation.override(_language(request)):
        context = {"participant": _is_participants(request), "no_cookie": True}
        return render(request, "403.html", context, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Nothing here may ask the database or the session: they may be what is broken."""
    with translation.override(_language(request)):
        page = render_to_string("500.html", {"participant": _is_participants(request)})
    return HttpResponse(page, status=500)


def _language(request: HttpRequest) -> str:
    """The visitor's language; the workbench is English."""
    if request.path.startswith("/admin/"):
        return str(settings.LANGUAGE_CODE)
    return translation.get_language_from_request(request)


def _is_participants(request: HttpRequest) -> bool:
    """Whether the address is one of those that participants have: they get no way into the workbench."""
    return request.path.startswith(("/s/", "/p/", "/t/", "/i/"))


@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """200 when the database answers: for supervisors and load balancers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
