"""Files of answers from elsewhere that designs other than the pair test read, and how. Pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from evaluation.designs._design import FileForm, Misread
from evaluation.statistics.arrays import Bools
from evaluation.statistics.table import LEFT, Factor, ResponseTable
from studies.designs._columns import FLAG, NUMBER, TEXT, WHOLE, Column

REAL = "real"
VERDICTS = ("fake", REAL)


def _preferred(table: ResponseTable) -> ResponseTable:
    """`preferred_model` from the side that was chosen."""
    left, right = table.names("left_model"), table.names("right_model")
    labels = tuple(dict.fromkeys((*left.labels, *right.labels)))
    codes = [np.array([labels.index(one) for one in side.labels])[side.codes] for side in (left, right)]
    same = codes[0] == codes[1]
    if same.any():
        raise Misread("right_model", int(np.argmax(same)), "another condition than on the left")
    chosen = np.where(table.chosen_side == LEFT, *codes).astype(np.int32)
    return replace(table, own={**table.own, "preferred_model": Factor(chosen, labels)})


def _judged(table: ResponseTable) -> ResponseTable:
    """`is_real`, `called_real` and `wrong` from what a picture was and what it was called."""
    own = dict(table.own)
    is_real, called_real = (_says_real(table.names(name)) for name in ("truth", "answer"))
    for name in ("truth", "answer"):
        del own[name]
    own |= {
        "is_real": is_real.astype(float),
        "called_real": called_real.astype(float),
        "wrong": (is_real != called_real).astype(float),
    }
    return replace(table, own=own)


def _says_real(column: Factor) -> Bools:
    return np.array([label.lower() == REAL for label in column.labels])[column.codes]


def _climbed(table: ResponseTable) -> ResponseTable:
    """`wrong` from `correct`; exposures are times."""
    short = table.exposure_ms <= 0
    if short.any():
        raise Misread("exposure_ms", int(np.argmax(short)), "a number above 0")
    own = dict(table.own)
    return replace(table, own=own | {"wrong": 1 - np.asarray(own.pop("correct"))})


CHOSEN_SIDES = FileForm(
    ("left_model", "right_model", "chosen_side"),
    (
        Column("left_model", TEXT, "Condition whose picture stood on the left"),
        Column("right_model", TEXT, "Condition whose picture stood on the right"),
        Column("chosen_side", TEXT, "The side that was preferred: L or R"),
    ),
    _preferred,
)
VERDICTS_OF_PICTURES = FileForm(
    ("truth", "answer"),
    (
        Column("model", TEXT, "Condition that a fake is by, or beside whose fakes a real photo was shown"),
        Column("truth", TEXT, "What the picture was", values=VERDICTS),
        Column("answer", TEXT, "What it was called", values=VERDICTS),
    ),
    _judged,
)
STEPS = FileForm(
    ("block", "correct"),
    (
        Column("model", TEXT, "Condition of the block"),
        Column("block", WHOLE, "Block of the staircase"),
        Column("trial_index", NUMBER, "Place of the trial"),
        Column("exposure_ms", NUMBER, "Exposure of the picture"),
        Column("correct", FLAG, "1: the answer was right"),
    ),
    _climbed,
)
