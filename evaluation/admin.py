"""Scores and reports to look at, exclusions to state."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from evaluation.forms import ExclusionForm
from evaluation.models import Exclusion, Report, Score
from studies.models import Study


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
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
    search_fields = ["colorization__photo__name", "colorization__photo__title"]

    @admin.display(description=_("value"), ordering="value")
    def value_or_infinite(self, score: Score) -> str:
        return "∞ (identical)" if score.value is None else f"{score.value:.4f}"


class OfMyStudies:
    """Pages on studies: their researchers need no permission of Django's, and see no others."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        studies = Study.objects.visible_to(request.user)
        return studies.exists() if obj is None else studies.filter(pk=obj.study_id).exists()


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


@admin.register(Exclusion)
class ExclusionAdmin(OfMyStudies, ModelAdmin):  # type: ignore[misc]
    """A statement can be made and taken back, not reworded: reports name it as it stood."""

    form = ExclusionForm
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
