"""The four tables of an export and what their columns mean; both halves of a design add columns. Pure.

A name means the same in each table that has it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import inf

from evaluation import metrics
from evaluation.designs._design import Concluding
from studies.designs._columns import FLAG, NUMBER, TEXT, TIME, WHOLE, Column, Table, placed
from studies.designs._design import Design
from studies.rules.trial_columns import (
    ATTENTION,
    COLORIZER,
    IMAGE,
    MODEL,
    PARTICIPANT,
    PHOTO,
    PHOTO_DIGEST,
    REFRESH,
    SEED,
    SOURCE,
    STATE,
    STUDY,
    STUDY_DIGEST,
    with_own,
)

POPULATION = Column(
    "population", TEXT, "Whose answers the numbers are about; only “people” is about people alone",
    values=("people", "simulated", "pooled"),
)  # fmt: skip
EXCLUDED = Column(
    "excluded", TEXT,
    "The rule of the exclusion that leaves this trial or participant out; empty: not excluded",
)  # fmt: skip
_PARTICIPANTS = Table(
    "participants",
    "one participation: its participant, device, checks, attention and own results",
    (
        PARTICIPANT, SOURCE, STATE,
        Column("ended_early", TEXT, "Why the design ended it: failed_qualification; empty: it did not"),
        EXCLUDED,
        Column("language", TEXT, "Language of the survey's pages, as an IETF tag"),
        Column("recruiter", TEXT, "Where the participant came from, such as open or prolific"),
        Column("consent_version", TEXT, "Version of the consent text that was agreed to"),
        Column("consented_at", TIME, "When consent was given", unit="UTC"),
        Column("finished_at", TIME, "When the last trial was answered; empty: it never was", unit="UTC"),
        Column("duration_s", NUMBER, "From consent to the last trial", unit="s", low=0),
        Column("planned_trials", WHOLE, "Trials that were planned", low=0),
        Column("answered_trials", WHOLE, "Trials that were answered", low=0),
        Column("vigilance_asked", WHOLE, "Vigilance trials shown, timed-out ones included", low=0),
        Column("vigilance_passed", WHOLE, "Vigilance trials that were passed", low=0),
        Column("vigilance_share", NUMBER, "Passed over asked; empty: none asked", "share", 0, 1),
        ATTENTION,
        Column("screened_out_for", TEXT, "Why the checks before the trials turned the person away"),
        Column("colour_vision_right", WHOLE, "Colour-vision plates read right", low=0),
        Column("colour_vision_shown", WHOLE, "Colour-vision plates shown but the first", low=0),
        Column("colour_vision_passed", FLAG, "Whether enough plates were read; no diagnosis"),
        Column("display_fits", FLAG, "Whether the window could show the pictures whole"),
        Column("touch_only", FLAG, "Whether there was a touch screen and nothing else"),
        Column("page_loads", WHOLE, "Loads of the runner's page; the facts below are of the first", low=0),
        REFRESH,
        Column("clock_step_ms", NUMBER, "Smallest step of the browser's clock", unit="ms", low=0),
        Column("screen_width", WHOLE, "Width of the screen", unit="CSS px", low=0),
        Column("screen_height", WHOLE, "Height of the screen", unit="CSS px", low=0),
        Column("viewport_width", WHOLE, "Width of the page's window", unit="CSS px", low=0),
        Column("viewport_height", WHOLE, "Height of the page's window", unit="CSS px", low=0),
        Column("pixel_ratio", NUMBER, "Device pixels for one CSS pixel", low=0),
        Column("image_css_px", NUMBER, "Side of a picture as shown", unit="CSS px", low=0),
        Column("pointer", TEXT, "The main pointing device", values=("fine", "coarse", "none")),
        Column("gamut", TEXT, "Colours that the screen says it can show, such as srgb or p3"),
        Column("colour_depth", WHOLE, "Bits for a pixel, as the browser says", unit="bits", low=0),
        Column("dark", FLAG, "Whether the system asks pages to be dark"),
        Column("runner", TEXT, "Version of the trial runner"),
        Column("debrief_skipped", FLAG, "1: none of the last questions was answered; empty: not shown"),
        Column("comments", TEXT, "What the participant wrote; it may name people: read it before publishing"),
        Column("age_group", TEXT, "Age group as told; not_said: rather not say"),
        Column("gender", TEXT, "Gender as told"),
        Column("gender_words", TEXT, "Gender in the participant's own words"),
        Column("experience", TEXT, "Experience with pictures as told"),
        STUDY, STUDY_DIGEST, SEED,
    ),
)  # fmt: skip


def _scores() -> tuple[Column, ...]:
    """A column for each metric; only of some is identity infinite."""
    found = []
    for name in metrics.names():
        metric = metrics.get(name)
        infinite = "; inf: identical pictures" if metric.identity == inf else ""
        found.append(Column(name, NUMBER, metric.summary.rstrip(".") + infinite, metric.unit))
    return tuple(found)


_PHOTOS = Table(
    "photos",
    "one test photo under one condition, also where nobody has judged it",
    (MODEL, IMAGE, PHOTO, PHOTO_DIGEST, *_scores(), POPULATION, STUDY),
)


def _means() -> tuple[Column, ...]:
    found: list[Column] = []
    for name in metrics.names():
        unit = metrics.get(name).unit
        found += [
            Column(f"{name}_mean", NUMBER, f"Mean {name} over the test photos, infinite ones left out", unit),
            Column(f"{name}_low", NUMBER, f"Lower end of the 95 % interval of the mean {name}", unit),
            Column(f"{name}_high", NUMBER, f"Upper end of the 95 % interval of the mean {name}", unit),
        ]
    return tuple(found)


_CONDITIONS = Table(
    "conditions",
    "one condition under test with its headline numbers, also where nobody has judged it",
    (MODEL, Column("title", TEXT, "Title of the condition"), COLORIZER, *_means(), POPULATION, STUDY),
)


def trials_table(asking: Design, more: Iterable[Column] = ()) -> Table:
    """The table of trials of a design under its settings; `more` are columns that a study adds."""
    return Table(
        "trials",
        "one planned trial of one participation, in the order of showing; without an answer it stays a row",
        (*with_own((*asking.columns(), *more)), EXCLUDED),
    )


def tables_of(asking: Design, concluding: Concluding, more: Iterable[Column] = ()) -> dict[str, Table]:
    """The four tables of a study by name: the columns of every design with those of this one in between.

    `more` are columns of the trials that the study adds.
    """
    tables = [trials_table(asking, more)]
    for table in (_PARTICIPANTS, _PHOTOS, _CONDITIONS):
        own = concluding.columns.get(table.name, ())
        tables.append(replace(table, columns=placed(table.columns, own)))
    return {table.name: table for table in tables}


def all_columns(tables: Iterable[Table]) -> dict[str, Column]:
    """Every column by its name, in the order in which the tables have them."""
    return {column.name: column for table in tables for column in table.columns}
