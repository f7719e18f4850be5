"""The fool rate of each condition from the exported trials, with three intervals; needs numpy and scipy.

    python analysis/fool_rate.py [TRIALS.csv]

Prints one line of CSV for each condition; a starting point for an analysis of your own.
"""

import csv
import sys
from math import sqrt
from pathlib import Path

import numpy as np
from scipy.stats import norm, t

RULE = "bell_mccaffrey_two_way"
"""Of factors and degrees of freedom, as the study's protocol names it; the other one is "cgm_two_way"."""


def read_trials(path):
    """The test trials that count: answered, not excluded, not spoiled, the first of each repeated pair."""
    first = {}
    with Path(path).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["phase"] != "test" or row["excluded"] or row.get("voided") == "1":
                continue
            if not (row["fake_side"] and row["chosen_side"]):
                continue
            key = (row["model"], row["participant_id"], row["image_id"])
            if key not in first or int(row["trial_index"]) < int(first[key]["trial_index"]):
                first[key] = row
    return list(first.values())


def cluster_variance(residuals, names):
    """G/(G-1) times the sum of the squared totals of G clusters, over n squared."""
    _, codes = np.unique(names, return_inverse=True)
    totals = np.bincount(codes, residuals)
    clusters = len(totals)
    if clusters < 2:
        return np.nan, clusters
    return clusters / (clusters - 1) * (totals**2).sum() / len(residuals) ** 2, clusters


def bell_mccaffrey(residuals, names, variance):
    """Variance of the mean over clusters and its degrees of freedom; `variance` is that of one answer."""
    _, codes = np.unique(names, return_inverse=True)
    n = len(residuals)
    squares = (np.bincount(codes, residuals) ** 2).sum() / n**2
    share = np.bincount(codes) / n
    alone, _ = factor_and_df(share, share / n * variance)
    between = max(0.0, (squares * alone - variance / n) / (share**2).sum())
    factor, df = factor_and_df(share, share / n * variance + between * share**2)
    return squares * factor, df


def factor_and_df(share, working):
    """Of clusters with these shares of the trials, if `working` holds the variances of their totals.

    Residual totals have the covariance M diag(working) M' with M = I - share 1'; this is its trace, and the
    trace of its square, written out.
    """
    whole, own, both = working.sum(), (share**2).sum(), (working * share).sum()
    trace = whole - 2 * both + own * whole
    squared = (working**2 * (1 + 2 * (own - 2 * share))).sum() + (own * whole) ** 2
    squared += 2 * whole * (working * share**2).sum() - 4 * own * whole * both + 2 * both**2
    return whole / trace, trace**2 / squared


def wilson(rate, n, quantile):
    """Wilson's score interval; n may be an effective number of trials."""
    shrink = quantile**2 / n
    centre = (rate + shrink / 2) / (1 + shrink)
    half = quantile * sqrt(rate * (1 - rate) / n + shrink / (4 * n)) / (1 + shrink)
    return max(0.0, centre - half), min(1.0, centre + half)


def analyse(rows, alpha=0.05):
    """Rate and intervals of one condition's rows; NaN where an interval does not exist."""
    fooled = np.array([row["chosen_side"] != row["fake_side"] for row in rows], dtype=float)
    n, rate = len(fooled), fooled.mean()
    residuals = fooled - rate
    v_people, people = cluster_variance(residuals, [row["participant_id"] for row in rows])
    v_photos, photos = cluster_variance(residuals, [row["image_id"] for row in rows])
    found = {"n": n, "k": int(fooled.sum()), "fool_rate": rate, "participants": people, "photos": photos}
    inside = 0 < rate < 1

    # Naive: every trial taken as independent. For comparison with the literature.
    found["naive_low"], found["naive_high"] = wilson(rate, n, norm.isf(alpha / 2))

    # These photos only: clustered by participant, on the log-odds scale.
    low = high = np.nan
    if people > 1 and inside and v_people > 1e-9 * rate * (1 - rate) / n:
        half = t.isf(alpha / 2, people - 1) * sqrt(v_people) / (rate * (1 - rate))
        centre = np.log(rate / (1 - rate))
        low, high = 1 / (1 + np.exp(half - centre)), 1 / (1 + np.exp(-half - centre))
    elif people > 1 and not inside:
        low, high = wilson(rate, n, t.isf(alpha / 2, people - 1))
    found["these_photos_low"], found["these_photos_high"] = low, high

    # The default, new participants and new photos: two-way clustered, guarded; Wilson with the effective n.
    low = high = np.nan
    if people > 1 and photos > 1:
        cells = n / (n - 1) * (residuals**2).sum() / n**2
        df = min(people, photos) - 1
        if RULE == "bell_mccaffrey_two_way":
            supposed = (fooled.sum() + 0.5) / (n + 1)
            of_people, of_photos = (
                bell_mccaffrey(residuals, [row[name] for row in rows], supposed * (1 - supposed))
                for name in ("participant_id", "image_id")
            )
            v_people, v_photos, df = of_people[0], of_photos[0], min(of_people[1], of_photos[1])
        variance = max(v_people + v_photos - cells, v_people, v_photos, rate * (1 - rate) / n)
        n_effective = rate * (1 - rate) / variance if inside else n
        low, high = wilson(rate, n_effective, t.isf(alpha / 2, df))
    found["default_low"], found["default_high"] = low, high
    return found


def main():
    """Print the table."""
    data = Path(__file__).resolve().parents[1] / "data"
    path = sys.argv[1] if len(sys.argv) > 1 else next(data.glob("*_description-trials_data.csv"))
    trials = read_trials(path)
    lines = None
    for model in sorted({row["model"] for row in trials}):
        rows = [row for row in trials if row["model"] == model]
        # “person” is about people alone, “simulated” about none, and both are named where both answered.
        found = {"model": model, "source": "+".join(sorted({row["source"] for row in rows})), **analyse(rows)}
        if lines is None:
            lines = csv.DictWriter(sys.stdout, found, lineterminator="\n")
            lines.writeheader()
        lines.writerow(found)


if __name__ == "__main__":
    main()
