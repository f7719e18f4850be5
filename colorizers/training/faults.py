"""What can go wrong in the middle of a training, and the sentence that says what to do about it."""

from collections.abc import Iterator
from contextlib import contextmanager

from colorizers.pictures.pipeline import is_out_of_memory


class TrainingStopped(RuntimeError):
    """The training cannot go on; the message says where it stood and what to do. Nothing kept is lost."""


@contextmanager
def memory_explained(batch: int, crop: int) -> Iterator[None]:
    """Say what to change where memory runs out; other errors pass."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise TrainingStopped(
            f"Memory ran out at batches of {batch} crops of {crop} pixels. Set a smaller batch in the "
            "recipe, or a smaller crop, or train at --precision bfloat16, in a new --out."
        ) from error
