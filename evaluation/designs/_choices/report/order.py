"""Strengths, their order, and how sure it is."""

from __future__ import annotations

from evaluation.designs._choices.report.arms import titles_of
from evaluation.designs._common.averaged import Averaged
from evaluation.designs._common.ranking import ranking_section
from evaluation.designs._common.told import Told
from evaluation.report.section import Definition, Heading, Section, Table
from evaluation.report.wording import NBSP, number
from evaluation.statistics.arrays import Json

STRENGTH = Averaged("Strength", "strength", share=False, mark=0.0)


def strengths_section(told: Told, model: str) -> list[Section]:
    """The strengths in log-odds; `model` says how they come about."""
    analysis, titles = told.findings["analysis"], titles_of(told)
    found: list[Json] = analysis.get("strengths") or []
    if not found:
        return []
    table = Table(
        "strengths",
        f"Strength of each condition against the average of all, in log-odds, with its 95{NBSP}% interval.",
        (
            Heading("Condition", align="left"),
            Heading("Strength", "strength", "new participants × new photos"),
            Heading("SE", "strength-se"),
            Heading("Degrees of freedom", "strength-se"),
        ),
        tuple(
            (
                titles[row["model"]],
                STRENGTH.cell(row["estimate"], row["ci"], "" if row["ci"] else row["reason"]),
                number(row["se"], 3),
                number(row["df"], 1),
            )
            for row in sorted(found, key=lambda row: -row["estimate"])
        ),
    )
    remark = (
        "A path of choices leads from every condition to every other one and back, so that all strengths "
        "stand on one scale."
    )
    against_all = {row["model"]: row["estimate"] for row in found}
    order = [row | {"value": against_all[row["label"]]} for row in analysis["order"]]
    meanings = (
        Definition("strength", "Strength", f"{model} Equal strengths: either is chosen as often."),
        Definition(
            "strength-se",
            "SE and degrees of freedom",
            "Of the strength: its variance is clustered by participants and photos, with a guard against "
            "values that are too small; the degrees of freedom follow the numbers of trials per participant "
            "and photo.",
        ),
    )
    return [
        Section("strengths", "Strengths", tables=(table,), remarks=(remark,), definitions=meanings),
        *ranking_section(titles, order, STRENGTH),
    ]  # fmt: skip
