"""Tables of planted answers for the concluding halves, and what their sections are told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from evaluation.statistics.table import Factor, ResponseTable


def table_of(who, what, condition, *, own=None, **columns) -> ResponseTable:
    """One row for each trial; `own` holds the design's columns: texts, or numbers."""
    n = len(who)
    sides = {"fake_side": [None] * n, "chosen_side": [None] * n}
    table = ResponseTable.from_columns(
        participant=[f"p{code:03}" for code in who],
        photo=[f"photo-{code:03}" for code in what],
        condition=list(condition),
        **{"rt_ms": [900.0] * n} | sides | columns,
    )
    return replace(table, own={name: _column(list(column)) for name, column in (own or {}).items()})


def _column(values):
    if any(isinstance(value, str) for value in values):
        return Factor.of(values)
    return np.asarray(values, float)


def facts_of(conditions, *, design="pair", settings=None, **further):
    """What the platform says of a study with these conditions, by slug and title."""
    study = {
        "slug": "sky", "title": "Sky", "design": design, "image_px": 256, "allocation": "mixed",
        "planned_participants": 40, "protocol_digest": "d" * 64, "photo_set": "holiday",
        "photos": {"test": 60}, "recruiter": "open",
        "conditions": [{"slug": slug, "title": title, "kind": "test"} for slug, title in conditions.items()],
    }  # fmt: skip
    if settings is not None:
        study["settings"] = settings
    return {
        "study": study | further, "population": "people", "software": "1", "code_version": "1+a",
        "data_digest": "d" * 64,
    }  # fmt: skip


def judged_table(judged, *, phase=None, **further):
    """A table of pictures that were judged one at a time, from `ArmJudgements`."""
    names = ["" if code < 0 else judged.labels[code] for code in judged.arm]
    own = {"is_real": ~judged.is_fake, "called_real": ~judged.called_fake,
           "wrong": judged.is_fake != judged.called_fake}  # fmt: skip
    further = {"own": own | further.pop("own", {})} | further
    return table_of(judged.participant, judged.photo, names, phase=phase or ["test"] * len(names), **further)
