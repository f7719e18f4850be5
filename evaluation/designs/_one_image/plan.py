"""Planning of pictures that are judged one at a time: shares called real, d′, and thresholds. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any

from scipy.special import ndtri

from evaluation.designs import _asked
from evaluation.designs._asked import Asked
from evaluation.designs._common.rate_plan import RateAnswer, RatePlanner
from evaluation.designs._planned import Answer, Further, Planning, Scale
from evaluation.designs._planner import Error, Planner, Size
from evaluation.report.section import Definition, Heading
from evaluation.report.wording import NBSP, count, number
from evaluation.statistics.arrays import Json
from evaluation.statistics.planning import Plan, difference_df
from evaluation.statistics.planning_designs import (
    Spread,
    dprime_half_width,
    error_half_width,
    threshold_half_width,
)

LOGIT_OF_PROBIT = 1.7
"""A normal of SD 1 is about as wide as a logistic distribution over 1.7."""


@dataclass(frozen=True)
class SingleQuestion(Asked):
    """What a researcher knows or assumes before a single-image test; shares in [0, 1], SDs in log-odds."""

    rate: float = _asked.share(
        0.30, 0.01, 0.99, "Fakes called real",
        "The share expected. Zhou et al. (2019) found errors of 19 and 28 % for faces by two settings of "
        "StyleGAN. The nearer to 50 %, the more people it takes.",
    )  # fmt: skip
    half_width: float = _asked.share(
        0.05, 0.002, 0.3, "Precision wanted",
        "Half the width of the 95 % interval of that share: 5 means ± 5 points.",
        unit="points",
    )  # fmt: skip
    difference: float = _asked.smallest_difference(_asked.share, 0.08, 0.002, 0.5, "points")
    power: float = _asked.power()
    conditions: int = _asked.conditions()
    mixed: bool = _asked.allocation()
    participants: int = _asked.whole(
        100, 2, _asked.MANY, "Participants", "Who pass the qualification, over all conditions."
    )
    photos: int = _asked.photos()
    trials: int = _asked.whole(
        40, 2, 10_000, "Test trials a participant",
        "Half of them real photos, without practice, qualification and vigilance. Nobody sees a photo twice.",
    )  # fmt: skip
    levels: int = _asked.levels()
    sd_people: float = _asked.number(
        0.8, 0, 3, "SD between people", "On the log-odds scale. Assumed to be as in the pair test."
    )
    sd_photos: float = _asked.number(
        0.8, 0, 3, "SD between photos", "On the log-odds scale. Assumed to be as between people."
    )
    shared: float = _asked.shared("the same people and photos are easy under both")

    @classmethod
    def least_trials(cls, values: Any) -> int:
        return 2 * super().least_trials(values)

    @classmethod
    def too_few(cls, values: Any) -> str:
        least = cls.least_trials(values)
        return f"To see all fakes and as many real photos takes {least} test trials, not {values['trials']}."


class SinglePlanner(RatePlanner):
    """Of fakes that are a part of half the trials, and of d′ as it follows from them."""

    @property
    def real(self) -> int:
        """Test trials of one participant that show a real photo."""
        return int(self.question.trials // 2)

    @property
    def trials_each(self) -> int:
        q = self.question
        return self.real // q.conditions if q.mixed else self.real

    def dprime_half_width(self, people: int, photos: int) -> float:
        """Half the width of the interval of d′, `people` in one group, if both answers err alike."""
        q, fake = self.question, self.trials_each
        spread = Spread(q.sd_people / LOGIT_OF_PROBIT, q.sd_photos / LOGIT_OF_PROBIT)
        plan = Plan(people, photos, fake + self.real)
        return dprime_half_width(plan, self.dprime, spread, fake / (fake + self.real))

    @property
    def dprime(self) -> float:
        """Of people who err as often on real photos as on fakes."""
        return -2 * float(ndtri(self.question.rate))

    def real_half_width(self) -> float:
        """Half the width of the interval of real photos called fake, if people err alike on both."""
        q = self.question
        plan = Plan(q.participants, q.photos, self.real)
        return error_half_width(plan, q.rate, Spread(q.sd_people, q.sd_photos))

    def as_json(self) -> Json:
        q = self.question
        people = max(2, q.participants // self.groups)
        return super().as_json() | {
            "dprime": self.dprime,
            "dprime_half_width": self.dprime_half_width(people, q.photos),
            "real_half_width": self.real_half_width(),
        }


class SingleAnswer(RateAnswer):
    """What the planner says of single pictures."""

    rate_words = "a share called real of"

    def trials(self) -> str:
        q, planner = self.question, self.planner
        fakes = count(planner.trials_each, "fake")
        each = f"{fakes} of each condition" if planner.groups == 1 and q.conditions > 1 else fakes
        groups = (
            f"; {q.participants // q.conditions:,} people see each condition" if planner.groups > 1 else ""
        )
        real = count(planner.real, "real photo")
        return f"{count(q.trials, 'test trial')} a participant: {real}, {each}{groups}."

    def further_sentences(self) -> tuple[str, ...]:
        width = self.scale.width(self.planner.real_half_width())
        real = f"Real photos called fake would come with {width}{NBSP}points, if people err alike on both."
        return (real, *super().further_sentences())

    def further_columns(self, sizes: list[Size]) -> tuple[Further, ...]:
        planner = self.planner
        people = (max(2, size.participants // planner.groups) for size in sizes)
        widths = (
            planner.dprime_half_width(each, size.photos) for each, size in zip(people, sizes, strict=True)
        )
        cells = tuple(f"±{NBSP}{number(width, 2)}" for width in widths)
        return (*super().further_columns(sizes), Further(Heading("d′", "dprime", roomy=True), cells))

    def meanings(self) -> tuple[Definition, ...]:
        return (
            Definition(
                "interval",
                "Interval, half its width",
                f"The 95{NBSP}% interval for new participants and new photos of the share of a condition’s "
                "fakes that is called real, and half of it; by the formula of the pair test (Westfall, Kenny "
                "and Judd 2014), over those trials that show its fakes.",
            ),
            Definition(
                "dprime",
                "d′",
                "Half the width of the interval of d′, which is "
                f"{number(self.planner.dprime, 2)} where as many real photos are called fake as fakes are "
                "called real. SDs of people and photos are divided by 1.7 to be in units of its noise.",
            ),
            Definition(
                "assumed",
                "SDs between people and photos",
                "How far the log-odds of calling a fake real differ between people, and between photos. "
                "Both are assumed to be as in the pair test, whose 0.8 between people is the middle of what "
                "the standard errors of Isola et al. (2017) imply. docs/statistics.md says more under "
                "“Planning”.",
            ),
        )


class SinglePlanning(Planning):
    """Asks for a share called real, answers with its interval, that of d′, and differences."""

    Question = SingleQuestion
    Planner = SinglePlanner
    Answer = SingleAnswer


@dataclass(frozen=True)
class StaircaseQuestion(Asked):
    """What a researcher knows or assumes before a staircase; all in ms. Everybody sees one condition."""

    half_width: float = _asked.number(
        50, 1, 500, "Precision wanted", "Half the width of the 95 % interval of a mean threshold.", unit="ms"
    )
    difference: float = _asked.smallest_difference(_asked.number, 100, 1, 900, "ms")
    power: float = _asked.power()
    conditions: int = _asked.conditions("Under test, without the vigilance control. Everybody sees one.")
    participants: int = _asked.participants(60)
    photos: int = _asked.photos(100)
    blocks: int = _asked.whole(3, 1, 20, "Blocks", "Of each participant; a person’s threshold is their mean.")
    trials_per_block: int = _asked.whole(
        150, 2, 1000, "Trials per block", "Half of them real photos. A photo may come again."
    )
    sd_people: float = _asked.number(
        150,
        0,
        500,
        "SD between people",
        "Of their thresholds. Assumed: we know of no published one.",
        unit="ms",
    )
    sd_blocks: float = _asked.number(
        30, 0, 500, "SD between blocks",
        "Of one person’s thresholds. In simulated blocks of 150 trials it was 25 to 32 ms, of 40 trials 39 "
        "to 47 ms.",
        unit="ms",
    )  # fmt: skip
    sd_photos: float = _asked.number(
        50, 0, 500, "SD between photos", "Of how much longer they take. Assumed.", unit="ms"
    )
    shared: float = _asked.shared("the same photos take longer under both")

    @property
    def trials(self) -> int:
        """Test trials of one participant."""
        return self.blocks * self.trials_per_block

    @classmethod
    def groups(cls, values: Any) -> int:
        return int(values["conditions"])

    @classmethod
    def looks(cls, values: Any) -> int:
        return int(values["blocks"] * values["trials_per_block"])

    @classmethod
    def clashes(cls, values: Any) -> dict[str, str]:
        return cls.clashing_groups(values)

    @classmethod
    def mended(cls, values: dict[str, Any]) -> dict[str, Any]:
        return values | {"participants": max(values["participants"], 2 * cls.groups(values))}


class StaircasePlanner(Planner):
    """Of mean thresholds in ms, each condition by people of its own."""

    def plan(self, people: int, photos: int) -> Plan:
        return Plan(people, photos, self.question.trials, looks=self.question.trials)

    def half_width(self, people: int, photos: int) -> float:
        q = self.question
        spread = Spread(q.sd_people, q.sd_photos)
        return threshold_half_width(self.plan(people, photos), spread, q.sd_blocks, q.blocks)

    def error(self, people: int, photos: int) -> Error:
        q = self.question
        of_people = (q.sd_people**2 + q.sd_blocks**2 / q.blocks) / people
        of_photos = (1 - q.shared) * q.sd_photos**2 / photos
        df = difference_df(self.plan(people, photos), same_people=False)
        return Error(sqrt(2 * (of_people + of_photos)), df)


class StaircaseAnswer(Answer):
    """What the planner says of staircases."""

    scale = Scale("ms", digits=0)

    def headline(self) -> str:
        q = self.question
        width = self.scale.width(self.planner.now.half_width)
        return (
            f"{count(q.participants, 'participant')} on {count(q.photos, 'photo')} give {width}{NBSP}ms: so "
            "far from the mean threshold of a condition would its interval reach."
        )

    def trials(self) -> str:
        q = self.question
        times = ceil(q.trials / q.photos)
        again = f"; a photo comes up to {times} times" if times > 1 else ""
        each = (
            f", {q.participants // q.conditions:,} participants under each condition"
            if q.conditions > 1
            else ""
        )
        return f"{count(q.trials, 'test trial')} a participant in {count(q.blocks, 'block')}{again}{each}."

    def assumed(self) -> str:
        q = self.question
        return (
            f"Thresholds are [assumed](#assumed) to differ with SDs of {q.sd_people:g}{NBSP}ms between "
            f"people, {q.sd_blocks:g}{NBSP}ms between blocks and {q.sd_photos:g}{NBSP}ms between photos."
        )

    def spread_label(self, question: Any) -> str:
        return f"people {question.sd_people:g}{NBSP}ms, photos {question.sd_photos:g}{NBSP}ms"

    def meanings(self) -> tuple[Definition, ...]:
        return (
            Definition(
                "interval",
                "Half the width of the interval",
                f"Of the 95{NBSP}% interval for new participants and new photos of a condition’s mean "
                "threshold: a block’s is its most frequent exposure, a person’s the mean over blocks (Zhou "
                "et al. 2019).",
            ),
            Definition(
                "assumed",
                "SDs between people, blocks and photos",
                "How far people’s thresholds differ, how far the threshold of one block lies from its "
                "person’s, and how much longer one photo takes than another. All are assumed; that of blocks "
                "is as in simulated staircases (benchmarks/planning.py). Shorter blocks lie further apart. A "
                "threshold at an end of the range is a bound and differs less than it should.",
            ),
        )


class StaircasePlanning(Planning):
    """Asks for thresholds, answers with the interval of a mean one and with differences."""

    Question = StaircaseQuestion
    Planner = StaircasePlanner
    Answer = StaircaseAnswer


SINGLE, STAIRCASE = SinglePlanning(), StaircasePlanning()
