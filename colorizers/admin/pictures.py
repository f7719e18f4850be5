"""Admin pages of finished pictures: they are sent, looked at, and then kept or thrown away."""

# unfold's decorators carry no types.
# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST
from unfold.decorators import display

from colorizers.admin.common import RecordAdmin, is_key
from colorizers.admin.forms import too_large
from colorizers.admin.picture_forms import COMMAND, PicturesForm
from colorizers.models import Colorizer, DeliveryOutcome, PictureImport
from colorizers.pictures.tells import summary
from colorizers.rights import demand
from colorizers.services import deliveries, delivering
from colorizers.services.counts import outcomes_of
from colorizers.services.differences import difference_of
from colorizers.services.registering import ColorizerRefused
from colorizers.uploads import takes_uploads
from colorizers.views import presentation

RIGHT = "colorizers.add_colorizer"
FORM_OVERHEAD = 2**20
MOST_PROBLEMS = 500
PICTURES_A_PAGE = 40


@admin.register(PictureImport)
class PictureImportAdmin(RecordAdmin):
    list_display = ["created_at", "slug", "photo_set", "shown_state", "summary", "created_by"]
    list_filter = ["photo_set", "state"]
    list_select_related = ["photo_set", "created_by"]
    fields = [
        "photo_set", "slug", "title", "origin", "licence", "shown_settings", "colorizer", "created_by",
        "created_at", "kept_at",
    ]  # fmt: skip
    readonly_fields = ["shown_settings", "kept_at"]
    change_form_outer_before_template = "admin/colorizers/pictures_panel.html"
    list_before_template = "admin/colorizers/pictures_list.html"

    def has_view_permission(self, request: HttpRequest, obj: PictureImport | None = None) -> bool:
        return bool(request.user.has_perm(RIGHT))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: PictureImport | None = None) -> bool:
        return False  # What was kept stays; what was not is thrown away on its page.

    @display(description="state")
    def shown_state(self, picture_import: PictureImport) -> str:
        return presentation.label_of(picture_import)

    @display(description="files")
    def summary(self, picture_import: Any) -> str:
        return str(picture_import.summary)

    @display(description="settings")
    def shown_settings(self, picture_import: PictureImport) -> str:
        return ", ".join(f"{name} {value}" for name, value in picture_import.settings.items() if value)

    def count_for_page(self, rows: list[Any]) -> None:
        counts = outcomes_of(rows)
        for one in rows:
            one.summary = presentation.summary_of_import(one, counts[one.pk])

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        urls: list[URLPattern] = super().get_urls()
        views = {"keep": self.keep_view, "discard": self.discard_view, "resume": self.resume_view}
        posted = [
            path(f"<int:pk>/{name}/", view(require_POST(made)), name=f"colorizers_pictureimport_{name}")
            for name, made in views.items()
        ]
        add = view(takes_uploads(self.sized_add_view))
        return [path("add/", add, name="colorizers_pictureimport_add"), *posted, *urls]

    # --- sending ---------------------------------------------------------------------------

    # The token is looked for after the permission and the size: that reads the whole upload.
    def sized_add_view(self, request: HttpRequest) -> HttpResponseBase:
        demand(request.user, RIGHT)
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if request.method == "POST" and length > settings.UPLOAD_MAX_MB * 2**20 + FORM_OVERHEAD:
            return self._form(request, PicturesForm(), refusal=too_large(length, COMMAND), status=413)
        return csrf_protect(self._add)(request)

    def _add(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return self._form(request, PicturesForm(initial=self._initial(request)))
        form = PicturesForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._form(request, form)
        picture_import = form.save(commit=False)
        picture_import.created_by = request.user
        with form.as_archive() as archive, transaction.atomic():
            picture_import.upload.save(f"{picture_import.code}.zip", archive, save=False)
            picture_import.save()
            delivering.order_look(picture_import)
        address = reverse("admin:colorizers_pictureimport_change", args=[picture_import.pk])
        return JsonResponse({"location": address}) if _wants_json(request) else redirect(address)

    def _initial(self, request: HttpRequest) -> dict[str, Any]:
        """What a link to this page has said already: the set, and whose pictures are missing."""
        chosen, colorizer = request.GET.get("set", ""), request.GET.get("colorizer", "")
        initial: dict[str, Any] = {"photo_set": chosen if is_key(chosen) else None}
        known = Colorizer.objects.filter(pk=colorizer).first() if is_key(colorizer) else None
        if known is not None:
            initial |= {name: getattr(known, name) for name in ("slug", "title", "origin", "licence")}
            initial |= known.settings
        return initial

    def _form(
        self, request: HttpRequest, form: PicturesForm, *, refusal: str = "", status: int = 200
    ) -> HttpResponse:
        if _wants_json(request):
            labels = {name: f"{form[name].label}: " if name in form.fields else "" for name in form.errors}
            errors = [f"{labels[name]}{' '.join(map(str, said))}" for name, said in form.errors.items()]
            return JsonResponse({"errors": [*filter(None, [refusal]), *errors]}, status=status)
        context = {
            **self.admin_site.each_context(request),
            "title": "Import finished pictures",
            "opts": self.opts,
            "media": self.media,
            "form": form,
            "refusal": refusal,
            "max_mb": settings.UPLOAD_MAX_MB,
            "max_files": settings.DATA_UPLOAD_MAX_NUMBER_FILES,
        }
        return render(request, "admin/colorizers/pictures_import.html", context, status=status)

    # --- looking, keeping --------------------------------------------------------------------

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        found = get_object_or_404(
            PictureImport.objects.select_related("photo_set", "colorizer"),
            pk=object_id if is_key(object_id) else None,
        )
        extra = {
            "title": f"Pictures by {found.title or found.slug}",
            "picture_import": found,
            "progress": presentation.of_picture_import(found),
            "progress_url": reverse("colorizers:picture_import_progress", args=[found.code]),
            **self._report(request, found),
        }
        response: HttpResponse = super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **extra}
        )
        return response

    def _report(self, request: HttpRequest, found: PictureImport) -> dict[str, Any]:
        """What was found, as far as it was looked at."""
        counts = found.counts()
        fitting = found.files.filter(outcome__in=[DeliveryOutcome.FITS, DeliveryOutcome.KEPT])
        pages = Paginator(fitting.select_related("photo"), PICTURES_A_PAGE)
        difference = difference_of(found)
        problems = sum(counts[outcome] for outcome in DeliveryOutcome.problems())
        return {
            "counts": counts,
            "n_fitting": pages.count,
            "n_problems": problems,
            "problems": list(found.problems()[:MOST_PROBLEMS]),
            "n_more_problems": max(problems - MOST_PROBLEMS, 0),
            "picture_page": pages.get_page(request.GET.get("page")),
            "difference": summary(difference, found.settings["treatment"]) if difference else "",
        }

    def keep_view(self, request: HttpRequest, pk: int) -> HttpResponseRedirect:
        demand(request.user, RIGHT)
        found = get_object_or_404(PictureImport, pk=pk)
        try:
            kept = deliveries.keep(found, partial="partial" in request.POST)
        except (deliveries.NotKept, ColorizerRefused) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{kept} pictures by {found.colorizer} are in the catalogue.")
        return redirect("admin:colorizers_pictureimport_change", pk)

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponseRedirect:
        demand(request.user, RIGHT)
        found = get_object_or_404(PictureImport, pk=pk)
        address = f"{reverse('admin:colorizers_pictureimport_add')}?set={found.photo_set_id}"
        try:
            deliveries.discard(found)
        except deliveries.NotKept as error:
            messages.error(request, str(error))
            return redirect("admin:colorizers_pictureimport_change", pk)
        messages.success(request, "Thrown away; nothing of it is in the catalogue.")
        return redirect(address)

    def resume_view(self, request: HttpRequest, pk: int) -> HttpResponseRedirect:
        demand(request.user, RIGHT)
        delivering.retry_look(get_object_or_404(PictureImport, pk=pk))
        return redirect("admin:colorizers_pictureimport_change", pk)


def _wants_json(request: HttpRequest) -> bool:
    """Whether the page's script sent the files, which shows what is answered by itself."""
    return request.headers.get("Accept") == "application/json"
