"""The answer of a staircase: how long a picture must be seen to be told real from fake, by condition."""

from __future__ import annotations

from dataclasses import replace

from evaluation.designs._common.averaged import Averaged
from evaluation.designs._common.remarks import counts, why_no_interval
from evaluation.designs._common.told import Told
from evaluation.report.section import Cell, Chart, Definition, Heading, Section, Table
from evaluation.report.wording import NBSP, NONE, SUBJECTS, count, listed, number, percent
from evaluation.statistics.arrays import Json

SETTLED = 0.05
"""A share of right answers that is so far above the target was not reached by settling."""
NEW, THESE = "new participants and new photos", "these photos only"
SEVERAL = 3
"""With more conditions than this the headline names the lowest and the highest; chart and table have all."""
THRESHOLD = Averaged("Threshold", "threshold", share=False, digits=0, unit="ms")


def models_of(told: Told) -> dict[str, Json]:
    """What was found of each condition that was judged, by slug in the study's order."""
    found = {model["model"]: model for model in told.findings["analysis"]["models"]}
    return {slug: found[slug] for slug in told.titles if slug in found}


def ranked(models: dict[str, Json]) -> list[str]:
    """From the longest threshold down."""
    return sorted(models, key=lambda slug: -models[slug]["hype_time_ms"])


def ends_of(told: Told, slug: str) -> list[float] | None:
    """The interval of a mean threshold: for new photos, else for these photos only, else none."""
    model, analysis = models_of(told)[slug], told.findings["analysis"]
    found: list[float] | None = model["interval"]["ci"] or analysis["participant_t_ci"][slug]
    return found


def cell_of(told: Told, slug: str) -> Cell:
    """A mean threshold with that interval, or why there is none."""
    model = models_of(told).get(slug)
    if model is None:
        return Cell(NONE, note="no finished block")
    interval, ends = model["interval"], ends_of(told, slug)
    note = THESE if ends and not interval["ci"] else interval["reason"]
    # Where it is so with every condition, the text above says it once.
    if not any(one["interval"]["ci"] for one in models_of(told).values()):
        note = ""
    return replace(THRESHOLD.cell(model["hype_time_ms"], ends, note), strong=True)


def unsettled(told: Told, models: dict[str, Json]) -> str:
    """A warning where blocks were too short for the exposure to settle; "" where they were not."""
    target = told.findings["analysis"]["rule"]["target"]
    far = [slug for slug, model in models.items() if model["right_late"] > target + SETTLED
           and model["clamped_share"] < SETTLED]  # fmt: skip
    if not far:
        return ""
    first, *others = [f"{percent(models[slug]['right_late'], 0)} with “{told.titles[slug]}”" for slug in far]
    shares = listed([first.replace(" with", " of trials with", 1), *others])
    return (
        f"The blocks were too short: in their second halves people were still right in {shares}, and the "
        f"exposure settles at {percent(target, 0)}. Such thresholds are too long."
    )


def answer(told: Told) -> list[Section]:
    """Headline, chart and table, on one screen."""
    models, analysis = models_of(told), told.findings["analysis"]
    order = [*ranked(models), *(slug for slug in told.titles if slug not in models)]
    table = Table(
        "thresholds",
        f"Mean threshold by condition (HYPE-time), with its 95{NBSP}% interval.",
        (
            Heading("Condition", align="left"),
            Heading("Threshold", "threshold"),
            Heading("Clamped trials", "clamped"),
        ),
        tuple(_row(told, slug) for slug in order),
    )
    remark = f"{_remark(told, models)} {unsettled(told, models)}".strip() + f" [{counts(analysis)}](#n)."
    return [
        Section(
            "answer", "How long a picture must be seen", lead=_headline(told, models),
            paragraphs=(remark.strip(),), charts=(_chart(told, models),), tables=(table,),
            definitions=(_threshold(analysis["rule"]), CLAMPED, N), folded=False,
        )
    ]  # fmt: skip


def _row(told: Told, slug: str) -> tuple[Cell | str, ...]:
    model = models_of(told).get(slug)
    if model is None:
        return (told.titles[slug], cell_of(told, slug), NONE)
    ends = f"{count(model['at_end'], 'block')} of {model['blocks']:,} at an end" if model["at_end"] else ""
    return told.titles[slug], cell_of(told, slug), Cell(percent(model["clamped_share"]), note=ends)


