"""The sentences of a methods paragraph about the people: recruitment, checks before the trials, ethics."""

from __future__ import annotations

from evaluation.report.wording import count, listed, number
from evaluation.statistics.arrays import Json

NO_ETHICS = "[State ethics approval.]"
"""What stands where the study says nothing: to be seen, so that nobody prints the paragraph without it."""

REASONS = {
    "colour_vision": "for colour vision",
    "display": "for a window too small for the pictures",
    "touch": "for a touch screen",
    "scripts": "for a browser without scripts",
}


def recruitment(findings: Json, study: Json, population: str) -> str:
    """How many were invited, began, finished and were turned away, as far as the report knows."""
    states = findings.get("participations", {})
    if population == "simulated":
        return ""
    began = sum(states.values())
    if not began:
        return ""
    facts = study.get("recruitment") or {}
    invited = facts.get("invited")
    parts = [f"{began:,} gave consent", f"{states.get('finished', 0):,} finished"]
    if invited:
        parts.insert(0, f"{count(invited, 'person', 'people')} had a link of their own")
    turned_away = states.get("screened_out", 0)
    if turned_away:
        why = [f"{n:,} {REASONS[reason]}" for reason, n in facts.get("screened_out", {}).items()
               if reason in REASONS]  # fmt: skip
        parts.append(f"{turned_away:,} were turned away by the checks" + (f" ({listed(why)})" if why else ""))
    if states.get("withdrawn"):
        parts.append(f"{states['withdrawn']:,} withdrew")
    return f"Of those who came, {listed(parts)}."


def screening(study: Json) -> str:
    """What people had to confirm and which checks they had to pass; older reports do not know."""
    checks = study.get("screening")
    if checks is None:
        return ""
    sentences = []
    if study.get("eligibility"):
        sentences.append(f"Participants confirmed: {'; '.join(study['eligibility'])}.".replace("..", "."))
    vision = f"{count(checks['plates'], 'colour-vision plate')} ({number(checks['plates_to_pass'])} to pass)"
    needed: list[str] = []
    kept: list[str] = []
    if checks["colour_vision"] != "off":
        (needed if checks["colour_vision"] == "require" else kept).append(vision)
    if checks["display"] != "off":
        (needed if checks["display"] == "require" else kept).append(
            "a window that shows the pictures whole, with its zoom, colour gamut and refresh rate"
        )
    if checks["touch"] == "refused":
        needed.append("a device with keyboard or mouse")
    if needed:
        sentences.append(f"Required before the first trial: {listed(needed)}.")
    if kept:
        sentences.append(f"Recorded without turning anyone away: {listed(kept)}.")
    return " ".join(sentences) or "There were no checks before the first trial."


def ethics(study: Json) -> str:
    """The study's own statement, or the place where one has to stand."""
    said = study.get("ethics") or NO_ETHICS
    return said if said.endswith((".", "]")) else f"{said}."
