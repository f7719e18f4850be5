"""The papers' comparisons at our scale: the tables and pictures of docs/reproduction.md.

    python benchmarks/reproduction.py table --photos FOLDER runs/NAME [runs/NAME ...]
    python benchmarks/reproduction.py sweep --photos FOLDER FILE [--picture docs/images/sweep.svg] [--limit 100]
    python benchmarks/reproduction.py dots [--picture docs/images/dots.png]

`table` measures trained runs on photos that they never saw; `sweep` decodes one file of class weights at
many temperatures and lambdas; `dots` shows what the two upsamplings of Schulze et al. do to a drawing, with
weights drawn by chance: the grid is the architecture's, not the training's.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

sys.path[0] = str(Path(__file__).parents[1])

from benchmarks.networks import figures, painted, read_photos  # noqa: E402
from colorizers import methods  # noqa: E402
from colorizers.images import encode_png  # noqa: E402
from colorizers.inference import join  # noqa: E402
from colorizers.weight_files import read_header  # noqa: E402

LAMBDAS = (0.0, 0.5, 0.7, 0.85, 1.0)
TEMPERATURES = (0.1, 0.2, 0.38, 0.6, 0.8, 1.0)


def measured(path, photos, **settings):
    facts = read_header(path).facts
    method = methods.get(facts.network)
    predict = method.load(path, settings, variant=facts.variant)
    return figures(painted(predict, method.working_size(settings), photos), photos)


def table(options):
    photos = read_photos(options.photos, options.limit)
    print(f"{len(photos)} photos\n")
    print("| run | minutes | best epoch | validation loss | PSNR | SSIM | ab-RMSE | AuC | colourfulness |")
    print("|---|---|---|---|---|---|---|---|---|")
    for run in options.runs:
        record = json.loads((run / "run.json").read_text(encoding="utf-8"))
        best = record["epochs"][record["best_epoch"]]
        found = measured(run / "weights.safetensors", photos)
        print(
            f"| {run.name} | {record['seconds'] / 60:.1f} | {record['best_epoch'] + 1} of {len(record['epochs'])} "
            f"| {best['validation_loss']:.4f} | {found['psnr']:.2f} | {found['ssim']:.3f} | {found['ab_rmse']:.2f} "
            f"| {found['auc']:.3f} | {found['colourfulness']:.1f} |",
            flush=True,
        )


def sweep(options):
    photos = read_photos(options.photos, options.limit)
    truth = figures(photos[:], [photo ^ 1 for photo in photos])["colourfulness"]
    print(f"{len(photos)} photos, colourfulness of the truth {truth:.1f}\n")
    print("| lambda | T | PSNR | ab-RMSE | AuC | colourfulness |\n|---|---|---|---|---|---|")
    lines = {}
    for strength in LAMBDAS:
        for temperature in TEMPERATURES:
            found = measured(options.file, photos, rebalance=strength, temperature=temperature)
            lines.setdefault(strength, []).append((temperature, found))
            print(
                f"| {strength} | {temperature} | {found['psnr']:.2f} | {found['ab_rmse']:.2f} | {found['auc']:.3f} "
                f"| {found['colourfulness']:.1f} |",
                flush=True,
            )
    if options.picture:
        draw_sweep(options.picture, lines, truth, len(photos))


def draw_sweep(path, lines, truth, count):
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": "foolrate", "svg.fonttype": "none", "font.size": 10}):
        figure = Figure(figsize=(6.4, 4.2), layout="constrained")
        axes = figure.subplots()
        for (strength, points), colour in zip(
            lines.items(), matplotlib.colormaps["viridis"](np.linspace(0, 0.9, len(lines))), strict=True
        ):
            x = [found["colourfulness"] for _, found in points]
            y = [found["ab_rmse"] for _, found in points]
            axes.plot(x, y, "o-", color=colour, markersize=4, label=f"λ = {strength:g}")
            axes.annotate(
                f"T = {points[0][0]:g}", (x[0], y[0]), textcoords="offset points", xytext=(5, 2), fontsize=8
            )
            axes.annotate(
                f"T = {points[-1][0]:g}",
                (x[-1], y[-1]),
                textcoords="offset points",
                xytext=(5, -9),
                fontsize=8,
            )
        axes.axvline(truth, color="0.5", linestyle=":")
        axes.annotate(
            "the photos themselves",
            (truth, axes.get_ylim()[0]),
            rotation=90,
            fontsize=8,
            color="0.4",
            ha="right",
            va="bottom",
        )
        axes.set(
            xlabel="colourfulness",
            ylabel="ab-RMSE",
            title=f"One set of weights, many decodings ({count} photos)",
        )
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def drawing(side=224):
    """A drawn landscape (side, side, 3) uint8 in greys: sky, hills, a sun."""
    rows, columns = np.mgrid[0:side, 0:side] / side
    picture = 200 - 60 * rows
    hills = rows > 0.62 + 0.08 * np.sin(7 * columns) + 0.03 * np.sin(19 * columns)
    picture[hills] = (90 - 40 * rows + 12 * np.sin(60 * columns))[hills]
    picture[np.hypot(rows - 0.25, columns - 0.7) < 0.09] = 245
    return np.repeat(picture[..., None], 3, axis=-1).astype(np.uint8)


def dots(options):
    import torch

    from colorizers import networks
    from colorizers.colour import rgb_to_lightness
    from colorizers.inference import Source
    from colorizers.networks.codes import Decoding
    from colorizers.networks.running import NetworkPredictor

    photo = drawing()
    panels = [photo]
    for variant in ("class_as_published", "class_fixed"):
        torch.manual_seed(3)
        network = networks.build("schulze2020", variant, width=0.125)
        reached = signal_share(network)
        # The head's bias paints the whole picture one tone; what the upsampling adds is what shows.
        ab = NetworkPredictor(network, Decoding(), "cpu")(
            rgb_to_lightness(photo).astype(np.float32), Source("")
        )
        spread = ab - np.median(ab.reshape(-1, 2), axis=0)
        largest = np.abs(spread).max()
        print(f"{variant}: the blocks reach {reached:.1%} of the answer's pixels")
        panels.append(join(photo, (spread * (40 / largest) if largest else spread).astype(np.float32)).rgb8)
    gap = np.full((photo.shape[0], 8, 3), 255, np.uint8)
    picture = np.concatenate([part for panel in panels for part in (panel, gap)][:-1], axis=1)
    if options.picture:
        options.picture.write_bytes(encode_png(picture))


def signal_share(network, side=224):
    """The share of the raw answer's pixels that change when the features before the upsampling do."""
    import torch

    network.eval()
    with torch.no_grad():
        raw = network(torch.zeros(1, 1, side, side))
        upsampling = next(
            layer
            for layer in reversed(list(network.modules()))
            if isinstance(layer, torch.nn.ConvTranspose2d)
        )
        kernel, stride = upsampling.kernel_size[0], upsampling.stride[0]
    assert raw.ndim == 4
    return min(kernel / stride, 1) ** 2


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(required=True)
    for verb, does in (("table", table), ("sweep", sweep), ("dots", dots)):
        sub = verbs.add_parser(verb)
        sub.set_defaults(does=does)
        sub.add_argument("--picture", type=Path)
        if verb != "dots":
            sub.add_argument("--photos", type=Path, required=True)
            sub.add_argument("--limit", type=int)
        if verb == "table":
            sub.add_argument("runs", type=Path, nargs="+")
        if verb == "sweep":
            sub.add_argument("file", type=Path)
    options = parser.parse_args()
    options.does(options)


if __name__ == "__main__":
    main()
