from pathlib import Path

import pytest

from evaluation.designs._pair.analysis import analyse
from evaluation.statistics.intervals import ANCHORS
from evaluation.statistics.table import ResponseTable

PAGE = (Path(__file__).parents[3] / "docs" / "statistics.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("estimand", ANCHORS)
def test_every_estimand_has_its_definition(estimand):
    assert f'<a id="{ANCHORS[estimand]}"></a>{estimand}' in PAGE.lower()


def test_every_number_of_a_condition_is_named_on_the_page():
    found = analyse(
        ResponseTable.from_columns(
            participant=["ada", "ben"] * 2,
            condition=["L2"] * 4,
            photo=["a", "a", "b", "b"],
            fake_side=["L"] * 4,
            chosen_side=["L", "R", "L", "L"],
        )
    )
    own = {"n", "k", "participants", "images"}
    assert [name for name in found["models"]["L2"] if name not in own and f"`{name}" not in PAGE] == []
