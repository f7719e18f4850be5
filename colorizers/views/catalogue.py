"""The catalogue for staff: its pages, pictures and the progress of what fills it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.admin.views.decorators import staff_member_required
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from colorizers.models import (
    Colorization,
    Colorizer,
    DeliveredPicture,
    GenerationRun,
    Photo,
    PhotoImport,
    PhotoSet,
    PictureImport,
    WorkState,
)
from colorizers.rights import demand
from colorizers.services.catalogue import settle_run
from colorizers.services.counts import pictures_of
from colorizers.services.thumbnails import LARGE, SIDE, thumbnail
from colorizers.signals import captions_wanted
from colorizers.views import presentation

PHOTOS_A_PAGE = 20
POSITION = re.compile(r"-1|[0-9]{1,9}")


@staff_member_required
@require_safe
def catalogue_index(request: HttpRequest) -> HttpResponse:
    demand(request.user, "colorizers.view_photoset")
    sample = Prefetch("photos", Photo.objects.all()[:4], to_attr="sample")
    photo_sets = PhotoSet.objects.annotate(count=Count("photos")).prefetch_related(sample)
    return render(request, "colorizers/catalogue_index.html", {"photo_sets": photo_sets})


@staff_member_required
@require_safe
def catalogue(request: HttpRequest, name: str) -> HttpResponse:
    demand(request.user, "colorizers.view_photoset")
    photo_set = get_object_or_404(PhotoSet, name=name)
    page = Paginator(photo_set.photos.all(), PHOTOS_A_PAGE).get_page(request.GET.get("page"))
    made = pictures_of([photo_set])
    colorizers = list(Colorizer.objects.filter(pk__in=made))
    for colorizer in colorizers:
        colorizer.done = made[colorizer.pk].get(WorkState.DONE, 0)  # type: ignore[attr-defined]
    context = {
        "photo_set": photo_set,
        "page": page,
        "rows": _rows(page.object_list, colorizers),
        "colorizers": colorizers,
    }
    template = "gallery.html" if photo_set.is_monochrome else "catalogue.html"
    return render(request, f"colorizers/{template}", context)


def _rows(photos: Iterable[Photo], colorizers: Sequence[Colorizer]) -> list[dict[str, Any]]:
    """Each photo with one cell per colorizer, in the colorizers' order; with one for each of its samples."""
    photos = list(photos)
    found = list(
        Colorization.objects.filter(photo__in=photos, colorizer__in=colorizers).select_related(
            "colorizer", "delivery"
        )
    )
    captions = collect_captions(found)
    cells: dict[tuple[int, int], list[Colorization]] = defaultdict(list)
    for item in sorted(found, key=lambda item: item.sample):
        cells[item.photo_id, item.colorizer_id].append(item)
    return [
        {
            "photo": photo,
            "cells": [
                {
                    "colorizer": colorizer,
                    "colorization": cell,
                    "sample": cell.sample if cell and len(cells[photo.pk, colorizer.pk]) > 1 else None,
                    "captions": captions.get(cell.pk, []) if cell else [],
                }
                for colorizer in colorizers
                for cell in cells.get((photo.pk, colorizer.pk), [None])
            ],
        }
        for photo in photos
    ]


def collect_captions(colorizations: list[Colorization]) -> dict[int, list[tuple[str, str]]]:
    """What the rest of the site says about each picture, such as its scores."""
    captions = {one.pk: presentation.of_difference(one) for one in colorizations if one.delivery is not None}
    answers: list[tuple[Any, Any]] = captions_wanted.send(Colorization, colorizations=colorizations)
    for _, answer in answers:
        for pk, said in (answer or {}).items():
            captions.setdefault(pk, []).extend(said)
    return captions


def _picture_response(file: FieldFile) -> HttpResponseBase:
    try:
        opened = file.open("rb")
    except FileNotFoundError as error:
        raise Http404(f"The file {file.name} is missing from the storage.") from error
    return _kept(FileResponse(opened, content_type="image/png"))


def _thumbnail_response(file: FieldFile, digest: str, side: int = SIDE) -> HttpResponseBase:
    try:
        data = thumbnail(file, digest, side)
    except FileNotFoundError as error:
        raise Http404(f"The file {file.name} is missing from the storage.") from error
    return _kept(HttpResponse(data, content_type="image/jpeg"))


def _kept(response: HttpResponseBase) -> HttpResponseBase:
    # Addresses carry digests, so what they show never changes.
    patch_cache_control(response, private=True, max_age=31_536_000, immutable=True)
    return response


@staff_member_required
@require_safe
def photo_picture(request: HttpRequest, digest: str) -> HttpResponseBase:
    return _picture_response(get_object_or_404(Photo, digest=digest).file)


@staff_member_required
@require_safe
def photo_thumbnail(request: HttpRequest, digest: str) -> HttpResponseBase:
    return _thumbnail_response(get_object_or_404(Photo, digest=digest).file, digest)


@staff_member_required
@require_safe
def photo_large(request: HttpRequest, digest: str) -> HttpResponseBase:
    return _thumbnail_response(get_object_or_404(Photo, digest=digest).file, digest, LARGE)


@staff_member_required
@require_safe
def colorization_picture(request: HttpRequest, digest: str) -> HttpResponseBase:
    return _picture_response(_colorization(digest).file)


@staff_member_required
@require_safe
def colorization_thumbnail(request: HttpRequest, digest: str) -> HttpResponseBase:
    return _thumbnail_response(_colorization(digest).file, digest)


@staff_member_required
@require_safe
def colorization_large(request: HttpRequest, digest: str) -> HttpResponseBase:
    return _thumbnail_response(_colorization(digest).file, digest, LARGE)


def _colorization(digest: str) -> Colorization | DeliveredPicture:
    # Two colorizers may paint the same bytes; either row shows them. Imported ones are seen before they are
    # kept.
    found = Colorization.objects.done().filter(digest=digest).order_by("pk").first()
    waiting = found or DeliveredPicture.objects.filter(digest=digest).order_by("pk").first()
    if waiting is None:
        raise Http404("There is no picture with this digest.")
    return waiting


@staff_member_required
@require_safe
@never_cache
def run_progress(request: HttpRequest, code: str) -> JsonResponse:
    demand(request.user, "colorizers.view_generationrun")
    run = get_object_or_404(GenerationRun, code=code)
    settle_run(run.pk)
    run.refresh_from_db()
    return JsonResponse(presentation.of_run(run))


@staff_member_required
@require_safe
@never_cache
def import_progress(request: HttpRequest, code: str) -> JsonResponse:
    demand(request.user, "colorizers.view_photoimport")
    photo_import = get_object_or_404(PhotoImport, code=code)
    after = request.GET.get("after", "-1")
    if not POSITION.fullmatch(after):
        raise BadRequest("after must be the position of a file, such as 17, or -1 for all files.")
    return JsonResponse(presentation.of_import(photo_import, after=int(after)))


@staff_member_required
@require_safe
@never_cache
def picture_import_progress(request: HttpRequest, code: str) -> JsonResponse:
    demand(request.user, "colorizers.add_colorizer")
    return JsonResponse(presentation.of_picture_import(get_object_or_404(PictureImport, code=code)))
