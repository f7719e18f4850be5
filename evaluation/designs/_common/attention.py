"""Facts about the people of any study: how far they came, and how attentive they were."""

from __future__ import annotations

from evaluation.report.section import Definition, Fact
from evaluation.report.wording import count, listed, percent
from evaluation.statistics.arrays import Json

MEANINGS = (
    Definition(
        "participations",
        "Participations",
        "One participant taking the study once. Answers of unfinished ones count; those of withdrawn ones "
        "are erased. Previews by researchers are never counted.",
    ),
    Definition(
        "vigilance",
        "Vigilance",
        "Attention checks: trials whose fake is obviously wrong. They are in no rate. An unanswered one "
        "counts as failed.",
    ),
)


def people_facts(findings: Json) -> list[Fact]:
    """Participations by state, and attention in a sentence or two."""
    found = []
    if "participations" in findings:
        found.append(Fact("Participations", f"{participations(findings)}.", "participations"))
    if "vigilance" in findings:
        found.append(Fact("Vigilance", vigilance(findings["vigilance"]), "vigilance"))
    return found


def participations(findings: Json) -> str:
    """Participations by state, in one line."""
    states = {state: n for state, n in findings["participations"].items() if n}
    if not states:
        return "no participations yet"
    total = count(sum(states.values()), "participation")
    said = f"{total}: " + listed([f"{n:,} {state}" for state, n in states.items()])
    early = findings.get("ended_early", {})
    if not early:
        return said
    why = listed([f"{n:,} {verdict.replace('_', ' ')}" for verdict, n in early.items()])
    return f"{said}. Of the finished ones the design ended {sum(early.values()):,} early ({why})"


def vigilance(v: Json) -> str:
    """Vigilance trials asked and passed; of whom every one was spoiled is not judged."""
    unjudged = ""
    # Older reports say nothing of them.
    if v.get("unjudged"):
        unjudged = (
            f" Of {count(v['unjudged'], 'participant')} every vigilance trial was spoiled: their attention "
            f"is not judged, and the strict view keeps them."
        )
    if not v["asked"]:
        return f"No vigilance trial that counts has been answered.{unjudged}"
    return (
        f"{v['passed']:,} of {count(v['asked'], 'vigilance trial')} passed ({percent(v['share'])}), "
        f"by {count(v['participants'], 'participant')}; {v['all_passed']:,} passed all of theirs, "
        f"and the strict view leaves {v['left_out']:,} out.{unjudged}"
    )
