"""Who took part: to be read, never written here."""

# unfold's decorators carry no types.
# mypy: disable-error-code="untyped-decorator,misc"

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display

from colorizers.admin.common import RecordAdmin
from studies.admin.access import sees_study
from studies.admin.trial_table import TrialRow, rows_of
from studies.models import Participation, ParticipationState, Source, Study, Trial
from studies.services import payments
from studies.services.planning import design_of

SOURCE_LABELS = {Source.PERSON: "success", Source.SIMULATED: "warning", Source.PREVIEW: "info"}
STATE_LABELS = {
    ParticipationState.STARTED: "info",
    ParticipationState.FINISHED: "success",
    ParticipationState.ABANDONED: "warning",
    ParticipationState.WITHDRAWN: "danger",
}


@admin.register(Participation)
class ParticipationAdmin(RecordAdmin):
    list_display = ["code", "study", "shown_source", "shown_state", "answered", "consented_at", "finished_at"]
    # Only studies that the user may see are offered.
    list_filter = [("study", admin.RelatedOnlyFieldListFilter), "source", "state", "verdict"]
    # Not joined: fifty rows would each bring the whole text of their study, and be sorted with it.
    list_select_related: list[str] = []
    list_defer = ["stimuli", "screening", "debrief", "device", "simulation"]
    search_fields = ["code", "completion_code"]
    fields = [
        "code", "study", "source", "state", "language", "consent_version", "consented_at", "last_seen_at",
        "finished_at", "ended_early", "attention", "completion_code", "study_digest", "seed", "simulation",
        "device",
    ]  # fmt: skip
    readonly_fields = fields
    change_form_outer_after_template = "admin/studies/trials.html"

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

    def trial_rows(self, participation: Participation) -> list[TrialRow]:
        return rows_of(participation)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["trials"] = self.trial_rows(context["original"])
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    @display(description="source", label=SOURCE_LABELS, ordering="source")
    def shown_source(self, participation: Participation) -> tuple[str, str]:
        return participation.source, participation.get_source_display()

    @display(description="state", label=STATE_LABELS, ordering="state")
    def shown_state(self, participation: Participation) -> tuple[str, str]:
        why = f": {participation.ended_early}" if participation.ended_early else ""
        return participation.state, f"{participation.get_state_display()}{why}"

    @display(description="ended early")
    def ended_early(self, participation: Participation) -> str:
        return participation.ended_early or "no"

    @display(description="attention")
    def attention(self, participation: Participation) -> str:
        judged = payments.attention_of(participation)
        return f"{judged}. {design_of(participation.study).attention_words}" if judged else "–"

    @display(description="answered")
    def answered(self, participation: Any) -> str:
        return str(participation.answered)
