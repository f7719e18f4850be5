"""Admin pages of generation runs and colorizations."""

# unfold's decorators carry no types.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from unfold.decorators import display

from colorizers.admin.common import (
    RecordAdmin,
    colorization_thumbnail,
    is_key,
    photo_thumbnail,
)
from colorizers.models import Colorization, GenerationRun, WorkState
from colorizers.rights import demand
from colorizers.services import (
    catalogue,
)
from colorizers.services.counts import progress_of
from colorizers.views import presentation
from colorizers.views.catalogue import collect_captions

STATE_LABELS = {
    WorkState.QUEUED: "info",
    WorkState.RUNNING: "info",
    WorkState.DONE: "success",
    WorkState.FAILED: "danger",
    WorkState.CANCELLED: "warning",
}


@admin.register(GenerationRun)
class GenerationRunAdmin(RecordAdmin):
    list_display = ["created_at", "photo_set", "colorizer", "shown_state", "pictures", "created_by"]
    list_filter = ["state", "photo_set", "colorizer"]
    list_select_related = ["photo_set", "colorizer", "created_by"]
    fields = ["photo_set", "colorizer", "created_by", "created_at"]
    change_form_outer_before_template = "admin/colorizers/progress_panel.html"

    @display(description="state", label=STATE_LABELS, ordering="state")
    def shown_state(self, run: GenerationRun) -> tuple[str, str]:
        return run.state, run.get_state_display()

    @display(description="pictures")
    def pictures(self, run: Any) -> str:
        return str(run.summary)

    def count_for_page(self, rows: list[Any]) -> None:
        progress = progress_of(rows)
        for run in rows:
            run.summary = presentation.summary_of_run(run, progress[run.pk])

    def has_delete_permission(self, request: HttpRequest, obj: GenerationRun | None = None) -> bool:
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not obj.is_active)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path(
                "<int:pk>/cancel/",
                view(require_POST(self.cancel_view)),
                name="colorizers_generationrun_cancel",
            ),
            path(
                "<int:pk>/resume/",
                view(require_POST(self.resume_view)),
                name="colorizers_generationrun_resume",
            ),
        ]
        urls: list[URLPattern] = super().get_urls()
        return own + urls

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponseRedirect:
        stopped = catalogue.cancel_run(self._run(request, pk))
        messages.warning(request, f"Cancelled: {stopped} pictures will not be made.")
        return redirect("admin:colorizers_generationrun_change", pk)

    def resume_view(self, request: HttpRequest, pk: int) -> HttpResponseRedirect:
        left = catalogue.resume_run(self._run(request, pk))
        messages.success(request, f"{left} pictures are ordered again.")
        return redirect("admin:colorizers_generationrun_change", pk)

    def _run(self, request: HttpRequest, pk: int) -> GenerationRun:
        demand(request.user, "colorizers.add_generationrun")
        return get_object_or_404(GenerationRun, pk=pk)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        run = get_object_or_404(GenerationRun, pk=object_id if is_key(object_id) else None)
        catalogue.settle_run(run.pk)
        run.refresh_from_db()
        extra = {
            "title": str(run),
            "progress": presentation.of_run(run),
            "progress_url": reverse("colorizers:run_progress", args=[run.code]),
        }
        if request.user.has_perm("colorizers.add_generationrun"):
            extra["cancel_url"] = reverse("admin:colorizers_generationrun_cancel", args=[run.pk])
            extra["resume_url"] = reverse("admin:colorizers_generationrun_resume", args=[run.pk])
        if request.user.has_perm("colorizers.view_photoset"):
            extra["catalogue_url"] = reverse("colorizers:catalogue", args=[run.photo_set.name])
        response: HttpResponse = super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **extra}
        )
        return response


@admin.register(Colorization)
class ColorizationAdmin(RecordAdmin):
    list_display = ["truth", "picture", "photo", "colorizer", "shown_state", "problem", "time", "clipped"]
    list_display_links = ["truth", "picture", "photo"]
    list_filter = ["state", "colorizer", "photo__photo_sets"]
    search_fields = ["photo__name", "photo__title", "colorizer__slug", "digest__startswith"]
    list_select_related = ["photo", "colorizer"]
    list_defer = ["provenance", "photo__conversions", "colorizer__settings", "colorizer__description"]
    fields = [
        "photo", "colorizer", "run", "state", "error", "attempts", "seconds", "share_clipped", "digest",
        "provenance", "created_at", "finished_at",
    ]  # fmt: skip
    actions = ["try_again"]
    change_form_outer_before_template = "admin/colorizers/side_by_side.html"

    @display(description="photo")
    def truth(self, colorization: Colorization) -> SafeString:
        return photo_thumbnail(colorization.photo)

    @display(description="picture")
    def picture(self, colorization: Colorization) -> str:
        return colorization_thumbnail(colorization)

    @display(description="state", label=STATE_LABELS, ordering="state")
    def shown_state(self, colorization: Colorization) -> tuple[str, str]:
        return colorization.state, colorization.get_state_display()

    @display(description="error", ordering="error")
    def problem(self, colorization: Colorization) -> str:
        return colorization.error

    @display(description="seconds", ordering="seconds")
    def time(self, colorization: Colorization) -> str:
        return "" if colorization.seconds is None else f"{colorization.seconds:.2f}"

    @display(description="clipped", ordering="share_clipped")
    def clipped(self, colorization: Colorization) -> str:
        return "" if colorization.share_clipped is None else f"{colorization.share_clipped:.1%}"

    def has_delete_permission(self, request: HttpRequest, obj: Colorization | None = None) -> bool:
        return False  # Scores and studies rest on them, and an order would make the same again.

    def has_order_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("colorizers.add_generationrun"))

    @admin.action(description="Try again what is not done", permissions=["order"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Colorization]) -> None:
        unfinished = queryset.exclude(state=WorkState.DONE)
        runs = GenerationRun.objects.filter(colorizations__in=unfinished).distinct()
        left = sum(catalogue.resume_run(run) for run in runs)
        messages.success(request, f"{left} pictures are ordered again.")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        colorization = get_object_or_404(Colorization, pk=object_id)
        captions = collect_captions([colorization]).get(colorization.pk, [])
        extra = {"colorization": colorization, "captions": captions}
        response: HttpResponse = super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **extra}
        )
        return response
