"""Texts of a report's sections as HTML."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from evaluation.report.section import Cell, cell_of, pieces

register = template.Library()


@register.filter
def linked(text: str) -> SafeString:
    """The text with its marks as links to definitions."""
    return format_html_join(
        "",
        "{}",
        (
            (format_html('<a href="#def-{}">{}</a>', key, words) if key else words,)
            for words, key in pieces(text)
        ),
    )


@register.filter
def cell(value: Cell | str) -> Cell:
    """A cell of a table, also where a row holds a mere text."""
    return cell_of(value)


@register.filter
def at(items: Sequence[Any], place: int) -> Any:
    """The item at a place."""
    return items[place]
