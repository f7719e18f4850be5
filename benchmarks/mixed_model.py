"""How well the mixed model recovers planted SDs, and how often its interval holds the planted rate.

    python benchmarks/mixed_model.py [--studies 100]

Log-odds -1, SD of people 0.6, of photos 0.8. The default interval of the same studies stands beside it. At
the end: the time of one fit of a study of 588 people who judge 40 of 1600 photos.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path[0] = str(Path(__file__).resolve().parents[1])

from evaluation.statistics.clustered import clustered_rate, default_interval  # noqa: E402
from evaluation.statistics.filters import valid_responses  # noqa: E402
from evaluation.statistics.mixed_model import mixed_model  # noqa: E402
from evaluation.statistics.simulation import Shape, one_study  # noqa: E402
from evaluation.statistics.table import ResponseTable  # noqa: E402

SD_PARTICIPANT, SD_PHOTO = 0.6, 0.8
SHAPES = [(10, 60, 20), (40, 100, 20), (40, 40, 40), (150, 100, 20), (588, 100, 20)]
TERM = "(Intercept)"


def fit(fooled, who, what):
    table = ResponseTable.from_columns(
        participant=who.astype(str).tolist(),
        condition=["one"] * len(fooled),
        photo=what.astype(str).tolist(),
        fake_side=["L"] * len(fooled),
        chosen_side=np.where(fooled, "R", "L").tolist(),
    )
    return mixed_model(valid_responses(table))


def measure(shape: Shape, studies: int, rng: np.random.Generator) -> str:
    truth = shape.true_rate()
    found, beside = [], []
    for _ in range(studies):
        study = one_study(shape, rng)
        low, high = default_interval(clustered_rate(*study)).ends or (np.nan, np.nan)
        beside.append((low <= truth <= high, high - low))
        found.append(fit(*study))
    fitted = [model for model in found if model["fitted"]]
    with_photos = [model for model in fitted if model["photo_effect"]["fitted"]]
    ends = np.array([model["marginal_ci"][TERM] for model in fitted])
    held = np.mean((ends[:, 0] <= truth) & (truth <= ends[:, 1]))
    people = np.mean([model["sd_participant"] for model in fitted])
    photos = f"{np.mean([m['sd_image'] for m in with_photos]):.2f}" if with_photos else "not fitted"
    default, width = np.mean(beside, axis=0)
    return (
        f"| {shape.participants} | {shape.photos} | {shape.trials} | {len(with_photos) / studies:.0%} "
        f"| {people:.2f} | {photos} | {held:.0%}, {np.mean(np.diff(ends)) / width:.2f} | {default:.0%} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    print(f"{options.studies} studies a shape, seed {options.seed}\n")
    print(
        "| people | photos | trials each | photo effect fitted | SD people | SD photos | model held | default |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for people, photos, trials in SHAPES:
        shape = Shape(people, photos, trials, -1.0, SD_PARTICIPANT, SD_PHOTO)
        print(measure(shape, options.studies, rng), flush=True)
    study = one_study(Shape(588, 1600, 40, -1.0, SD_PARTICIPANT, SD_PHOTO), rng)
    fit(*study)
    started = time.perf_counter()
    fit(*study)
    print(f"\n588 people x 40 of 1600 photos: {time.perf_counter() - started:.1f} s for one fit, one thread")


if __name__ == "__main__":
    main()
