"""What `Method.load` lets through, and the set of reference photos."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from colorizers import methods
from colorizers.methods import Method, ReferencePhoto, ReferenceSet
from colorizers.pictures.inference import ColorizationFailed, Source


@dataclass(frozen=True)
class Settings:
    amount: float = 1.0
    steps: int = 3
    label: str = ""
    on: bool = False


METHOD = Method(
    name="m",
    summary="s",
    citation="c",
    build=lambda parts: parts,
    settings=Settings,
    variants={"big": 10, "small": 2},
)


def photo(digest, family=""):
    return ReferencePhoto(digest, lambda: np.zeros((2, 2, 3), np.uint8), family)


def test_defaults_are_filled_in():
    parts = METHOD.load()
    assert parts.settings == Settings()
    assert (parts.variant, parts.device, parts.weights) == ("big", "cpu", None)
    assert METHOD.default_settings() == {"amount": 1.0, "steps": 3, "label": "", "on": False}


def test_settings_and_variant_are_handed_over():
    parts = METHOD.load(settings={"amount": 2, "on": True}, variant="small")
    assert parts.settings == Settings(amount=2, on=True)
    assert parts.variant == "small"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"amout": 1.0}, "no setting 'amout'; did you mean 'amount'"),
        ({"zzz": 1.0}, "no setting 'zzz'; known are: amount, label"),
        ({"steps": 1.5}, "'steps' must be of type int, not 1.5"),
        ({"steps": True}, "'steps' must be of type int, not True"),
        ({"amount": "1"}, "'amount' must be of type float, not '1'"),
        ({"amount": True}, "'amount' must be of type float"),
        ({"on": 1}, "'on' must be of type bool"),
        ({"label": None}, "'label' must be of type str"),
    ],
)
def test_bad_settings_are_named(given, message):
    with pytest.raises(ValueError, match=message):
        METHOD.load(settings=given)


def test_weights_are_demanded_and_refused():
    with pytest.raises(ValueError, match="takes no weights"):
        METHOD.load(weights=Path("w"))
    with pytest.raises(ValueError, match="needs a weights file"):
        Method(name="n", summary="s", citation="c", build=METHOD.build, needs_weights=True).load()


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("sepia", {"a": 129.0}, "within"),
        ("sepia", {"a": float("nan")}, "within"),
        ("sepia", {"a": 0.0, "b": 0.5}, "invisible"),
        ("luminance_table", {"smoothing": -1.0}, "smoothing"),
        ("welsh2002", {"window": 4}, "odd"),
        ("welsh2002", {"samples": 0}, "samples"),
    ],
)
def test_methods_refuse_senseless_settings(name, given, message):
    with pytest.raises(ValueError, match=message):
        methods.get(name).parse_settings(given)


def test_reference_photos_are_ordered_by_digest_and_counted_once():
    photos = ReferenceSet([photo("c"), photo("a"), photo("b"), photo("a")])
    assert [item.digest for item in photos.photos] == ["a", "b", "c"]
    assert photos.digest() == ReferenceSet([photo("b"), photo("a"), photo("c")]).digest()
    assert photos.digest() != ReferenceSet([photo("b"), photo("a")]).digest()


def test_the_photo_and_its_family_are_left_out():
    photos = ReferenceSet([photo("a", "cat"), photo("b", "cat"), photo("c"), photo("d")])
    assert photos.others(Source("c")) == [0, 1, 3]
    assert photos.others(Source("a", family="cat")) == [2, 3]
    assert photos.others(Source("x")) == [0, 1, 2, 3]


def test_a_set_without_another_photo_is_an_error():
    with pytest.raises(ColorizationFailed, match="at least two different"):
        ReferenceSet([photo("a")]).others(Source("a"))


def test_no_photo_is_read_before_it_is_needed():
    def never():
        raise AssertionError("read")

    for name in methods.names():
        if methods.get(name).needs_reference:
            methods.get(name).load(reference=ReferenceSet([ReferencePhoto("a", never)]))