def _chart(told: Told, models: dict[str, Json]) -> Chart:
    rows = []
    for slug in ranked(models):
        cell, ends = cell_of(told, slug), ends_of(told, slug) or (None, None)
        rows.append(
            {
                "title": told.titles[slug], "value": models[slug]["hype_time_ms"], "low": ends[0],
                "high": ends[1], "label": cell.value, "says": f"{told.titles[slug]}: {cell.value}",
            }
        )  # fmt: skip
    about = f"{NEW}; for some {THESE}" if _of_these(models, told) else NEW
    ends_of_all = [row[end] for row in rows for end in ("value", "low", "high")]
    return Chart(
        "mean-thresholds",
        "intervals",
        {
            "rows": rows,
            "empty": "No finished block yet",
            "axis": THRESHOLD.axis(ends_of_all, "Exposure needed to tell real from fake"),
        },
        f"Dot: [mean threshold](#threshold). Bar: 95{NBSP}% interval for {about}. "
        "Further right: it takes longer to tell, so the fakes look more real.",
        f"Mean thresholds with 95{NBSP}% intervals.",
    )


def _headline(told: Told, models: dict[str, Json]) -> str:
    """The result in a sentence."""
    if not models:
        return "No block has been finished yet, so there is no threshold to report."
    subject = SUBJECTS[told.population]
    target = percent(told.findings["analysis"]["rule"]["target"], 0)
    order = list(models) if len(models) <= SEVERAL else [ranked(models)[-1], ranked(models)[0]]
    parts = [f"{cell_of(told, slug).value} with “{told.titles[slug]}”" for slug in order]
    if len(models) <= SEVERAL:
        said = f"for {listed(parts)}"
    else:
        said = f"for between {parts[0]} and {parts[1]} ({len(models) - 2} other conditions lie in between)"
    return f"To tell real from fake in {target} of trials, {subject.lower()} had to see a picture {said}."


def _of_these(models: dict[str, Json], told: Told) -> list[str]:
    """The conditions whose interval is for these photos only."""
    return [slug for slug, model in models.items() if not model["interval"]["ci"] and ends_of(told, slug)]


def _intervals(told: Told, models: dict[str, Json]) -> str:
    """What the intervals are about, or why there are none."""
    these = _of_these(models, told)
    reason = next(iter(models.values()))["interval"]["reason"]
    if not any(ends_of(told, slug) for slug in models):
        return f"There is no interval: {why_no_interval(told.findings['analysis'], reason)}."
    if not these:
        return f"In brackets the 95{NBSP}% interval for {NEW}."
    if len(these) == len(models):
        return f"In brackets the 95{NBSP}% interval for {THESE}. There is none for new photos: {reason}."
    named = listed([f"“{told.titles[slug]}”" for slug in these])
    return f"In brackets the 95{NBSP}% interval for {NEW}; with {named} for {THESE}."


def _remark(told: Told, models: dict[str, Json]) -> str:
    """What the intervals are about, and thresholds that are bounds."""
    if not models:
        return ""
    analysis = told.findings["analysis"]
    parts = ["The longer it takes, the more real the fakes look.", _intervals(told, models)]
    at_end = sum(model["at_end"] for model in models.values())
    if at_end:
        rule = analysis["rule"]
        parts.append(
            f"{count(at_end, 'block')} of {len(analysis['blocks']):,} settled at an end of the range "
            f"({number(rule['shortest_ms'])} to {number(rule['longest_ms'])}{NBSP}ms): there the threshold "
            f"is only a bound."
        )
    return " ".join(parts)


def _threshold(rule: Json) -> Definition:
    shorter, longer = number(-rule["after_right_ms"]), number(rule["after_wrong_ms"])
    return Definition(
        "threshold",
        "Threshold (HYPE-time)",
        f"The exposure at which people are right in {percent(rule['target'], 0)} of trials. A picture is "
        f"shown {shorter}{NBSP}ms shorter after each right answer and {longer}{NBSP}ms longer after each "
        "wrong one, so that the exposure settles there. A block’s threshold is its most frequent exposure, a "
        "person’s the mean over blocks, a condition’s the mean over people (Zhou et al. 2019). The "
        f"95{NBSP}% interval is for new participants and new photos: photos enter by how far their residuals "
        "would move the threshold, by the slope of right answers on the exposure within blocks.",
    )


CLAMPED = Definition(
    "clamped",
    "Clamped trials",
    "Share of trials whose exposure would have gone beyond the shortest or longest one and was cut there. "
    "With many of them the threshold is a bound: people would still be right at the shortest exposure, or "
    "not yet at the longest.",
)
N = Definition(
    "n",
    "Participants and trials",
    "People with at least one finished block, and the valid test trials of finished blocks: answered, and "
    "shown as planned. Practice and vigilance trials move no exposure and are in no threshold.",
)
