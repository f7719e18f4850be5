"""Planning of choices between pictures: how far apart conditions are, in preferences and strengths. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, exp, log
from typing import Any

from evaluation.designs import _asked
from evaluation.designs._asked import Asked, Draft
from evaluation.designs._planned import Answer, Further, Planning
from evaluation.designs._planner import Error, Planner, Size
from evaluation.report.section import Definition, Heading
from evaluation.report.wording import NBSP, count, number, percent_range
from evaluation.statistics.arrays import Json
from evaluation.statistics.distributions import t_quantile
from evaluation.statistics.planning import Plan
from evaluation.statistics.planning_designs import Spread, share_half_width, strength_half_width
from studies.designs._subsets import subsets

SD_HELP = (
    "Of one condition’s appeal, on the log-odds scale. We know of no published one; with 0.6 the log-odds of "
    "a comparison differ about as much as those of a pair test."
)


def _half_width() -> Any:
    return _asked.share(
        0.05, 0.005, 0.4, "Precision wanted",
        "Half the width of the 95 % interval of how often one of two conditions is preferred, near 50 %: 5 "
        "means ± 5 points.",
        unit="points",
    )  # fmt: skip


def _difference() -> Any:
    return _asked.share(
        0.10, 0.005, 0.45, "Smallest difference",
        "Between two conditions, from 50 %: 10 means that one is preferred in 60 % of choices. The smallest "
        "one that you would not want to miss.",
        unit="points",
    )  # fmt: skip


def _conditions(default: int, most: int) -> Any:
    return _asked.whole(
        default, 2, most, "Conditions", "That are compared; the real photo counts as one where it is shown."
    )


def _trials() -> Any:
    return _asked.whole(
        40, 1, 10_000, "Test trials a participant",
        "Without practice and vigilance. A photo comes once with the same conditions.",
    )  # fmt: skip


@dataclass(frozen=True)
class Compared(Asked):
    """A question about choices: everybody sees all conditions, a photo once with the same ones."""

    @classmethod
    def sets(cls, values: Any) -> int:
        """How many sets of conditions there are to choose from."""
        raise NotImplementedError

    @classmethod
    def looks(cls, values: Any) -> int:
        return cls.sets(values)

    @classmethod
    def least_trials(cls, values: Any) -> int:
        return 1

    @classmethod
    def too_many(cls, values: Any, photos: int) -> str:
        return (
            f"Nobody sees a photo twice with the same conditions: {values['trials']:,} test trials of "
            f"{cls.sets(values)} sets of conditions need {photos:,} photos, not {values['photos']:,}."
        )


@dataclass(frozen=True)
class PreferenceQuestion(Compared):
    """What a researcher knows or assumes before a preference test; shares in [0, 1], SDs in log-odds."""

    half_width: float = _half_width()
    difference: float = _difference()
    power: float = _asked.power()
    conditions: int = _conditions(3, 50)
    participants: int = _asked.participants()
    photos: int = _asked.photos()
    trials: int = _trials()
    tied: float = _asked.share(
        0.0, 0.0, 0.9, "Without a preference",
        "Of all answers, where “No difference” is offered: these say nothing of the strengths.",
    )  # fmt: skip
    sd_people: float = _asked.number(0.6, 0, 3, "SD between people", SD_HELP)
    sd_photos: float = _asked.number(0.6, 0, 3, "SD between photos", SD_HELP)

    @classmethod
    def sets(cls, values: Any) -> int:
        return comb(values["conditions"], 2)


@dataclass(frozen=True)
class RankQuestion(Compared):
    """What a researcher knows or assumes before best of several."""

    half_width: float = _half_width()
    difference: float = _difference()
    power: float = _asked.power()
    conditions: int = _conditions(4, 16)
    pictures: int = _asked.whole(4, 2, 6, "Pictures at once", "Of as many conditions, in every trial.")
    ask_worst: bool = _asked.choice(
        False, "Asked for", "The worst is one more answer of each trial.", yes="Best and worst", no="The best"
    )
    participants: int = _asked.participants()
    photos: int = _asked.photos()
    trials: int = _trials()
    sd_people: float = _asked.number(0.6, 0, 3, "SD between people", SD_HELP)
    sd_photos: float = _asked.number(0.6, 0, 3, "SD between photos", SD_HELP)

    @classmethod
    def sets(cls, values: Any) -> int:
        return len(subsets([str(arm) for arm in range(values["conditions"])], values["pictures"]))

    @classmethod
    def clashes(cls, values: Any) -> dict[str, str]:
        shown, conditions = values["pictures"], values["conditions"]
        if shown > conditions:
            return {"pictures": f"{conditions} conditions are {conditions} pictures at most, not {shown}."}
        if values["ask_worst"] and shown == 2:
            return {"ask_worst": "Of two pictures the other one is the worst: that takes three at once."}
        return super().clashes(values)

    @classmethod
    def mended(cls, values: dict[str, Any]) -> dict[str, Any]:
        shown = values["pictures"]
        known = {
            "conditions": max(values["conditions"], shown),
            "ask_worst": values["ask_worst"] and shown > 2,
        }
        return super().mended(values | known)


class ChoicePlanner(Planner):
    """Of a difference of two strengths; differences are said as what they make of 50 %."""

    def plan(self, people: int, photos: int) -> Plan:
        q = self.question
        return Plan(people, photos, q.trials, looks=q.looks(q.values()))

    def strength(self, people: int, photos: int) -> float:
        """Half the width of the interval of the difference of two strengths, in log-odds."""
        return strength_half_width(
            self.plan(people, photos), self.question.conditions, self._spread, **self._asked
        )

    def half_width(self, people: int, photos: int) -> float:
        return share_half_width(
            self.plan(people, photos), self.question.conditions, self._spread, **self._asked
        )

    def error(self, people: int, photos: int) -> Error:
        df = self.plan(people, photos).df
        return Error(self.strength(people, photos) / t_quantile(0.025, df), df)

    def effect(self, difference: float) -> float:
        share = 0.5 + difference
        return log(share / (1 - share))

    def difference(self, effect: float) -> float:
        return 1 / (1 + exp(-effect)) - 0.5

    def as_json(self) -> Json:
        q = self.question
        return super().as_json() | {"strength_half_width": self.strength(q.participants, q.photos)}

    @property
    def _spread(self) -> Spread:
        return Spread(self.question.sd_people, self.question.sd_photos)

    @property
    def _asked(self) -> Json:
        """How the question differs from one of two pictures with an answer always."""
        values = self.question.values()
        if "pictures" in values:
            return {"shown": values["pictures"], "worst": values["ask_worst"]}
        return {"ties": values["tied"]}


class ChoiceAnswer(Answer):
    """What the planner says of choices."""

    planner: Any

    def headline(self) -> str:
        q, now = self.question, self.planner.now
        ends = percent_range(0.5 - now.half_width, 0.5 + now.half_width)
        return (
            f"{count(q.participants, 'participant')} on {count(q.photos, 'photo')} give "
            f"{self.scale.width(now.half_width)}{NBSP}points: where each of two conditions is preferred in "
            f"50{NBSP}% of choices, the interval would be {ends}."
        )

    def between(self) -> str:
        return f" from 50{NBSP}%"

    def trials(self) -> str:
        q = self.question
        sets = q.sets(q.values())
        what = "pairs" if q.values().get("pictures", 2) == 2 else "sets"
        shared = f", over {sets} {what} of {q.conditions} conditions" if sets > 1 else ""
        return f"{count(q.trials, 'test trial')} a participant{shared}."

    def assumed(self) -> str:
        q = self.question
        return (
            "A condition’s appeal is [assumed](#assumed) to differ between people and between photos with "
            f"SDs of {number(q.sd_people, 2)} and {number(q.sd_photos, 2)} (log-odds)."
        )

    def further_columns(self, sizes: list[Size]) -> tuple[Further, ...]:
        widths = (self.planner.strength(size.participants, size.photos) for size in sizes)
        cells = tuple(f"±{NBSP}{number(width, 2)}" for width in widths)
        return (Further(Heading("Difference of strengths", "strength", roomy=True), cells),)

    def meanings(self) -> tuple[Definition, ...]:
        return (
            Definition(
                "interval",
                "Half the width of the interval",
                f"Of the 95{NBSP}% interval for new participants and new photos of how often one of two "
                f"conditions is preferred by the model, near 50{NBSP}%. Far from it the interval is narrower "
                "in points; the report’s intervals of all pairs together are wider.",
            ),
            Definition(
                "strength",
                "Difference of strengths",
                "The same in log-odds, as the report’s strengths have it. A picture’s appeal is the strength "
                "of its condition, normal effects of person and photo, and the noise of a logit model. Holds "
                "for strengths that differ by less than 2.",
            ),
            Definition(
                "assumed",
                "SDs between people and photos",
                "How far one condition’s appeal differs between people, and between photos, in log-odds. "
                "Both are assumed: we know of no published ones for colorizations. With 0.6 the log-odds of "
                "a comparison differ with an SD of about 0.85, as those of a pair test are taken to. "
                "benchmarks/coverage_designs.py prints the formula beside simulated studies.",
            ),
        )


class ChoicePlanning(Planning):
    """How far apart two conditions are, from choices between pictures."""

    Planner = ChoicePlanner
    Answer = ChoiceAnswer

    def __init__(self, question: type[Compared]) -> None:
        self.Question = question

    def question(self, draft: Draft) -> dict[str, Any]:
        """The real photo is compared too where it is shown; ties are guessed at where they are offered."""
        found = super().question(draft)
        found["conditions"] = draft.conditions + bool(draft.settings.get("with_truth"))
        if draft.settings.get("ties"):
            found["tied"] = TIES_ASSUMED
        return found


TIES_ASSUMED = 0.2
PREFERENCE, RANK = ChoicePlanning(PreferenceQuestion), ChoicePlanning(RankQuestion)
