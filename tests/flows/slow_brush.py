"""Loaded into a real worker by a test: painting takes its time, and every step leaves a line in a file."""

import os
import signal
import time
from pathlib import Path

from colorizers.pictures import inference, pipeline
from colorizers.signals import colorizations_done

LOG = Path(os.environ["SLOW_BRUSH_LOG"])
SECONDS = float(os.environ.get("SLOW_BRUSH_SECONDS", "0.5"))

_predicted = inference.predicted


def note(line: str) -> None:
    with LOG.open("a") as file:
        file.write(line + "\n")


def slowly(predict, lightness, sources):
    for source in sources:
        note(f"begin {source.digest}")
        if source.digest == os.environ.get("SLOW_BRUSH_DEADLY"):
            os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(SECONDS * len(sources))
    answers = _predicted(predict, lightness, sources)
    for source in sources:
        note(f"end {source.digest}")
    return answers


def listen(colorizations, **_):
    for colorization in colorizations:
        note(f"announced {colorization.photo.digest}")


pipeline.predicted = slowly
colorizations_done.connect(listen, weak=False)
