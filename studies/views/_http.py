"""What the views share: JSON errors in words, and who may do what."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext, ngettext

from studies import limits
from studies.models import Participation, ParticipationState, Study
from studies.rules.payloads import BadPayload
from studies.services.responses import NotNow
from studies.texts.languages import polyglot

COOKIE_DAYS = 180
_COOKIE_SALT = "studies.participation"
_GROUP_SALT = "studies.group"


def runner_endpoint(method: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """An address that only the runner calls: one method, errors as JSON, nothing kept by caches."""

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @polyglot
        @functools.wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != method:
                return HttpResponseNotAllowed([method])
            if method == "POST" and request.content_type not in ("application/json", ""):
                # The CSRF check has read a form's body already, so it could not be parsed here.
                return JsonResponse({"error": "Send application/json."}, status=415)
            try:
                limits.count_address(request, limits.ADDRESS)
                response = view(request, *args, **kwargs)
            except limits.TooMany as error:
                with translation.override(translation.get_language_from_request(request)):
                    response = JsonResponse({"error": _wait(error.retry_after)}, status=429)
                response["Retry-After"] = str(error.retry_after)
            except BadPayload as error:
                response = JsonResponse({"error": str(error)}, status=400)
            except Http404 as error:
                response = JsonResponse({"error": str(error) or "Not found."}, status=404)
            except NotNow as error:
                response = JsonResponse({"error": str(error)}, status=409)
            response.setdefault("Cache-Control", "private, no-store")
            return response

        return checked

    return wrap


def limited(
    *more: limits.Limit, of_participation: bool = False
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A page that is not shown to who asks for too much; `of_participation` if its address names one."""

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                limits.count_address(request, limits.ADDRESS, *more)
                if of_participation:
                    limits.count_participation(request, kwargs["code"])
            except limits.TooMany as error:
                return _too_many(request, error)
            return view(request, *args, **kwargs)

        return checked

    return wrap


def _too_many(request: HttpRequest, error: limits.TooMany) -> HttpResponse:
    with translation.override(translation.get_language_from_request(request)):
        context = {"wait": _wait(error.retry_after)}
        response = render(request, "studies/too_many.html", context, status=429)
    response["Retry-After"] = str(error.retry_after)
    response["Cache-Control"] = "private, no-store"
    return response


def _wait(seconds: int) -> str:
    """What to do, in the language that is active."""
    minutes = math.ceil(seconds / 60)
    if seconds < 90:
        when = ngettext("in %(count)s second", "in %(count)s seconds", seconds) % {"count": seconds}
    else:
        when = ngettext("in %(count)s minute", "in %(count)s minutes", minutes) % {"count": minutes}
    words = gettext("Please load this page again %(when)s. Nothing that you answered is lost.")
    return words % {"when": when}


def may_preview(request: HttpRequest, study: Study) -> bool:
    """Whether this user belongs to the study."""
    return Study.objects.visible_to(request.user).filter(pk=study.pk).exists()


def remembered(request: HttpRequest, study: Study) -> Participation | None:
    """The participation in this study that this browser's cookie speaks of."""
    try:
        code = UUID(request.get_signed_cookie(_cookie_name(study), salt=_COOKIE_SALT))
    except (KeyError, ValueError, signing.BadSignature):
        return None
    return Participation.objects.filter(code=code, study=study).first()


def remembered_in_group(request: HttpRequest, study: Study) -> Participation | None:
    """The participation in a study of the same group that this browser's cookie speaks of."""
    try:
        code = UUID(request.get_signed_cookie(_group_cookie_name(study), salt=_GROUP_SALT))
    except (KeyError, ValueError, signing.BadSignature):
        return None
    return Participation.objects.filter(code=code, study__linked_group=study.linked_group).first()


def remember(response: HttpResponse, participation: Participation, *, secure: bool) -> None:
    """Let this browser find its participation again, from the study's landing page and from its group's."""
    study = participation.study
    cookies = [(_cookie_name(study), _COOKIE_SALT, f"/s/{study.slug}/")]
    # Who was screened out here and took part elsewhere in the group must not be forgotten for a second look.
    if study.linked_group and participation.state != ParticipationState.SCREENED_OUT:
        cookies.append((_group_cookie_name(study), _GROUP_SALT, "/s/"))
    for name, salt, path in cookies:
        response.set_signed_cookie(
            name,
            str(participation.code),
            salt=salt,
            max_age=COOKIE_DAYS * 86_400,
            path=path,
            httponly=True,
            samesite="Lax",
            secure=secure,
        )


def _cookie_name(study: Study) -> str:
    return f"participation-{study.slug}"


def _group_cookie_name(study: Study) -> str:
    return f"group-{study.linked_group}"
