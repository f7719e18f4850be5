"""Pages that take large uploads: who may not, or brings too much, is refused before a byte is read."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

MARK = "takes_uploads"


def takes_uploads(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let large bodies through to a view that looks at who sends them, and how much, before it reads one.

    The view calls `csrf_protect` itself, after that: looking for the token reads the whole upload. The mark
    must be on what `admin_view` is given, which otherwise looks for the token at once.
    """

    @csrf_exempt
    @functools.wraps(view)
    def marked(*args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(*args, **kwargs)

    setattr(marked, MARK, True)
    return marked
