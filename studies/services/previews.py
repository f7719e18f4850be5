"""What researchers tried out: counted nowhere, and gone when the draft changes."""

from django.db import transaction
from django.db.models import QuerySet

from studies.models import Participant, Participation, Source, Study, Trial


def discard_previews(study: Study) -> int:
    """Delete a study's previews with their trials and answers; gives how many there were."""
    return discard(study.participations.all())


@transaction.atomic
def discard(participations: QuerySet[Participation]) -> int:
    """Delete those of the participations that are previews; gives how many there were."""
    found = dict(participations.filter(source=Source.PREVIEW).values_list("pk", "participant_id"))
    # A repeated trial protects the one in whose place it was shown; here both go.
    Trial.objects.filter(participation__in=found, replaces__isnull=False).update(replaces=None)
    Participation.objects.filter(pk__in=found).delete()
    Participant.objects.filter(pk__in=found.values(), participations=None).delete()
    return len(found)
