"""What a worker does for studies: fetch, call one service, come again for the rest."""

from celery import shared_task
from django.db import OperationalError

from studies.services import lifecycle


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=8)
def prepare_study(study_id: int) -> None:
    try:
        finished = lifecycle.continue_preparation(study_id)
    except OperationalError:
        raise
    except Exception as error:
        # A damaged file or a full disk must not leave the study in preparation for ever.
        lifecycle.fail(study_id, error)
        raise
    if not finished:
        # In steps, so that no task outlives the time after which the queue takes its worker for dead.
        prepare_study.delay(study_id)
