"""docs/designs.md knows every design, and the costs in it are those that the planners give."""

import importlib.util
import sys
from pathlib import Path

from evaluation import designs as concluding

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "designs.md").read_text(encoding="utf-8").splitlines()


def test_the_table_of_costs_is_what_the_benchmark_prints(monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    spec = importlib.util.spec_from_file_location("design_costs", ROOT / "benchmarks" / "design_costs.py")
    costs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(costs)
    assert costs.HEAD.splitlines()[0] in PAGE
    missing = [row for row in costs.rows() if row not in PAGE]
    assert not missing, "run benchmarks/design_costs.py and copy its table"


def test_every_design_is_in_both_tables():
    first = [line.split("|")[1] for line in PAGE if line.startswith("| `") and line.count("|") == 8]
    assert [name for name in concluding.names() if sum(f"`{name}`" in cell for cell in first) != 2] == []
