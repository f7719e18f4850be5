"""A study's page about recruiting: its single-use links, and the payment list for those with the right."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from studies.models import PaymentReference, Study
from studies.services import invitations, payments, recruiting


class RecruitingPages:
    """Adds the page to the admin of studies, whose `_study` finds a study that the user may see."""

    admin_site: Any
    log_change: Any
    _study: Any

    def get_urls(self) -> list[URLPattern]:
        pages: dict[str, Any] = {
            "recruiting": require_GET(self.recruiting_view),
            "invitations": require_GET(self.invitations_view),
            "invite": require_POST(self.invite_view),
            "payments": require_GET(self.payments_view),
            "bulk-approve": require_GET(partial(self.bulk_view, which="approve")),
            "bulk-bonus": require_GET(partial(self.bulk_view, which="bonus")),
            "forget": require_POST(self.forget_view),
            "recruiting-guide": require_GET(self.guide_view),
        }
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(never_cache(view)),
                 name=f"studies_study_{name.replace('-', '_')}")
            for name, view in pages.items()
        ]  # fmt: skip
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        return own + urls

    def recruiting_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        study = self._study(request, pk)
        context = self.admin_site.each_context(request) | {
            "title": f"Recruiting for {study.title}",
            "study": study,
            "recruiter": recruiting.recruiter_of(study).title or study.get_recruiter_display(),
            "bulk": study.recruiter not in ("open", "single_use"),
            "single_use": study.recruiter == "single_use",
            "made": study.invitations.count(),
            "used": study.invitations.exclude(participation=None).count(),
            "most": invitations.MOST,
            "may_pay": payments.may_pay(request.user, study),
            "sealed": PaymentReference.objects.filter(participation__study=study).count(),
        }
        return TemplateResponse(request, "admin/studies/recruiting.html", context)

    def guide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The document on recruiting as it comes with the code, for those who run it on another machine."""
        self._study(request, pk)
        guide = (settings.BASE_DIR / "docs" / "recruiting.md").read_text(encoding="utf-8")
        return HttpResponse(guide, content_type="text/plain; charset=utf-8")

    def invitations_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        study = self._study(request, pk)
        rows = study.invitations.select_related("study")
        return _table(invitations.lines(rows), f"{study.slug}-links.csv")

    def invite_view(self, request: HttpRequest, pk: int) -> HttpResponseRedirect:
        study = self._study(request, pk)
        labels = [line.strip() for line in request.POST.get("labels", "").splitlines() if line.strip()]
        text = request.POST.get("count", "")
        try:
            count = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else len(labels)
            made = invitations.make(study, count, labels=labels)
        except invitations.NotInvited as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{len(made)} links are made; the table below has them.")
        return redirect("admin:studies_study_recruiting", pk)

    def payments_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        study = self._payer(request, pk)
        try:
            lines = list(payments.payment_lines(study))
        except recruiting.CannotOpen as error:
            messages.error(request, str(error))
            return redirect("admin:studies_study_recruiting", pk)
        self.log_change(request, study, "Exported the payment list with the recruiter's ids.")
        return _table(lines, f"{study.slug}-payments.csv")

    def bulk_view(self, request: HttpRequest, pk: int, which: str) -> HttpResponse:
        study = self._payer(request, pk)
        try:
            text = "".join(payments.BULK[which](study))
        except recruiting.CannotOpen as error:
            messages.error(request, str(error))
            return redirect("admin:studies_study_recruiting", pk)
        self.log_change(request, study, f"Exported the recruiter's ids to {which}.")
        response = HttpResponse(text, content_type="text/plain; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{study.slug}-{which}.txt"'
        return response

    def forget_view(self, request: HttpRequest, pk: int) -> HttpResponseRedirect:
        study = self._payer(request, pk)
        count = payments.forget_ids(study)
        self.log_change(request, study, f"Erased the recruiter's ids of {count} participations.")
        messages.success(request, f"The ids of {count} participations are erased.")
        return redirect("admin:studies_study_recruiting", pk)

    def _payer(self, request: HttpRequest, pk: int) -> Study:
        study: Study = self._study(request, pk)
        if not payments.may_pay(request.user, study):
            raise PermissionDenied
        return study


def _table(lines: Iterable[str], name: str) -> HttpResponse:
    response = HttpResponse("".join(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
