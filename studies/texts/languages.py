"""In which language a study speaks to somebody."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import trans_real

from studies.texts.study import TEXTS

NAMES: Mapping[str, str] = dict(settings.LANGUAGES)


class Multilingual(Protocol):
    """What a study says of its languages: the first one is that of its own texts."""

    languages: Any
    translations: Any


def offered(study: Multilingual) -> list[str]:
    """The codes of the languages that the study offers and this installation speaks; at least one."""
    return [code for code in study.languages if code in NAMES] or [settings.LANGUAGE_CODE]


def choices(study: Multilingual) -> list[dict[str, str]]:
    """Code and own name of each language, for a chooser; none where there is nothing to choose."""
    codes = offered(study)
    return [{"code": code, "name": NAMES[code]} for code in codes] if len(codes) > 1 else []


def chosen(request: HttpRequest, study: Multilingual) -> str:
    """The language that the form or ?lang= asks for, else the browser's favourite, else the study's first."""
    codes = offered(study)
    for asked in (request.POST.get("language", ""), request.GET.get("lang", "")):
        if asked in codes:
            return asked
    header = request.headers.get("Accept-Language", "")
    for wish, _weight in trans_real.parse_accept_lang_header(header):
        if wish == "*":
            break
        try:
            code = translation.get_supported_language_variant(wish)
        except LookupError:
            continue
        if code in codes:
            return code
    return codes[0]


def missing(study: Multilingual) -> dict[str, list[str]]:
    """By language, the texts that the study has, but not in that language."""
    lacking = {}
    for code in offered(study)[1:]:
        translated = study.translations.get(code, {})
        names = [
            name for name in TEXTS if getattr(study, name).strip() and not translated.get(name, "").strip()
        ]
        if names:
            lacking[code] = names
    return lacking


def polyglot(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a view that activates a language: the thread's next request begins without it."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with translation.override(settings.LANGUAGE_CODE):
            return view(request, *args, **kwargs)

    return wrapped
