"""How much sooner the closed-form interval is there than a bootstrap of the same rows.

    python benchmarks/statistics_speed.py

Peer: scipy.stats.bootstrap, percentile, 9999 resamples, in two uses: over rows (what a notebook does;
it ignores that trials share people and photos) and over the participants' rates (it ignores the photos).
Both are easier problems than ours, which clusters by both. All times in one run; the data are simulated.
"""

import sys
import time
from pathlib import Path

import numpy as np
import scipy
from scipy import stats

# Not inserted but replaced: this folder holds a statistics.py, which must not stand in for the standard one.
sys.path[0] = str(Path(__file__).parents[1])

from evaluation.statistics.clustered import clustered_rate, default_interval  # noqa: E402
from evaluation.statistics.simulation import Shape, one_study  # noqa: E402

RESAMPLES = 9999
STUDIES = {
    "588 people x 40 trials, 1600 photos": Shape(participants=588, photos=1600, trials=40),
    "5000 people x 200 trials, 10000 photos": Shape(participants=5000, photos=10_000, trials=200),
}
MOST_ROWS_TO_RESAMPLE = 100_000


def seconds(task, repeats):
    """Best time of several, and the last result."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        result = task()
        best = min(best, time.perf_counter() - start)
    return best, result


def bootstrap(values, batch):
    """The peer's percentile interval of a mean."""
    found = stats.bootstrap(
        (values,),
        np.mean,
        n_resamples=RESAMPLES,
        batch=batch,
        method="percentile",
        rng=np.random.default_rng(1),
    )
    return found.confidence_interval.low, found.confidence_interval.high


def compare(name, shape):
    """Print one study's lines."""
    fooled, who, what = one_study(shape, np.random.default_rng(2))
    ours, interval = seconds(lambda: default_interval(clustered_rate(fooled, who, what)), 5)
    print(f"\n{name}: {len(fooled):,} rows")
    line("closed form, people and photos", ours, interval.ends, None)
    rates = np.bincount(who, fooled) / np.bincount(who)
    peer, ends = seconds(lambda: bootstrap(rates, batch=200), 1)
    line("scipy bootstrap over participants' rates", peer, ends, peer / ours)
    if len(fooled) <= MOST_ROWS_TO_RESAMPLE:
        peer, ends = seconds(lambda: bootstrap(fooled.astype(np.float32), batch=50), 1)
        line("scipy bootstrap over rows", peer, ends, peer / ours)


def line(what, took, ends, ratio):
    """One way to an interval."""
    shown = f"[{ends[0]:.4f}, {ends[1]:.4f}]"
    print(f"  {what:42} {took * 1000:10.2f} ms  {shown}  {'' if ratio is None else f'{ratio:,.0f} x'}")


if __name__ == "__main__":
    print(f"numpy {np.__version__}, scipy {scipy.__version__}, {RESAMPLES} resamples")
    for name, shape in STUDIES.items():
        compare(name, shape)
