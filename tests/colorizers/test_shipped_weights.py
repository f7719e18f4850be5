"""The weights that come with the code: small, whole, with a card each, and what the cards say of them."""

import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image

from colorizers import methods
from colorizers.pictures import colour
from colorizers.pictures.inference import Source, colorize_rgb
from colorizers.training.recipe import read_recipe
from colorizers.weights.files import read_header

ROOT = Path(__file__).parents[2]
WEIGHTS = ROOT / "colorizers" / "weights"
RECIPES = ROOT / "colorizers" / "training" / "recipes" / "compact"
FILES = sorted([*WEIGHTS.glob("*.safetensors"), *WEIGHTS.glob("*.onnx")])
METRICS = {"psnr": 2, "ssim": 3, "ab_rmse": 2, "auc": 3, "colourfulness": 1}


def method_of(path):
    if path.suffix == ".onnx":
        return methods.get("liu2022"), "class"
    facts = read_header(path).facts
    return methods.get(facts.network), facts.variant


@pytest.fixture(scope="module")
def photos():
    names = ("astronaut", "chelsea", "coffee", "rocket")
    return [np.asarray(Image.fromarray(getattr(skimage.data, name)()).resize((224, 160))) for name in names]


def painted(path, photos):
    method, variant = method_of(path)
    predict = method.load(path, variant=variant)
    return [
        colorize_rgb(
            photo,
            predict,
            Source(""),
            working_size=method.working_size({}),
            promises_colour=method.promises_colour,
        ).rgb8
        for photo in photos
    ]


def test_the_nets_of_every_comparison_are_there():
    there = {path.stem for path in FILES}
    assert {"efficientnet-lite-class", "efficientnet-lite-l2", "zhang2016-class", "zhang2016-l2"} <= there
    assert {"liu2022-class", "pathak2022"} <= there


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_small_and_says_what_it_is(path):
    assert path.stat().st_size <= 12e6
    method, variant = method_of(path)
    assert variant in method.variants


def test_all_files_together_stay_within_40_megabytes():
    assert sum(path.stat().st_size for path in FILES) <= 40e6


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_colours_photos_that_it_never_saw(path, photos):
    assert all(colour.mean_chroma(picture) > 1 for picture in painted(path, photos))


@pytest.mark.parametrize("net", ["efficientnet-lite", "zhang2016"])
def test_classes_are_more_colourful_than_l2(net, photos):
    chroma = {
        variant: np.mean([colour.mean_chroma(picture) for picture in painted(path, photos)])
        for variant, path in ((v, WEIGHTS / f"{net}-{v}.safetensors") for v in ("class", "l2"))
    }
    assert chroma["class"] > chroma["l2"]
    rows = json.loads((WEIGHTS / "figures.json").read_text())["rows"]
    assert rows[f"{net}-class"]["colourfulness"] > rows[f"{net}-l2"]["colourfulness"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_has_its_record_its_curve_and_its_card(path):
    record = json.loads((WEIGHTS / f"{path.stem}.json").read_text(encoding="utf-8"))
    assert record["finished"]
    assert record["seconds"] > 0
    assert record["photos"]["training"]["count"] > 0
    assert record["epochs"][0]["epoch"] == 1
    assert (WEIGHTS / f"{path.stem}.svg").exists()
    cards = (WEIGHTS / "README.md").read_text(encoding="utf-8")
    card = cards.partition(f"\n## {path.stem}\n")[2].partition("\n## ")[0]
    assert f"({path.stem}.svg)" in card
    for part in [record, *first_part(path)]:
        assert f"{part['seconds'] / 60:.0f} minutes" in card
        assert f"epoch {part['best_epoch']} kept" in card
    assert "failure" in card.lower()


def first_part(path):
    """The record of the training whose weights that of a shipped file began with, if it began with any."""
    first = path.with_name(f"{path.stem}-first.json")
    return [json.loads(first.read_text(encoding="utf-8"))] if first.exists() else []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_shipped_recipes_are_those_that_trained_it(path):
    record = json.loads((WEIGHTS / f"{path.stem}.json").read_text(encoding="utf-8"))
    shipped = [read_recipe(recipe) for recipe in RECIPES.glob("*.toml")]
    same = [json.loads(json.dumps(dataclasses.asdict(recipe))) for recipe in shipped]
    for part in [record, *first_part(path)]:
        trained = part["recipe"]
        # What a recipe could not say yet when a net was trained had the value that is the default now.
        trained["data"].setdefault("largest", 1.0)
        assert any(trained == {key: recipe[key] for key in trained} for recipe in same)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_training_in_two_parts_has_the_records_of_both(path):
    record = json.loads((WEIGHTS / f"{path.stem}.json").read_text(encoding="utf-8"))
    begun = record.get("begun_with")
    assert bool(begun) == bool(first_part(path))
    for first in first_part(path):
        assert begun["training"]["recipe"] == first["recipe"]
        assert begun["training"]["photos"]["training"]["digest"] == first["photos"]["training"]["digest"]
        assert read_header(path).facts.training["begun_with"] == begun
        assert (WEIGHTS / f"{path.stem}-first.svg").exists()


def test_the_cards_figures_are_the_measured_ones():
    cards = (WEIGHTS / "README.md").read_text(encoding="utf-8")
    kept = json.loads((WEIGHTS / "figures.json").read_text())
    for name, figures in kept["rows"].items():
        numbers = [f"{figures[metric]:.{digits}f}" for metric, digits in METRICS.items()]
        row = re.search(rf"^\| \[?{re.escape(name)}\b[^|]*\|(.*)\|$", cards, re.MULTILINE)
        assert row, name
        assert [cell.strip() for cell in row[1].split("|")] == numbers
