"""The methods paragraph: what a paper has to say about how the rates came about, ready to be pasted."""

from __future__ import annotations

from datetime import date

from evaluation.models import Population, Report
from evaluation.report.claims import degrees_of_freedom
from evaluation.report.differences import simultaneous
from evaluation.report.people import ethics, recruitment, screening
from evaluation.report.wording import NBSP, count, listed, number, percent
from evaluation.statistics.arrays import Json

WHO = {
    Population.PEOPLE: "participant",
    Population.SIMULATED: "simulated participant",
    Population.POOLED: "real or simulated participant",
}


def methods_of(report: Report) -> str:
    """A paragraph of whole sentences from the frozen protocol and results alone."""
    results = report.results
    sentences = [
        _who(results, Population(report.population)),
        recruitment(results, Population(report.population)),
        screening(results["study"]),
        ethics(results["study"]),
        _task(results["study"]),
        _trials(results["study"]),
        _allocation(results["study"]),
        _spoiled(results["study"]),
        _counting(results),
        _inference(results),
        _strict(results["study"]),
        _software(report),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _who(results: Json, population: Population) -> str:
    study, analysis = results["study"], results["analysis"]
    people = count(analysis["participants"], WHO[population])
    when = ""
    if study.get("collected"):
        first, last = (_day(day) for day in study["collected"])
        when = f" on {first}" if first == last else f" between {first} and {last}"
    source = ""
    if study.get("recruiter") and population == Population.PEOPLE:
        came = study["recruiter"]
        source = " (invited by an open link)" if came == "open" else f" (recruited through {came})"
    return (
        f"{people}{source} took a {study['design']} test{when} (planned: {study['planned_participants']:,})."
    )


def _task(study: Json) -> str:
    settings, px = study["settings"], study["image_px"]
    if study["design"] != "pair":
        return f"Pictures were shown at {px} × {px} CSS pixels."
    how = {"sequential": "one after the other", "simultaneous": "side by side"}.get(
        settings.get("presentation", ""), ""
    )
    shown = f", {how}," if how else ""
    text = (
        f"Each trial showed a photograph and the same photograph recoloured by an algorithm{shown} at "
        f"{px} × {px} CSS pixels"
    )
    if "exposure_ms" in settings:
        text += f" for {number(settings['exposure_ms'])}{NBSP}ms each"
        text += ", followed by a noise mask" if settings.get("mask") == "noise" else ""
    return f"{text}; participants then said which of the two had the fake colours."


def _trials(study: Json) -> str:
    settings = study["settings"]
    if "test_trials" not in settings:
        return ""
    parts = []
    if settings.get("practice_trials"):
        parts.append(f"{count(settings['practice_trials'], 'practice trial')} with feedback")
    parts.append(count(settings["test_trials"], "test trial") + " without")
    share = settings.get("vigilance_share", 0)
    if share:
        parts.append(f"vigilance trials with obviously wrong colours ({percent(share, 0)} on top)")
    photos = study.get("photos", {}).get("test")
    source = (
        f" Photographs came from {count(photos, 'test photo')} of the set “{study['photo_set']}”."
        if photos
        else ""
    )
    return (
        f"A participation consisted of {listed(parts)}; practice and vigilance trials are in no rate, "
        f"and nobody saw a photograph twice.{source}"
    )


def _allocation(study: Json) -> str:
    arms = [arm["title"] for arm in study["conditions"] if arm["kind"] == "test"]
    named = listed([f"“{title}”" for title in arms])
    if len(arms) == 1:
        return f"One condition was tested: {named}."
    how = (
        "every participant saw all of them"
        if study["allocation"] == "mixed"
        else "each participant saw one of them"
    )
    return f"{len(arms)} conditions were compared ({named}); {how}, with sides and photographs balanced."


def _spoiled(study: Json) -> str:
    rules = study.get("voiding")
    if not rules:
        return ""
    off = count(rules["frames_off"], "refresh", "refreshes")
    reasons = [f"an exposure was off by more than {off} or {rules['tolerance_ms']}{NBSP}ms"]
    if rules["hidden"]:
        reasons.append("the page was hidden")
    if rules["focus"]:
        reasons.append("another window took the focus")
    if rules.get("shown_before"):
        reasons.append("the page was reloaded after the photographs had begun to be shown")
    again = " and replaced by another photograph at the end" if rules["repeat"] else ""
    return f"Presentations were voided{again} where {', or '.join(reasons)}."


def _counting(results: Json) -> str:
    analysis = results["analysis"]
    stated = [step["rule"] for step in results["filters"] if step["step"].startswith("E")]
    text = (
        f"{count(analysis['valid_rows'], 'valid test trial')} on {count(analysis['images'], 'photograph')} "
        f"were analysed"
    )
    if stated:
        text += f", after exclusions ({'; '.join(stated)})"
    return text + "."


def _inference(results: Json) -> str:
    pairs = len(results["analysis"]["pairwise"])
    text = (
        f"The fool rate is the share of valid test trials in which the recolouring was taken for the real "
        f"photograph (50{NBSP}%: chance). 95{NBSP}% intervals are Wilson intervals with an effective number "
        f"of trials from a guarded two-way cluster variance (participants, photographs) and a t quantile "
        f"with {degrees_of_freedom(results['analysis'])}; they hold for new participants and new photographs."
    )
    clusters = results["analysis"].get("photo_clusters")
    if clusters:
        text += f" Crops of one photograph count as one ({count(clusters, 'photograph')} in all)."
    if any(model.get("chance") for model in results["analysis"]["models"].values()):
        text += (
            f" Each rate is compared with 50{NBSP}% by a t test and, for equivalence within 5 points, by two "
            f"one-sided tests with the same variance, without correction."
        )
    if pairs:
        text += (
            f" Differences between conditions use the same variance on the difference scores; p values are "
            f"corrected by Holm's method over {count(pairs, 'comparison')}"
        )
        together = simultaneous(results["analysis"])
        text += ", and their intervals hold simultaneously (multivariate t)." if together else "."
    return text


def _strict(study: Json) -> str:
    rules = study.get("strict_view")
    if not rules:
        return ""
    share = rules.get("too_soon_share", 1)
    too_soon = ""
    if share < 1:
        too_soon = f" participants with over {percent(share, 0)} of answers sooner than possible,"
    return (
        f"By rules fixed before launch, a strict view leaves out participants who passed under "
        f"{percent(rules['vigilance_pass'], 0)} of their vigilance trials,{too_soon} and answers without a "
        f"response time, under {number(rules['rt_min_ms'])}{NBSP}ms or over "
        f"{number(rules['rt_max_ms'] / 1000)}{NBSP}s; both views are reported."
    )


def _software(report: Report) -> str:
    study = report.results["study"]
    digest = study.get("protocol_digest")
    protocol = f"protocol SHA-256 {digest}, " if digest else "protocol not launched, "
    version = report.results.get("software") or report.code_version.partition("+")[0]
    return (
        f"Study and analysis: Foolrate {version} (analysis code {report.code_version.partition('+')[2]}; "
        f"{protocol}data SHA-256 {report.data_digest})."
    )


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"
