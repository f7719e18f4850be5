"""Planning of ratings: mean scores and their differences, in points of the scale. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

from evaluation.designs import _asked
from evaluation.designs._asked import Asked
from evaluation.designs._planned import Answer, Planning, Scale
from evaluation.designs._planner import Error, Planner
from evaluation.report.section import Definition
from evaluation.report.wording import NBSP, count
from evaluation.statistics.planning import Plan, difference_df
from evaluation.statistics.planning_designs import Spread, score_difference_variance, score_half_width


@dataclass(frozen=True)
class MosQuestion(Asked):
    """What a researcher knows or assumes before people rate; all in points of the scale."""

    half_width: float = _asked.number(
        0.2, 0.01, 4, "Precision wanted", "Half the width of the 95 % interval of a mean score.",
        unit="points of the scale",
    )  # fmt: skip
    difference: float = _asked.smallest_difference(_asked.number, 0.3, 0.01, 8, "points of the scale")
    power: float = _asked.power()
    conditions: int = _asked.conditions()
    mixed: bool = _asked.allocation()
    hidden_reference: bool = _asked.choice(
        False,
        "Hidden reference",
        "The real photo is rated like a condition, and everybody rates all pictures of a photo.",
        rated="The real photo is rated, too",
        none="It is not",
    )
    participants: int = _asked.participants()
    photos: int = _asked.photos()
    trials: int = _asked.whole(
        40, 1, 10_000, "Test trials a participant", "Over all conditions, without practice and vigilance."
    )
    sd_people: float = _asked.number(
        0.6, 0, 4, "SD between people",
        "Of how high they rate a condition. Assumed, for five points; twice as much for nine.",
        unit="points of the scale",
    )  # fmt: skip
    sd_photos: float = _asked.number(
        0.4, 0, 4, "SD between photos", "Of how high they are rated. Assumed.", unit="points of the scale"
    )
    sd_rest: float = _asked.number(
        0.8, 0, 4, "SD of single ratings",
        "Of one person and one photo, around what both explain. Assumed.",
        unit="points of the scale",
    )  # fmt: skip
    shared: float = _asked.shared("who rates one condition high rates the other one high as well")

    @classmethod
    def looks(cls, values: Any) -> int:
        return cls.conditions_each(values) + 1 if values["hidden_reference"] else 1

    @classmethod
    def least_trials(cls, values: Any) -> int:
        return cls.conditions_each(values) + int(values["hidden_reference"])

    @classmethod
    def too_few(cls, values: Any) -> str:
        seen = f"each of {cls.conditions_each(values)} conditions"
        real = " and the real photo" if values["hidden_reference"] else ""
        return f"To see {seen}{real} takes {cls.least_trials(values)} test trials, not {values['trials']}."


class MosPlanner(Planner):
    """Of mean scores on one scale."""

    SPREAD = ("sd_people", "sd_photos", "sd_rest")

    @property
    def trials_each(self) -> int:
        """Ratings of one condition by one participant."""
        q = self.question
        each: int = q.trials // q.least_trials(q.values())
        return max(1, each)

    def half_width(self, people: int, photos: int) -> float:
        q = self.question
        return score_half_width(
            Plan(people, photos, self.trials_each), Spread(q.sd_people, q.sd_photos), q.sd_rest
        )

    def error(self, people: int, photos: int) -> Error:
        q, plan = self.question, Plan(people, photos, self.trials_each)
        same = self.groups == 1
        variance = score_difference_variance(
            plan, Spread(q.sd_people, q.sd_photos), q.sd_rest, q.shared, same_people=same
        )
        return Error(sqrt(variance), difference_df(plan, same_people=same))


class MosAnswer(Answer):
    """What the planner says of ratings."""

    scale = Scale("points of the scale", digits=2)

    def headline(self) -> str:
        q = self.question
        return (
            f"{count(q.participants, 'participant')} on {count(q.photos, 'photo')} give "
            f"{self.scale.width(self.planner.now.half_width)}{NBSP}points of the scale: so far from the mean "
            "score of a condition would its interval reach."
        )

    def assumed(self) -> str:
        q = self.question
        return (
            f"Ratings are [assumed](#assumed) to differ with SDs of {q.sd_people:g} between people, "
            f"{q.sd_photos:g} between photos and {q.sd_rest:g} beside them."
        )

    def meanings(self) -> tuple[Definition, ...]:
        return (
            Definition(
                "interval",
                "Half the width of the interval",
                f"Of the 95{NBSP}% interval of a condition’s mean score for new participants and new photos, "
                "by the variance of a mean when each person rates some of the photos (Westfall, Kenny and "
                "Judd 2014).",
            ),
            Definition(
                "assumed",
                "SDs between people, photos and ratings",
                "How far people differ in how high they rate a condition, how far photos differ, and how far "
                "a single rating lies from what both explain. All are assumed; a small study of your own "
                "tells more.",
            ),
        )


class MosPlanning(Planning):
    """Asks for scores, answers with the interval of a mean one and with differences."""

    Question = MosQuestion
    Planner = MosPlanner
    Answer = MosAnswer


MOS = MosPlanning()
