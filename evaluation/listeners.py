"""What happens here when something is done below: the one place where a signal is heard."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save

from colorizers.models import Colorization
from colorizers.signals import colorizations_done


def connect() -> None:
    """Listen for colorizations, deleted orders and withdrawals, once however often it is called."""
    from evaluation.models import Order
    from studies.models import Participation

    colorizations_done.connect(order_scores, dispatch_uid="evaluation.order_scores")
    post_delete.connect(discard_file, sender=Order, dispatch_uid="evaluation.discard_file")
    post_save.connect(forget_withdrawn, sender=Participation, dispatch_uid="evaluation.forget_withdrawn")


def order_scores(sender: Any, *, colorizations: list[Colorization], **_kwargs: Any) -> None:
    """Have a worker score pictures as soon as they exist."""
    from evaluation.services import (
        scores,
    )

    scores.order_scores(colorizations)


def discard_file(sender: Any, *, instance: Any, **_kwargs: Any) -> None:
    """A deleted order leaves no file behind."""
    from evaluation.services import exports

    exports.discard_file(instance)


def forget_withdrawn(sender: Any, *, instance: Any, update_fields: Any, **_kwargs: Any) -> None:
    """Who withdraws is in no export that can still be downloaded here."""
    from evaluation.services import exports
    from studies.models import ParticipationState

    if instance.state == ParticipationState.WITHDRAWN and (update_fields is None or "state" in update_fields):
        # A file that cannot be removed must not stand in the way of the person.
        transaction.on_commit(lambda: exports.remove_files_with(instance), robust=True)
