"""Differences of conditions as every report draws and writes them."""

from evaluation.designs._common.averaged import Averaged
from evaluation.designs._common.differences import differences_section


def test_no_share_differs_by_more_than_all_of_it():
    pair = {"a": "x", "b": "y", "diff": 0.139, "simultaneous_ci": [-0.843, 1.121], "p_t_holm": 0.6}
    (section,) = differences_section({}, [pair], Averaged("Share", "share"), "")
    assert section.tables[0].rows[0][1].interval.replace("\xa0", " ") == "[−84.3, 100.0]"
    assert section.charts[0].data["rows"][0]["high"] == 1.0
