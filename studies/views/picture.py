"""One picture of one trial, under an address that says nothing."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from studies import limits
from studies.blinding.masking import mask
from studies.models import TrialPicture
from studies.services import participations, stimuli
from studies.views._http import runner_endpoint

# Fetched twice a trial, so without the long texts of plan and protocol.
PICTURES = TrialPicture.objects.select_related(
    "trial__participation__study", "trial__response", "stimulus"
).only(
    "trial__number",
    "trial__photo_id",
    "trial__participation__code",
    "trial__participation__state",
    "trial__participation__source",
    "trial__participation__study__state",
    "trial__participation__study__image_px",
    "trial__response__id",
    "stimulus__file",
    "sent_bytes",
)


@runner_endpoint("GET")
def picture(request: HttpRequest, token: UUID) -> HttpResponse:
    """Real and recoloured go the same way, with the same headers; both exist before the study began.

    Masked by this showing's own keystream and filled up to one length for all arms of the photo: see
    docs/runner.md.
    """
    row = get_object_or_404(PICTURES, token=token)
    trial = row.trial
    limits.count_participation(request, trial.participation.code)
    if hasattr(trial, "response") or not participations.is_open(trial.participation):
        return HttpResponse(status=410)
    if not participations.is_near(trial):
        return HttpResponse(status=404)
    with row.stimulus.file.open("rb") as file:
        data = file.read()
    content = mask(data, token, _length(row))
    return HttpResponse(
        content,
        content_type="application/octet-stream",
        headers={
            "Content-Length": str(len(content)),
            # A proxy that recompresses pictures would change both colours and lengths.
            "Cache-Control": "private, no-store, no-transform",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )


def _length(row: TrialPicture) -> int:
    """As planned, or more where files were made anew since: the same for all arms of the photo.

    A length that each picture chose for itself would tell the arms whose files still fit from the others.
    """
    return max(row.sent_bytes or 0, stimuli.sent_length(row.trial.participation.study, row.trial.photo_id))
