"""One training from its arguments to its folder: begun, or gone on with where it stood."""

import copy
import dataclasses
import importlib.util
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from colorizers import methods, networks
from colorizers.networks import Network
from colorizers.networks.weights import WeightsFacts
from colorizers.training.display import Display
from colorizers.training.folder import RunFolder, differences
from colorizers.training.loop import EpochRecord, Trainer, set_prior
from colorizers.training.optimising import make_optimiser, set_training
from colorizers.training.photos import Photos, check_apart, hold_back, read_photos, share_of
from colorizers.training.pretrained import begin_with, load_pretrained
from colorizers.training.recipe import Recipe, RecipeRefused, read_recipe, require
from colorizers.training.record import record_of, results_of, without_names
from colorizers.training.stopping import stop_requests
from colorizers.weights.files import file_digest

DEVICES = ("cpu", "cuda", "mps", "xpu")
SAME = ("recipe", "photos", "precision", "device", "begun_with")


@dataclass(frozen=True)
class Order:
    """What the command line asks for; `epochs` and `seed` take the place of the recipe's.

    `begin` is a file of weights to begin with, in place of random ones and of the recipe's encoder.
    """

    recipe: Path
    photos: Path
    out: Path
    validation: Path | None = None
    begin: Path | None = None
    device: str = "cpu"
    precision: str = "float32"
    workers: int = 1
    epochs: int | None = None
    seed: int | None = None
    checkpoint_every: float = 120.0


def train(order: Order, display: Display) -> None:
    """Train from the beginning, or go on with what the output folder holds.

    Raises RecipeRefused, PhotosRefused, WeightsRefused, TrainingStopped or Interrupted.
    """
    given = {key: getattr(order, key) for key in ("epochs", "seed") if getattr(order, key) is not None}
    recipe = dataclasses.replace(read_recipe(order.recipe), **given)
    _check_device(order.device)
    network = build_network(recipe)
    check_single(network, recipe)
    package, begun_with = _beginning(network, order, recipe)
    folder = RunFolder(order.out)
    with folder.held():
        training, validation = _photos(order, recipe, display)
        prior = set_prior(network, training, recipe)
        trainer = Trainer(network, recipe, training, validation, order.device, order.precision, order.workers)
        record = record_of(trainer, begun_with)
        if _resumed(folder, record, trainer, display) and trainer.epoch == recipe.epochs:
            display.say(f"This training is finished. {_kept(folder, trainer)}")
            return
        if order.begin is not None and trainer.step == trainer.epoch == 0:
            loss, ab_rmse, chroma = trainer.validate()
            display.say(
                f"before: validation {loss:.4f}, ab-RMSE {ab_rmse:.2f}, chroma {chroma:.1f}, "
                f"with {order.begin.name} as it is"
            )
        facts = WeightsFacts(
            network=recipe.network,
            variant=recipe.variant,
            architecture=dict(recipe.architecture),
            prior=None if prior is None else [float(share) for share in prior],
            trained_at=recipe.loss.rebalance,
            training={
                "recipe": record["recipe"],
                "photos": without_names(record["photos"]),
                "code": record["code"],
                "begun_with": record["begun_with"],
            },
            borrowed=package if _is_fixed(trainer.network.encoder_part()) else "",
        )
        _run(folder, trainer, record, facts, order.checkpoint_every, display)
        display.say(_kept(folder, trainer))


def _beginning(network: Network, order: Order, recipe: Recipe) -> tuple[str, dict[str, Any] | None]:
    """Fill what does not begin at random.

    Gives the package that carries the encoder, if one does, and what the record says of --begin.
    """
    if order.begin is not None:
        require(
            order.begin.resolve().parent != order.out.resolve(),
            f"The weights {order.begin} lie in --out, where the training would write over them. "
            "Choose another --out.",
        )
        facts = begin_with(network, order.begin, recipe)
        return facts.borrowed, {"sha256": file_digest(order.begin), "training": dict(facts.training)}
    given = recipe.pretrained.file or recipe.pretrained.package
    require(
        bool(given) or recipe.optimiser.rates.get("encoder") != 0,
        "The recipe fixes the encoder (optimiser.rates.encoder is 0) and gives it no weights: it would stay "
        "random. Name its weights (pretrained), begin with a file of weights (--begin), or let it learn.",
    )
    load_pretrained(network, recipe.pretrained)
    return recipe.pretrained.package, None


def build_network(recipe: Recipe) -> Network:
    """The recipe's network with the random weights of its seed; RecipeRefused if there is none such."""
    known = [name for name in methods.names() if importlib.util.find_spec(f"{networks.__name__}.{name}")]
    require(
        recipe.network in known, f"There is no network {recipe.network!r}; there are: {', '.join(known)}."
    )
    torch.manual_seed(recipe.seed)
    try:
        network = networks.build(recipe.network, recipe.variant, **recipe.architecture)
    except ValueError as error:
        raise RecipeRefused(str(error)) from error
    require(
        recipe.data.crop % network.multiple == 0,
        f"data.crop is {recipe.data.crop}; {recipe.network} takes sides that are multiples of "
        f"{network.multiple}.",
    )
    return network


