"""The section on presentation: what was on the screen, and whether anything gave the conditions away."""

from __future__ import annotations

from colorizers.pictures.tells import Difference, summary
from colorizers.tools.command_line import MANAGE
from evaluation.designs._common.told import Told
from evaluation.report.section import Definition, Fact, Section
from evaluation.report.wording import count, listed, number, percent, spaced
from evaluation.statistics.arrays import Json

BESIDES_COLOUR = Definition(
    "besides-colour",
    "Differences besides colour",
    "Of each imported file, at the size of its photo: the mean size of the difference of L*, the mean "
    "gradient of L* against the photo's, the estimated noise in L* less the photo's, and the largest shift "
    "of a quarter by phase correlation. They say what may tell pictures besides their colours.",
)


def certificate_section(told: Told) -> list[Section]:
    """Exposure as measured, and the blinding audit."""
    found = told.findings.get("exposure")
    if not found:
        return []
    elsewhere = _made_elsewhere(told)
    facts = (
        Fact("Exposure as measured", exposure(found), "exposure"),
        Fact("Blinding", _blinding(told.study), "blinding"),
        *elsewhere,
    )
    simulated = "" if told.population == "people" else (
        " Simulated participants report what a simulated browser would measure."
    )  # fmt: skip
    definitions = (
        *([BESIDES_COLOUR] if elsewhere else []),
        Definition(
            "blinding",
            "Blinding",
            "The audit requests pictures as a browser does, before launch or on demand, and tests whether "
            "anything but the pixels (addresses, headers, lengths, timing, order) identifies the fake.",
        ),
        Definition(
            "exposure",
            "Exposure as measured",
            "For each test and vigilance trial, the time for which its pictures were on the screen against "
            "the plan in whole frames, by the worse of two clocks, and by the worst picture of the trial. A "
            "trial that was spoiled, by the rule that the study fixed before its launch, is in no rate; "
            f"another photo is shown in its place where the rule says so.{simulated}",
        ),
    )
    return [
        Section("certificate", "Presentation timing and blinding", facts=facts, definitions=definitions)
    ]  # fmt: skip


def exposure(e: Json) -> str:
    """The certificate of exposure in brief."""
    if not e["measured"]:
        return "No exposure has been measured."
    refresh = e["median_refresh_ms"]
    display = ""
    if refresh:
        display = f" Median refresh period {number(refresh, 1)} ms ({1000 / refresh:.0f} Hz)."
    return (
        f"In {percent(e['share_within_one_frame'])} of {count(e['measured'], 'measured trial')} every "
        f"picture was shown within one frame of its plan, in {percent(e['share_exact'])} on the very "
        f"frame; {count(e['trials_with_faults'], 'trial')} had a fault (off by more than a frame or "
        f"50 ms, hidden page, lost focus, shown twice). {_shown_again(e)}"
        f"Median error {number(e['median_error_ms'], 2)} ms, "
        f"largest {number(e['largest_error_ms'], 1)} ms.{display}{_spoiled(e)}"
    )


def _shown_again(e: Json) -> str:
    """Trials that a reload showed twice; older reports say nothing of it."""
    again = e.get("shown_again")
    if not again:
        return ""
    return f"{count(again, 'trial')} began anew because the page was reloaded after a picture was shown. "


def _spoiled(e: Json) -> str:
    """What the study's rule did about spoiled trials; older reports say nothing of it."""
    if "spoiled" not in e:
        return ""
    if not e["spoiled"]:
        return " The study's rule voided none of them."
    reasons = listed([f"{kind} in {n:,}" for kind, n in e["spoiled_by"].items()])
    return (
        f" By the study's rule {e['as_planned']:,} of {count(e['trials'], 'trial')} were shown as "
        f"planned; {e['spoiled']:,} were spoiled ({reasons}) and are in no rate, and {e['repeats']:,} "
        f"were shown in their places."
    )


def _made_elsewhere(told: Told) -> list[Fact]:
    """What imported pictures differ by from their photos; nothing where all were painted here."""
    facts = []
    for condition in told.study["conditions"]:
        made: Json | None = condition.get("made_elsewhere")
        if made:
            known = [made["model"], made["model_version"], made["origin"], made["licence"]]
            said = summary(Difference(**made["difference"]), made["treatment"])
            origin = f"Made elsewhere ({', '.join(filter(None, known))})"
            facts.append(Fact(f"Pictures of {condition['title']}", f"{origin}. {said}", "besides-colour"))
    return facts


def _blinding(study: Json) -> str:
    audit = study.get("blinding")
    if audit:
        return f"{spaced(audit['summary'])} Audited on {audit['made']}."
    return (
        f"The blinding of this study has not been audited. Run {MANAGE} audit_blinding {study['slug']} to "
        f"audit it."
    )
