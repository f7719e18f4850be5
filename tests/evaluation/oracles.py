"""The reference cases: the full set beside the checkout, else the small copies in tests/oracles."""

import json
from pathlib import Path

import pytest

COPIES = Path(__file__).parents[1] / "oracles" / "statistics"
FULL = Path(__file__).parents[3] / "shared" / "reference" / "statistics"

PAIR_CASES = [
    "p01_tiny60",
    "p02_2000",
    "p03_li23520",
    "p05_zero",
    "p06_all",
    "p07_oneparticipant",
    "p08_unbalanced",
    "p09_dirty",
    "p10_complete",
    "p14_negative_twoway",
    "p15_laplace_trap",
]


def responses(case: str, suffix: str = ".csv") -> Path:
    """The case's file of responses; skips the test where only the small copies are at hand."""
    for folder in (FULL, COPIES):
        if (folder / f"{case}{suffix}").is_file():
            return folder / f"{case}{suffix}"
    pytest.skip(f"{case} is not among the small copies, and there is no shared/reference/statistics here")


def expected(case: str) -> dict:
    """The case's expected values."""
    for path in (FULL / "expected" / f"{case}.json", COPIES / f"{case}.json"):
        if path.is_file():
            return json.loads(path.read_text())
    pytest.skip(f"no expected values for {case} here: shared/reference/statistics is missing")
