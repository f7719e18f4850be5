"""What a report says, section by section."""

from __future__ import annotations

from functools import cached_property
from html import escape
from typing import Any

from colorizers.tools.command_line import MANAGE
from evaluation import metrics
from evaluation.models import Population, Report
from evaluation.report.arms import METRIC_LABELS, Arm, arm_of
from evaluation.report.beside import beside_the_rates
from evaluation.report.chance import Chance, chances_of
from evaluation.report.changes import Change, Rank, changes_of, ranking_of
from evaluation.report.claims import claims_of
from evaluation.report.differences import differences_of, simultaneous
from evaluation.report.methods import methods_of
from evaluation.report.next_study import NextStudy, next_studies_of
from evaluation.report.photos import Ladder, Panel, Wall, correlations_of, ladders_of, panels_of, walls_of
from evaluation.report.quality import Fact, mixed_model, observers
from evaluation.report.steps import steps_of
from evaluation.report.wording import (
    SIMULATED_BANDS,
    SUBJECTS,
    count,
    listed,
    number,
    percent,
    rate_with_interval,
    spaced,
)
from evaluation.statistics.arrays import Json

SEVERAL = 3
"""With more conditions than this the headline names the lowest and the highest; chart and table have all."""


class Page:
    """What a report says, ready to be set in a page."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.results: Json = report.results
        self.analysis: Json = report.results["analysis"]
        self.study: Json = report.results["study"]
        self.population = Population(report.population)
        self.band = SIMULATED_BANDS.get(self.population, "")
        self.metric_names = [name for name in METRIC_LABELS if name in metrics.names()]
        self.metric_names += [name for name in metrics.names() if name not in METRIC_LABELS]
        self.arms = [
            arm_of(condition, self.analysis, self.metric_names)
            for condition in self.study["conditions"]
            if condition["kind"] == "test"
        ]
        self.titles = {arm.slug: arm.title for arm in self.arms}
        self.simultaneous = simultaneous(self.analysis)
        self.differences = differences_of(self.analysis["pairwise"], self.titles, together=self.simultaneous)
        self.steps = steps_of(self.results)
        self.judged = [arm for arm in self.arms if arm.judged]

    @cached_property
    def numbers(self) -> dict[str, str]:
        """“Figure 1”, “Table 3” for each figure and table."""
        from evaluation.report.numbering import numbers_of  # charts draw a Page

        return numbers_of(self)

    @cached_property
    def methods(self) -> str:
        """The paragraph for a paper."""
        return methods_of(self.report)

    @cached_property
    def claims(self) -> dict[str, str]:
        """What the intervals are about, for the definitions."""
        return claims_of(self.analysis)

    @cached_property
    def panels(self) -> list[tuple[str, list[Panel]]]:
        """Metrics against people, photo by photo."""
        return panels_of(self.results, self.titles, self.metric_names)

    @cached_property
    def correlations(self) -> list[Json]:
        """Metrics against people as numbers, one line a condition."""
        return correlations_of(self.results, self.titles, self.metric_names)

    @cached_property
    def ladders(self) -> list[Ladder]:
        """The photos of each condition from the lowest rate to the highest."""
        return ladders_of(self.results, self.titles)

    @cached_property
    def walls(self) -> list[Wall]:
        """The best and worst fakes of each condition."""
        return walls_of(self.results, self.titles)

    @cached_property
    def changes(self) -> list[Change]:
        """How the answer would change under other rules."""
        return changes_of(self.results, self.titles)

    @cached_property
    def ranking(self) -> list[Rank]:
        """The conditions from the highest rate down."""
        return ranking_of(self.results, self.titles)

    @cached_property
    def chances(self) -> list[Chance]:
        """The conditions against 50 % and as sensitivity."""
        return chances_of(self.judged)

    @cached_property
    def next_studies(self) -> list[NextStudy]:
        """What a study like this one would show again."""
        return next_studies_of(self.judged)

    @cached_property
    def observers(self) -> list[Fact]:
        """Lapses, response times, order and agreement."""
        return observers(self.results)

    @cached_property
    def beside(self) -> list[Fact]:
        """What stands beside the rates: other weights, and looks while the study runs."""
        return beside_the_rates(self.results, self.arms)

    @property
    def beside_warns(self) -> bool:
        """Whether a condition's two rates differ by more than chance, so that both must be seen."""
        return any((arm.model or {}).get("person_weighted", {}).get("differs") for arm in self.judged)

    @cached_property
    def mixed_model(self) -> str:
        """The mixed model in a few sentences, or why it was not fitted."""
        return mixed_model(self.results, self.titles)

    @property
    def ladder_caption(self) -> str:
        """What the chart of the photos shows; a condition whose photos do not differ has no band."""
        parts = [
            'Line: <a href="#def-photo-rate">shrunken (empirical-Bayes) fool rate</a> of each photo. '
            "Small dots: raw rates. Dashed: 50&nbsp;%."
        ]
        flat = [ladder.title for ladder in self.ladders if not ladder.low]
        if len(flat) < len(self.ladders):
            parts.append("Band: 95&nbsp;% interval.")
        if flat:
            named = escape(listed([f"“{title}”" for title in flat]))
            parts.append(f"No band with {named}: the photos differ no more than chance explains.")
        return " ".join(parts)

    @property
    def difference_interval(self) -> str:
        """Which interval stands beside a difference, for the head of its column."""
        if self.simultaneous:
            return "95\N{NO-BREAK SPACE}% interval for all pairs together"
        if len(self.differences) < 2:
            return "95\N{NO-BREAK SPACE}% interval"
        return "95\N{NO-BREAK SPACE}% interval, not corrected for the number of pairs"

    @property
    def difference_remark(self) -> str:
        """How the intervals and the p values of the differences go together; one pair needs no correction."""
        if len(self.differences) < 2:
            return ""
        if self.simultaneous:
            return (
                "Intervals and p values are both corrected for the number of pairs: the intervals hold for "
                "all pairs simultaneously (multivariate t), the p values are Holm's. In close calls "
                "the two may disagree: an interval may include 0 while p is below 0.05, or exclude 0 while p "
                "is not."
            )
        return (
            "The interval is not corrected for the number of pairs; the p value is. So an interval may "
            "exclude 0 while the corrected p value is above 0.05."
        )

    @property
    def blinding(self) -> str:
        """What the audit of the blinding found; empty where there was none."""
        audit: Json | None = self.study.get("blinding")
        return spaced(audit["summary"]) if audit else ""

    @property
    def audit_command(self) -> str:
        """The command that audits the blinding of this study."""
        return f"{MANAGE} audit_blinding {self.study['slug']}"

    @property
    def metric_headings(self) -> list[tuple[str, str, str]]:
        """Name, label and remark on unit and direction for each metric column."""
        arrows = {"higher": "higher is closer", "lower": "lower is closer", "none": ""}
        found = []
        for name in self.metric_names:
            metric = metrics.get(name)
            remark = ", ".join(part for part in (metric.unit, arrows[metric.direction]) if part)
            found.append((name, METRIC_LABELS.get(name, (name, 2))[0], remark))
        return found

    @property
    def metric_definitions(self) -> list[tuple[str, str, str, str]]:
        """Name, label, summary and citation of each metric."""
        return [
            (name, label, metrics.get(name).summary, metrics.get(name).citation)
            for name, label, _remark in self.metric_headings
        ]

    @property
    def headline(self) -> str:
        """The result in a sentence."""
        if not self.judged:
            return "No test trial has been answered yet, so there is no fool rate to report."
        subject = f"{SUBJECTS[self.population]} took the recolouring for the real photo in"
        if len(self.judged) <= SEVERAL:
            parts = [self._part(arm, of=index == 0) for index, arm in enumerate(self.judged)]
            return f"{subject} {listed(parts)}."
        ranked = sorted(self.judged, key=lambda arm: arm.rate or 0)
        least, most = self._part(ranked[0], of=True), self._part(ranked[-1], of=False)
        return f"{subject} between {least} and {most}; {len(ranked) - 2} other conditions lie in between."

    @property
    def ranked(self) -> list[Arm]:
        """Every condition from the highest rate down, as the chart has them; those without answers last."""
        return sorted(self.arms, key=lambda arm: (not arm.judged, -(arm.rate or 0)))

    @property
    def headline_remark(self) -> str:
        """What the interval in the headline is about, or why there is none."""
        if not self.judged:
            return ""
        chance = "50\N{NO-BREAK SPACE}% would mean that real and fake cannot be told apart."
        if all(arm.low is None for arm in self.judged):
            return f"There is no interval: {self._why_no_interval}. {chance}"
        remark = "In brackets the 95\N{NO-BREAK SPACE}% interval for new participants and new photos."
        without = [f"“{arm.title}”" for arm in self.judged if arm.low is None]
        if without:
            remark += f" {listed(without)} has none; the table says why."
        return f"{remark} {chance}"

    @property
    def _why_no_interval(self) -> str:
        answers = {1: "the only answer comes", 2: "both answers come"}.get(
            self.analysis["valid_rows"], f"all {self.analysis['valid_rows']:,} answers come"
        )
        if self.analysis["participants"] == 1:
            return f"{answers} from one participant, who cannot tell how others would answer"
        if self.analysis["images"] == 1:
            return f"{answers} from one photo, which cannot tell how others would fare"
        return self.judged[0].default.note

    @property
    def counts(self) -> str:
        """How much was judged, in one line."""
        a = self.analysis
        return (
            f"{count(a['valid_rows'], 'valid test trial')} by {count(a['participants'], 'participant')} "
            f"on {count(a['images'], 'photo')}"
        )

    @property
    def participations(self) -> str:
        """Participations by state, in one line."""
        states = {state: n for state, n in self.results["participations"].items() if n}
        if not states:
            return "no participations yet"
        total = count(sum(states.values()), "participation")
        return f"{total}: " + listed([f"{n:,} {state}" for state, n in states.items()])

    @property
    def vigilance(self) -> str:
        """Attention in a sentence or two."""
        v = self.results["vigilance"]
        if not v["asked"]:
            return f"No vigilance trial that counts has been answered.{self._unjudged}"
        return (
            f"{v['passed']:,} of {count(v['asked'], 'vigilance trial')} passed ({percent(v['share'])}), "
            f"by {count(v['participants'], 'participant')}; {v['all_passed']:,} passed all of theirs, "
            f"and the strict view leaves {v['left_out']:,} out.{self._unjudged}"
        )

    @property
    def _unjudged(self) -> str:
        """Participants of whom no vigilance trial counts; older reports say nothing of them."""
        unjudged = self.results["vigilance"].get("unjudged")
        if not unjudged:
            return ""
        return (
            f" Of {count(unjudged, 'participant')} every vigilance trial was spoiled: their attention is not "
            f"judged, and the strict view keeps them."
        )

    @property
    def side(self) -> str:
        """Side balance in a sentence."""
        s = self.analysis["side"]
        if not s["n"]:
            return "No test trial has been answered."
        return (
            f"The fake was on the left in {percent(s['fake_left'] / s['n'])} of the valid trials, and left "
            f"was called fake in {percent(s['share_chosen_left'])} (exact binomial "
            f"p = {number(s['p_chosen'], 3)} against one half, taking trials as independent)."
        )

    @property
    def exposure(self) -> str:
        """The certificate of exposure in brief."""
        e = self.results["exposure"]
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
            f"50 ms, hidden page, lost focus, shown twice). {self._shown_again}"
            f"Median error {number(e['median_error_ms'], 2)} ms, "
            f"largest {number(e['largest_error_ms'], 1)} ms.{display}{self._spoiled}"
        )

    @property
    def _shown_again(self) -> str:
        """Trials that a reload showed twice; older reports say nothing of it."""
        again = self.results["exposure"].get("shown_again")
        if not again:
            return ""
        return f"{count(again, 'trial')} began anew because the page was reloaded after a picture was shown. "

    @property
    def _spoiled(self) -> str:
        """What the study's rule did about spoiled trials; older reports say nothing of it."""
        e = self.results["exposure"]
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

    @property
    def scores_remark(self) -> str:
        """What the metric table is made of."""
        s = self.results["scores"]
        px = s["image_px"]
        text = f"Over all {count(s['photos'], 'test photo')} of the study, at {px} × {px} pixels as shown."
        if s["missing"]:
            text += f" {count(s['missing'], 'recoloured picture')} had no scores when this report was made."
        return text

    @property
    def protocol(self) -> list[tuple[str, str]]:
        """The protocol in words."""
        settings: dict[str, Any] = self.study["settings"]
        how = settings.get("presentation", "")
        lines = [
            ("Test", f"{self.study['design']} test" + (f", {how}" if how else "")),
            ("Pictures", f"{self.study['image_px']} × {self.study['image_px']} CSS pixels"),
        ]
        if "exposure_ms" in settings:
            mask = ", then a noise mask" if settings.get("mask") == "noise" else ""
            lines.append(("Exposure", f"{settings['exposure_ms']} ms each{mask}"))
        if "test_trials" in settings:
            share = settings.get("vigilance_share", 0)
            vigilance = (
                f", vigilance trials on top ({percent(share, 0)})" if share else ", no vigilance trials"
            )
            trials = (
                f"{settings.get('practice_trials', 0)} practice + {settings['test_trials']} test{vigilance}"
            )
            lines.append(("Trials", trials))
        mixed = self.study["allocation"] == "mixed"
        lines.append(
            (
                "Allocation",
                "every participant sees every condition" if mixed else "one condition per participant",
            )
        )
        lines.append(("Planned", count(self.study["planned_participants"], "participant")))
        return lines

    def _part(self, arm: Arm, *, of: bool) -> str:
        trials = " of trials" if of else ""
        assert arm.rate is not None
        return f"{rate_with_interval(arm.rate, arm.low, arm.high)}{trials} with “{arm.title}”"
