"""How near the shipped networks come to the truth, and how colourful they are, on photos never trained on.

    python benchmarks/networks.py --photos FOLDER [--weights colorizers/weights] [--json FILE] [--limit 50]

Prints a Markdown table: one row for each file of weights at its method's default settings, beside the
photos themselves, grey, and the best constant colour of these photos. Each photo is cut to its centred square
of 224 pixels (smaller photos are left out). Every figure is the mean over photos. --json also keeps them, as
colorizers/weights/figures.json is kept.
"""

import argparse
import dataclasses
import json
import sys
import time
from pathlib import Path

import numpy as np

sys.path[0] = str(Path(__file__).parents[1])

from colorizers import methods  # noqa: E402
from colorizers.pictures.colour import rgb_to_lab, rgb_to_lightness  # noqa: E402
from colorizers.pictures.images import read_photo  # noqa: E402
from colorizers.pictures.inference import PredictMany, Source, join, resize  # noqa: E402
from evaluation import metrics  # noqa: E402

SIDE = 224
METRICS = ("psnr", "ssim", "ab_rmse", "auc", "colourfulness")
BATCH = 16


def read_photos(folder, limit):
    """The centred squares (224, 224, 3) uint8 of all photos in a folder that are large enough."""
    squares = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in {".jpg", ".jpeg", ".png"}:
            continue
        rgb8 = read_photo(path.read_bytes()).rgb8
        top, left = (rgb8.shape[0] - SIDE) // 2, (rgb8.shape[1] - SIDE) // 2
        if min(top, left) >= 0:
            squares.append(rgb8[top : top + SIDE, left : left + SIDE])
    return squares[:limit]


def painted(predict, working_size, photos):
    """Each photo recoloured, in batches; yields (recoloured, share clipped)."""
    for first in range(0, len(photos), BATCH):
        batch = photos[first : first + BATCH]
        lightness = [rgb_to_lightness(photo) for photo in batch]
        if working_size is not None:
            lightness = [resize(one, working_size(SIDE, SIDE)) for one in lightness]
        sources = [Source(str(first + number)) for number in range(len(batch))]
        if isinstance(predict, PredictMany):
            found = predict.many(lightness, sources)
        else:
            found = [predict(one, source) for one, source in zip(lightness, sources, strict=True)]
        for photo, ab in zip(batch, found, strict=True):
            yield join(photo, ab).rgb8


def figures(pictures, photos, wanted=METRICS):
    """Mean metrics of recoloured pictures against their photos."""
    sums = dict.fromkeys(wanted, 0.0)
    for picture, photo in zip(pictures, photos, strict=True):
        image, truth = picture / 255.0, photo / 255.0
        for name in wanted:
            sums[name] += float(metrics.get(name)(image, truth))
    return {name: total / len(photos) for name, total in sums.items()}


def row(name, found, seconds=None):
    rate = "" if seconds is None else f"{seconds * 1000:.0f}"
    print(
        f"| {name} | {found['psnr']:.2f} | {found['ssim']:.3f} | {found['ab_rmse']:.2f} | {found['auc']:.3f} "
        f"| {found['colourfulness']:.1f} | {rate} |",
        flush=True,
    )


def method_of(path):
    """Method and variant of a file of weights, by what the file says of itself."""
    if path.suffix == ".onnx":
        return methods.get("liu2022"), "class" if "class" in path.stem else "l2"
    from colorizers.weights.files import read_header

    facts = read_header(path).facts
    return methods.get(facts.network), facts.variant


def show(path, photos, **settings):
    method, variant = method_of(path)
    known = {field.name for field in dataclasses.fields(method.settings)}
    chosen = {key: value for key, value in settings.items() if key in known}
    predict = method.load(path, chosen, variant=variant)
    started = time.perf_counter()
    pictures = list(painted(predict, method.working_size(chosen), photos))
    seconds = (time.perf_counter() - started) / len(photos)
    label = ", ".join(f"{key} {value}" for key, value in chosen.items())
    found = figures(pictures, photos)
    row(f"{path.stem}{' ' if label else ''}{label}", found, seconds)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=Path(__file__).parents[1] / "colorizers" / "weights")
    parser.add_argument("--json", type=Path, help="also keep the figures in this file")
    parser.add_argument("--limit", type=int)
    options = parser.parse_args()
    photos = read_photos(options.photos, options.limit)
    print(f"{len(photos)} photos, {SIDE} x {SIDE} pixels\n")
    print("| | PSNR | SSIM | ab-RMSE | AuC | colourfulness | ms a photo |\n|---|---|---|---|---|---|---|")
    files = sorted([*options.weights.glob("*.safetensors"), *options.weights.glob("*.onnx")])
    truth = np.mean([float(metrics.get("colourfulness")(photo / 255.0, photo / 255.0)) for photo in photos])
    print(f"| the photos themselves | | | | | {truth:.1f} | |")
    grey = [join(photo, np.zeros((1, 1, 2), np.float32)).rgb8 for photo in photos]
    kept = {"grey": figures(grey, photos)}
    row("grey", kept["grey"])
    mean = np.mean([rgb_to_lab(photo)[..., 1:].mean(axis=(0, 1)) for photo in photos], axis=0)
    constant = [join(photo, mean[None, None].astype(np.float32)).rgb8 for photo in photos]
    kept["the best constant colour"] = figures(constant, photos)
    row("the best constant colour", kept["the best constant colour"])
    for path in files:
        kept[path.stem] = show(path, photos)
    if options.json:
        rounded = {
            name: {key: round(value, 4) for key, value in found.items()} for name, found in kept.items()
        }
        facts = {"photos": len(photos), "side": SIDE, "colourfulness of the photos": round(float(truth), 4)}
        options.json.write_text(json.dumps(facts | {"rows": rounded}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
