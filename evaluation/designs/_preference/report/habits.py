"""What people lean to whatever the pictures: a side, the first or second picture, no difference."""

from __future__ import annotations

from evaluation.designs._choices.report.people import habit, quality_section
from evaluation.designs._common.told import Told
from evaluation.report.section import Definition, Fact, Section
from evaluation.report.wording import count, number, number_range, percent
from evaluation.statistics.arrays import Json


def quality(told: Told) -> list[Section]:
    """People and attention, and the habits as far as there are answers."""
    analysis = told.findings["analysis"]
    side = analysis.get("with_left_side_effect") or {"left_logit_interval": None, "reason": ""}
    first = analysis.get("with_first_effect") or {"first_logit_interval": None, "reason": ""}
    left = habit(
        "Left was preferred", analysis.get("left_chosen"), side["left_logit_interval"], side["reason"]
    )
    came_first = habit(
        "The first picture was preferred", analysis.get("first_chosen"), first["first_logit_interval"],
        first["reason"],
    )  # fmt: skip
    said = {
        "Sides": (left, SIDES),
        "Order of the two pictures": (came_first, ORDER),
        "No difference": (_ties(analysis.get("ties")), TIES),
    }
    known = {term: found for term, found in said.items() if found[0]}
    return quality_section(
        told,
        [Fact(term, text, meaning.key) for term, (text, meaning) in known.items()],
        [meaning for _, meaning in known.values()],
    )


def _ties(found: Json | None) -> str:
    if not found:
        return ""
    text = f"Answered in {percent(found['share'])} of the valid trials ({count(found['n'], 'trial')})."
    if found["log_tie"]:
        tie = found["log_tie"]
        ends = number_range(tie["ci"], 2)
        text += f" Tie parameter {number(tie['estimate'], 2)} {ends}".rstrip() + "."
    return text


SIDES = Definition(
    "side",
    "Sides",
    "How often the picture on the left was preferred where one was, and the chance of it between conditions "
    "that are equal, from a side effect beside the strengths. Sides are balanced by design, so that a habit "
    "favours no condition. The interval is for new participants and new photos.",
)
ORDER = Definition(
    "picture-order",
    "Order of the two pictures",
    "How often the picture that came first was preferred where one was, and the chance of it between "
    "conditions that are equal. The order is balanced by design, so that a habit favours no condition.",
)
TIES = Definition(
    "ties",
    "No difference",
    "How often neither picture was preferred. The tie parameter (Davidson 1970) is the logarithm of the odds "
    "of no difference against either of two equal conditions; a tie is the likelier the nearer the "
    "strengths. Above 0: between equals a tie is likelier than either of them.",
)
