"""How often each design's 95 % interval holds the planted value, and how wide the planner takes it to be.

    python benchmarks/coverage_designs.py [--studies 300] [--seed 1] [--only NAME]

Prints the Markdown table of docs/statistics.md. Effects of people and photos are drawn anew for each study
(tests/evaluation/planted.py says how); the planted value is the average over people and photos that the
design estimates. "crossed" is the interval for new participants × new photos, "narrower" what is often printed
instead: clustered by people only, for mean scores naive.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

# Not inserted but replaced: this folder holds a statistics.py, which must not stand in for the standard one.
sys.path[0] = str(Path(__file__).parents[1])

from evaluation.statistics import planning_designs as plan  # noqa: E402
from evaluation.statistics.agreement import Standing, rank_agreement  # noqa: E402
from evaluation.statistics.bradley_terry import bradley_terry, estimate  # noqa: E402
from evaluation.statistics.choice_levels import strengths_by_level  # noqa: E402
from evaluation.statistics.confidence import confidence  # noqa: E402
from evaluation.statistics.correlation import kendall_tau_b  # noqa: E402
from evaluation.statistics.exposure_levels import by_exposure  # noqa: E402
from evaluation.statistics.joint import Joint  # noqa: E402
from evaluation.statistics.opinion_scores import opinion_scores  # noqa: E402
from evaluation.statistics.planning import Plan  # noqa: E402
from evaluation.statistics.ranked_choice import ranked_choice  # noqa: E402
from evaluation.statistics.single_arms import single_arms  # noqa: E402
from evaluation.statistics.staircase import staircases  # noqa: E402
from tests.evaluation import planted  # noqa: E402

STRENGTH, SDS = (0.0, 0.5, 1.0), (0.4, 0.6)


class Tally:
    """Intervals of one quantity over studies: how many held the planted value, and their mean half width."""

    def __init__(self, name, truth, planned=None):
        self.name, self.truth, self.planned = name, truth, planned
        self.ends = {"crossed": [], "narrower": []}

    def add(self, crossed, narrower=None):
        """The ends of one study's intervals, None where there is none."""
        for kind, ends in (("crossed", crossed), ("narrower", narrower)):
            if ends is not None:
                self.ends[kind].append(ends)

    def row(self, shape, studies):
        """As a line of the table."""
        cells = []
        for ends in self.ends.values():
            ends = np.array(ends)
            if not len(ends):
                cells.append("")
                continue
            held = np.mean((ends[:, 0] <= self.truth) & (self.truth <= ends[:, 1]))
            missing = f" ({studies - len(ends)} without)" if len(ends) < studies else ""
            cells.append(f"{held:.1%}{missing}")
        half = np.mean(np.diff(np.array(self.ends["crossed"]), axis=1)) / 2
        planned = "" if self.planned is None else f"{self.planned:.3g}"
        return (
            f"| {self.name} | {shape} | {self.truth:.3g} | {cells[0]} | {cells[1]} | {half:.3g} | {planned} |"
        )


def preference(rng, studies, people, photos, trials, log_tie=None):
    """The difference of the first and the last strength."""
    truth = planted.averaged_abilities(STRENGTH, SDS) if log_tie is None else None
    if truth is None:
        # With ties, by one study in which nobody and nothing occurs twice.
        one = planted.preferences(np.random.default_rng(5), STRENGTH, 60_000, 60_000, 1, SDS, 0, log_tie)
        truth = np.array(bradley_terry(one)["log_ability"])
    size = Plan(people, photos, min(trials, photos))
    planned = plan.strength_half_width(size, 3, plan.Spread(*SDS), ties=0.0 if log_tie is None else 0.22)
    tally = Tally("preference: difference" + ("" if log_tie is None else ", ties"), -truth[2], planned)
    together = 0
    for _ in range(studies):
        pairs = bradley_terry(planted.preferences(rng, STRENGTH, people, photos, trials, SDS, 0, log_tie))[
            "pairwise"
        ]
        pair = pairs[1]
        tally.add(pair["ci"], pair["these_photos"]["ci"])
        wanted = (truth[0] - truth[1], truth[0] - truth[2], truth[1] - truth[2])
        together += all(
            each["simultaneous_ci"][0] <= value <= each["simultaneous_ci"][1]
            for each, value in zip(pairs, wanted, strict=True)
        )
    tally.name += f"; all three at once {together / studies:.1%}"
    return [tally]


