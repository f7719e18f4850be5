"""Stopping in an orderly way when somebody asks for it."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from colorizers.training.loop import Trainer


class Interrupted(Exception):
    """Somebody asked the training to stop, by the signal `number`; the checkpoint is saved."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.number = number


@dataclass
class StopRequest:
    """The number of the signal that asked to stop; 0 as long as nobody has."""

    number: int = 0

    def check(self, trainer: Trainer) -> None:
        """Raise Interrupted if somebody has asked to stop; the checkpoint must be saved by then."""
        if self.number:
            raise Interrupted(
                self.number,
                f"Stopped in epoch {trainer.epoch + 1}, after step {trainer.step} of "
                f"{trainer.steps_an_epoch}. The checkpoint is saved; the same command goes on from there.",
            )


@contextmanager
def stop_requests() -> Iterator[StopRequest]:
    """Take note of Ctrl-C and SIGTERM in place of dying at once; the second one does what it always did."""
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def note(number: int, frame: FrameType | None) -> None:
        request.number = number
        restore()

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in before:
        signal.signal(number, note)
    try:
        yield request
    finally:
        restore()
