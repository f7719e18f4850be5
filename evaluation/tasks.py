"""Work of the concluding side that a worker does."""

from celery import shared_task

from colorizers.models import Colorization, WorkState


@shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=5)
def score_colorization(colorization_id: int) -> None:
    """Score one colorization; one that is gone, not done any more or without truth needs no scores."""
    from evaluation import services

    colorization = (
        Colorization.objects.select_related("photo", "colorizer")
        .filter(pk=colorization_id, state=WorkState.DONE, photo__is_monochrome=False)
        .first()
    )
    if colorization is not None:
        services.score_colorization(colorization)
