"""What planning rests on: the spread between people that published errors imply, and the formula by simulation.

    python benchmarks/planning.py [--studies 300]

Isola et al. (2017) print a rate with its standard error for three algorithms, each judged by 50 people with 40
pairs. The tool that they used draws people, and trials within people, so its error holds vP / P and twice
(p (1 - p) - vP) / (P m), from which vP follows, and the SD on the log-odds scale with that variance. Last, how far thresholds of simulated staircase blocks lie apart.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

# Not inserted but replaced: this folder holds a statistics.py, which must not stand in for the standard one.
sys.path[0] = str(Path(__file__).parents[1])

from evaluation.designs._common.rate_plan import RatePlanner  # noqa: E402
from evaluation.designs._pair.plan import PLANNING, Question  # noqa: E402
from evaluation.designs._pair.report.published import PIX2PIX, ROWS  # noqa: E402
from evaluation.statistics.planning import Components  # noqa: E402
from evaluation.statistics.staircase import staircases  # noqa: E402
from tests.evaluation import planted  # noqa: E402

PEOPLE, PAIRS = 50, 40


def implied_sd(rate, error):
    """The SD between people, on the log-odds scale, that gives a rate this standard error."""
    one = rate * (1 - rate)
    wanted = (PEOPLE * error**2 - 2 * one / PAIRS) / (1 - 2 / PAIRS)
    low, high = 0.0, 3.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        found = Components.around(rate, middle, 0.0).participant
        low, high = (middle, high) if found < wanted else (low, middle)
    return high


def block_sd(trials, sd_photos, seed=1, blocks=400):
    """The SD of a block's threshold around its person's, in ms, over simulated blocks of so many trials."""
    rng = np.random.default_rng(seed)
    steps = planted.staircase_steps(rng, (350.0,), blocks // 2, 2, trials, 75, (0.0, sd_photos))
    return float(np.std([block["mode_ms"] for block in staircases(steps)["blocks"]]))


def main():
    """Print all three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=300)
    options = parser.parse_args()
    print("SD between people that the errors printed by Isola et al. (2017) imply")
    for row in ROWS:
        if row.source == PIX2PIX:
            rate, error = (float(part) / 100 for part in row.rate.split("±"))
            print(f"  {row.method}: {row.rate} -> {implied_sd(rate, error):.2f}")
    print("\nRate 30 %, two conditions seen by everybody, 40 test trials, SDs 0.8: half the width in points")
    print("| people | photos | formula | simulated | held the truth | people for ± 3 points |")
    print("|---|---|---|---|---|---|")
    for people, photos in ((40, 100), (100, 100), (100, 200), (100, 1600), (300, 200)):
        planner = RatePlanner(Question(participants=people, photos=photos))
        seen, _told = PLANNING.simulated(planner.question, options.studies, seed=1)
        need = planner.need().for_precision
        print(
            f"| {people} | {photos} | {100 * planner.size().half_width:.1f} | {100 * seen['half_width']:.1f} "
            f"| {seen['coverage']:.0%} | {need or 'no number'} |"
        )
    print("\nSD of a block's threshold in 400 simulated blocks, ms: photos all alike, SD 50, SD 100")
    for trials in (40, 80, 150, 300):
        print(f"  {trials} trials: {', '.join(f'{block_sd(trials, sd):.0f}' for sd in (0.0, 50.0, 100.0))}")


if __name__ == "__main__":
    main()
