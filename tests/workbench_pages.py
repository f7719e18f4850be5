"""Every page of the workbench with an address that shows something, taken from the addresses themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from colorizers.models import GenerationRun, Photo, PhotoImport, PhotoSet, PictureImport
from evaluation.models import Order, Report
from studies.models import Study

SURVEY = ("studies",)
"""Address spaces of participants."""

NO_PAGES = {
    "colorizers:photo", "colorizers:photo_thumbnail", "colorizers:photo_large", "colorizers:colorization",
    "colorizers:colorization_thumbnail", "colorizers:colorization_large", "evaluation:chart-svg",
    "evaluation:chart-png", "evaluation:export-file", "evaluation:trials-csv", "evaluation:report-json",
    "evaluation:report-html", "evaluation:report-pdf", "evaluation:report-tex", "admin:jsi18n",
    "admin:autocomplete", "admin:view_on_site", "admin:logout", "admin:login", "home", "health",
    "admin:studies_study_payments", "admin:studies_study_invitations", "admin:studies_study_export",
}  # fmt: skip
"""Pictures, files, and what answers no researcher's GET with a page."""

QUERIES = {"admin:colorizers_photoset_colour": "set={set}", "admin:colorizers_colorizer_add": "method=grey"}
"""What a page must be asked besides its address."""


def pages() -> Iterator[tuple[str, str]]:
    """(name, address) of every page that a researcher may open; what answers to POST alone is among them.

    Pages of rows that there are none of are left out.
    """
    for name, parameters in _names(get_resolver().url_patterns):
        if name in NO_PAGES or name.partition(":")[0] in SURVEY:
            continue
        arguments = {parameter: _argument(name, parameter) for parameter in parameters}
        if None in arguments.values():
            continue
        address = reverse(name, kwargs=arguments)
        asked = QUERIES.get(name, "").format(set=_largest_set().pk)
        yield name, f"{address}?{asked}" if asked and not arguments else address
    catalogue = reverse("colorizers:catalogue", args=[_largest_set().name])
    yield "colorizers:catalogue, last page", f"{catalogue}?page=999999"
    for model, page in admin.site._registry.items():
        name = f"admin:{model._meta.label_lower.replace('.', '_')}_changelist"
        yield f"{name}, second page", f"{reverse(name)}?p=2"
        if page.search_fields:
            yield f"{name}, search", f"{reverse(name)}?q=ab"


def _names(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[tuple[str, list[str]]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _names(pattern.url_patterns, pattern.namespace or space)
        elif pattern.name:
            name = f"{space}:{pattern.name}" if space else pattern.name
            yield name, list(pattern.pattern.regex.groupindex)


def _argument(name: str, parameter: str) -> Any:
    """What stands for a parameter in an address: the row that has most to show, or None without rows."""
    if parameter in {"object_id", "pk", "id"}:
        return _row(name)
    if parameter == "photo_pk":
        return Photo.objects.values_list("pk", flat=True).first()
    if parameter == "slug":
        return Study.objects.exclude(launched_at=None).order_by("pk").values_list("slug", flat=True).first()
    if parameter == "name" and name == "colorizers:catalogue":
        return _largest_set().name
    if parameter == "code":
        model: Any = {
            "colorizers:run_progress": GenerationRun, "colorizers:import_progress": PhotoImport,
            "colorizers:picture_import_progress": PictureImport,
            "evaluation:frozen-report": Report,
        }.get(name, Order)  # fmt: skip
        return model.objects.values_list("code", flat=True).first()
    if parameter == "app_label":
        return "studies"
    raise LookupError(f"Say in tests/workbench_pages.py what stands for <{parameter}> in {name}.")


def _row(name: str) -> Any:
    """The first row of the model whose page this is: of a filled installation, the one with most to show."""
    _admin, _, rest = name.partition(":")
    app, model, *_ = rest.split("_")
    return apps.get_model(app, model).objects.order_by("pk").values_list("pk", flat=True).first()


def _largest_set() -> PhotoSet:
    return PhotoSet.objects.order_by("pk")[0]
