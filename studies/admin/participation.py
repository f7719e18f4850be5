"""Who took part: to be read, never written here."""

# unfold's decorators carry no types.
# mypy: disable-error-code="untyped-decorator,misc"

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Model, Prefetch, QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.decorators import display

from colorizers.admin.common import RecordAdmin
from studies.admin.access import sees_study
from studies.exposure import SHOWN_BEFORE
from studies.models import Participation, ParticipationState, Source, Study, Trial, TrialKind
from studies.services import payments

SOURCE_LABELS = {Source.PERSON: "success", Source.SIMULATED: "warning", Source.PREVIEW: "info"}
STATE_LABELS = {
    ParticipationState.STARTED: "info",
    ParticipationState.FINISHED: "success",
    ParticipationState.ABANDONED: "warning",
    ParticipationState.WITHDRAWN: "danger",
}


SPOILED = "spoiled, not counted"
OUTCOME_LABELS = {"right": "success", "wrong": "warning", "fooled": "warning", SPOILED: "danger"}


class TrialInline(TabularInline):
    model = Trial
    fields = ["number", "kind", "condition", "photo", "key", "answer", "outcome", "rt", "shown"]
    readonly_fields = fields
    extra = 0
    can_delete = False
    hide_title = True
    ordering = ["number"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Trial]:
        return Trial.objects.select_related("condition", "photo", "response", "replaces").order_by("number")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True  # Whoever sees the participation sees its trials.

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission

    @display(description="answer")
    def answer(self, trial: Trial) -> str:
        if not hasattr(trial, "response"):
            return "–"
        return trial.response.answer or "none in time"

    @display(description="outcome", label=OUTCOME_LABELS)
    def outcome(self, trial: Trial) -> str | None:
        if not hasattr(trial, "response"):
            return None
        if trial.response.voided:
            return SPOILED
        if not trial.response.answer:
            return None
        if trial.response.answer == trial.key:
            return "right"
        return "fooled" if trial.kind == TrialKind.TEST else "wrong"

    @display(description="shown")
    def shown(self, trial: Trial) -> str:
        """What spoiled it, and in whose place it stands."""
        words = [f"in the place of {trial.replaces.number}"] if trial.replaces else []
        if hasattr(trial, "response"):
            judged = trial.kind != TrialKind.PRACTICE
            words += trial.response.void_reasons or ["as planned" if judged else "not judged"]
            if trial.response.shown_before and SHOWN_BEFORE not in words:
                words.append(SHOWN_BEFORE)
        return ", ".join(words) or "–"

    @display(description="response time")
    def rt(self, trial: Trial) -> str:
        if not hasattr(trial, "response") or trial.response.rt_ms is None:
            return "–"
        return f"{trial.response.rt_ms:.0f} ms"


@admin.register(Participation)
class ParticipationAdmin(RecordAdmin):
    list_display = ["code", "study", "shown_source", "shown_state", "answered", "consented_at", "finished_at"]
    # Only studies that the user may see are offered.
    list_filter = [("study", admin.RelatedOnlyFieldListFilter), "source", "state"]
    list_defer = ["stimuli", "screening", "debrief", "device", "simulation"]
    search_fields = ["code", "completion_code"]
    fields = [
        "code", "study", "source", "state", "language", "consent_version", "consented_at", "last_seen_at",
        "finished_at", "attention", "completion_code", "study_digest", "seed", "simulation", "device",
    ]  # fmt: skip
    readonly_fields = fields
    inlines = [TrialInline]

    class Media:
        css = {"all": ["studies/admin/panel.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Participation]:
        """Those of the studies that the user may see, without the large texts of their studies."""
        visible = Study.objects.visible_to(request.user).values("pk")
        studies = Prefetch("study", Study.objects.defer("protocol", "preparation"))
        return Participation.objects.filter(study__in=visible).prefetch_related(studies)

    def count_for_page(self, rows: list[Any]) -> None:
        trials = Trial.objects.filter(participation__in=[row.pk for row in rows]).order_by()
        counts = trials.values("participation").annotate(planned=Count("pk"), answered=Count("response"))
        found = {count["participation"]: count for count in counts}
        for row in rows:
            count = found.get(row.pk, {"answered": 0, "planned": 0})
            row.answered = f"{count['answered']} of {count['planned']}"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Participation | None = None) -> bool:
        if obj is None:
            return bool(request.user.is_staff)
        return sees_study(request, obj.study_id)

    def has_delete_permission(self, request: HttpRequest, obj: Participation | None = None) -> bool:
        return False  # An exclusion leaves data out of an analysis; nothing is deleted.

    @display(description="source", label=SOURCE_LABELS, ordering="source")
    def shown_source(self, participation: Participation) -> tuple[str, str]:
        return participation.source, participation.get_source_display()

    @display(description="state", label=STATE_LABELS, ordering="state")
    def shown_state(self, participation: Participation) -> tuple[str, str]:
        return participation.state, participation.get_state_display()

    @display(description="attention")
    def attention(self, participation: Participation) -> str:
        return payments.attention_of(participation) or "–"

    @display(description="answered")
    def answered(self, participation: Any) -> str:
        return str(participation.answered)
