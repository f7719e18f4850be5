"""What is asked after the last trial: once, all of it voluntary."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from studies.models import Participation, ParticipationState, Source
from studies.rules.debriefing import DebriefSettings


def is_due(participation: Participation) -> bool:
    """Whether the questions still stand between the last trial and the thanks."""
    asked = DebriefSettings(**participation.study.debrief)
    return (
        participation.state == ParticipationState.FINISHED
        and participation.source != Source.SIMULATED
        and (asked.comments or asked.demographics)
        and not participation.debrief
    )


@transaction.atomic
def record(participation: Participation, answers: dict[str, Any]) -> None:
    """Keep the answers, or with none that the questions were skipped; the first time stands."""
    locked = Participation.objects.select_for_update(of=("self",)).select_related("study")
    row = locked.get(pk=participation.pk)
    if is_due(row):
        given = {name: value for name, value in answers.items() if value}
        row.debrief = given | {"at": timezone.now().isoformat(), "skipped": not given}
        row.save(update_fields=["debrief"])
    participation.debrief = row.debrief