def rank(rng, studies, people, photos, trials, worst):
    """The difference of two strengths, and the chance to be called best."""
    strength, sds = (0.0, 0.5, 1.0, 0.2), (0.3, 0.5)
    truth = planted.averaged_strengths(strength, sds, worst=worst)
    size = Plan(people, photos, min(trials, photos))
    planned = plan.strength_half_width(size, 4, plan.Spread(*sds), shown=3, worst=worst)
    name = "best and worst of 3" if worst else "best of 3"
    tally = Tally(f"{name}: difference", truth[0] - truth[2], planned)
    chance = Tally(f"{name}: chance to be best", float(np.exp(truth[2]) / np.exp(truth).sum()))
    for _ in range(studies):
        found = ranked_choice(planted.ranked(rng, strength, people, photos, trials, sds, worst=worst))
        tally.add(found["pairwise"][1]["ci"])
        chance.add(found["chance_best"][2]["ci"])
    return [tally, chance]


def mos(rng, studies, people, photos, trials):
    """A mean score and a difference."""
    quality, sds, rest = (2.6, 3.2, 3.6), (0.5, 0.4), 0.9
    means = [planted.mean_rating(each, sds, rest) for each in quality]
    size = Plan(people, photos, max(1, trials // 3))
    spread = plan.Spread(*sds)
    rest_all = float(np.hypot(rest, np.sqrt(1 / 12)))
    one = Tally("mean score", means[0], plan.score_half_width(size, spread, rest_all))
    pair = Tally("mean score: difference", means[0] - means[2])
    for _ in range(studies):
        found = opinion_scores(planted.ratings(rng, quality, people, photos, trials, sds, rest))
        one.add(found["arms"][0]["ci"], found["arms"][0]["naive"]["ci"])
        pair.add(found["pairwise"][1]["ci"])
    return [one, pair]


def single(rng, studies, people, photos, trials):
    """Errors over fakes, d', criterion, and the difference of two d'."""
    sds = (0.3, 0.5)
    (first, errors), (second, _) = (planted.averaged_dprime(each, sds) for each in (1.2, 0.4))
    # A quarter of the trials are fakes of the first condition, half are real.
    size = Plan(people, photos, min(3 * trials // 4, photos))
    dprime = Tally("single: d'", first, plan.dprime_half_width(size, 1.2, plan.Spread(0.0, 0.5), 1 / 3))
    fake = Tally("single: errors over fakes", errors)
    pair = Tally("single: difference of d'", first - second)
    for _ in range(studies):
        found = single_arms(planted.single(rng, (1.2, 0.4), people, photos, trials, sds))
        intervals = found["arms"][0]["intervals"]
        dprime.add(intervals["dprime"]["ci"])
        fake.add([intervals["fake_error_rate"]["low"], intervals["fake_error_rate"]["high"]])
        pair.add(found["dprime"]["pairwise"][0]["ci"])
    return [dprime, fake, pair]


def staircase(rng, studies, people, photos, trials):
    """A mean threshold and the difference of two: against the mean over studies, as the mode has a bias."""
    found = [
        staircases(planted.staircase_steps(rng, people=people, photos=photos, trials=trials))
        for _ in range(studies)
    ]
    truth = float(np.mean([each["models"][0]["hype_time_ms"] for each in found]))
    gap = float(np.mean([each["pairwise"][0]["diff"] for each in found]))
    size = Plan(people // 2, photos, min(2 * trials, photos))
    one = Tally("staircase: threshold", truth, plan.threshold_half_width(size, plan.Spread(60, 50), 55, 2))
    pair = Tally("staircase: difference", gap)
    for each in found:
        one.add(each["models"][0]["interval"]["ci"], each["participant_t_ci"]["a"])
        pair.add(each["pairwise"][0]["ci"])
    return [one, pair]


def exposure(rng, studies, people, photos, trials):
    """The trend per doubling."""
    log_odds, slope, sds, levels = (-1.0, -0.4), -0.3, (0.5, 0.6), (500.0, 1000.0, 4000.0)
    tally = Tally("exposure: rate per doubling", planted.averaged_trend(log_odds, slope, sds, levels))
    for _ in range(studies):
        tally.add(
            by_exposure(planted.exposed(rng, log_odds, slope, people, photos, trials, sds, levels))["trend"][
                "ci"
            ]
        )
    return [tally]


def choice_exposure(rng, studies, people, photos, trials):
    """How far the strength of a condition moves from one exposure to another."""
    strengths = {250.0: (0.0, 0.2, 0.4), 1000.0: (0.0, 0.5, 1.0)}
    at = [planted.averaged_abilities(each, SDS) for each in strengths.values()]
    tally = Tally("preference: strength at two exposures", (at[0] - at[0].mean() - at[1] + at[1].mean())[2])
    for _ in range(studies):
        choices, level = planted.exposed_preferences(rng, strengths, people, photos, trials, SDS)
        levels = {each: estimate(choices.take(level == each)).joint for each in strengths}
        shown = {each: dict.fromkeys(choices.labels, 0) for each in strengths}
        found = strengths_by_level(levels, shown)["conditions"]
        tally.add(found[2]["differences"][0]["ci"] if found else None)
    return [tally]


def type2(rng, studies, people, photos, trials):
    """The area under the type-2 ROC."""
    sds = (0.3, 0.5)
    tally = Tally("confidence: type-2 area", planted.averaged_area(sds))
    for _ in range(studies):
        tally.add(confidence(planted.confident(rng, people, photos, trials, sds))["type2_auc"]["ci"])
    return [tally]


def agreement(rng, studies, people, photos, trials):
    """Kendall's tau between a preference study and ratings of five conditions on the same photos."""
    quality = np.array([2.2, 2.6, 3.0, 3.3, 3.7])
    other = np.array([2.4, 2.3, 3.1, 3.7, 3.2])
    tally = Tally("agreement: tau of two studies", kendall_tau_b(quality, other))
    labels = tuple(str(photo) for photo in range(photos))
    for number in range(studies):
        standings = []
        for name, values in (("one", quality), ("other", other)):
            found = planted.ratings(rng, values, people, photos, trials)
            joint = Joint.means(
                found.labels,
                found.rating.astype(float),
                found.arm,
                found.participant,
                found.photo,
                found.cell,
            )
            standings.append(Standing.of(name, joint, labels))
        tally.add(rank_agreement(standings, seed=number)[0]["ci"])
    return [tally]


SHAPES = {
    "preference": (preference, [(40, 60, 30), (12, 20, 30), (150, 60, 20)], ()),
    "ties": (preference, [(40, 60, 30)], (0.0,)),
    "rank": (rank, [(40, 60, 20), (12, 20, 20)], (True,)),
    "best": (rank, [(40, 60, 20)], (False,)),
    "mos": (mos, [(24, 40, 30), (10, 15, 30), (100, 40, 30)], ()),
    "single": (single, [(30, 60, 40), (12, 20, 40)], ()),
    "staircase": (staircase, [(40, 40, 80)], ()),
    "exposure": (exposure, [(40, 60, 40), (12, 20, 20)], ()),
    "choice-exposure": (choice_exposure, [(40, 60, 40), (12, 20, 40)], ()),
    "confidence": (type2, [(40, 60, 40), (12, 20, 20)], ()),
    "agreement": (agreement, [(24, 40, 30)], ()),
}


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--studies", type=int, default=300, help="simulated studies of each shape (300)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=SHAPES, help="one design only")
    options = parser.parse_args()
    start = time.perf_counter()
    print("| what | people, photos, trials each | planted | crossed | narrower | half width | planned |")
    print("|---|---|---|---|---|---|---|")
    for name, (simulate, shapes, more) in SHAPES.items():
        if options.only not in (None, name):
            continue
        for shape in shapes:
            rng = np.random.default_rng([options.seed, *shape])
            for tally in simulate(rng, options.studies, *shape, *more):
                print(tally.row(", ".join(map(str, shape)), options.studies), flush=True)
    error = np.sqrt(0.95 * 0.05 / options.studies)
    print(
        f"\n{options.studies} simulated studies a line, seed {options.seed}; standard error {error:.1%}; "
        f"{time.perf_counter() - start:.0f} s"
    )


if __name__ == "__main__":
    main()
