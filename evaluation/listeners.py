"""What happens here when something is done below: the one place where a signal is heard."""

from typing import Any

from colorizers.models import Colorization
from colorizers.signals import colorization_done


def connect() -> None:
    """Listen for finished colorizations, once however often it is called."""
    colorization_done.connect(order_score, dispatch_uid="evaluation.order_score")


def order_score(sender: Any, *, colorization: Colorization, **_kwargs: Any) -> None:
    """Have a worker score a picture as soon as it exists."""
    from evaluation import services

    services.order_scores([colorization])
