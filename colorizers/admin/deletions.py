"""What a deletion would take along, counted by kind: a list of names of thousands of rows helps nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.contrib.admin import AdminSite
from django.db import models
from django.db.models import ForeignObjectRel, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst

NAMED = 20


def what_would_go(
    objs: Any, request: HttpRequest, site: AdminSite
) -> tuple[list[str], dict[str, int], set[str], list[str]]:
    """(texts, counts by kind, permissions that are missing, what stands in the way), as Django wants them."""
    chosen = objs if isinstance(objs, QuerySet) else _of_list(list(objs))
    counts: Counter[str] = Counter()
    missing: set[str] = set()
    in_the_way: list[str] = []
    for rows, rel in _reached(chosen):
        count = rows.count()
        if not count:
            continue
        meta = rows.model._meta
        name = str(meta.verbose_name if count == 1 else meta.verbose_name_plural)
        if rel is not None and rel.on_delete in (models.PROTECT, models.RESTRICT):
            in_the_way.append(f"{count:,} {name}")
            continue
        counts[name] += count
        page = site._registry.get(rows.model)
        if page is not None and not page.has_delete_permission(request):
            missing.add(str(meta.verbose_name))
    named = [f"{capfirst(chosen.model._meta.verbose_name)}: {row}" for row in chosen[:NAMED]]
    along = [f"{count:,} {name}" for name, count in counts.items()][1:]
    return [*named, *along], dict(counts), missing, in_the_way


def _of_list(objs: list[Any]) -> QuerySet[Any]:
    rows: QuerySet[Any] = type(objs[0])._default_manager.filter(pk__in=[row.pk for row in objs])
    return rows.order_by()


def _reached(
    rows: QuerySet[Any], rel: ForeignObjectRel | None = None
) -> Iterator[tuple[QuerySet[Any], ForeignObjectRel | None]]:
    """The rows, and those that point at them and would go or forbid it, kind by kind."""
    yield rows, rel
    if rel is not None and rel.on_delete in (models.PROTECT, models.RESTRICT):
        return
    for field in rows.model._meta.get_fields(include_hidden=True):
        if not (isinstance(field, ForeignObjectRel) and field.auto_created and not field.concrete):
            continue
        if field.many_to_many or field.related_model is rows.model:
            continue
        if field.on_delete not in (models.CASCADE, models.PROTECT, models.RESTRICT):
            continue
        of_these = {f"{field.field.name}__in": rows.values("pk")}
        yield from _reached(field.related_model._base_manager.filter(**of_these), field)
