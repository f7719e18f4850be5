"""The four tables of an export and every column of them: the one place that says what a column means. Pure.

A name means the same in each table that has it.
"""

from __future__ import annotations

from math import inf

from evaluation import metrics
from evaluation.exports.columns import FLAG, NUMBER, TEXT, TIME, WHOLE, Column, Table

MODEL = Column("model", TEXT, "Condition of the study: which colorizer recoloured the photo")
IMAGE = Column("image_id", TEXT, "Photo: the first 12 characters of its digest")
PHOTO = Column("photo", TEXT, "Photo: name of the file as it was imported")
PHOTO_DIGEST = Column("photo_digest", TEXT, "Photo: SHA-256 of its pixels and size as stored")
COLORIZER = Column("colorizer", TEXT, "Colorizer behind the condition: name in its installation")
PARTICIPANT = Column("participant_id", TEXT, "Participant: a random code that says nothing about the person")
SOURCE = Column("source", TEXT, "Whether a person answered or a simulation", values=("person", "simulated"))
STATE = Column(
    "participation_state", TEXT, "How far the participation has come; withdrawn ones are in no table",
    values=("screening", "started", "finished", "abandoned", "screened_out"),
)  # fmt: skip
POPULATION = Column(
    "population", TEXT, "Whose answers the numbers are about; only “people” is about people alone",
    values=("people", "simulated", "pooled"),
)  # fmt: skip
STUDY = Column("study", TEXT, "Study: its name in addresses")
STUDY_DIGEST = Column("study_digest", TEXT, "SHA-256 of the protocol that was in force")
SEED = Column("seed", WHOLE, "Seed of the participation: with the protocol it gives the plan again")
REFRESH = Column("refresh_ms", NUMBER, "Time between two frames of the screen, as measured", unit="ms", low=0)
ATTENTION = Column(
    "attention_passed", FLAG,
    "Of a vigilance trial: whether its fake was found. Of a participant: whether enough of them were, by the "
    "rule that the study fixed",
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
    (
        Column("row_id", WHOLE, "Number of the row, unique in the table", low=1),
        PARTICIPANT,
        Column("trial_index", WHOLE, "Place of the trial in its participation, from 0", low=0),
        Column(
            "phase", TEXT, "What the trial is for: only test trials are in a rate; attention means vigilance",
            values=("practice", "test", "attention"),
        ),
        MODEL,
        IMAGE,
        Column(
            "fake_side", TEXT, "The right answer: on which side the recolouring was (of a pair)",
            values=("L", "R"),
        ),
        Column(
            "chosen_side", TEXT,
            "The answer: the side that was called fake, not the one taken for the real photo; empty: none",
            values=("L", "R"),
        ),
        Column("fooled", FLAG, "1: the real photo was called fake; empty: no answer"),
        Column("rt_ms", NUMBER, "Response time, from when an answer was possible", unit="ms", low=0),
        Column("exposure_ms", NUMBER, "Planned exposure of each picture; empty: until answered", "ms", 0),
        ATTENTION,
        SOURCE,
        STATE,
        PHOTO,
        PHOTO_DIGEST,
        COLORIZER,
        Column(
            "order", TEXT, "Which of two pictures shown in turn was the fake; empty: both at once",
            values=("fake_first", "fake_second"),
        ),
        Column("input", TEXT, "How the answer was given, such as keyboard or mouse"),
        Column("layout", TEXT, "How the pictures were arranged on the screen"),
        Column("exposure_measured_ms", NUMBER, "Mean measured exposure of the trial's pictures", "ms", 0),
        Column("exposure_error_ms", NUMBER, "Largest measured minus intended exposure of them", unit="ms"),
        Column("frames_dropped", WHOLE, "Frames that the display left out meanwhile", unit="frames", low=0),
        REFRESH,
        Column("faults", TEXT, "What was wrong with the presentation, in words; empty: nothing"),
        Column("shown_before", WHOLE, "How often its pictures had begun to be shown before a reload", low=0),
        Column("voided", FLAG, "1: the presentation was spoiled by the study's rule, so it is in no rate"),
        Column("void_reasons", TEXT, "What spoiled it, in words"),
        Column("too_soon", FLAG, "1: the answer came sooner than the trial's pictures could have been shown"),
        Column("replaces", WHOLE, "trial_index of the spoiled trial in whose place this one stands", low=0),
        Column("arrangement", TEXT, "Which of the design's balanced arrangements it has"),
        Column("real_digest", TEXT, "SHA-256 of the real picture's bytes as shown"),
        Column("fake_digest", TEXT, "SHA-256 of the recoloured picture's bytes as shown"),
        STUDY,
        STUDY_DIGEST,
        SEED,
        Column("answered_at", TIME, "When the answer reached the server", unit="UTC"),
        Column(
            "photo_cluster", TEXT,
            "The file that the photo was cut from, where crops of one file count as one photo in intervals",
        ),
        EXCLUDED,
    ),
)  # fmt: skip

PARTICIPANTS = Table(
    "participants",
    "one participation: its participant, device, checks, attention and own fool rate",
    (
        PARTICIPANT, SOURCE, STATE, EXCLUDED,
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
        Column("vigilance_passed", WHOLE, "Vigilance trials whose fake was found", low=0),
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
