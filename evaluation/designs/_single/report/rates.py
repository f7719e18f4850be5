"""All rates of a single-image test: both kinds of errors, sensitivity, criterion, and hyper-realism."""

from __future__ import annotations

from evaluation.designs._common.told import Told
from evaluation.designs._one_image.words import CALLED_REAL
from evaluation.designs._single.report.arms import Arm
from evaluation.report.section import Cell, Definition, Heading, Row, Section, Table
from evaluation.report.wording import NBSP, NONE, number, p_value
from evaluation.statistics.arrays import Json


def rates(told: Told, arms: list[Arm]) -> list[Section]:
    """Every rate with its interval, sample sizes and the strict view."""
    strict = next((view for view in told.findings.get("views", []) if view["code"] == "strict"), None)
    table = Table(
        "all-rates",
        "Error rates, sensitivity, sample sizes and the strict view.",
        (
            Heading("Condition", align="left"),
            Heading("Fakes called real", "called-real", "new participants × new photos"),
            Heading("Real photos called fake", "real-errors"),
            Heading("Balanced error rate", "balanced"),
            Heading("d′", "dprime"),
            Heading("Criterion", "criterion"),
            Heading("Fakes", "sizes"),
            Heading("Real photos", "sizes"),
            Heading("Participants", "sizes"),
            Heading("Strict view: fakes called real", "strict"),
        ),
        tuple(_row(arm, strict) for arm in arms),
    )
    return [
        Section(
            "rates", "Both kinds of errors, sensitivity and sample sizes", tables=(table,),
            definitions=MEANINGS,
        )
    ]  # fmt: skip


def hyper_realism(judged: list[Arm]) -> list[Section]:
    """Each condition's errors against 50 %."""
    rows = tuple(_against_half(arm) for arm in judged)
    if not rows:
        return []
    table = Table(
        "hyper-realism",
        f"Errors against 50{NBSP}%, by condition.",
        (
            Heading("Condition", align="left"),
            Heading("Fakes called real", "called-real"),
            Heading(f"p, difference from 50{NBSP}%", "half"),
            Heading("All errors (HYPE∞)", "hype"),
            Heading(f"p, difference from 50{NBSP}%", "half"),
            Heading("Hyper-realistic", "hyper"),
        ),
        rows,
    )
    remark = (
        f"A non-significant difference from 50{NBSP}% does not show that fakes cannot be told from photos. "
        "Compare the fakes with the real photos by d′, which does not depend on a leaning to either answer."
    )
    return [
        Section(
            "hyper-realism", f"Comparison with 50{NBSP}%: are fakes hyper-realistic?", tables=(table,),
            remarks=(remark,), definitions=HYPER,
        )
    ]  # fmt: skip


def _row(arm: Arm, strict: Json | None) -> Row:
    model: Json = arm.model or {"n_fake": 0, "n_real": 0, "participants": 0}
    return (
        arm.title,
        arm.called_real,
        arm.rate_cell("real_error_rate", "real_error_rate"),
        arm.rate_cell("balanced_error_rate", "balanced_error_rate"),
        arm.dprime,
        arm.estimate("criterion_loglinear", "criterion"),
        *(number(model[name]) for name in ("n_fake", "n_real", "participants")),
        _strict(strict["models"].get(arm.slug) if strict else None),
    )


def _strict(found: Json | None) -> Cell:
    if not found or found["called_real"] is None:
        return Cell(NONE, note="no answers")
    low, high = found["interval"]["low"], found["interval"]["high"]
    ends = None if low is None or high is None else (low, high)
    return CALLED_REAL.cell(found["called_real"], ends, f"n = {number(found['n'])}")


def _against_half(arm: Arm) -> Row:
    assert arm.model is not None
    fakes, both = (arm.model["hyper_realism"][name] for name in ("fake_error_rate", "error_rate"))
    # Without real photos all errors are errors over fakes.
    all_errors: tuple[Cell | str, ...] = (NONE, NONE)
    if arm.model["n_real"]:
        all_errors = (arm.rate_cell("hype_infinity_error_rate", "error_rate"), p_value(both["p"]))
    verdict = {True: "yes", False: "no", None: NONE}[both["above_half"] if arm.model["n_real"] else None]
    return (arm.title, arm.called_real, p_value(fakes["p"]), *all_errors, verdict)


MEANINGS = (
    Definition(
        "real-errors",
        "Real photos called fake",
        "Share of valid trials with real photos in which the photo was called fake. Where several conditions "
        "share real photos, these are all that the condition's participants saw.",
    ),
    Definition(
        "balanced",
        "Balanced error rate",
        "Mean of the share of fakes called real and of real photos called fake: the error rate that half "
        f"real and half fake pictures would show. 50{NBSP}% is chance. Its t interval is for new "
        "participants and new photos.",
    ),
    Definition(
        "criterion",
        "Criterion",
        "Leaning to an answer, in units of d′: minus half the sum of z(fakes called fake) and z(real photos "
        "called fake). 0: none; above 0: people lean to “real”.",
    ),
    Definition(
        "sizes",
        "Fakes, real photos, participants",
        "Number of valid trials with the condition's fakes, of trials with its real photos, and of "
        "participants who judged its fakes.",
    ),
    Definition(
        "strict",
        "Strict view",
        "The same share and default interval after leaving out inattentive participants and implausible "
        "response times, by rules that were fixed before launch. Both views are always shown, and nobody is "
        "left out for being wrong.",
    ),
)
HYPER = (
    Definition(
        "half",
        f"Against 50{NBSP}%",
        "Two-sided t test with the same clustered variance as the interval. Not corrected for the number of "
        "conditions.",
    ),
    Definition(
        "hype",
        "All errors (HYPE∞)",
        "Share of wrong answers over the condition's fakes and the real photos that belong to it, as HYPE∞ "
        f"(Zhou et al. 2019) has it. 50{NBSP}% is chance. Where several conditions share the real photos, "
        "these weigh more than half; the balanced error rate does not depend on that.",
    ),
    Definition(
        "hyper",
        "Hyper-realistic",
        f"yes: the whole 95{NBSP}% interval of all errors lies above 50{NBSP}%, so that the fakes look more "
        "real than photos do.",
    ),
)
