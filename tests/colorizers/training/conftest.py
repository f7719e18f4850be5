"""Small colourful photos, a small recipe, and trainings of seconds."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import tomli_w
import torch
from PIL import Image
from safetensors.torch import load_file

from colorizers.training import folder
from colorizers.training.__main__ import main

SIDE = 72

RECIPE = {
    "network": "zhang2016",
    "variant": "l2",
    "architecture": {"width": 0.125},
    "epochs": 2,
    "batch": 4,
    "data": {"crop": 64, "smallest": 0.8},
    "optimiser": {"name": "adam", "rate": 1e-3},
}


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Sums in one order: what is compared bit by bit must not depend on the number of cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def real_pictures() -> None:
    """For tests that look at the curve and the samples; see `plain_pictures`."""


@pytest.fixture(autouse=True)
def plain_pictures(request, monkeypatch) -> None:
    """Drawing takes three times as long as such a small training: a few bytes stand for the pictures.

    Tests that ask for `real_pictures`, and trainings in processes of their own, draw.
    """
    if "real_pictures" not in request.fixturenames:
        for name in ("draw_curve", "draw_samples"):
            monkeypatch.setattr(folder, name, lambda path, *what: path.write_bytes(b"a picture"))


def photo(number: int) -> np.ndarray:
    """(72, 72, 3) uint8: bright discs in warm colours on a dark blue slope, so that L tells of ab."""
    rng = np.random.default_rng(number)
    rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE
    picture = np.stack([0.1 + 0 * rows, 0.1 + 0.2 * columns, 0.3 + 0.3 * rows], axis=-1)
    for _ in range(4):
        y, x, radius = rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.25)
        inside = (rows - y) ** 2 + (columns - x) ** 2 < radius**2
        picture[inside] = [0.95, rng.uniform(0.5, 0.7), 0.2]
    noisy = picture + rng.normal(0, 0.02, picture.shape)
    return (np.clip(noisy, 0, 1) * 255).round().astype(np.uint8)


def save_photos(place: Path, numbers: range) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        Image.fromarray(photo(number)).save(place / f"{number:03}.png")
    return place


@pytest.fixture(scope="session")
def photos(tmp_path_factory) -> Path:
    """Sixteen photos to learn from."""
    return save_photos(tmp_path_factory.mktemp("photos"), range(16))


@pytest.fixture(scope="session")
def others(tmp_path_factory) -> Path:
    """Eight photos to validate on."""
    return save_photos(tmp_path_factory.mktemp("others"), range(100, 108))


@pytest.fixture
def write_recipe(tmp_path) -> Callable[..., Path]:
    """A recipe file: the small one, with sections and entries changed."""

    def write(name: str = "recipe.toml", **changes) -> Path:
        merged = dict(RECIPE)
        for key, value in changes.items():
            here = merged.get(key)
            merged[key] = here | value if isinstance(here, dict) else value
        path = tmp_path / name
        path.write_text(tomli_w.dumps(merged))
        return path

    return write


@pytest.fixture
def train(photos, others, tmp_path, capsys) -> Callable[..., tuple[int, str]]:
    """Train as from the command line; gives the exit status and all that was said."""

    def run(
        recipe: Path, *more: str, out: str = "run", photos: Path = photos, validation: Path | None = others
    ):
        arguments = [str(recipe), "--photos", str(photos), "--out", str(tmp_path / out), *more]
        if validation is not None:
            arguments += ["--validation", str(validation)]
        status = main(arguments)
        return status, capsys.readouterr().err

    return run


def checkpoint(out: Path) -> dict:
    return torch.load(out / "checkpoint.pt", weights_only=True)


def assert_same_training(one: Path, other: Path) -> None:
    """Bit by bit: all tensors of the checkpoints in single precision, and of the weights that were kept."""
    first, second = checkpoint(one), checkpoint(other)
    for part in ("network", "average"):
        assert (first[part] is None) == (second[part] is None)
        for name, tensor in (first[part] or {}).items():
            assert torch.equal(tensor, second[part][name]), name
    assert torch.equal(first["random"], second["random"])
    for here, there in zip(first["records"], second["records"], strict=True):
        assert {**here, "seconds": 0} == {**there, "seconds": 0}
    kept, also_kept = load_file(one / "weights.safetensors"), load_file(other / "weights.safetensors")
    assert kept.keys() == also_kept.keys()
    assert all(torch.equal(kept[name], also_kept[name]) for name in kept)
