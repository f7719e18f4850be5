"""How often the always-valid interval excludes the truth at some look, and how long it is.

    python benchmarks/looking_early.py [--studies 2000] [--seed 1]

Prints the Markdown table of docs/statistics.md. People answer 20 trials each and differ by normal effects on
the log-odds scale; one looks after each of 588 people. "Length" is beside the normal interval of a single look
at a number of people that was fixed before.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from scipy.special import expit

# Not inserted but replaced: this folder holds a statistics.py, which must not stand in for the standard one.
sys.path[0] = str(Path(__file__).parents[1])

from evaluation.statistics.always_valid import excluded_at, participant_sequence  # noqa: E402
from evaluation.statistics.simulation import Shape  # noqa: E402

RATES, SDS = (0.01, 0.03, 0.1, 0.3, 0.5), (0.0, 0.8, 1.5)
PEOPLE, TRIALS = 588, 20
LOOKS = (20, 40, 100, 588)
MEASURED = 40
"""Studies whose lengths are averaged: they vary little."""


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--studies", type=int, default=2000, help="simulated studies for each line (2000)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    start = time.perf_counter()
    heads = " | ".join(f"length at {look}" for look in LOOKS)
    print(f"| rate | SD of people | excluded the truth at some look | {heads} |")
    print("|---|---|---|" + "---|" * len(LOOKS))
    for rate in RATES:
        for sd in SDS:
            rng = np.random.default_rng(options.seed)
            logit = Shape(2, 2, 1, 0.0, sd, 0.0).with_rate(rate).logit
            wrong, lengths = 0, []
            for study in range(options.studies):
                means = rng.binomial(TRIALS, expit(logit + rng.normal(0, sd, PEOPLE))) / TRIALS
                wrong += bool(excluded_at(rate, means).any())
                if study < MEASURED:
                    lengths.append([length(means[:look]) for look in LOOKS])
            fixed = 2 * 1.96 * spread(logit, sd) / np.sqrt(LOOKS)
            cells = " | ".join(f"{ratio:.1f}" for ratio in np.mean(lengths, axis=0) / fixed)
            print(f"| {rate:.0%} | {sd:g} | {wrong / options.studies:.1%} | {cells} |", flush=True)
    print(f"\n{options.studies} studies a line, seed {options.seed}; {time.perf_counter() - start:.0f} s")


def length(means):
    """Of the sequence after these people."""
    found = participant_sequence(means)
    return found.high - found.low


def spread(logit, sd):
    """The true SD of people's rates, as of a very large study."""
    rng = np.random.default_rng(0)
    return np.std(rng.binomial(TRIALS, expit(logit + rng.normal(0, sd, 200_000))) / TRIALS)


if __name__ == "__main__":
    main()
