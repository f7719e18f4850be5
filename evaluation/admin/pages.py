"""Scores, reports and orders to look at, exclusions to state."""

# unfold's decorators carry no types.
# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from colorizers.admin.common import WorkbenchAdmin
from colorizers.models import OPEN_STATES, WorkState
from evaluation.admin.forms import ChosenExclusionForm, ExclusionForm
from evaluation.admin.participations import named
from evaluation.models import Exclusion, Order, OrderKind, Report, Score
from evaluation.services.exports import Format
from evaluation.services.order_panel import of_order
from studies.admin.access import sees_any_study, sees_study
from studies.models import Participation, Study, Trial

STATE_LABELS = {
    WorkState.QUEUED: "info",
    WorkState.RUNNING: "info",
    WorkState.DONE: "success",
    WorkState.FAILED: "danger",
    WorkState.CANCELLED: "warning",
}


class ReadOnlyAdmin(WorkbenchAdmin):
    """Rows that the program writes: looking is all there is to do."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Score)
class ScoreAdmin(ReadOnlyAdmin):
    list_display = ["colorization", "metric", "image_px", "value_or_infinite"]
    list_filter = ["metric", "colorization__colorizer", "image_px"]
    list_select_related = ["colorization__photo", "colorization__colorizer"]
    list_defer = [
        "colorization__provenance", "colorization__photo__conversions", "colorization__colorizer__settings"
    ]  # fmt: skip
    search_fields = ["colorization__photo__name", "colorization__photo__title"]

    @admin.display(description=_("value"), ordering="value")
    def value_or_infinite(self, score: Score) -> str:
        return "∞ (identical)" if score.value is None else f"{score.value:.4f}"


class OfMyStudies:
    """Pages on studies: their researchers need no permission of Django's, and see no others."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return sees_any_study(request) if obj is None else sees_study(request, obj.study_id)


