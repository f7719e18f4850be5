"""The columns of the per-trial table that every design has, and where a design's own ones stand."""

from __future__ import annotations

from collections.abc import Iterable

from studies.designs._columns import FLAG, NUMBER, TEXT, TIME, WHOLE, Column, placed

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
STUDY = Column("study", TEXT, "Study: its name in addresses")
STUDY_DIGEST = Column("study_digest", TEXT, "SHA-256 of the protocol that was in force")
SEED = Column("seed", WHOLE, "Seed of the participation: with the protocol it gives the plan again")
REFRESH = Column("refresh_ms", NUMBER, "Time between two frames of the screen, as measured", unit="ms", low=0)
ATTENTION = Column(
    "attention_passed", FLAG,
    "Of a vigilance trial: whether it was passed. Of a participant: whether enough of them were, by the "
    "rule that the study fixed",
)  # fmt: skip
COMMON = (
    Column("row_id", WHOLE, "Number of the row, unique in the table", low=1),
    PARTICIPANT,
    Column("trial_index", WHOLE, "Place of the trial in its participation, from 0", low=0),
    Column(
        "phase", TEXT, "What the trial is for: only test trials are in a rate; attention means vigilance",
        values=("practice", "test", "attention"),
    ),
    MODEL,
    IMAGE,
    Column("rt_ms", NUMBER, "Response time, from when an answer was possible", unit="ms", low=0),
    Column("exposure_ms", NUMBER, "Planned exposure of each picture; empty: until answered", "ms", 0),
    ATTENTION,
    SOURCE,
    STATE,
    PHOTO,
    PHOTO_DIGEST,
    COLORIZER,
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
    STUDY,
    STUDY_DIGEST,
    SEED,
    Column("answered_at", TIME, "When the answer reached the server", unit="UTC"),
    Column(
        "photo_cluster", TEXT,
        "The file that the photo was cut from, where crops of one file count as one photo in intervals",
    ),
)  # fmt: skip


def with_own(own: Iterable[Column]) -> tuple[Column, ...]:
    """The columns of the table of a design with these ones of its own."""
    return placed(COMMON, own)
