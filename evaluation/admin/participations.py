"""The page of a participation, with the exclusions that concern it and the way to state one."""

# unfold's decorators carry no types.
# mypy: disable-error-code="untyped-decorator,misc"

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from evaluation.models import Exclusion
from studies.admin.participation import ParticipationAdmin
from studies.admin.trial_table import NOTHING, TrialRow
from studies.models import Participation, Source, Trial, TrialKind


def leave_out_address(participation: Participation, trial: Trial | None = None) -> str:
    """The page on which this participation, or one trial of it, is left out of the analysis."""
    query = {"participation": participation.code} | ({"trial": trial.number} if trial is not None else {})
    return f"{reverse('admin:evaluation_exclusion_add')}?{urlencode(query)}"


def named(participation: Participation, trial: Trial | None = None) -> str:
    """What is left out, in words."""
    whole = f"the participation {str(participation.code)[:8]}…"
    return f"Trial {trial.number} of {whole}" if trial is not None else f"All of {whole}"


class JudgedParticipationAdmin(ParticipationAdmin):
    """Adds the panel of exclusions."""

    change_form_outer_before_template = "admin/evaluation/exclusions_panel.html"

    def trial_rows(self, participation: Participation) -> list[TrialRow]:
        """Each trial with the rule by which it is left out, or the way to do that."""
        rules: dict[int, list[str]] = {}
        for exclusion in Exclusion.objects.filter(trial__participation=participation):
            rules.setdefault(exclusion.trial_id or 0, []).append(exclusion.rule)
        return [
            replace(row, analysis=_analysis(participation, row.trial, rules.get(row.trial.pk, [])))
            for row in super().trial_rows(participation)
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        participation = self.get_object(request, object_id)
        extra = _panel(participation) if participation is not None else {}
        response: HttpResponse = super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **extra}
        )
        return response


def _analysis(participation: Participation, trial: Trial, rules: list[str]) -> str:
    if rules:
        return f"left out: {', '.join(rules)}"
    # Practice and previews are in no rate anyway.
    if trial.kind == TrialKind.PRACTICE or participation.source == Source.PREVIEW:
        return NOTHING
    address = leave_out_address(participation, trial)
    return format_html(
        '<a class="fr-link" href="{}" title="Leave trial {} out">Leave out…</a>', address, trial.number
    )


def _panel(participation: Participation) -> dict[str, Any]:
    found = Exclusion.objects.filter(
        Q(participation=participation) | Q(trial__participation=participation)
    ).select_related("trial", "created_by")
    return {
        "counted": participation.source != Source.PREVIEW,
        "leave_out_url": ""
        if any(exclusion.trial is None for exclusion in found)
        else leave_out_address(participation),
        "exclusions": [
            {
                "what": f"Trial {exclusion.trial.number}" if exclusion.trial else "Everything",
                "rule": exclusion.rule,
                "reason": exclusion.reason,
                "at": exclusion.created_at,
                "by": exclusion.created_by,
                "take_back": reverse("admin:evaluation_exclusion_delete", args=[exclusion.pk]),
            }
            for exclusion in found
        ],
    }


admin.site.unregister(Participation)
admin.site.register(Participation, JudgedParticipationAdmin)
