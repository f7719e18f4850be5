"""The section on the protocol: what was fixed before the first answer."""

from __future__ import annotations

from evaluation.designs._common.course import USUAL, Course, exposures
from evaluation.designs._common.told import Told
from evaluation.report.section import Definition, Heading, Section, Table
from evaluation.report.wording import count, percent
from evaluation.statistics.arrays import Json

MEANING = Definition(
    "digest",
    "Digests",
    "SHA-256 of the protocol as launched, and of everything that was analysed. The same digest means the "
    "same protocol or data, to the last bit.",
)


def protocol_section(told: Told, course: Course = USUAL) -> list[Section]:
    """The protocol in a few lines."""
    if "settings" not in told.study:
        return []
    digest = told.study["protocol_digest"] or "not launched"
    table = Table(
        "protocol",
        "",
        (Heading("Part", align="left"), Heading("As fixed", align="left")),
        (*_lines(told.study, course), ("[Digest](#digest)", digest)),
    )
    return [Section("protocol", "Protocol", tables=(table,), definitions=(MEANING,))]


def _lines(study: Json, course: Course) -> list[tuple[str, str]]:
    settings: Json = study["settings"]
    how = settings.get("presentation", "")
    lines = [
        ("Test", course.called(study) + (f", {how}" if how else "")),
        ("Pictures", f"{study['image_px']} × {study['image_px']} CSS pixels"),
    ]
    shown = _exposure(settings) if "exposure_ms" in settings else course.exposure
    if shown:
        mask = ", then a noise mask" if settings.get("mask") == "noise" else ""
        lines.append(("Exposure", f"{shown}{mask}"))
    tests = course.test_trials(study)
    if tests:
        share = settings.get("vigilance_share", 0)
        vigilance = f", vigilance trials on top ({percent(share, 0)})" if share else ", no vigilance trials"
        practice = settings.get("practice_trials", 0)
        between = f"{course.between} + " if course.between else ""
        lines.append(("Trials", f"{practice} practice + {between}{tests} test{vigilance}"))
    if settings.get("confidence", "none") != "none":
        lines.append(("Confidence", f"asked after each answer, in {settings['confidence']}"))
    mixed = study["allocation"] == "mixed"
    whom = "every participant sees every condition" if mixed else "one condition per participant"
    lines.append(("Allocation", whom))
    lines.append(("Planned", count(study["planned_participants"], "participant")))
    return lines


def _exposure(settings: Json) -> str:
    planned = settings["exposure_ms"]
    if planned is None:
        return "until answered"
    if isinstance(planned, list | tuple):
        return f"{exposures(settings)} ms each, balanced over trials"
    return f"{planned} ms each"
