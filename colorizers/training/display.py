"""What somebody sees of a training that runs: a bar with losses in a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from colorizers.training.loop import EpochRecord, Trainer

LINE_SECONDS = 60


class Display:
    """Shows progress on a console; to be used as a context."""

    def __init__(self, console: Console) -> None:
        self.console = console
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[facts]}"),
            TimeRemainingColumn(),
        )
        self._bar = Progress(*columns, console=console, disable=not console.is_terminal)
        self._training = self._bar.add_task("Training", total=None, facts="", visible=False)
        self._last_line = time.monotonic()

    def __enter__(self) -> "Display":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def say(self, text: str) -> None:
        """One line of plain text, never wrapped."""
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def reading(self, what: str) -> Callable[[int, int], None]:
        """A new bar; gives the function that is told how many files are done, and of how many."""
        task = self._bar.add_task(f"Reading {what}", total=None, facts="")

        def show(done: int, total: int) -> None:
            self._bar.update(task, completed=done, total=total, visible=done < total)

        return show

    def read(self, what: str, count: int, refused: tuple[str, ...]) -> None:
        """How many photos were read, and which were not."""
        self.say(f"{count} {what}" + (f", {len(refused)} refused:" if refused else ""))
        for line in refused[:10]:
            self.say(f"  {line}")
        if len(refused) > 10:
            self.say("  ... all of them are in run.json")

    def step(self, trainer: Trainer) -> None:
        """A step was taken."""
        last = trainer.records[-1] if trainer.records else None
        validated = f", validation {last.validation_loss:.4f}, ab-RMSE {last.ab_rmse:.2f}" if last else ""
        where = f"Epoch {trainer.epoch + 1}/{trainer.recipe.epochs}"
        facts = f"loss {trainer.loss_sum / trainer.step:.4f}{validated}"
        self._bar.update(
            self._training,
            visible=True,
            description=where,
            total=trainer.steps_an_epoch * trainer.recipe.epochs,
            completed=trainer.epoch * trainer.steps_an_epoch + trainer.step,
            facts=facts,
        )
        if self._bar.disable and time.monotonic() - self._last_line > LINE_SECONDS:
            self.say(f"{where}, step {trainer.step}/{trainer.steps_an_epoch}: {facts}")
            self._last_line = time.monotonic()

    def epoch(self, epoch: EpochRecord, *, is_best: bool) -> None:
        """An epoch was validated."""
        self.say(
            f"epoch {epoch.epoch + 1}: loss {epoch.training_loss:.4f}, "
            f"validation {epoch.validation_loss:.4f}, ab-RMSE {epoch.ab_rmse:.2f}, "
            f"chroma {epoch.chroma:.1f}, {epoch.seconds:.0f} s"
            f"{', the best so far' if is_best else ''}"
        )
        self._last_line = time.monotonic()
