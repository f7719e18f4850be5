"""Many photos through one predictor: threads read and write pictures while it computes; no Django, no torch.

Photos whose lightness has one shape go to the predictor together. What is in flight is bounded by
number and by pixels, so memory does not grow with the number of photos; each photo fails alone.
"""

import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from colorizers.pictures.colour import RGB8, Floats
from colorizers.pictures.inference import (
    ColorizationFailed,
    ColorizedPicture,
    Predict,
    PredictMany,
    Source,
    WorkingSize,
    predicted,
    recoloured,
    working_lightness,
)

# Words by which libraries say that memory is short, where they raise no MemoryError of their own.
_SHORT_OF_MEMORY = ("out of memory", "can't allocate memory", "failed to allocate memory", "bad allocation")
# One batch computes, the next one lies ready: the predictor never waits for a picture to be written.
_BATCHES_AHEAD = 2


@dataclass(frozen=True)
class Limits:
    """How much is done at once: photos in a `batch`, `threads` that read and write, photos in flight.

    `pixels` bounds the pixels in flight; a photo that is larger by itself travels alone.
    """

    batch: int = 4
    threads: int = 2
    pixels: int = 16_000_000

    def __post_init__(self) -> None:
        if min(self.batch, self.threads, self.pixels) < 1:
            raise ValueError(f"A pipeline needs a batch, threads and pixels of at least 1, not {self}.")

    @property
    def in_flight(self) -> int:
        """Photos that are being read, coloured or written at one time, at most."""
        return (_BATCHES_AHEAD + 1) * self.batch + self.threads


@dataclass(frozen=True, eq=False)
class Job:
    """One photo: `read` gives its picture (H, W, 3) uint8, `keep` stores the result; both run in threads.

    `pixels` is its height times its width; `keep` gets the seconds that colouring took. `name` is
    whatever the caller knows it by.
    """

    name: Any
    source: Source
    pixels: int
    read: Callable[[], RGB8]
    keep: Callable[[ColorizedPicture, float], Any]


@dataclass(frozen=True, eq=False)
class Finished:
    """What became of a job: what `keep` gave, or the error that stopped it."""

    job: Job
    kept: Any = None
    error: Exception | None = None


def colorize_many(
    jobs: Iterable[Job],
    predict: Predict,
    *,
    working_size: WorkingSize | None = None,
    promises_colour: bool = False,
    limits: Limits | None = None,
) -> Iterator[Finished]:
    """Recolour photos as inference.colorize_rgb does each; they are given as they are finished.

    `jobs` is drawn from, in the caller's thread, only when there is room for one more. Any exception of
    a read, an answer or a keep is that photo's own. When memory is short, the batch is halved and stays
    so; a photo that does not fit alone fails with ColorizationFailed.
    """
    yield from _Pipeline(predict, working_size, promises_colour, limits or Limits()).run(iter(jobs))


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a library says, in one of its ways, that memory is short."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    # ONNX Runtime's exceptions are no RuntimeErrors, whatever their names.
    library = isinstance(error, RuntimeError) or type(error).__module__.startswith("onnxruntime.")
    return library and any(words in str(error).lower() for words in _SHORT_OF_MEMORY)


@dataclass(eq=False)
class _Photo:
    """A job on its way; the seconds grow from stage to stage."""

    job: Job
    rgb8: RGB8
    lightness: Floats | None
    shape: tuple[int, ...]
    seconds: float


