"""How often each 95 % interval holds the planted rate, over studies of many shapes.

    python benchmarks/coverage.py [--studies 500] [--seed 1]

Prints a Markdown table (the one in docs/statistics.md). People and photos differ by normal effects on the
log-odds scale; each person judges a random draw of the photos. A shape is a number of people, photos and
trials; every shape runs with four mixtures of effects. The table shows the mean coverage, the lowest and the
highest, and the mean width beside that of the default interval.
"""

import argparse
import sys
import time
from itertools import product
from pathlib import Path

import numpy as np

# Not inserted but replaced: this folder holds a statistics.py, which must not stand in for the standard one.
sys.path[0] = str(Path(__file__).parents[1])

from evaluation.statistics.simulation import INTERVALS, Shape, coverage  # noqa: E402

PEOPLE_PHOTOS_TRIALS = [
    (6, 60, 20),
    (10, 60, 20),
    (40, 100, 20),
    (40, 1600, 20),
    (150, 100, 20),
    (588, 100, 20),
    (588, 1600, 20),
]
LOGITS = (-1.3, -0.4)
SDS = ((0.5, 0.5), (0.9, 0.9))


def measure(people, photos, trials, studies, seed):
    """Coverage and relative width of each interval over the mixtures of effects."""
    results = [
        coverage(Shape(people, photos, trials, logit, *sds), studies=studies, seed=seed + number)
        for number, (logit, sds) in enumerate(product(LOGITS, SDS))
    ]
    for name in INTERVALS:
        shares = [result[name].share for result in results]
        width = np.mean([result[name].width / result["default"].width for result in results])
        yield f"{np.mean(shares):.1%} ({min(shares):.0%}-{max(shares):.0%}), width {width:.2f}"


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--studies", type=int, default=500, help="simulated studies for each mixture (500)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    start = time.perf_counter()
    print("| people | photos | trials each | default | these photos only | naive |")
    print("|---|---|---|---|---|---|")
    for people, photos, trials in PEOPLE_PHOTOS_TRIALS:
        cells = measure(people, photos, trials, options.studies, options.seed)
        print(f"| {people} | {photos} | {trials} | {' | '.join(cells)} |", flush=True)
    error = np.sqrt(0.95 * 0.05 / options.studies)
    print(
        f"\n{options.studies} studies for each of {len(LOGITS) * len(SDS)} mixtures of effects, "
        f"seed {options.seed}; standard error of one mixture {error:.1%}; {time.perf_counter() - start:.0f} s"
    )


if __name__ == "__main__":
    main()
