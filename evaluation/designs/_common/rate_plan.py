"""Planning of rates: how often pictures by a condition are taken for real, and how they differ. Pure."""

from __future__ import annotations

from functools import cached_property
from math import sqrt
from typing import Any

from evaluation.designs._planned import Answer, Further, places
from evaluation.designs._planner import Error, Planner, Size
from evaluation.report.section import Heading
from evaluation.report.wording import NBSP, count, number, percent, percent_range
from evaluation.statistics.arrays import Json
from evaluation.statistics.distributions import t_quantile
from evaluation.statistics.intervals import score_interval
from evaluation.statistics.planning import (
    Components,
    Plan,
    difference_df,
    difference_variance,
    planned_variance,
)
from evaluation.statistics.planning_designs import Spread, level_half_width


class RatePlanner(Planner):
    """Of a question with `rate`, the SDs on the log-odds scale and the share of them that is `shared`."""

    @cached_property
    def parts(self) -> Components:
        """Variance of one trial by its sources."""
        q = self.question
        return Components.around(q.rate, q.sd_people, q.sd_photos)

    @property
    def trials_each(self) -> int:
        """Test trials of one participant that show one condition."""
        q = self.question
        return int(q.trials // q.conditions if q.mixed else q.trials)

    def plan(self, people: int, photos: int) -> Plan:
        """One condition's people, photos and trials."""
        return Plan(people, photos, self.trials_each)

    def ends(self, people: int, photos: int) -> tuple[float, float]:
        """The interval around the rate expected."""
        plan, rate = self.plan(people, photos), self.question.rate
        n_eff = rate * (1 - rate) / planned_variance(plan, self.parts)
        return score_interval(rate, n_eff, t_quantile(0.025, plan.df))

    def half_width(self, people: int, photos: int) -> float:
        low, high = self.ends(people, photos)
        return (high - low) / 2

    def error(self, people: int, photos: int) -> Error:
        q, plan = self.question, self.plan(people, photos)
        variance = difference_variance(plan, self.parts, q.shared, same_people=q.mixed)
        return Error(sqrt(variance), difference_df(plan, same_people=q.mixed))

    def interval(self, size: Size) -> tuple[float, float]:
        """The interval that a study of this size would show."""
        return self.ends(max(2, size.participants // self.groups), size.photos)

    def at_one_level(self) -> float:
        """Half the width of the interval of the rate at one of several exposures."""
        q = self.question
        plan = self.plan(max(2, q.participants // self.groups), q.photos)
        return level_half_width(plan, q.levels, q.rate, Spread(q.sd_people, q.sd_photos))

    def as_json(self) -> Json:
        return super().as_json() | {
            "trials_each": self.trials_each,
            "interval": list(self.interval(self.now)),
        }


class RateAnswer(Answer):
    """What the planner says of rates."""

    planner: Any
    rate_words = "a fool rate of"

    @property
    def rate(self) -> str:
        return percent(self.question.rate, places(self.question.rate))

    def headline(self) -> str:
        q, now = self.question, self.planner.now
        return (
            f"{count(q.participants, 'participant')} on {count(q.photos, 'photo')} give "
            f"{self.scale.width(now.half_width)}{NBSP}points: {self.rate_words} {self.rate} would come "
            f"with the interval {percent_range(*self.planner.interval(now))}."
        )

    def assumed(self) -> str:
        q = self.question
        shared = f", {number(q.shared, 2)} of it shared by two conditions" if self.planner.compares else ""
        return (
            f"People and photos are [assumed](#assumed) to differ with SDs of {number(q.sd_people, 2)} and "
            f"{number(q.sd_photos, 2)} (log-odds){shared}."
        )

    def further_sentences(self) -> tuple[str, ...]:
        levels = self.question.levels
        if levels == 1:
            return ()
        width = self.scale.width(self.planner.at_one_level())
        return (f"At one of {levels} exposures alone it is {width}{NBSP}points.",)

    def further_columns(self, sizes: list[Size]) -> tuple[Further, ...]:
        around = Heading(f"Interval around {self.rate}", "interval", roomy=True)
        return (Further(around, tuple(percent_range(*self.planner.interval(size)) for size in sizes)),)
