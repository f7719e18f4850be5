"""Methods are found by name, ours and those of installed packages."""

from importlib.metadata import EntryPoint

import pytest

from colorizers import methods
from colorizers.methods import grey
from colorizers.tools import registry


@pytest.fixture
def packages(monkeypatch):
    """Pretend that packages with these entry points are installed."""

    def install(**values):
        entries = [EntryPoint(name, value, methods.ENTRY_POINTS) for name, value in values.items()]
        monkeypatch.setattr(registry, "entry_points", lambda group: entries)
        registry._installed.cache_clear()

    yield install
    monkeypatch.undo()
    registry._installed.cache_clear()


def test_the_baselines_are_all_there():
    expected = {"constant_mean", "grey", "luminance_table", "random", "sepia", "welsh2002"}
    assert expected <= set(methods.names())
    assert methods.names() == sorted(methods.names())
    assert ("grey", "grey") in methods.choices()


def test_a_misspelt_name_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match=r"no method called 'gray'\. Did you mean 'grey'"):
        methods.get("gray")
    with pytest.raises(ValueError, match=r"There are: .*sepia"):
        methods.get("zzz")


@pytest.mark.parametrize("name", ["_base", "../colour", "", "__init__"])
def test_nothing_but_methods_is_imported_by_name(name):
    with pytest.raises(ValueError, match="no method called"):
        methods.get(name)


def test_an_installed_package_adds_a_method(packages, monkeypatch):
    packages(theirs="tests.colorizers.methods.test_registry:THEIRS")
    assert "theirs" in methods.names()
    assert methods.get("theirs") is THEIRS


def test_two_methods_of_one_name_are_refused(packages):
    packages(grey="tests.colorizers.methods.test_registry:THEIRS")
    with pytest.raises(ValueError, match="Two methods are called 'grey'"):
        methods.names()


def test_a_method_under_another_name_than_its_own_is_refused(packages):
    packages(other="tests.colorizers.methods.test_registry:THEIRS")
    with pytest.raises(ValueError, match="registered as 'other' calls itself 'theirs'"):
        methods.get("other")


def test_a_package_that_offers_something_else_is_refused(packages):
    packages(other="pathlib:Path")
    with pytest.raises(TypeError, match="offers no METHOD"):
        methods.get("other")


THEIRS = methods.Method(
    name="theirs", summary="A method from outside.", citation="Nobody, anywhere, some time.", build=grey.build
)
