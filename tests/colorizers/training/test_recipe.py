"""Recipes: those that come with the code, and what is refused in one."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from colorizers import networks
from colorizers.training.loop import Trainer, set_prior
from colorizers.training.photos import Photos
from colorizers.training.recipe import (
    Data,
    Loss,
    Optimiser,
    Pretrained,
    Recipe,
    RecipeRefused,
    read_recipe,
)
from colorizers.training.running import build_network

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "colorizers" / "training" / "recipes"
RECIPES = sorted(FOLDER.rglob("*.toml"))
PAPERS = [
    "zhang2016_class",
    "zhang2016_l2",
    "li2020_class",
    "li2020_l2",
    "pix2pix",
    "schulze2020_regression",
    "schulze2020_class",
    "pathak2022",
    "liu2022",
]


def noise(count: int, side: int) -> Photos:
    pixels = np.random.default_rng(0).integers(0, 256, (count, side, side, 3), np.uint8)
    names = tuple(str(number) for number in range(count))
    return Photos(tuple(pixels), names, names)


def test_there_is_a_recipe_for_each_paper_and_each_of_pathaks_ablations():
    assert {f"{name}.toml" for name in PAPERS} <= {path.name for path in FOLDER.iterdir()}
    ablations = {"base", "relu", "bilinear", "half_data", "weight_decay", "one_rate"}
    assert {path.stem for path in (FOLDER / "ablations").iterdir()} == ablations


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_every_recipe_builds_its_network_and_takes_a_step(path):
    recipe = read_recipe(path)
    assert path.read_text().startswith("# ")
    with torch.device("meta"):
        assert build_network(recipe).parameter_count() > 100_000
    small = {"width": 0.125} | ({"depth": 5} if recipe.network == "pix2pix" else {})
    reduced = dataclasses.replace(
        recipe,
        architecture=dict(recipe.architecture) | small,
        batch=2,
        epochs=1,
        data=dataclasses.replace(recipe.data, crop=64, share=1.0),
    )
    photos = noise(2, 64)
    network = build_network(reduced)
    before = {name: tensor.clone() for name, tensor in network.named_parameters()}
    set_prior(network, photos, reduced)
    trainer = Trainer(network, reduced, photos, photos)
    (epoch,) = trainer.run(lambda trainer: None)
    assert epoch.training_loss > 0
    moved = {name for name, tensor in network.named_parameters() if not torch.equal(tensor, before[name])}
    fixed = {
        name for part, rate in reduced.optimiser.rates.items() if rate == 0 for name in _of(network, part)
    }
    assert moved
    assert not moved & fixed


def _of(network: networks.Network, part: str) -> set[str]:
    parameters = {id(parameter) for parameter in network.parameter_groups()[part]}
    return {name for name, parameter in network.named_parameters() if id(parameter) in parameters}


@pytest.mark.parametrize("name", ["relu", "bilinear", "half_data", "weight_decay", "one_rate"])
def test_each_ablation_changes_one_thing(name):
    base, other = (read_recipe(FOLDER / "ablations" / f"{one}.toml").as_data() for one in ("base", name))
    base.pop("title"), other.pop("title")
    changed = [
        (key, entry)
        for key, value in base.items()
        for entry in (value if isinstance(value, dict) else [""])
        if (value[entry] if entry else value) != (other[key][entry] if entry else other[key])
    ]
    added = other["architecture"].keys() - base["architecture"].keys()
    assert len(changed) + len(added) == 1


def test_the_papers_figures_stand_in_their_recipes():
    zhang, pathak, liu, gan = (
        read_recipe(FOLDER / f"{name}.toml")
        for name in ("zhang2016_class", "pathak2022", "liu2022", "pix2pix")
    )
    assert (zhang.optimiser.rate, zhang.optimiser.betas, zhang.optimiser.weight_decay) == (
        3e-5,
        (0.9, 0.99),
        1e-3,
    )
    assert zhang.data.crop == 176
    assert (pathak.optimiser.rates, pathak.optimiser.rate, pathak.epochs) == ({"encoder": 3e-6}, 1e-3, 25)
    assert (liu.batch, liu.epochs, liu.optimiser.threshold) == (32, 30, 1e-4)
    assert (gan.loss.distance, gan.optimiser.betas) == (100, (0.5, 0.999))


# --- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "lacks network, variant"),
        ("network = ", "is not TOML"),
        ("epoch = 3", "unknown entry 'epoch'; did you mean 'epochs'?"),
        ("[optimizer]\nrate = 1", "unknown entry 'optimizer'; did you mean 'optimiser'?"),
        ("[data]\ncrops = 3", "unknown entry 'data.crops'; did you mean 'crop'?"),
        ("data = 3", "data must be a section, [data]"),
        ("epochs = 2.5", "epochs must be a whole number, not 2.5"),
        ("epochs = true", "epochs must be a whole number, not True"),
        ("epochs = 0", "epochs must lie between 1 and 10,000, not 0"),
        ("batch = 0", "batch must lie between"),
        ("seed = -1", "seed must lie between"),
        ("seed = 4294967296", "seed must lie between"),
        ("average = 1", "average must lie between 0 and below 1"),
        ("average = nan", "average must be a number, not nan"),
        ("title = 3", "title must be a text, not 3"),
        ("architecture = 3", "architecture must be a table"),
        ("architecture = { width = [1] }", "architecture.width must be a number, true, false or a name"),
        ("architecture = { width = inf }", "architecture.width must be a number"),
        ("[data]\ncrop = 16", "data.crop must lie between 32 and 1024"),
        ("[data]\nsmallest = 0", "data.smallest must lie"),
        ("[data]\nsmallest = 0.6\nlargest = 0.5", "data.largest must lie"),
        ("[data]\nshare = 0", "data.share must lie"),
        ("[data]\nvalidation = 0.6", "data.validation must lie"),
        ("[data]\ncontrast = 1", "data.contrast must lie"),
        ("[loss]\nrebalance = 2", "loss.rebalance must lie"),
        ("[loss]\nadversary = 0\ndistance = 0", "nor both zero"),
        ('[optimiser]\nname = "adagrad"', "optimiser.name must be adam, adamw or sgd"),
        ("[optimiser]\nrate = 0", "optimiser.rate must lie above 0"),
        ("[optimiser]\nrate = inf", "optimiser.rate must be a number, not inf"),
        ('[optimiser]\nrate = "1e-3"', "optimiser.rate must be a number, not '1e-3'"),
        ("[optimiser]\nrates = { encoder = 2 }", "optimiser.rates.encoder must lie between 0 and 1"),
        ('[optimiser]\nrates = { encoder = "0" }', "optimiser.rates must hold numbers only"),
        ("[optimiser]\nbetas = [0.9]", "optimiser.betas must be two numbers"),
        ("[optimiser]\nbetas = [0.9, 1]", "optimiser.betas must be two numbers"),
        ("[optimiser]\nmomentum = 1.0", "optimiser.momentum must lie below 1"),
        ("[optimiser]\nclip = -1", "optimiser.clip must not be negative"),
        ('[optimiser]\nschedule = "linear"', "optimiser.schedule must be"),
        ('[optimiser]\nschedule = "steps"', "need each other"),
        ("[optimiser]\nsteps = [0.5]", "need each other"),
        ('[optimiser]\nschedule = "steps"\nsteps = [200]', "shares of the epochs, between 0 and 1"),
        ('[pretrained]\nfile = "x.pth"', "pretrained.sha256 must give at least the first 8"),
        ('[pretrained]\nfile = "x"\npackage = "y"\nsha256 = "0123abcd"', "a file or a package, not both"),
    ],
)
def test_what_a_recipe_may_not_say(tmp_path, text, said):
    whole = f'network = "zhang2016"\nvariant = "l2"\n{text}' if text and "network" not in text else text
    path = tmp_path / "recipe.toml"
    path.write_text(whole)
    with pytest.raises(RecipeRefused) as refused:
        read_recipe(path)
    assert said in str(refused.value)


def test_a_recipe_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(RecipeRefused, match="cannot be read"):
        read_recipe(tmp_path / "none.toml")


@pytest.mark.parametrize(
    "section", [Recipe, Data, Loss, Optimiser, Pretrained], ids=lambda kind: kind.__name__
)
def test_every_entry_is_in_the_documents(section):
    page = (ROOT / "docs" / "training.md").read_text()
    prefix = "" if section is Recipe else f"{section.__name__.lower()}."
    sections = {"data", "loss", "optimiser", "pretrained"} if section is Recipe else set()
    missing = [
        name
        for name in (item.name for item in dataclasses.fields(section))
        if name not in sections and f"`{prefix}{name}`" not in page
    ]
    assert not missing
