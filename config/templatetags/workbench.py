"""Tags of the workbench's templates."""

import re
from typing import Any

from django import template
from django.apps import apps
from django.contrib import admin
from django.template import Context
from django.urls import Resolver404, resolve
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
LINK = re.compile(r'<a href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)


@register.simple_tag(takes_context=True)
def contents_of(context: Context, field: Any) -> Any:
    """What a field shows to read; a row that this person may not open is named without a link to it."""
    shown = field.contents()
    request = context.get("request")
    if request is None or not isinstance(shown, SafeString) or "<a " not in shown:
        return shown

    def linked(found: re.Match[str]) -> str:
        return found[0] if _may_open(request, found[1]) else found[2]

    return mark_safe(LINK.sub(linked, shown))  # noqa: S308 - nothing is added to what was safe


def _may_open(request: Any, address: str) -> bool:
    try:
        match = resolve(address)
    except Resolver404:
        return True
    model, _, page = (match.url_name or "").rpartition("_")
    if match.app_names != ["admin"] or page != "change":
        return True
    page_of_model = admin.site.get_model_admin(apps.get_model(model.replace("_", ".", 1)))
    return bool(page_of_model.has_view_permission(request))


@register.filter
def unbroken(name: Any) -> SafeString:
    """A name of a file that a line may end in, but only where its words do."""
    return mark_safe(re.sub(r"([-_. ])(?=\w{4})", r"\1<wbr>", escape(name)))  # noqa: S308 - escaped before
