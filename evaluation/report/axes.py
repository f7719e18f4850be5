"""Axes of charts as data: where they end, where their ticks are, what they mark. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, floor, log10

from evaluation.statistics.arrays import Json

MOST_TICKS = 11


def axis(
    title: str,
    values: Iterable[float | None],
    *,
    least: Sequence[float] = (),
    within: tuple[float, float] | None = None,
    step: float | None = None,
    times: float = 1,
    mark: float | None = None,
    says: str = "",
    log: bool = False,
) -> Json:
    """An axis that holds all `values` and `least`, cut at `within`, with round ticks.

    Numbers at ticks are `times` the value: 100 for a share in per cent. `mark` is dashed and `says` stands
    at it. On a logarithmic axis every value must be above 0.
    """
    known = [value for value in (*values, *least) if value is not None] or [0.0, 1.0]
    low, high = min(known), max(known)
    if within is not None:
        low, high = max(low, within[0]), min(high, within[1])
    ticks = _decades(low, high) if log else _steps(low, high, step)
    shown = max(0, *(_places(times * tick) for tick in ticks))
    return {
        "title": title,
        "ends": [ticks[0], ticks[-1]],
        "ticks": ticks,
        "times": times,
        "digits": shown,
        "mark": mark,
        "says": says,
        "log": log,
    }


def _steps(low: float, high: float, step: float | None) -> list[float]:
    if step is None:
        spread = (high - low) or abs(high) or 1.0
        rough = 10 ** floor(log10(spread / MOST_TICKS))
        step = next(size * rough for size in (1, 2, 5, 10, 20) if spread / (size * rough) <= MOST_TICKS - 2)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(tick * step, 12) for tick in range(first, max(last, first + 1) + 1)]


def _decades(low: float, high: float) -> list[float]:
    every = [size * 10.0**power for power in range(-6, 10) for size in (1, 2, 5)]
    first = max((tick for tick in every if tick <= low * (1 + 1e-9)), default=every[0])
    last = min((tick for tick in every if tick >= high * (1 - 1e-9)), default=every[-1])
    found = [tick for tick in every if first <= tick <= last]
    return found if len(found) > 1 else [first, 2 * first]


def _places(number: float) -> int:
    text = f"{number:.6f}".rstrip("0")
    return len(text.partition(".")[2])
