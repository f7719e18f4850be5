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

from colorizers.admin.common import is_key
from studies.admin import presentation
from studies.models import Study
from studies.services import copies, lifecycle, study_files
from studies.services.readiness import NotReady

# The name of the buttons that send the form along.
STEP, PREVIEW = "_step", "preview"
REFUSALS = (NotReady, lifecycle.WrongState)
STEPS: dict[str, tuple[Callable[..., Any], str]] = {
    "prepare": (partial(lifecycle.order, goal=lifecycle.PREVIEW), "The pictures are being rendered."),
    "launch": (
        partial(lifecycle.order, goal=lifecycle.LAUNCH),
        "The study is being prepared for its launch.",
    ),
    "cancel": (lifecycle.cancel_preparation, "The preparation was cancelled."),
    "dismiss": (lifecycle.dismiss, "The message is dismissed."),
    "pause": (lifecycle.pause, "The study is paused: nobody can begin; who has begun may finish."),
    "reopen": (lifecycle.reopen, "The study is live again."),
    "close": (lifecycle.close, "The study is closed."),
    "archive": (lifecycle.archive, "The study is archived: the list shows it under “Archived”."),
    "unarchive": (lifecycle.unarchive, "The study is in the list again."),
    "clone": (
        copies.clone,
        "This is the copy, a draft. Only you see it; change its title, which participants read.",
    ),
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

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A step whose button sends the form along is taken after the form is saved, and not without."""
        view: Any = super().changeform_view  # type: ignore[misc]
        step = request.POST.get(STEP, "")
        if object_id is None or step not in {*STEPS, PREVIEW}:
            return view(request, object_id, form_url, extra_context)  # type: ignore[no-any-return]
        study = self._study(request, int(object_id) if is_key(object_id) else 0)
        admin: Any = self
        if admin.has_change_permission(request, study):
            response: HttpResponse = view(request, object_id, form_url, extra_context)
            if not getattr(request, "saved_for_step", False):
                return response
        return (
            self.preview_step(request, study)
            if step == PREVIEW
            else self.step_view(request, study.pk, step=step)
        )

    def response_change(self, request: Any, obj: Study) -> HttpResponse:
        if request.POST.get(STEP):
            # Outside the transaction of the save the step is taken, and says itself what it did.
            request.saved_for_step = True
            return redirect("admin:studies_study_change", obj.pk)
        response: HttpResponse = super().response_change(request, obj)  # type: ignore[misc]
        return response

    def preview_step(self, request: HttpRequest, study: Study) -> HttpResponseRedirect:
        """To the preview, if its pictures are still those of the study that was saved."""
        study.refresh_from_db()
        if lifecycle.is_prepared(study):
            return redirect("studies:preview", study.slug)
        messages.warning(request, "The preview needs other pictures now: prepare it once more.")
        return redirect("admin:studies_study_change", study.pk)

    def step_view(self, request: HttpRequest, pk: int, *, step: str) -> HttpResponseRedirect:
        study = self._study(request, pk)
        take, message = STEPS[step]
        made: Any = None
        try:
            made = take(study=study, by=request.user)
        except REFUSALS as error:
            messages.error(request, str(error))
        else:
            stopped = study.preparation.get("error") if step in {"prepare", "launch"} else ""
            if stopped:
                messages.error(request, stopped)
            else:
                messages.success(request, message)
        return redirect("admin:studies_study_change", made.pk if isinstance(made, Study) else pk)

    def progress_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """What the panel polls: a few queries, whatever the size of the study."""
        return JsonResponse(presentation.of_panel(self._study(request, pk)))

    def export_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        study = self._study(request, pk)
        response = HttpResponse(study_files.export_study(study), content_type="application/toml")
        response["Content-Disposition"] = f'attachment; filename="{study.slug}.toml"'
        return response