class _Pipeline:
    """Three stages: preparing and finishing in threads, predicting in a thread of its own."""

    def __init__(
        self, predict: Predict, working_size: WorkingSize | None, promises_colour: bool, limits: Limits
    ) -> None:
        self.predict, self.working_size, self.promises_colour = predict, working_size, promises_colour
        self.limits = limits
        # Without `many` there is nothing to be won by waiting for others of the same shape.
        self.batch = limits.batch if isinstance(predict, PredictMany) else 1
        self.held: Job | None = None
        self.jobs_left = True
        self.photos = self.pixels = 0
        self.ready: dict[tuple[int, ...], deque[_Photo]] = defaultdict(deque)
        self.preparing: dict[Future[_Photo], Job] = {}
        self.predicting: dict[Future[list[Any]], list[_Photo]] = {}
        self.finishing: dict[Future[Any], Job] = {}

    def run(self, jobs: Iterator[Job]) -> Iterator[Finished]:
        """Move everything on until nothing is left."""
        hands = ThreadPoolExecutor(self.limits.threads, "photos")
        brush = ThreadPoolExecutor(1, "predictor")
        try:
            while True:
                self._admit(jobs, hands)
                self._send_batches(brush)
                pending: list[Future[Any]] = [*self.preparing, *self.predicting, *self.finishing]
                if not pending:
                    return
                for future in wait(pending, return_when=FIRST_COMPLETED).done:
                    yield from self._settle(future, hands)
        finally:
            for pool in (hands, brush):
                pool.shutdown(cancel_futures=True)

    def _admit(self, jobs: Iterator[Job], hands: ThreadPoolExecutor) -> None:
        while self.jobs_left and self.photos < self.limits.in_flight:
            self.held = self.held or next(jobs, None)
            if self.held is None:
                self.jobs_left = False
                return
            if self.photos and self.pixels + self.held.pixels > self.limits.pixels:
                return
            job, self.held = self.held, None
            self.photos += 1
            self.pixels += job.pixels
            self.preparing[hands.submit(self._prepare, job)] = job

    def _send_batches(self, brush: ThreadPoolExecutor) -> None:
        while self.ready and len(self.predicting) < _BATCHES_AHEAD:
            shape, waiting = max(self.ready.items(), key=lambda item: len(item[1]))
            # One that is not full goes only when nothing can join it in time.
            if len(waiting) < self.batch and (self.preparing or self.predicting):
                return
            photos = [waiting.popleft() for _ in range(min(self.batch, len(waiting)))]
            if not waiting:
                del self.ready[shape]
            self.predicting[brush.submit(self._answers, photos)] = photos

    def _settle(self, future: Future[Any], hands: ThreadPoolExecutor) -> Iterator[Finished]:
        if future in self.preparing:
            job = self.preparing.pop(future)
            if future.exception() is None:
                photo = future.result()
                self.ready[photo.shape].append(photo)
                return
        elif future in self.predicting:
            yield from self._hand_on(self.predicting.pop(future), future.result(), hands)
            return
        else:
            job = self.finishing.pop(future)
        error = future.exception()
        if error is not None and not isinstance(error, Exception):
            raise error
        yield self._finished(job, None if error else future.result(), error)

    def _hand_on(
        self, photos: list[_Photo], answers: list[Any], hands: ThreadPoolExecutor
    ) -> Iterator[Finished]:
        for photo, answer in zip(photos, answers, strict=True):
            if isinstance(answer, Exception):
                yield self._finished(photo.job, None, answer)
            else:
                self.finishing[hands.submit(self._finish, photo, answer)] = photo.job

    def _finished(self, job: Job, kept: Any, error: Exception | None) -> Finished:
        self.photos -= 1
        self.pixels -= job.pixels
        if error is not None and is_out_of_memory(error):
            error = _too_large(f"a photo of {job.pixels / 1e6:.1f} million pixels", error)
        return Finished(job, kept, error)

    # --- in threads ------------------------------------------------------------------------------

    def _prepare(self, job: Job) -> _Photo:
        rgb8 = job.read()
        started = time.perf_counter()
        lightness = working_lightness(rgb8, self.working_size)
        return _Photo(job, rgb8, lightness, lightness.shape, time.perf_counter() - started)

    def _answers(self, photos: list[_Photo]) -> list[Any]:
        """An answer or an exception for each photo; what fails together is tried in halves."""
        started = time.perf_counter()
        answers = self._predict(photos)
        seconds = (time.perf_counter() - started) / len(photos)
        for photo in photos:
            photo.seconds += seconds
            photo.lightness = None
        return answers

    def _predict(self, photos: list[_Photo]) -> list[Any]:
        if len(photos) <= self.batch:
            try:
                lightness = [photo.lightness for photo in photos if photo.lightness is not None]
                return predicted(self.predict, lightness, [photo.job.source for photo in photos])
            except Exception as error:
                short = is_out_of_memory(error)
                if len(photos) == 1:
                    return [_too_large(f"lightness of {photos[0].shape}", error) if short else error]
            # Only here is the exception gone, and with it the memory of the attempt.
            if short:
                self.batch = min(self.batch, (len(photos) + 1) // 2)
        half = (len(photos) + 1) // 2
        return self._predict(photos[:half]) + self._predict(photos[half:])

    def _finish(self, photo: _Photo, answer: Any) -> Any:
        started = time.perf_counter()
        picture = recoloured(photo.rgb8, answer, photo.shape, promises_colour=self.promises_colour)
        return photo.job.keep(picture, photo.seconds + time.perf_counter() - started)


def _too_large(what: str, error: Exception) -> ColorizationFailed:
    reason = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
    return ColorizationFailed(
        f"There is not enough memory to colour this photo, even alone ({what}): {reason[:200]} "
        "A smaller input_px, fewer worker processes or a machine with more memory would do."
    )
