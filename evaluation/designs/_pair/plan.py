"""Planning a pair test: how many participants and photos it needs. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evaluation.designs import _asked
from evaluation.designs._common.rate_plan import RateAnswer, RatePlanner
from evaluation.designs._planned import Planning
from evaluation.report.section import Definition
from evaluation.report.wording import NBSP, count, percent, points
from evaluation.statistics.arrays import Json
from evaluation.statistics.planning import log_odds
from evaluation.statistics.simulation import Shape, coverage


@dataclass(frozen=True)
class Question(_asked.Asked):
    """What a researcher knows or assumes before a study; shares in [0, 1], SDs on the log-odds scale."""

    rate: float = _asked.share(
        0.30, 0.01, 0.99, "Fool rate expected",
        "Published pair tests found 16 to 48 %. The nearer to 50 %, the more people it takes.",
    )  # fmt: skip
    half_width: float = _asked.share(
        0.03, 0.002, 0.3, "Precision wanted",
        "Half the width of the 95 % interval of one fool rate: 3 means ± 3 points.",
        unit="points",
    )  # fmt: skip
    difference: float = _asked.smallest_difference(_asked.share, 0.05, 0.002, 0.5, "points")
    power: float = _asked.power()
    conditions: int = _asked.conditions()
    mixed: bool = _asked.allocation()
    participants: int = _asked.participants()
    photos: int = _asked.photos()
    trials: int = _asked.whole(
        40, 1, 10_000, "Test trials a participant",
        "Over all conditions, without practice and vigilance. Nobody sees a photo twice.",
    )  # fmt: skip
    levels: int = _asked.levels()
    sd_people: float = _asked.number(
        0.8, 0, 3, "SD between people",
        "On the log-odds scale. Errors printed with published rates imply 0.4 to 1.2.",
    )  # fmt: skip
    sd_photos: float = _asked.number(
        0.8, 0, 3, "SD between photos",
        "On the log-odds scale. We know of no published one; 0.8 takes photos to differ as much as "
        "people.",
    )  # fmt: skip
    shared: float = _asked.shared("the same people and photos are easy under both")


class PairAnswer(RateAnswer):
    """What the planner says of a pair test."""

    def trials(self) -> str:
        if self.planner.groups > 1 or not self.planner.compares:
            return super().trials()
        q, trials = self.question, count(self.question.trials, "test trial")
        each = self.planner.trials_each
        return f"{trials} a participant, {each} under each of {q.conditions} conditions."

    def meanings(self) -> tuple[Definition, ...]:
        return (
            Definition(
                "interval",
                "Interval, half its width",
                f"The 95{NBSP}% interval for new participants and new photos that the report will show on "
                "average, and half of it. From the variance of a rate when each of P participants judges m "
                "of I photos (Westfall, Kenny and Judd 2014), by the same Wilson interval and t quantile as "
                "in the report.",
            ),
            Definition(
                "assumed",
                "SDs between people and photos",
                "How far the log-odds of being fooled differ between people, and between photos. An SD of "
                f"0.8 at a fool rate of 30{NBSP}% means that two in three people lie between about 16 and "
                f"44{NBSP}%. For people, 0.8 is the middle of what the standard errors of Isola et al. "
                "(2017) imply (0.4 to 1.2); for photos we know of no published one, and they are taken to "
                "differ as much. Every report fits both with its mixed model where the data can bear it. "
                "docs/statistics.md says more under “Planning”.",
            ),
        )


class PairPlanning(Planning):
    """Asks for a fool rate, answers with its interval and with the differences that will be found."""

    Question = Question
    Planner = RatePlanner
    Answer = PairAnswer
    seen_in = "glmm"

    def simulated(self, question: Any, studies: int, seed: int) -> tuple[Json, str]:
        """Mean width and coverage of the default interval."""
        q, planner = question, RatePlanner(question)
        people, logit = q.participants // planner.groups, log_odds(q.rate, q.sd_people, q.sd_photos)
        shape = Shape(people, q.photos, planner.trials_each, logit, q.sd_people, q.sd_photos)
        found = coverage(shape, studies=studies, seed=seed)["default"]
        half = found.width / 2
        told = (
            f"{studies:,} simulated studies of this size: ± {points(half)} points on average; the interval "
            f"held the truth in {percent(found.share, 0)}."
        )
        return {"studies": studies, "seed": seed, "half_width": half, "coverage": found.share}, told

    def seen(self, part: Json) -> dict[str, float | None]:
        """The SDs that the mixed model found."""
        if not part["fitted"]:
            return {}
        photos = part["sd_image"] if part["photo_effect"]["fitted"] else None
        return {"sd_people": part["sd_participant"], "sd_photos": photos}


PLANNING = PairPlanning()
