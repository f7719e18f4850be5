"""Colorizers in a worker's memory: loaded once, on the device of its process, few at a time."""

import platform
import sys
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from billiard.process import current_process
from django.conf import settings

from colorizers import methods
from colorizers.methods import Method, ReferencePhoto, ReferenceSet
from colorizers.models import Colorization, Colorizer, Photo
from colorizers.pictures import images, inference
from colorizers.pictures.colour import RGB8
from colorizers.services import devices
from colorizers.services.stored_files import local_copy

# Each may hold a network; colorizers that decode the same weights differently share one.
KEPT = 4
_TYPICAL_PHOTO = (256, 256)


@dataclass(frozen=True)
class Loaded:
    """A colorizer ready to paint; `facts` say how it computes."""

    method: Method
    predict: inference.Predict
    working_size: inference.WorkingSize | None
    reference_digest: str
    facts: dict[str, Any] = field(default_factory=dict)


@lru_cache(maxsize=KEPT)
def load(colorizer_id: int, digest: str) -> Loaded:
    """The colorizer's predictor, loaded once in each worker process; the digest keys the cache.

    Raises ValueError for weights, a device or a precision that cannot be had, OSError for a lost file.
    """
    colorizer = Colorizer.objects.select_related("reference_set").get(pk=colorizer_id, digest=digest)
    method = methods.get(colorizer.method)
    reference = None
    if colorizer.reference_set is not None:
        reference = ReferenceSet(
            [
                ReferencePhoto(photo.digest, partial(read_intact, photo), photo.source_digest)
                for photo in colorizer.reference_set.photos.all()
            ]
        )
    weights = local_copy(colorizer.weights, colorizer.weights_digest) if colorizer.weights else None
    device = process_device(method)
    predict = method.load(weights, colorizer.settings, device, reference, variant=colorizer.variant)
    working_size = method.working_size(colorizer.settings)
    facts = {"device": device}
    if isinstance(predict, inference.ChoosesPrecision):
        shape = working_size(*_TYPICAL_PHOTO) if working_size else _TYPICAL_PHOTO
        facts |= predict.choose_precision(settings.COLORIZE_PRECISION, shape)
    return Loaded(method, predict, working_size, reference.digest() if reference else "", facts)


def read_intact(photo: Photo) -> RGB8:
    """The photo's pixels, in a thread without database; ValueError if they are not those imported."""
    rgb8 = photo.read_rgb()
    if images.pixel_digest(rgb8) != photo.digest:
        raise ValueError(f"The stored file {photo.file.name} no longer holds the photo that was imported.")
    return rgb8


def process_device(method: Method) -> str:
    """Where this process runs the method: networks on its own GPU if there is one, all else on the CPU."""
    if not method.needs_weights:
        return "cpu"
    return devices.device_of(settings.COLORIZE_DEVICE, getattr(current_process(), "index", 0))


def queue_of(method: str) -> str:
    """The queue in which pictures by the method of this name wait: `gpu` for networks, else `cpu`."""
    try:
        return "gpu" if methods.get(method).needs_weights else "cpu"
    except (ValueError, TypeError, ImportError):
        # A worker will write down that the method is not installed, or what is wrong with it.
        return "cpu"


def provenance(colorization: Colorization, loaded: Loaded) -> dict[str, Any]:
    """All that is remembered about the making of a picture."""
    colorizer = colorization.colorizer
    return {
        "photo": colorization.photo.digest,
        "colorizer": colorizer.digest,
        "method": colorizer.method,
        "variant": colorizer.variant,
        "settings": colorizer.settings,
        "weights": colorizer.weights_digest,
        "reference": loaded.reference_digest,
        "seed": colorizer.seed,
        **loaded.facts,
        **environment(),
    }


def environment() -> dict[str, Any]:
    """The code, libraries and machine by which a picture is made, for its record."""
    return {
        "code": settings.VERSION,
        "python": platform.python_version(),
        "libraries": _libraries(),
        "worker": platform.node(),
    }


def _libraries() -> dict[str, str]:
    names = ["numpy", "pillow", *(name for name in ("torch", "onnxruntime") if name in sys.modules)]
    return {name: _version(name) for name in names}


@cache
def _version(name: str) -> str:
    # Reading it takes milliseconds, which is felt in each of many pictures.
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
