"""What happens here when something is done below: the one place where a signal is heard."""

from typing import Any

from django.db.models.signals import post_delete

from colorizers.models import Colorization
from colorizers.signals import colorization_done


def connect() -> None:
    """Listen for finished colorizations and deleted orders, once however often it is called."""
    from evaluation.models import Order

    colorization_done.connect(order_score, dispatch_uid="evaluation.order_score")
    post_delete.connect(discard_file, sender=Order, dispatch_uid="evaluation.discard_file")


def order_score(sender: Any, *, colorization: Colorization, **_kwargs: Any) -> None:
    """Have a worker score a picture as soon as it exists."""
    from evaluation import services

    services.order_scores([colorization])


def discard_file(sender: Any, *, instance: Any, **_kwargs: Any) -> None:
    """A deleted order leaves no file behind."""
    from evaluation.services import exports

    exports.discard_file(instance)
