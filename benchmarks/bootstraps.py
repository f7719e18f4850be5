"""Our intervals and bootstraps beside scipy's and one that gathers rows, in one run.

    python benchmarks/bootstraps.py [--replicates 10000] [--small]

scipy.stats.bootstrap, percentile, is given the participants' sums, as ratio of two means: a simpler problem than
ours, for it ignores photos. Gathering rows is how the pigeonhole bootstrap is usually written: draw people and
photos, find the rows of each drawn pair, average. It is timed over a few replicates and scaled up. The dense way
multiplies matrices of people by photos, which few machines can hold for a large study. Data are simulated.
Times are processor time, so that a busy machine and a second core change nothing.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import scipy
from scipy import stats

# Not inserted but replaced: what lies in this folder must not stand in for other modules of the same name.
sys.path[0] = str(Path(__file__).parents[1])

from evaluation.statistics.bootstraps import (  # noqa: E402
    Resampling,
    participant_rates,
    pigeonhole_linearised,
    pigeonhole_rates,
)
from evaluation.statistics.clustered import clustered_rate, default_interval  # noqa: E402
from evaluation.statistics.simulation import Shape, one_study  # noqa: E402

STUDIES = {
    "588 people x 40 trials, 1600 photos": (Shape(588, 1600, 40), 0.5),
    "5000 people x 200 trials, 10000 photos": (Shape(5000, 10_000, 200), 4.0),
}
ROWS_AT_ONCE = 20_000_000


def seconds(task, repeats=1):
    """Least processor time of several, and the last result; other work on the machine does not count."""
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        result = task()
        best = min(best, time.process_time() - start)
    return best, result


def gathered(fooled, who, what, replicates, seed=1):
    """Pigeonhole rates by gathering the weight of each row."""
    rng, found = np.random.default_rng(seed), np.empty(replicates)
    people, photos = who.max() + 1, what.max() + 1
    for place in range(replicates):
        person = np.bincount(rng.integers(0, people, people), minlength=people)
        photo = np.bincount(rng.integers(0, photos, photos), minlength=photos)
        weights = person[who] * photo[what]
        found[place] = (weights * fooled).sum() / weights.sum()
    return found


def scipy_over_participants(fooled, who, replicates):
    """Standard error of scipy's bootstrap of the ratio of the participants' sums."""
    sums, counts = np.bincount(who, fooled), np.bincount(who).astype(float)
    batch = max(1, ROWS_AT_ONCE // len(sums))
    return stats.bootstrap(
        (sums, counts),
        lambda a, b, axis: a.mean(axis=axis) / b.mean(axis=axis),
        paired=True,
        n_resamples=replicates,
        batch=batch,
        method="percentile",
        rng=np.random.default_rng(1),
    ).standard_error


def compare(name, shape, bar, replicates):
    """Print one study's lines; whether the pigeonhole bootstrap kept its bar."""
    fooled, who, what = one_study(shape, np.random.default_rng(2))
    how = Resampling(replicates)
    print(f"\n{name}: {len(fooled):,} rows x {replicates:,} replicates")
    rate = clustered_rate(fooled, who, what)
    took, interval = seconds(lambda: default_interval(clustered_rate(fooled, who, what)), 20)
    ends = f"[{interval.low:.4f}, {interval.high:.4f}]"
    print(f"  {'closed form: the default interval':46} {took * 1000:10.2f} ms  {ends}")
    ours, rates = seconds(lambda: pigeonhole_rates(fooled, who, what, how), 2)
    line("pigeonhole, ours (8-bit weights)", ours, rates.std(ddof=1), None)
    print(f"  {'  its closed form':46} {'':13}  se {pigeonhole_linearised(rate)['se_multinomial']:.5f}")
    few = min(replicates, max(20, 20_000_000 // len(fooled)))
    took, rates = seconds(lambda: gathered(fooled, who, what, few))
    line(f"pigeonhole, rows gathered ({few}, scaled)", took * replicates / few, rates.std(ddof=1), ours)
    took, se = seconds(lambda: scipy_over_participants(fooled, who, replicates))
    line("participants, scipy.stats.bootstrap on sums", took, se, ours)
    mine, rates = seconds(lambda: participant_rates(fooled, who, how), 2)
    line("participants, ours", mine, rates.std(ddof=1), None)
    print(f"  {'  scipy beside ours, participants':46} {took / mine:12,.0f} x")
    kept = ours <= bar * replicates / 10_000
    print(f"  bar for the pigeonhole bootstrap: {bar:g} s at 10,000: {'kept' if kept else 'MISSED'}")
    return kept


def line(what, took, se, beside):
    """One way to a standard error; its time as a multiple of ours."""
    ratio = "" if beside is None else f"{took / beside:,.1f} x ours"
    print(f"  {what:46} {took * 1000:10.2f} ms  se {se:.5f}  {ratio}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=10_000)
    parser.add_argument("--small", action="store_true", help="the smaller study only")
    options = parser.parse_args()
    print(f"numpy {np.__version__}, scipy {scipy.__version__}")
    chosen = list(STUDIES.items())[: 1 if options.small else None]
    missed = [name for name, study in chosen if not compare(name, *study, options.replicates)]
    sys.exit(1 if missed else 0)
