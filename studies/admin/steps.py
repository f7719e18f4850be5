"""The steps of a study in the workbench: what the buttons of its panel do, and what the panel polls."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_POST

from studies import presentation
from studies.models import Study
from studies.services import lifecycle, study_files, validation

REFUSALS = (validation.NotReady, lifecycle.WrongState)
STEPS: dict[str, tuple[Callable[..., Any], str]] = {
    "prepare": (partial(lifecycle.order, goal=lifecycle.PREVIEW), "The pictures are being rendered."),
    "launch": (
        partial(lifecycle.order, goal=lifecycle.LAUNCH),
        "The study is being prepared for its launch.",
    ),
    "cancel": (lifecycle.cancel_preparation, "The preparation was cancelled."),
    "pause": (lifecycle.pause, "The study is paused: nobody can begin; who has begun may finish."),
    "reopen": (lifecycle.reopen, "The study is live again."),
    "close": (lifecycle.close, "The study is closed."),
}


class StudySteps:
    """Adds the steps to the admin of studies."""

    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path(f"<int:pk>/{step}/", view(require_POST(partial(self.step_view, step=step))),
                 name=f"studies_study_{step}")
            for step in STEPS
        ]  # fmt: skip
        own += [
            path("<int:pk>/progress/", view(require_GET(self.progress_view)), name="studies_study_progress"),
            path("<int:pk>/export/", view(require_GET(self.export_view)), name="studies_study_export"),
        ]
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        return own + urls

    def _study(self, request: HttpRequest, pk: int) -> Study:
        if not request.user.is_staff:
            raise PermissionDenied
        return get_object_or_404(Study.objects.visible_to(request.user), pk=pk)

    def step_view(self, request: HttpRequest, pk: int, *, step: str) -> HttpResponseRedirect:
        study = self._study(request, pk)
        take, message = STEPS[step]
        try:
            take(study=study, by=request.user)
        except REFUSALS as error:
            messages.error(request, str(error))
        else:
            error = study.preparation.get("error") if step in {"prepare", "launch"} else ""
            if error:
                messages.error(request, error)
            else:
                messages.success(request, message)
        return redirect("admin:studies_study_change", pk)

    def progress_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        return JsonResponse(presentation.of_preparation(self._study(request, pk)))

    def export_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        study = self._study(request, pk)
        response = HttpResponse(study_files.export_study(study), content_type="application/toml")
        response["Content-Disposition"] = f'attachment; filename="{study.slug}.toml"'
        return response
