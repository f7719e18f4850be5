"""Loaded into a real worker by a test: painting takes its time, and every step leaves a line in a file."""

import os
import time
from pathlib import Path

from colorizers import inference
from colorizers.signals import colorization_done

LOG = Path(os.environ["SLOW_BRUSH_LOG"])
SECONDS = float(os.environ.get("SLOW_BRUSH_SECONDS", "0.5"))

_colorize_rgb = inference.colorize_rgb


def note(line: str) -> None:
    with LOG.open("a") as file:
        file.write(line + "\n")


def slowly(rgb8, predict, source, **options):
    note(f"begin {source.digest}")
    time.sleep(SECONDS)
    picture = _colorize_rgb(rgb8, predict, source, **options)
    note(f"end {source.digest}")
    return picture


def listen(colorization, **_):
    note(f"announced {colorization.photo.digest}")


inference.colorize_rgb = slowly
colorization_done.connect(listen, weak=False)