def check_single(network: Network, recipe: Recipe) -> None:
    """RecipeRefused if batches are single crops, and so small that a batch norm is left with one value."""
    if recipe.batch > 1:
        return
    tried = copy.deepcopy(network)
    make_optimiser(tried, recipe.optimiser)  # a part that it fixes keeps its statistics
    set_training(tried)
    crop = recipe.data.crop
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            tried(torch.full((1, 1, crop, crop), 50.0))
    except ValueError as error:
        raise RecipeRefused(
            f"batch is 1 and data.crop is {crop}: a batch norm of {recipe.network} is then left with one "
            "value, which has no spread. Set batch to 2 or more, or double the crop."
        ) from error


def _check_device(device: str) -> None:
    require(
        device.partition(":")[0] in DEVICES,
        f"There is no device {device!r}; there are: {', '.join(DEVICES)}, and cuda:1 for a second one.",
    )
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise RecipeRefused(
            f"The device {device!r} cannot be used here: {str(error).splitlines()[0].rstrip('.')}. "
            "Without --device the training runs on the processor."
        ) from error


def _photos(order: Order, recipe: Recipe, display: Display) -> tuple[Photos, Photos]:
    def read(path: Path, what: str) -> Photos:
        found = read_photos(path, recipe.data.crop, display.reading(what))
        display.read(what, len(found), found.refused)
        return found

    photos = read(order.photos, "photos")
    held = None if order.validation is None else read(order.validation, "validation photos")
    if recipe.data.share < 1:
        photos = share_of(photos, recipe.data.share, recipe.seed)
        display.say(f"{len(photos)} of them are used (data.share)")
    if held is None:
        photos, held = hold_back(photos, recipe.data.validation, recipe.seed)
        display.say(f"{len(held)} of them are held back to validate on (data.validation)")
        return photos, held
    check_apart(photos, held)
    return photos, held


def _is_fixed(encoder: nn.Module | None) -> bool:
    """Whether the encoder stays as it came, so that a file of weights need not hold it."""
    return encoder is not None and not any(parameter.requires_grad for parameter in encoder.parameters())


def _kept(folder: RunFolder, trainer: Trainer) -> str:
    best = trainer.best()
    assert best is not None
    return f"The weights of epoch {best.epoch + 1} are in {folder.weights}."


# --- the run -------------------------------------------------------------------------------------


def _resumed(folder: RunFolder, record: dict[str, Any], trainer: Trainer, display: Display) -> bool:
    there = folder.recorded()
    if there is None:
        return False
    here = json.loads(json.dumps(record))
    _check_same(folder, there, here)
    record["started"] = there.get("started", record["started"])
    if not folder.resume(trainer):
        return False
    if trainer.epoch < trainer.recipe.epochs:
        display.say(f"Going on in epoch {trainer.epoch + 1}, after step {trainer.step}.")
    return True


def _check_same(folder: RunFolder, there: dict[str, Any], here: dict[str, Any]) -> None:
    """Raise RecipeRefused unless the record that is there and the one of here are of one training."""
    for part, photos in here["photos"].items():
        told = there.get("photos", {}).get(part, {})
        # What was refused is not learned from. Older records do not tell the order.
        for refused in (told, photos):
            refused.pop("refused", None)
        now = photos.pop("order")
        if told.pop("order", now) != now and told.get("digest") == photos["digest"]:
            raise RecipeRefused(
                f"The folder {folder.path} holds a training on the same {part} photos, but files have been "
                "renamed since: photos are taken, and cropped at random, in the order of their names. Give "
                "them their former names, or choose another --out."
            )
    for record in (there, here):
        record["begun_with"] = (record.get("begun_with") or {}).get("sha256")
    found = [line for key in SAME for line in differences(there.get(key), here[key], key)]
    if not found:
        return
    hint = ""
    if any(line.startswith("photos.") for line in found) and not any(".count: " in line for line in found):
        hint = "\nAre they the same photos under other names? Which ones are held back or used follows names."
    raise RecipeRefused(
        f"The folder {folder.path} holds another training; it differs in\n  "
        + "\n  ".join(found[:10])
        + f"{hint}\nChoose another --out, or delete the folder."
    )


def _run(
    folder: RunFolder,
    trainer: Trainer,
    record: dict[str, Any],
    facts: WeightsFacts,
    checkpoint_every: float,
    display: Display,
) -> None:
    saved = time.monotonic()

    def save() -> None:
        nonlocal saved
        folder.write_checkpoint(trainer)
        saved = time.monotonic()

    def after_step(trainer: Trainer) -> None:
        display.step(trainer)
        if stop.number or time.monotonic() - saved >= checkpoint_every:
            save()
        stop.check(trainer)

    def after_epoch(epoch: EpochRecord) -> None:
        is_best = trainer.best() is epoch
        display.epoch(epoch, is_best=is_best)
        if is_best:
            folder.write_weights(trainer, facts)
        folder.write_curve(trainer.records, trainer.recipe.title or trainer.recipe.network)
        save()
        folder.write_record(record | results_of(trainer))
        if trainer.epoch < trainer.recipe.epochs:
            stop.check(trainer)

    folder.write_record(record | results_of(trainer))
    with stop_requests() as stop:
        for epoch in trainer.run(after_step):
            after_epoch(epoch)
