"""Declared settings: read from a dataclass, checked by it, every error named."""

from dataclasses import dataclass, field

import pytest

from colorizers.tools import declared


@dataclass(frozen=True)
class Sample:
    """Settings to try."""

    low: int = 1
    high: int = 5
    mode: str = field(default="a", metadata={"choices": ("a", "b"), "label": "Mode", "help": "Which one"})
    limit: int | None = None
    on: bool = True
    share: float = 0.5

    def __post_init__(self) -> None:
        if self.low >= self.high:
            raise ValueError("low must be below high.")


def test_it_reads_types_defaults_and_words():
    settings = {setting.name: setting for setting in declared.declared(Sample)}
    assert settings["limit"].optional
    assert settings["limit"].type is int
    assert settings["mode"].choices == ("a", "b")
    assert settings["mode"].help == "Which one"
    assert settings["high"].label == "High"


@pytest.mark.parametrize(
    ("values", "sentences"),
    [
        ({}, []),
        ({"share": 1}, []),
        ({"limit": None}, []),
        ({"low": 9, "high": 12}, []),
        ({"low": True}, ["low must be a whole number, not True."]),
        ({"on": 1}, ["on must be true or false, not 1."]),
        ({"mode": "c"}, ['mode must be one of "a", "b", not \'c\'.']),
        ({"low": None}, ["low must be a whole number, not None."]),
        ({"hihg": 2}, ["there is no 'hihg'; did you mean 'high'?"]),
        ({"low": 9}, ["low must be below high."]),
        ({"low": "x", "on": "y"}, ["low must be a whole number", "on must be true or false"]),
    ],
)
def test_it_says_what_is_wrong(values, sentences):
    found = declared.problems(Sample, values)
    assert len(found) == len(sentences)
    assert all(expected in sentence for expected, sentence in zip(sentences, found, strict=True))


def test_it_completes_sound_settings_and_refuses_others():
    assert declared.complete(Sample, {"low": 2})["high"] == 5
    with pytest.raises(ValueError, match="below high"):
        declared.complete(Sample, {"low": 7})


def test_a_name_that_is_near_nothing_lists_what_there_is():
    assert declared.unknown("zzz", ["b", "a"]) == "there is no 'zzz'; known are: a, b."


@dataclass(frozen=True)
class Levels:
    """A setting that may be a list."""

    length: int | tuple[int, ...] | None = 3
    must: int | tuple[int, ...] = 3


def test_a_setting_may_be_one_number_or_several():
    length, must = declared.declared(Levels)
    assert (length.type, length.optional, length.several) == (int, True, True)
    assert (must.type, must.optional, must.several) == (int, False, True)
    assert declared.problems(Levels, {"length": [1, 2], "must": 4}) == []
    assert declared.problems(Levels, {"length": None}) == []
    [problem] = declared.problems(Levels, {"must": [1, "2"]})
    assert problem == "must must be a whole number, or a list of them, not [1, '2']."
    for wrong in (None, [[1]], [True], [None]):
        assert declared.problems(Levels, {"must": wrong})
