"""How often each 95 % interval holds the planted rate, over studies of many shapes.

    python benchmarks/coverage.py [--studies 500] [--seed 1]

Prints the two Markdown tables of docs/statistics.md. People and photos differ by normal effects on the
log-odds scale; each person judges a random draw of the photos. A shape is a number of people, photos and
trials; every shape of the first table runs with four mixtures of effects, and the table shows the mean
coverage, the lowest and the highest, and the mean width beside that of the default interval. The second table
has what is hard: unequal numbers of trials, low rates, and few photos that differ very much.
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


# People, photos, trials each, true rate, SD of people and of photos, SD of the logarithm of the trials.
HARD = [
    (20, 100, 20, 0.30, 0.8, 0.8, 1.0),
    (40, 100, 20, 0.30, 0.8, 0.8, 1.0),
    (40, 100, 20, 0.10, 0.8, 0.8, 1.0),
    (60, 200, 20, 0.10, 1.2, 0.4, 1.0),
    (150, 200, 20, 0.30, 0.8, 0.8, 1.0),
    (40, 100, 20, 0.30, 0.8, 0.8, 0.5),
    (40, 100, 20, 0.03, 0.8, 0.8, 0.0),
    (150, 100, 20, 0.03, 0.8, 0.8, 0.0),
    (40, 20, 20, 0.10, 0.8, 2.0, 0.0),
    (100, 20, 20, 0.10, 0.5, 2.0, 0.0),
    (100, 60, 20, 0.10, 0.5, 2.0, 0.0),
    (100, 20, 20, 0.30, 0.5, 2.0, 0.0),
]


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


def hard(studies, seed):
    """Print the second table: twice as many studies of each shape."""
    print("| people | photos | trials each (log SD) | rate | SDs | default | `cgm_two_way` | naive |")
    print("|---|---|---|---|---|---|---|---|")
    for people, photos, trials, rate, sd_people, sd_photos, log_sd in HARD:
        shape = Shape(people, photos, trials, 0.0, sd_people, sd_photos, log_sd).with_rate(rate)
        found = coverage(shape, studies=2 * studies, seed=seed)
        cells = [
            f"{found[name].share:.1%}, width {found[name].width / found['default'].width:.2f}"
            for name in ("default", "cgm_two_way", "naive")
        ]
        effects = f"{sd_people:g}, {sd_photos:g}"
        print(
            f"| {people} | {photos} | {trials} ({log_sd:g}) | {rate:.0%} | {effects} | {' | '.join(cells)} |",
            flush=True,
        )


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--studies", type=int, default=500, help="simulated studies for each mixture (500)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    start = time.perf_counter()
    print("| people | photos | trials each | default | `cgm_two_way` | these photos only | naive |")
    print("|---|---|---|---|---|---|---|")
    for people, photos, trials in PEOPLE_PHOTOS_TRIALS:
        cells = measure(people, photos, trials, options.studies, options.seed)
        print(f"| {people} | {photos} | {trials} | {' | '.join(cells)} |", flush=True)
    print()
    hard(options.studies, options.seed)
    error = np.sqrt(0.95 * 0.05 / options.studies)
    print(
        f"\n{options.studies} studies for each of {len(LOGITS) * len(SDS)} mixtures of effects, "
        f"seed {options.seed}; standard error of one mixture {error:.1%}; {time.perf_counter() - start:.0f} s"
    )


if __name__ == "__main__":
    main()
