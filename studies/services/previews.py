"""What researchers tried out: counted nowhere, and gone when the draft changes."""

from studies.models import Participant, Source, Study


def discard_previews(study: Study) -> int:
    """Delete a study's previews with their trials and answers; gives how many there were."""
    participants = list(
        study.participations.filter(source=Source.PREVIEW).values_list("participant_id", flat=True)
    )
    study.participations.filter(source=Source.PREVIEW).delete()
    Participant.objects.filter(pk__in=participants, participations=None).delete()
    return len(participants)
