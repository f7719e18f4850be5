"""The front page and the pages of errors."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation

from config import researchers

# Who may do what there follows from the study, not from a right.
OWNED = {"studies"}


def home(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """In the visitor's language: mostly it is an invitation that was cut off. The workbench is English."""
    with translation.override(_language(request)):
        return render(request, "404.html", {"participant": _is_participants(request)}, status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Something that this visitor may not see or do; people of the workbench learn which right is missing."""
    user = request.user
    if user.is_authenticated and user.is_active and user.is_staff and not _is_participants(request):
        return _right_missing(request, exception)
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


def _right_missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Which right is missing, and who can give it."""
    right = getattr(exception, "right", "") or _right_for(request)
    context = {
        **admin.site.each_context(request),
        "title": "This is not open to you",
        "right": researchers.name_of(right) if right else "",
        "group": researchers.RESEARCHERS if right in researchers.rights() else "",
        "administrators": researchers.administrators(),
    }
    return render(request, "admin/403.html", context, status=403)


def _right_for(request: HttpRequest) -> str:
    """The right that the admin's own page at this address asks for; empty where it is no matter of rights."""
    match = request.resolver_match
    if match is None or match.app_names != ["admin"]:
        return ""
    model, _, page = (match.url_name or "").rpartition("_")
    verb = {"add": "add", "delete": "delete", "changelist": "view", "change": "view", "history": "view"}
    app, _, name = model.partition("_")
    if page not in verb or not name:
        return ""
    if page == "change" and request.method == "POST":
        verb["change"] = "change"
    right = f"{app}.{verb[page]}_{name}"
    return "" if request.user.has_perm(right) or app in OWNED else right
