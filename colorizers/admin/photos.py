"""Admin pages of photos, photo sets and imports."""

# unfold's decorators carry no types.
# mypy: disable-error-code="untyped-decorator"

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Avg, Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST
from unfold.decorators import action, display

from colorizers.admin.common import RecordAdmin, WorkbenchAdmin, is_key, photo_thumbnail
from colorizers.admin.forms import TAKEN, ColourForm, UploadForm, too_large
from colorizers.models import Colorizer, Fixed, Photo, PhotoImport, PhotoSet, WorkState
from colorizers.rights import demand
from colorizers.services import (
    catalogue,
    importing,
)
from colorizers.services.counts import outcomes_of, photos_of, pictures_of
from colorizers.uploads import takes_uploads
from colorizers.views import presentation

PHOTOS_A_PAGE = 60
FORM_OVERHEAD = 2**20


@admin.register(Photo)
class PhotoAdmin(WorkbenchAdmin):
    list_display = ["picture", "name", "title", "author", "licence", "size", "chroma"]
    list_display_links = ["picture", "name"]
    list_filter = ["photo_sets", "licence"]
    search_fields = ["name", "title", "author", "licence", "source", "digest"]
    fields = [
        "name", "title", "author", "year", "licence", "source", "size", "chroma", "conversions",
        "sets", "digest", "source_digest", "created_at",
    ]  # fmt: skip
    readonly_fields = [
        "name", "size", "chroma", "conversions", "sets", "digest", "source_digest", "created_at"
    ]  # fmt: skip
    change_form_outer_before_template = "admin/colorizers/photo_picture.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # Photos come in by import only: nobody can type in pixels.

    @display(description="photo")
    def picture(self, photo: Photo) -> SafeString:
        return photo_thumbnail(photo)

    @display(description="pixels", ordering="width")
    def size(self, photo: Photo) -> str:
        return f"{photo.width} × {photo.height}"

    @display(description="mean chroma", ordering="mean_chroma")
    def chroma(self, photo: Photo) -> str:
        return f"{photo.mean_chroma:.1f}"

    @display(description="photo sets")
    def sets(self, photo: Photo) -> str:
        return ", ".join(str(photo_set) for photo_set in photo.photo_sets.all()) or "none"


