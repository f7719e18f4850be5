"""Admin pages of colorizers: first a method is chosen, then its form is filled in."""

# unfold's decorators carry no types.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST
from unfold.decorators import display

from colorizers import methods
from colorizers.admin.colorizer_form import colorizer_form, fieldsets, too_large, variant_label
from colorizers.admin.common import WorkbenchAdmin, is_key
from colorizers.methods import Method
from colorizers.models import Colorization, Colorizer
from colorizers.rights import demand
from colorizers.services import waiting_checks
from colorizers.services.registering import ColorizerRefused, keep, methods_get
from colorizers.uploads import takes_uploads

FORM_OVERHEAD = 2**20
IMPORT_PAGE = "admin:colorizers_pictureimport_add"
REGISTERING = "The colorizer is being registered…"
TRYING = (
    "The weights are being sent, loaded and tried once. That takes a few seconds, and longer for large "
    "files. Please leave this page open."
)


@admin.register(Colorizer)
class ColorizerAdmin(WorkbenchAdmin):
    list_display = ["slug", "title", "method", "variant", "shown_settings", "reference_set", "pictures"]
    list_filter = ["method", "reference_set"]
    search_fields = ["slug", "title", "digest"]
    fixed = [
        "slug", "method", "variant", "shown_settings", "weights", "reference_set", "seed", "digest",
        "weights_digest", "created_at",
    ]  # fmt: skip
    change_form_outer_before_template = "admin/colorizers/method_panel.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Colorizer]:
        # By itself, not by a join: the count is read from an index, and only where it is shown.
        done = Colorization.objects.filter(colorizer=OuterRef("pk")).done().order_by().values("colorizer")
        count = Subquery(done.annotate(n=Count("pk")).values("n"))
        return Colorizer.objects.select_related("reference_set").annotate(n_done=Coalesce(count, 0))

    @display(description="pictures", ordering="n_done")
    def pictures(self, colorizer: Any) -> int:
        return int(colorizer.n_done)

    @display(description="settings")
    def shown_settings(self, colorizer: Colorizer) -> str:
        return ", ".join(f"{name} {value}" for name, value in colorizer.settings.items()) or "none"

    def get_urls(self) -> list[URLPattern]:
        add = self.admin_site.admin_view(takes_uploads(self.sized_add_view))
        urls: list[URLPattern] = super().get_urls()
        ready = self.admin_site.admin_view(require_POST(self.ready_view))
        return [
            path("add/", add, name="colorizers_colorizer_add"),
            path("add/ready/", ready, name="colorizers_colorizer_ready"),
            *urls,
        ]

    def ready_view(self, request: HttpRequest) -> HttpResponse:
        """Asked by the page of a form: what the check needs is loaded while that is filled in."""
        demand(request.user, "colorizers.add_colorizer")
        try:
            waiting_checks.prepare(methods_get(request.POST.get("method", "")).runtime)
        except ColorizerRefused as refusal:
            return HttpResponseNotFound(str(refusal))
        return HttpResponse(status=204)

    # `add_view` looks for the token itself, after the permission.
    def sized_add_view(self, request: HttpRequest) -> HttpResponse:
        demand(request.user, "colorizers.add_colorizer")
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if request.method == "POST" and length > settings.UPLOAD_MAX_MB * 2**20 + FORM_OVERHEAD:
            return self._choice(request, refusal=too_large(length), status=413)
        return self.add_view(request)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        demand(request.user, "colorizers.add_colorizer")
        if not request.GET.get("method"):
            return self._choice(request)
        try:
            method = self._method(request)
        except ColorizerRefused as refusal:
            return self._choice(request, refusal=str(refusal), status=404)
        if not method.paints:
            return redirect(IMPORT_PAGE)
        extra = {
            "title": f"Register a colorizer: {method.shown_title}",
            "facts": facts(method),
            "choosing": True,
            "ready_for": method.name if method.needs_weights else "",
            "busy_words": TRYING if method.needs_weights else REGISTERING,
        }
        response: HttpResponse = super().add_view(request, form_url, {**(extra_context or {}), **extra})
        return response

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        colorizer = get_object_or_404(Colorizer, pk=object_id if is_key(object_id) else None)
        try:
            extra = {"facts": facts(methods_get(colorizer.method))}
        except ColorizerRefused as refusal:
            extra = {"facts": {"name": colorizer.method, "problem": str(refusal)}}
        response: HttpResponse = super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **extra}
        )
        return response

    def _choice(self, request: HttpRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
        demand(request.user, "colorizers.add_colorizer")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": "Register a colorizer",
            "refusal": refusal,
            "offered": [self._offer(request, name) for name in methods.names()],
        }
        return render(request, "admin/colorizers/choose_method.html", context, status=status)

    def _offer(self, request: HttpRequest, name: str) -> dict[str, Any]:
        address = request.GET.copy()
        address["method"] = name
        try:
            return {**facts(methods_get(name)), "query": address.urlencode()}
        except ColorizerRefused as refusal:
            return {"name": name, "problem": str(refusal)}

    def _method(self, request: HttpRequest) -> Method:
        return methods_get(request.GET["method"])

    def get_form(
        self, request: HttpRequest, obj: Colorizer | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = colorizer_form(self._method(request))
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Colorizer | None = None) -> Any:
        return fieldsets(self._method(request)) if obj is None else super().get_fieldsets(request, obj)

    def get_fields(self, request: HttpRequest, obj: Colorizer | None = None) -> list[str]:
        return ["title", "description", "origin", "licence", *self.fixed]

    def get_readonly_fields(self, request: HttpRequest, obj: Colorizer | None = None) -> list[str]:
        return [] if obj is None else self.fixed

    def save_model(self, request: HttpRequest, obj: Colorizer, form: Any, change: bool) -> None:
        if change:
            obj.save(update_fields=["title", "description", "origin", "licence"])
            return
        kept = keep(obj, form.weights_file)
        obj.pk = kept.pk
        for remark in form.remarks:
            messages.info(request, remark)


def facts(method: Method) -> dict[str, Any]:
    """What a person wants to know of a method before choosing it."""
    needs = ["finished pictures"] * (not method.paints)
    needs += ["trained weights"] * method.needs_weights + ["reference photos"] * method.needs_reference
    return {
        "name": method.name,
        "title": method.shown_title,
        "summary": method.summary,
        "citation": method.citation,
        "variants": [variant_label(name, count) for name, count in method.variants.items() if count],
        "needs": " and ".join(needs),
    }
