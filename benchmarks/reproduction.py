"""The papers' comparisons at our scale: the tables and pictures of docs/reproduction.md.

    python benchmarks/reproduction.py table --photos FOLDER runs/NAME [runs/NAME ...]
    python benchmarks/reproduction.py sweep --photos FOLDER FILE [--picture docs/images/sweep.svg] [--limit 100]
    python benchmarks/reproduction.py dots runs/AS_PUBLISHED runs/FIXED [--picture docs/images/dots.png]

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
from colorizers.pictures.images import encode_png  # noqa: E402
from colorizers.pictures.inference import join  # noqa: E402
from colorizers.weights.files import read_header  # noqa: E402
from evaluation import metrics  # noqa: E402

LAMBDAS = (0.3, 0.5, 0.7, 0.85, 1.0)
TEMPERATURES = (0.1, 0.25, 0.38, 0.6, 1.0)


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
        losses = [one["validation_loss"] for one in record["epochs"]]
        best = losses.index(min(losses))
        found = measured(run / "weights.safetensors", photos)
        print(
            f"| {run.name} | {record['seconds'] / 60:.1f} | {best + 1} of {len(losses)} "
            f"| {losses[best]:.4f} | {found['psnr']:.2f} | {found['ssim']:.3f} | {found['ab_rmse']:.2f} "
            f"| {found['auc']:.3f} | {found['colourfulness']:.1f} |",
            flush=True,
        )


def sweep(options):
    import torch

    from colorizers.networks.codes import Decoding
    from colorizers.networks.weights import load_network
    from colorizers.pictures.colour import rgb_to_lightness

    photos = read_photos(options.photos, options.limit)
    facts = read_header(options.file).facts
    network = load_network(options.file, facts.network, facts.variant)
    lightness = [torch.from_numpy(rgb_to_lightness(photo))[None, None] for photo in photos]
    # One pass of the network; every decoding starts from its answers.
    with torch.inference_mode():
        raws = [network(one) for one in lightness]
    truth = np.mean([float(metrics.get("colourfulness")(photo / 255.0, photo / 255.0)) for photo in photos])
    print(f"{len(photos)} photos, colourfulness of the truth {truth:.1f}\n")
    print("| λ | T | PSNR | ab-RMSE | AuC | colourfulness |\n|---|---|---|---|---|---|")
    lines = {}
    for strength in LAMBDAS:
        for temperature in TEMPERATURES:
            decoding = Decoding(temperature, strength)
            colours = (network.code.decode(raw, None, decoding)[0].permute(1, 2, 0).numpy() for raw in raws)
            pictures = (join(photo, ab).rgb8 for photo, ab in zip(photos, colours, strict=True))
            found = figures(pictures, photos, ("psnr", "ab_rmse", "auc", "colourfulness"))
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

    from colorizers.networks.codes import Decoding
    from colorizers.networks.weights import load_network
    from colorizers.pictures.colour import rgb_to_lightness

    photo = drawing()
    lightness = torch.from_numpy(rgb_to_lightness(photo).astype(np.float32))[None, None]
    panels = [photo]
    for run in options.runs:
        facts = read_header(run / "weights.safetensors").facts
        network = load_network(run / "weights.safetensors", facts.network, facts.variant)
        with torch.inference_mode():
            ab = network.code.decode(network(lightness), lightness, Decoding())[0].permute(1, 2, 0).numpy()
        kernel, stride = network.upsampling.kernel_size[0], network.upsampling.stride[0]
        tone = np.median(ab.reshape(-1, 2), axis=0)
        off = np.abs(ab - tone).max(axis=-1) > 0.5
        print(
            f"{facts.variant}: kernel {kernel} at stride {stride} reaches {min(kernel / stride, 1) ** 2:.1%} of the "
            f"pixels; {off.mean():.1%} differ from the commonest tone, a = {tone[0]:.1f}, b = {tone[1]:.1f}"
        )
        factor = 40 / max(np.abs(ab - tone).max(), 1e-6)
        print(f"  the picture shows differences from that tone {factor:.1f} times as large as they are")
        panels.append(join(photo, ((ab - tone) * factor).astype(np.float32)).rgb8)
    gap = np.full((photo.shape[0], 8, 3), 255, np.uint8)
    picture = np.concatenate([part for panel in panels for part in (panel, gap)][:-1], axis=1)
    if options.picture:
        options.picture.write_bytes(encode_png(picture))


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
        if verb != "sweep":
            sub.add_argument("runs", type=Path, nargs="+")
        if verb == "sweep":
            sub.add_argument("file", type=Path)
    options = parser.parse_args()
    options.does(options)


if __name__ == "__main__":
    main()