@admin.register(PhotoSet)
class PhotoSetAdmin(WorkbenchAdmin):
    list_display = ["name", "title", "count", "chroma", "frozen", "created_at", "import_link"]
    search_fields = ["name", "title"]
    fields = ["name", "title", "description", "is_monochrome", "frozen_at", "created_at"]
    readonly_fields = ["frozen_at", "created_at"]
    actions = ["colour_selected"]
    actions_detail = ["import_into", "colour", "import_pictures", "catalogue"]
    change_form_outer_after_template = "admin/colorizers/set_photos.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[PhotoSet]:
        return PhotoSet.objects.annotate(n_photos=Count("photos"), avg_chroma=Avg("photos__mean_chroma"))

    @display(description="photos", ordering="n_photos")
    def count(self, photo_set: Any) -> int:
        return int(photo_set.n_photos)

    @display(description="mean chroma", ordering="avg_chroma")
    def chroma(self, photo_set: Any) -> str:
        return "–" if photo_set.avg_chroma is None else f"{photo_set.avg_chroma:.1f}"

    @display(description="frozen", boolean=True, ordering="frozen_at")
    def frozen(self, photo_set: PhotoSet) -> bool:
        return photo_set.frozen_at is not None

    @display(description="import")
    def import_link(self, photo_set: PhotoSet) -> SafeString | str:
        if photo_set.frozen_at:
            return ""
        address = reverse("admin:colorizers_photoset_import", args=[photo_set.pk])
        return format_html('<a class="fr-link" href="{}">Import photos</a>', address)

    def has_order_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return bool(request.user.has_perm("colorizers.add_generationrun"))

    def has_register_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return bool(request.user.has_perm("colorizers.add_colorizer"))

    def has_import_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return bool(request.user.has_perm("colorizers.add_photo"))

    def get_list_display(self, request: HttpRequest) -> list[str]:
        may_import = self.has_import_permission(request)
        return [name for name in self.list_display if may_import or name != "import_link"]

    def get_fields(self, request: HttpRequest, obj: PhotoSet | None = None) -> list[str]:
        return self.fields if obj is not None else ["name", "title", "description", "is_monochrome"]

    def response_add(
        self, request: HttpRequest, obj: PhotoSet, post_url_continue: str | None = None
    ) -> HttpResponse:
        """An empty set is of no use: the next page is the one on which its photos come in."""
        response: HttpResponse = super().response_add(request, obj, post_url_continue)
        if "_save" in request.POST and "_popup" not in request.POST and self.has_import_permission(request):
            return redirect("admin:colorizers_photoset_import", obj.pk)
        return response

    def get_readonly_fields(self, request: HttpRequest, obj: PhotoSet | None = None) -> list[str]:
        fixed = list(self.readonly_fields)
        if obj and obj.frozen_at:
            fixed.append("name")  # Studies and commands speak of a frozen set by its name.
        if obj and (obj.photos.exists() or obj.imports.exists()):
            fixed.append("is_monochrome")  # Its photos were stored with or without their colours.
        return fixed

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        photo_set = PhotoSet.objects.filter(pk=object_id).first() if is_key(object_id) else None
        extra: dict[str, Any] = {"photo_set": photo_set}
        if photo_set:
            pages = Paginator(photo_set.photos.all(), PHOTOS_A_PAGE)
            extra["photo_page"] = pages.get_page(request.GET.get("page"))
            extra["may_take_out"] = not photo_set.frozen_at and self.has_change_permission(request, photo_set)
        response: HttpResponse = super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **extra}
        )
        return response

    # --- pages beside the form -------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("colour/", view(self.colour_view), name="colorizers_photoset_colour"),
            path(
                "<int:pk>/import/", view(takes_uploads(self.import_view)), name="colorizers_photoset_import"
            ),
            path(
                "<int:pk>/take-out/<int:photo_pk>/",
                view(require_POST(self.take_out_view)),
                name="colorizers_photoset_take_out",
            ),
        ]
        urls: list[URLPattern] = super().get_urls()
        return own + urls

    @action(
        description="Import photos", icon="add_photo_alternate", url_path="go-import",
        permissions=["import"],
    )  # fmt: skip
    def import_into(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:colorizers_photoset_import", object_id)

    @action(
        description="Colour with…", icon="palette", url_path="go-colour",
        permissions=["order"],
    )  # fmt: skip
    def colour(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect(_colour_address([object_id]))

    @action(
        description="Import finished pictures", icon="add_to_photos", url_path="go-pictures",
        permissions=["register"],
    )  # fmt: skip
    def import_pictures(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect(f"{reverse('admin:colorizers_pictureimport_add')}?set={object_id}")

    @action(description="Catalogue", icon="grid_view", url_path="go-catalogue")
    def catalogue(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("colorizers:catalogue", get_object_or_404(PhotoSet, pk=object_id).name)

    @admin.action(description="Colour with…", permissions=["order"])
    def colour_selected(self, request: HttpRequest, queryset: QuerySet[PhotoSet]) -> HttpResponse:
        return redirect(_colour_address(list(queryset.values_list("pk", flat=True))))

    def import_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        demand(request.user, "colorizers.add_photo")
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if request.method == "POST" and length > settings.UPLOAD_MAX_MB * 2**20 + FORM_OVERHEAD:
            return self._too_large(request, pk, length)
        return csrf_protect(self._import)(request, pk)

    def _too_large(self, request: HttpRequest, pk: int, length: int) -> HttpResponse:
        photo_set = get_object_or_404(PhotoSet, pk=pk)
        context = {"form": UploadForm(), "refusal": too_large(length)}
        response = self._page(request, "import.html", f"Import photos into {photo_set}", photo_set, **context)
        response.status_code = 413
        return response

    def _import(self, request: HttpRequest, pk: int) -> HttpResponse:
        photo_set = get_object_or_404(PhotoSet, pk=pk)
        refusal = ""
        try:
            photo_set.check_open()
        except Fixed as error:
            refusal = str(error)
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and not refusal and form.is_valid():
            photo_import = form.save(commit=False)
            photo_import.photo_set, photo_import.created_by = photo_set, request.user
            with form.as_archive() as archive, transaction.atomic():
                photo_import.upload.save(f"{photo_import.code}.zip", archive, save=False)
                photo_import.save()
                importing.order_import(photo_import)
            return redirect("admin:colorizers_photoimport_change", photo_import.pk)
        return self._page(
            request, "import.html", f"Import photos into {photo_set}", photo_set, form=form, refusal=refusal
        )

    def take_out_view(self, request: HttpRequest, pk: int, photo_pk: int) -> HttpResponseRedirect:
        photo_set = get_object_or_404(PhotoSet, pk=pk)
        demand(request.user, "colorizers.change_photoset")
        photo = get_object_or_404(Photo, pk=photo_pk)
        try:
            importing.take_out(photo, photo_set)
        except Fixed as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{photo} is no longer in the set {photo_set}.")
        address = reverse("admin:colorizers_photoset_change", args=[pk])
        page = request.GET.get("page", "")
        return redirect(f"{address}?page={page}#photos" if is_key(page) else f"{address}#photos")

    def colour_view(self, request: HttpRequest) -> HttpResponse:
        demand(request.user, "colorizers.add_generationrun")
        chosen = request.POST.getlist("sets") or request.GET.getlist("set")
        if not all(map(is_key, [*chosen, *request.POST.getlist("colorizers")])):
            raise BadRequest("Photo sets and colorizers are chosen by their numbers.")
        form = ColourForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            return self._order(request, form)
        photo_sets = list(PhotoSet.objects.filter(pk__in=chosen))
        if not photo_sets:
            messages.error(request, "Choose at least one photo set first.")
            return redirect("admin:colorizers_photoset_changelist")
        photos, made = photos_of(photo_sets), pictures_of(photo_sets)
        choices = [
            {"colorizer": colorizer, "missing": photos - made.get(colorizer.pk, {}).get(WorkState.DONE, 0)}
            for colorizer in Colorizer.objects.all()
            if colorizer.paints
        ]
        title = f"Colour {', '.join(str(photo_set) for photo_set in photo_sets)} with…"
        return self._page(
            request, "colour.html", title, photo_sets[0], form=form, photo_sets=photo_sets, choices=choices
        )

    def _order(self, request: HttpRequest, form: ColourForm) -> HttpResponse:
        runs = [
            catalogue.order_generation(photo_set=photo_set, colorizer=colorizer, by=request.user)
            for photo_set in form.cleaned_data["sets"]
            for colorizer in form.cleaned_data["colorizers"]
        ]
        if len(runs) == 1:
            return redirect("admin:colorizers_generationrun_change", runs[0].pk)
        messages.success(request, f"{len(runs)} runs were ordered.")
        return redirect("admin:colorizers_generationrun_changelist")

    def _page(
        self, request: HttpRequest, template: str, title: str, photo_set: PhotoSet, **context: Any
    ) -> HttpResponse:
        common = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": PhotoSet._meta,
            "media": self.media,
            "photo_set": photo_set,
            "max_mb": settings.UPLOAD_MAX_MB,
            "taken": TAKEN,
        }
        return render(request, f"admin/colorizers/{template}", {**common, **context})


def _colour_address(pks: list[int]) -> str:
    return f"{reverse('admin:colorizers_photoset_colour')}?{urlencode({'set': pks}, doseq=True)}"


@admin.register(PhotoImport)
class PhotoImportAdmin(RecordAdmin):
    list_display = ["created_at", "photo_set", "state", "summary", "created_by"]
    list_filter = ["photo_set", "state"]
    list_select_related = ["photo_set", "created_by"]
    fields = [
        "photo_set",
        "licence",
        "author",
        "source",
        "max_side",
        "created_by",
        "created_at",
    ]
    change_form_outer_before_template = "admin/colorizers/progress_panel.html"

    @display(description="files")
    def summary(self, photo_import: Any) -> str:
        return str(photo_import.summary)

    def count_for_page(self, rows: list[Any]) -> None:
        counts = outcomes_of(rows)
        for photo_import in rows:
            photo_import.summary = presentation.summary_of_import(photo_import, counts[photo_import.pk])

    def get_urls(self) -> list[URLPattern]:
        resume = self.admin_site.admin_view(require_POST(self.resume_view))
        urls: list[URLPattern] = super().get_urls()
        return [path("<int:pk>/resume/", resume, name="colorizers_photoimport_resume"), *urls]

    def resume_view(self, request: HttpRequest, pk: int) -> HttpResponseRedirect:
        demand(request.user, "colorizers.add_photo")
        importing.retry_import(get_object_or_404(PhotoImport, pk=pk))
        return redirect("admin:colorizers_photoimport_change", pk)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        photo_import = get_object_or_404(PhotoImport, pk=object_id if is_key(object_id) else None)
        extra = {
            "title": f"Import into {photo_import.photo_set}",
            "progress": presentation.of_import(photo_import),
            "progress_url": reverse("colorizers:import_progress", args=[photo_import.code]),
        }
        if request.user.has_perm("colorizers.add_photo"):
            extra["resume_url"] = reverse("admin:colorizers_photoimport_resume", args=[photo_import.pk])
        if request.user.has_perm("colorizers.view_photoset"):
            extra["back_url"] = reverse("admin:colorizers_photoset_change", args=[photo_import.photo_set_id])
        response: HttpResponse = super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **extra}
        )
        return response
