"""The pair test is what it was before designs became plug-ins: tests/oracles/pair/ORIGIN.md."""

import json
from pathlib import Path

import pytest

from tests.studies import as_before

BEFORE = json.loads((Path(__file__).parents[2] / "oracles" / "pair" / "plans.json").read_text())


def test_one_plan_is_as_it_was():
    assert as_before.one_plan() == BEFORE["one_plan"]


@pytest.mark.parametrize("part", ["plans", "replaced", "needs", "reactions", "audit"])
def test_seeds_give_what_they_gave(part):
    assert getattr(as_before, part)() == BEFORE[part]
