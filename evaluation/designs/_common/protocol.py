"""The section on the protocol: what was fixed before the first answer."""

from __future__ import annotations

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


def protocol_section(told: Told) -> list[Section]:
    """The protocol in a few lines."""
    if "settings" not in told.study:
        return []
    digest = told.study["protocol_digest"] or "not launched"
    table = Table(
        "protocol",
        "",
        (Heading("Part", align="left"), Heading("As fixed", align="left")),
        (*_lines(told.study), ("[Digest](#digest)", digest)),
    )
    return [Section("protocol", "Protocol", tables=(table,), definitions=(MEANING,))]


def _lines(study: Json) -> list[tuple[str, str]]:
    settings: Json = study["settings"]
    how = settings.get("presentation", "")
    lines = [
        ("Test", f"{study['design']} test" + (f", {how}" if how else "")),
        ("Pictures", f"{study['image_px']} × {study['image_px']} CSS pixels"),
    ]
    if "exposure_ms" in settings:
        mask = ", then a noise mask" if settings.get("mask") == "noise" else ""
        lines.append(("Exposure", f"{settings['exposure_ms']} ms each{mask}"))
    if "test_trials" in settings:
        share = settings.get("vigilance_share", 0)
        vigilance = f", vigilance trials on top ({percent(share, 0)})" if share else ", no vigilance trials"
        practice = settings.get("practice_trials", 0)
        lines.append(("Trials", f"{practice} practice + {settings['test_trials']} test{vigilance}"))
    mixed = study["allocation"] == "mixed"
    whom = "every participant sees every condition" if mixed else "one condition per participant"
    lines.append(("Allocation", whom))
    lines.append(("Planned", count(study["planned_participants"], "participant")))
    return lines
