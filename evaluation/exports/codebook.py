"""The four tables of an export and every column of them: the one place that says what a column means. Pure.

A name means the same in each table that has it.
"""

from __future__ import annotations

from math import inf

from evaluation import metrics
from studies import designs
from studies.designs._columns import FLAG, NUMBER, TEXT, TIME, WHOLE, Column, Table
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
N = Column("n", WHOLE, "Test trials that count, those of excluded or spoiled ones left out", low=0)
K = Column("k", WHOLE, "Of these, trials in which the recolouring was taken for the real photo", low=0)
RATE = Column("fool_rate", NUMBER, "k over n; 0.5 is chance in a pair test", unit="share", low=0, high=1)

TRIALS = Table(
    "trials",
    "one planned trial of one participation, in the order of showing; without an answer it stays a row",
    (*with_own(designs.get("pair").columns()), EXCLUDED),
)

PARTICIPANTS = Table(
    "participants",
    "one participation: its participant, device, checks, attention and own fool rate",
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
        N, K, RATE,
        Column("median_rt_ms", NUMBER, "Median response time of the trials counted in n", unit="ms", low=0),
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


PHOTOS = Table(
    "photos",
    "one test photo under one condition, also where nobody has judged it",
    (
        MODEL, IMAGE, PHOTO, PHOTO_DIGEST, N, K, RATE,
        Column(
            "posterior_mean", NUMBER,
            "Fool rate drawn towards the condition's mean where few judged (beta-binomial empirical Bayes)",
            "share", 0, 1,
        ),
        Column("posterior_low", NUMBER, "Lower end of its 95 % interval; empty: no spread", "share", 0, 1),
        Column("posterior_high", NUMBER, "Upper end of its 95 % interval", "share", 0, 1),
        *_scores(),
        POPULATION, STUDY,
    ),
)  # fmt: skip

INTERVALS = {
    "default": "for new participants and new photos",
    "these_photos": "for new participants and these photos only",
    "naive": "over trials as if all were independent, for comparison with the literature",
    "this_participant": "for the only participant; empty where there are several",
}
"""The named intervals of a fool rate, as the report names them."""


def _ends(prefix: str, words: str) -> tuple[Column, Column]:
    return (
        Column(f"{prefix}_low", NUMBER, f"Lower end of the 95 % interval {words}", "share", 0, 1),
        Column(f"{prefix}_high", NUMBER, f"Upper end of the 95 % interval {words}", "share", 0, 1),
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


CONDITIONS = Table(
    "conditions",
    "one condition under test with its headline numbers, also where nobody has judged it",
    (
        MODEL,
        Column("title", TEXT, "Title of the condition"),
        COLORIZER, N, K, RATE,
        *(end for name, words in INTERVALS.items() for end in _ends(name, words)),
        Column("no_interval_because", TEXT, "Why there is no default interval; empty: there is one"),
        Column("participants", WHOLE, "Participants behind n", low=0),
        Column("photos", WHOLE, "Photos behind n", low=0),
        Column("deff", NUMBER, "Design effect: n over the effective number of trials", low=0),
        Column("strict_n", WHOLE, "Test trials that count in the strict view", low=0),
        Column("strict_fool_rate", NUMBER, "Fool rate in the strict view", "share", 0, 1),
        *_ends("strict", "for new participants and new photos, in the strict view"),
        *_means(),
        POPULATION, STUDY,
    ),
)  # fmt: skip

TABLES = (TRIALS, PARTICIPANTS, PHOTOS, CONDITIONS)


def all_columns() -> dict[str, Column]:
    """Every column by its name, in the order in which the tables have them."""
    return {column.name: column for table in TABLES for column in table.columns}
