"""The front page and the health check."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache


def home(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """In the visitor's language: mostly it is an invitation that was cut off. The workbench is English."""
    language = translation.get_language_from_request(request)
    if request.path.startswith("/admin/"):
        language = settings.LANGUAGE_CODE
    with translation.override(language):
        return render(request, "404.html", status=404)


@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """200 when the database answers: for supervisors and load balancers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
