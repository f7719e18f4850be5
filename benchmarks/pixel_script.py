"""How often does a script tell a real photo from a recoloured one by its pixels alone?

    python benchmarks/pixel_script.py --photos FOLDER [--weights colorizers/weights] [--limit 50]

No blinding can keep pixels from a script: they are what is shown. This says how much they give away. Two rules, for
each photo (a centred square of 224 pixels) beside the picture that each network made of it: the picture whose a* and
b* change less from pixel to pixel is the fake; the picture whose lossless file is smaller is the fake. Prints the
share of photos in which a rule names the fake; 50 % is chance.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path[0] = str(Path(__file__).parents[1])

from benchmarks.networks import method_of, painted, read_photos  # noqa: E402
from colorizers.pictures.colour import rgb_to_lab  # noqa: E402
from colorizers.pictures.images import encode_stimulus  # noqa: E402


def roughness(rgb8):
    """Mean change of a* and b* from a pixel to its neighbours."""
    ab = rgb_to_lab(rgb8)[..., 1:]
    return float(np.abs(np.diff(ab, axis=0)).mean() + np.abs(np.diff(ab, axis=1)).mean())


RULES = {"smoother colours": roughness, "smaller file": lambda rgb8: len(encode_stimulus(rgb8))}


def named(photos, pictures, rule):
    """Share of photos whose fake has the smaller value; a tie is half."""
    pairs = [(rule(real), rule(fake)) for real, fake in zip(photos, pictures, strict=True)]
    return float(np.mean([1.0 if fake < real else 0.5 * (fake == real) for real, fake in pairs]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=Path(__file__).parents[1] / "colorizers" / "weights")
    parser.add_argument("--limit", type=int)
    options = parser.parse_args()
    photos = read_photos(options.photos, options.limit)
    if not photos:
        sys.exit(f"No photo in {options.photos} is large enough.")
    print(f"| network | photos | {' | '.join(f'{name}: fake named' for name in RULES)} |")
    print("|---|---|" + "---|" * len(RULES))
    for path in sorted(options.weights.glob("*")):
        if path.suffix not in {".safetensors", ".onnx"}:
            continue
        method, variant = method_of(path)
        predict = method.load(path, {}, variant=variant)
        pictures = list(painted(predict, method.working_size({}), photos))
        shares = " | ".join(f"{100 * named(photos, pictures, rule):.1f} %" for rule in RULES.values())
        print(f"| {path.stem} | {len(photos)} | {shares} |", flush=True)


if __name__ == "__main__":
    main()
