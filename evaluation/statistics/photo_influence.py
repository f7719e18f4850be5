"""How much a single photo decides: the fool rate of a condition without each of its photos."""

from __future__ import annotations

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Flags, Json, sums

MOST = 3
"""As many photos are named."""


def photo_influence(fooled: Flags, photo: AnyCodes, labels: tuple[str, ...]) -> Json:
    """The rate without each photo: the lowest, the highest, and the photos whose removal moves it most.

    `fooled` and `photo` shape (n,), n >= 1, `labels` by code of the photo. `change` is the rate without the
    photo minus the rate. None where there is a single photo.
    """
    judged, taken = sums(photo), sums(photo, fooled)
    codes = np.flatnonzero(judged)
    if len(codes) < 2:
        return {"lowest_without": None, "highest_without": None, "most": []}
    n, k = float(judged.sum()), float(taken.sum())
    without = (k - taken[codes]) / (n - judged[codes])
    change = without - k / n
    size = np.abs(change)
    bar = np.sort(size)[-MOST:][0]
    # Photos that move it alike are in the order of their names.
    order = sorted(
        np.flatnonzero(size >= bar).tolist(), key=lambda place: (-size[place], labels[codes[place]])
    )[:MOST]
    return {
        "lowest_without": float(without.min()),
        "highest_without": float(without.max()),
        "most": [
            {
                "image_id": labels[codes[place]],
                "n": int(judged[codes[place]]),
                "k": int(taken[codes[place]]),
                "rate_without": float(without[place]),
                "change": float(change[place]),
            }
            for place in order
        ],
    }
