"""How often studies without any difference show one, after Holm: by how many people judge several conditions.

    python benchmarks/family_wise.py [--studies 1000] [--seed 1]

Prints a Markdown table (the one in docs/statistics.md). No two conditions differ; people and photos do, by
normal effects on the log-odds scale. Both rules of evaluation/statistics/rules.py are tried.
"""

import argparse
import sys
import time
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy.special import expit

# Not inserted but replaced: this folder holds a statistics.py, which must not stand in for the standard one.
sys.path[0] = str(Path(__file__).parents[1])

from evaluation.statistics.comparisons import holm, residual_totals  # noqa: E402
from evaluation.statistics.distributions import t_tail  # noqa: E402
from evaluation.statistics.filters import valid_responses  # noqa: E402
from evaluation.statistics.rules import RULES  # noqa: E402
from evaluation.statistics.table import Factor, ResponseTable  # noqa: E402

GROUPS = {
    "separate groups": lambda people: 0,
    "one person judged all": lambda people: 1,
    "half judged all": lambda people: people // 2,
    "everybody judged all": lambda people: people,
}
"""How many of the people of each condition judged every condition; the first of each group."""

SHAPES = ((8, 5, 0.0), (4, 10, 0.0), (4, 10, 1.0), (3, 30, 0.0))
"""Conditions, people of each, and the SD of the logarithm of the number of trials of a person."""

TRIALS, PHOTOS, SD, LOGIT = 20, 200, 0.8, -0.9


def one_study(conditions, people, log_sd, shared, rng):
    """Valid responses; a person who judged all conditions has as many trials of each as others of one."""
    photo = rng.normal(0, SD, PHOTOS)
    who, arm, what, fooled = [], [], [], []
    person = 0
    for group in range(conditions):
        for place in range(people):
            judges_all = place < shared
            # Those who judge all are one person in the place of as many as there are conditions.
            if judges_all and group > 0:
                continue
            effect = rng.normal(0, SD)
            trials = max(1, round(TRIALS * np.exp(rng.normal(0, log_sd) - log_sd**2 / 2)))
            for condition in range(conditions) if judges_all else (group,):
                seen = rng.permutation(PHOTOS)[:trials]
                who.append(np.full(len(seen), person))
                arm.append(np.full(len(seen), condition))
                what.append(seen)
                fooled.append(rng.random(len(seen)) < expit(LOGIT + effect + photo[seen]))
            person += 1
    n = sum(map(len, who))
    return valid_responses(
        ResponseTable(
            participant=_factor(np.concatenate(who)),
            condition=_factor(np.concatenate(arm)),
            photo=_factor(np.concatenate(what)),
            phase=Factor(np.zeros(n, np.int32), ("test",)),
            source=Factor(np.zeros(n, np.int32), ("people",)),
            fake_side=np.zeros(n, np.int8),
            chosen_side=np.concatenate(fooled).astype(np.int8),
            stored_fooled=np.full(n, -1, np.int8),
            attention_passed=np.full(n, -1, np.int8),
            voided=np.full(n, -1, np.int8),
            trial_index=np.arange(n, dtype=np.float64),
            row_id=np.arange(n, dtype=np.float64),
            rt_ms=np.full(n, np.nan),
            exposure_ms=np.full(n, np.nan),
        )
    )


def _factor(codes):
    return Factor(codes.astype(np.int32), tuple(str(code) for code in range(int(codes.max()) + 1)))


def measure(conditions, people, log_sd, shared, studies, rng):
    """Share of studies with a significant difference after Holm, by rule."""
    found = dict.fromkeys(RULES, 0)
    for _ in range(studies):
        totals = residual_totals(one_study(conditions, people, log_sd, shared, rng))
        for rule in RULES:
            found[rule] += min(holm(list(p_values(totals, rule)))) < 0.05
    return [found[rule] / studies for rule in RULES]


def p_values(totals, rule):
    """Of every pair of conditions that has a test."""
    for a, b in combinations(range(len(totals.labels)), 2):
        basis = totals.basis(a, b, rule)
        if basis is not None:
            yield 2 * t_tail(abs(totals.rates[a] - totals.rates[b]) / np.sqrt(basis.variance), basis.df)


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--studies", type=int, default=1000, help="simulated studies for each line (1000)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    start = time.perf_counter()
    print("| conditions | people of each | trials, log SD | who judged | " + " | ".join(RULES) + " |")
    print("|---|---|---|---|---|---|")
    for conditions, people, log_sd in SHAPES:
        for name, shared in GROUPS.items():
            rng = np.random.default_rng(options.seed)
            found = measure(conditions, people, log_sd, shared(people), options.studies, rng)
            cells = " | ".join(f"{share:.1%}" for share in found)
            print(f"| {conditions} | {people} | {log_sd:g} | {name} | {cells} |", flush=True)
    error = np.sqrt(0.05 * 0.95 / options.studies)
    print(
        f"\n{options.studies} studies a line, seed {options.seed}, standard error {error:.1%}; "
        f"{time.perf_counter() - start:.0f} s"
    )


if __name__ == "__main__":
    main()
