"""What a rating scale concludes: mean opinion scores, and differences from the real photo (ITU-T P.910)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from evaluation.designs._common.confidence import confidence_findings
from evaluation.designs._common.counted import ONE_TRIAL, Counted, counted, trials_of, with_voided
from evaluation.designs._common.exposure_levels import exposure_findings
from evaluation.designs._common.observers import plain_times
from evaluation.designs._common.photo_table import gallery_of, photos_by_condition
from evaluation.designs._common.tabled import (
    EVERY_OTHER,
    MEDIAN_RT,
    OF_CONDITIONS,
    OF_PARTICIPANTS,
    OF_PHOTOS,
    count_column,
    end_columns,
    ends,
    of_participants,
)
from evaluation.designs._common.views import View, views
from evaluation.designs._design import CONDITIONS, PARTICIPANTS, PHOTOS, Concluding, Evidence, FileForm
from evaluation.designs._mos.plan import MOS
from evaluation.report.section import Section
from evaluation.statistics.agreement import Standing
from evaluation.statistics.arrays import Floats, Json, cells_of, one_thread
from evaluation.statistics.correlation import metric_correlation
from evaluation.statistics.filters import ValidResponses
from evaluation.statistics.means import mean_over_photos
from evaluation.statistics.opinion_scores import Ratings, opinion_joint, opinion_scores
from evaluation.statistics.over_time import halves
from evaluation.statistics.rater_bias import corrected_scores
from evaluation.statistics.reliability import (
    complete_design,
    cronbach_alpha,
    intraclass_correlations,
    split_half,
)
from evaluation.statistics.table import UNKNOWN, Factor, ResponseTable
from studies.designs._base import REAL_PHOTO
from studies.designs._columns import NUMBER, TEXT, WHOLE, Column

POINTS = {"5 points": 5, "9 points": 9}


@dataclass(frozen=True)
class Rated:
    """The rows that count, their ratings (n,), and the condition of each, REAL_PHOTO for the real photo."""

    counted: Counted
    rating: Floats
    arm: Factor
    scale: int

    @classmethod
    def of(cls, evidence: Evidence) -> Rated:
        """By the columns `rating` and `is_real`; a trial that was recorded twice counts once."""
        table = evidence.table
        found = counted(
            evidence, np.isfinite(table.numbers("rating")), once=trials_of(table), once_words=ONE_TRIAL
        )
        rating = found.table.numbers("rating")
        fixed = POINTS.get(str(evidence.settings.get("scale", "")))
        return cls(found, rating, _arms(found.table), fixed or (9 if (rating > 5).any() else 5))

    @property
    def table(self) -> ResponseTable:
        return self.counted.table

    def ratings(self, rows: Any = slice(None)) -> Ratings:
        """Some rows as the statistics take them; crops of one photograph are one photo."""
        table = self.table.by_photo_cluster()
        return Ratings(
            table.participant.codes[rows].astype(np.intp), self.arm.codes[rows].astype(np.intp),
            self.rating[rows].astype(np.int64), self.arm.labels, self.scale,
            table.photo.codes[rows].astype(np.intp),
            REAL_PHOTO if REAL_PHOTO in self.arm.labels else None,
            self.table.photo.codes[rows].astype(np.intp),
        )  # fmt: skip

    def outcomes(self, *, by_cluster: bool = True) -> ValidResponses:
        """The rows as statistics of any outcome take them, with the rating for it.

        Crops of one photograph are one photo, unless it is told not to go `by_cluster`.
        """
        table = self.table.by_photo_cluster() if by_cluster else self.table
        of, table = self.counted, replace(table, condition=self.arm)
        cell = cells_of(table.participant.codes, table.photo.codes)
        return ValidResponses(
            table, self.rating.astype(np.int8), cell, rows=len(of.whole), test_rows=of.test_rows,
            usable_rows=of.usable_rows, contradictory=0, steps=of.steps, clustered=True,
        )  # fmt: skip


def _arms(table: ResponseTable) -> Factor:
    real = table.numbers("is_real") == 1
    nameless = np.flatnonzero(~real & (table.condition.codes == UNKNOWN))
    if len(nameless):
        raise ValueError(
            f"{len(nameless)} rated pictures name no condition, the first is row "
            f"{table.row_id[nameless[0]]:g}: fill in their model or leave these rows out"
        )
    labels = (*table.condition.labels, *([REAL_PHOTO] if real.any() else []))
    codes = np.where(real, len(table.condition.labels), table.condition.codes).astype(np.int32)
    return Factor(codes, labels)


def _views(evidence: Evidence, rated: Rated) -> list[Json]:
    """The mean scores under each rule, and with spoiled trials counted as well."""
    found = views(
        evidence.table, rated.table, **evidence.strict, faulty=evidence.faulty, finished=evidence.finished
    )
    lines = [_view(rated, view, evidence.alpha) for view in found]
    if spoiled_too := with_voided(evidence):
        every = Rated.of(spoiled_too)
        view = View("voided", "voided trials counted as well", np.ones(len(every.rating), dtype=np.bool_))
        lines.append(_view(every, view, evidence.alpha))
    return lines


def _view(rated: Rated, view: View, alpha: float) -> Json:
    rows = np.flatnonzero(view.keep)
    models: Json = {}
    if len(rows):
        joint = opinion_joint(rated.ratings(rows))
        for place, label in enumerate(joint.labels):
            found = joint.one(place, alpha)["ci"]
            low, high = np.clip(found, 1, rated.scale).tolist() if found else (None, None)
            interval = {"low": low, "high": high, "estimand": joint.estimand}
            n = int(np.count_nonzero(rated.arm.is_label(label)[rows]))
            models[label] = {"n": n, "value": float(joint.values[place]), "interval": interval}
    people = rated.table.participant.codes[rows]
    return {
        "code": view.code, "rule": view.sentence, "n": len(rows),
        "participants": int(np.count_nonzero(np.bincount(people))), "models": models,
    }  # fmt: skip


def _people(rated: Rated, alpha: float) -> Json:
    """What the ratings tell of those who gave them: leanings, times, order, agreement."""
    outcomes = rated.outcomes()
    table = outcomes.table
    who, photo = table.participant.codes.astype(np.intp), table.photo.codes.astype(np.intp)
    over_time = outcomes.fooled, who, table.trial_index
    ratings, grid = rated.ratings(), complete_design(rated.outcomes(by_cluster=False))
    found: Json = {
        "corrected": corrected_scores(ratings.rating, who, ratings.arm, photo, rated.arm.labels),
        "response_times": plain_times(table.rt_ms),
        "halves": halves(*over_time, alpha, photo, outcomes.cell),
        "split_half": split_half(*over_time),
    }
    if grid is not None:
        found |= {
            "icc_psych": intraclass_correlations(grid, alpha), "cronbach_alpha_raw": cronbach_alpha(grid),
        }  # fmt: skip
    return found


def _photos(rated: Rated, evidence: Evidence) -> Json:
    return photos_by_condition(
        rated.rating, rated.arm, rated.table.photo, evidence.by_photo, evidence.alpha, share=False
    )


def _named(interval: Any) -> Json | None:
    return dict(zip(("low", "high"), interval, strict=True)) if interval else None


def _condition(arm: Json, analysis: Json, strict: Json | None) -> Json:
    """What the table of conditions says of one."""
    row = {"n": arm["n"], "mos": arm["mos"], "rating_sd": arm["sd"], "strict_n": 0}
    row |= ends("default", _named(arm["ci"])) | {"no_interval_because": arm["reason"] or None}
    away = {one["label"]: one for one in (analysis["differential"] or {"arms": []})["arms"]}
    if other := away.get(arm["label"]):
        row |= {"dmos": other["dmos"]} | ends("dmos", _named(other["ci"]))
    place = {one["label"]: one for one in analysis["order"]}[arm["label"]]
    best, worst = place["rank_set"] or (None, None)
    row |= {"p_first": place["p_first"], "rank_best": best, "rank_worst": worst}
    if strict:
        row |= {"strict_n": strict["n"], "strict_mos": strict["value"]} | ends("strict", strict["interval"])
    return row


def _mean_rating(after: str) -> Column:
    return Column("mean_rating", NUMBER, "Mean of the ratings counted in n", low=1, high=9, after=after)


class Mos(Concluding):
    """One picture, and how natural its colours look on a scale."""

    planning = MOS
    files: ClassVar[tuple[FileForm, ...]] = (FileForm(("rating",)),)
    fullest: ClassVar[Mapping[str, Any]] = {"hidden_reference": True, "scale": "9 points"}
    keywords: ClassVar[tuple[str, ...]] = ("mean opinion score", "absolute category rating", "ITU-T P.910")
    columns: ClassVar[Mapping[str, tuple[Column, ...]]] = {
        PARTICIPANTS: (
            count_column(OF_PARTICIPANTS),
            _mean_rating(OF_PARTICIPANTS),
            MEDIAN_RT,
        ),
        PHOTOS: (
            count_column(OF_PHOTOS),
            _mean_rating(OF_PHOTOS),
            Column("posterior_mean", NUMBER, "Mean rating drawn towards the condition's where few judged "
                   "(empirical Bayes)", after=OF_PHOTOS),
            *end_columns("posterior", "of posterior_mean; empty: no spread", OF_PHOTOS, unit="", low=None,
                         high=None),
        ),
        CONDITIONS: (
            count_column(OF_CONDITIONS),
            Column("mos", NUMBER, "Mean opinion score", low=1, high=9, after=OF_CONDITIONS),
            *end_columns("default", "of it for new participants and new photos", OF_CONDITIONS,
                         unit="", low=1, high=9),
            Column("rating_sd", NUMBER, "Standard deviation of the ratings", low=0, after=OF_CONDITIONS),
            Column("dmos", NUMBER, "Mean differential score: the scale's best means as natural as the real "
                   "photo", after=OF_CONDITIONS),
            *end_columns("dmos", "of dmos for new participants and new photos", OF_CONDITIONS, unit="",
                         low=None, high=None),
            Column("no_interval_because", TEXT, "Why mos has no interval; empty: it has one",
                   after=OF_CONDITIONS),
            Column("p_first", NUMBER, "Share of draws in which its mean score is the highest", "share", 0, 1,
                   after=OF_CONDITIONS),
            Column("rank_best", WHOLE, "Best rank that it may have, with 95 % confidence", low=1,
                   after=OF_CONDITIONS),
            Column("rank_worst", WHOLE, "Worst rank that it may have, with 95 % confidence", low=1,
                   after=OF_CONDITIONS),
            Column("strict_n", WHOLE, "As n, in the strict view", low=0, after=OF_CONDITIONS),
            Column("strict_mos", NUMBER, "As mos, in the strict view", low=1, high=9, after=OF_CONDITIONS),
            *end_columns("strict", "of strict_mos for new participants and new photos", OF_CONDITIONS,
                         unit="", low=1, high=9),
        ),
    }  # fmt: skip

    @one_thread()
    def analyse(self, evidence: Evidence) -> Json:
        """Mean scores, their differences and order, differential scores, and the same under other rules."""
        rated, alpha = Rated.of(evidence), evidence.alpha
        analysis: Json = rated.counted.as_json() | {
            "alpha": alpha, "rule": evidence.rule, "scale": rated.scale, "reference": None, "arms": [],
            "pairwise": [], "order": [], "one_point": 0, "differential": None,
        }  # fmt: skip
        if len(rated.rating):
            analysis |= opinion_scores(rated.ratings(), alpha)
        if rated.table.photo_cluster is not None:
            grouped = rated.table.by_photo_cluster().photo.codes
            analysis["photo_clusters"] = int(np.count_nonzero(np.bincount(grouped)))
        analysis["models"] = [arm["label"] for arm in analysis["arms"] if arm["label"] != REAL_PHOTO]
        analysis |= {
            "metrics": {
                model: {metric: mean_over_photos(values, alpha) for metric, values in scores.items()}
                for model, scores in sorted(evidence.scores.items())
            },
            **exposure_findings(evidence, rated.table, rated.rating, rated.arm, alpha),
            **confidence_findings(evidence, rated.table, None, alpha),
        }
        if evidence.brief:
            return {"analysis": analysis}
        if len(rated.rating):
            outcomes = rated.outcomes(by_cluster=False)
            analysis |= _people(rated, alpha)
            analysis["metric_correlation"] = metric_correlation(outcomes, evidence.by_photo, alpha)
        return {"analysis": analysis, "views": _views(evidence, rated), "photos": _photos(rated, evidence)}

    def rows(self, evidence: Evidence, findings: Json) -> Mapping[str, Mapping[Hashable, Mapping[str, Any]]]:
        """Counts and means."""
        rated, analysis = Rated.of(evidence), findings["analysis"]
        who = rated.table.participant
        people = of_participants(rated.table)
        total = np.bincount(who.codes, rated.rating, minlength=len(who.labels))
        for code, label in enumerate(who.labels):
            if label in people:
                people[label]["mean_rating"] = float(total[code] / people[label]["n"])
        photos: dict[Hashable, Any] = {EVERY_OTHER: {"n": 0}}
        judged = _photos(rated, evidence)
        for label, column in judged["conditions"].items():
            for at, name in enumerate(judged["photos"]):
                if n := column["n"][at]:
                    low, high = column["low"][at], column["high"][at]
                    photos[label, name] = {
                        "n": n, "mean_rating": column["k"][at] / n, "posterior_mean": column["mean"][at],
                        "posterior_low": low, "posterior_high": high,
                    }  # fmt: skip
        conditions: dict[Hashable, Any] = {EVERY_OTHER: {"n": 0, "strict_n": 0}}
        strict = _view(rated, View("strict", "", rated.counted.strict.keep), evidence.alpha)["models"]
        for arm in analysis["arms"]:
            conditions[arm["label"]] = _condition(arm, analysis, strict.get(arm["label"]))
        return {PARTICIPANTS: people, PHOTOS: photos, CONDITIONS: conditions}

    def gallery(self, findings: Json) -> Json:
        """The photos whose recolouring was rated highest and lowest."""
        return {name: found for name, found in gallery_of(findings["photos"]).items() if name != REAL_PHOTO}

    def standing(self, evidence: Evidence) -> Standing | None:
        """The mean scores of the conditions, without the hidden reference."""
        rated = Rated.of(evidence)
        rows = np.flatnonzero(~rated.arm.is_label(REAL_PHOTO))
        if len(np.unique(rated.arm.codes[rows])) < 2:
            return None
        photos = rated.table.by_photo_cluster().photo.labels
        return Standing.of("", opinion_joint(rated.ratings(rows)), photos)

    def report(self, findings: Json, facts: Json) -> list[Section]:
        """Every section that the findings have something for."""
        from evaluation.designs._mos.report import sections_of

        return sections_of(findings, facts)


CONCLUDES = Mos()