@admin.register(Report)
class ReportAdmin(OfMyStudies, ReadOnlyAdmin):
    list_display = ["study", "population", "created_at", "created_by", "code_version", "page"]
    list_filter = ["population", ("study", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["study", "created_by"]
    fields = [
        "page",
        "study",
        "population",
        "created_at",
        "created_by",
        "code_version",
        "data_digest",
        "seed",
    ]
    readonly_fields = ["page"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        """Reports of the studies that the user may see, without their large results."""
        reports: QuerySet[Report] = super().get_queryset(request)
        return reports.filter(study__in=Study.objects.visible_to(request.user)).defer("results")

    @admin.display(description=_("page"))
    def page(self, report: Report) -> SafeString:
        address = reverse("evaluation:frozen-report", args=[report.study.slug, report.code])
        return format_html('<a href="{}">{}</a>', address, _("Open the report"))


@admin.register(Order)
class OrderAdmin(OfMyStudies, ReadOnlyAdmin):
    """What workers were asked to make: how far each is, what went wrong, and where the finished thing is."""

    list_display = [
        "what",
        "study",
        "population",
        "shown_state",
        "progress",
        "made",
        "created_at",
        "created_by",
    ]
    list_filter = ["kind", "state", "population", ("study", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["study", "created_by", "report"]
    search_fields = ["study__title", "study__slug", "error"]
    fields = [
        "what", "study", "population", "shown_state", "progress", "trouble", "made", "created_at",
        "created_by", "seen_at",
    ]  # fmt: skip
    readonly_fields = ["what", "shown_state", "progress", "trouble", "made"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        """Orders of the studies that the user may see, without their reports' large results."""
        orders: QuerySet[Order] = super().get_queryset(request)
        visible = orders.filter(study__in=Study.objects.visible_to(request.user))
        return visible.defer("report__results", "report__snapshot")

    @admin.display(description=_("order"), ordering="kind")
    def what(self, order: Order) -> str:
        """A report, or an export with the kind of its files."""
        if order.kind == OrderKind.REPORT:
            return order.get_kind_display()
        label = Format(order.format).label if order.format in Format.values else order.format
        return f"{order.get_kind_display()}: {label}"

    @display(description=_("state"), label=STATE_LABELS, ordering="state")
    def shown_state(self, order: Order) -> tuple[str, str]:
        return order.state, of_order(order)["label"]

    @admin.display(description=_("progress"))
    def progress(self, order: Order) -> str:
        """What is being done and how much of it, while it is under way."""
        return of_order(order)["summary"] or "–"

    @admin.display(description=_("what went wrong, and what to do"))
    def trouble(self, order: Order) -> str:
        return of_order(order)["error"] or "–"

    @admin.display(description=_("made"))
    def made(self, order: Order) -> SafeString | str:
        """The link to the report or the file; to the page with the order while there is neither."""
        slug = order.study.slug
        # An export that holds the report has both.
        if order.file:
            place = reverse("evaluation:export-file", args=[slug, order.code])
            return format_html('<a href="{}">{}</a>', place, _("Download"))
        if order.report is not None and order.kind == OrderKind.REPORT:
            place = reverse("evaluation:frozen-report", args=[slug, order.report.code])
            return format_html('<a href="{}">{}</a>', place, _("Open the report"))
        name = "evaluation:report" if order.kind == OrderKind.REPORT else "evaluation:exports"
        place = f"{reverse(name, args=[slug])}?population={order.population}"
        words = _("Its page") if order.state in OPEN_STATES else _("Order it again")
        return format_html('<a href="{}">{}</a>', place, words)


@admin.register(Exclusion)
class ExclusionAdmin(OfMyStudies, WorkbenchAdmin):
    """A statement can be made and taken back, not reworded: reports name it as it stood."""

    form = ExclusionForm
    change_form_outer_before_template = "admin/evaluation/about_to_leave_out.html"
    list_display = ["rule", "study", "what", "reason", "created_by", "created_at"]
    list_filter = [("study", admin.RelatedOnlyFieldListFilter), "rule"]
    list_select_related = [
        "study",
        "participation__participant",
        "trial__participation__participant",
        "created_by",
    ]
    fields = ["study", "participant_id", "trial_index", "rule", "reason"]

    def get_fields(self, request: HttpRequest, obj: Exclusion | None = None) -> list[str]:
        """The form when one is stated; what was stated afterwards."""
        if obj is None:
            return ["study", "participant_id", "trial_index", "rule", "reason"]
        return ["study", "what", "rule", "reason", "created_by", "created_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Exclusion | None = None) -> list[str]:
        return [] if obj is None else ["what", "created_by", "created_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Exclusion | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Exclusion | None = None) -> bool:
        return self.has_view_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Exclusion]:
        exclusions: QuerySet[Exclusion] = super().get_queryset(request)
        return exclusions.filter(study__in=Study.objects.visible_to(request.user))

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer the studies that the user may see."""
        if db_field.name == "study":
            kwargs["queryset"] = Study.objects.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(
        self, request: HttpRequest, obj: Exclusion | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Coming from a participation, what is left out is settled and only rule and reason are asked for."""
        if obj is None and self._chosen(request)[0] is not None:
            kwargs["form"] = ChosenExclusionForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        participation, trial = self._chosen(request)
        if participation is None:
            return dict(super().get_changeform_initial_data(request))
        return {
            "study": participation.study_id,
            "participant_id": participation.participant.code,
            "trial_index": trial.number - 1 if trial is not None else None,
        }

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        participation, trial = self._chosen(request)
        extra = dict(extra_context or {})
        if participation is not None:
            extra["chosen"] = {
                "what": named(participation, trial),
                "study": participation.study,
                "back": reverse("admin:studies_participation_change", args=[participation.pk]),
            }
        response: HttpResponse = super().add_view(request, form_url, extra)
        return response

    def response_add(
        self, request: HttpRequest, obj: Exclusion, post_url_continue: str | None = None
    ) -> HttpResponse:
        participation, trial = self._chosen(request)
        if participation is None or "_save" not in request.POST:
            response: HttpResponse = super().response_add(request, obj, post_url_continue)
            return response
        messages.success(request, f"{named(participation, trial)} is left out: {obj.rule}.")
        return redirect("admin:studies_participation_change", participation.pk)

    def _chosen(self, request: HttpRequest) -> tuple[Participation | None, Trial | None]:
        """The participation, and perhaps the trial of it, from whose page this one was opened."""
        code, number = request.GET.get("participation", ""), request.GET.get("trial", "")
        try:
            visible = Participation.objects.filter(study__in=Study.objects.visible_to(request.user))
            found = visible.select_related("study", "participant").get(code=code)
            return found, found.trials.get(number=int(number)) if number else None
        except (Participation.DoesNotExist, Trial.DoesNotExist, ValueError, ValidationError):
            return None, None

    def save_model(self, request: HttpRequest, obj: Exclusion, form: Any, change: bool) -> None:
        """Keep who stated it."""
        obj.created_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)

    @admin.display(description=_("left out"))
    def what(self, exclusion: Exclusion) -> str:
        if exclusion.trial is not None:
            owner = exclusion.trial.participation.participant.code
            return f"trial {exclusion.trial.number - 1} of {owner}"
        assert exclusion.participation is not None
        return f"all of {exclusion.participation.participant.code}"
