import json

import numpy as np
import pytest
from django.core.management import call_command

from evaluation.reading.files.csv_faults import FileFault
from tests.evaluation.by_design import analysis_of
from tests.evaluation.oracles import responses

HEADERS = {
    "preference": "participant_id,left_model,right_model,chosen_side",
    "single": "participant_id,model,truth,answer",
    "staircase": "participant_id,block,trial_index,model,exposure_ms,correct",
}


@pytest.mark.parametrize(
    ("task", "row", "fault"),
    [
        ("preference", "ada,L2,MCL,middle", r"line 2: chosen_side is 'middle', expected one of l, left"),
        ("preference", ",L2,MCL,left", r"line 2: participant_id is '', expected a name"),
        (
            "preference",
            "ada,L2,L2,left",
            r"line 2: right_model is 'L2', expected another condition than on the left",
        ),
        ("single", "ada,L2,fake,perhaps", r"line 2: answer is 'perhaps', expected one of fake, real"),
        ("single", "ada,L2,fake", r"line 2: 3 fields, expected 4 as in the header"),
        ("staircase", "ada,0,0,L2,long,1", r"line 2: exposure_ms is 'long'; expected a number"),
        ("staircase", "ada,0,0,L2,0,1", r"line 2: exposure_ms is '0', expected a number above 0"),
        ("staircase", "", r"has a header but no rows"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, task, row, fault):
    (tmp_path / "f.csv").write_text(f"{HEADERS[task]}\n{row}\n")
    with pytest.raises(FileFault, match=fault):
        analysis_of(tmp_path / "f.csv")


def test_aliases_and_columns_in_another_order_are_understood(tmp_path):
    (tmp_path / "f.csv").write_text(
        "answer,truth,condition,participant\nfake,real,L2,ada\nfake,fake,L2,ada\nreal,real,L2,ben\n"
    )
    found = analysis_of(tmp_path / "f.csv")
    assert (found["task"], found["models"]["L2"]["n"], found["models"]["L2"]["participants"]) == (
        "single",
        3,
        2,
    )


def test_pair_tests_are_left_to_the_other_reader():
    assert analysis_of(responses("p01_tiny60")) is None


def test_a_file_that_names_no_photos_makes_no_claim_about_new_ones(tmp_path, capsys):
    rng = np.random.default_rng(4)
    rows = [
        f"p{n % 9},L{n % 2},{'real' if n % 3 else 'fake'},{rng.choice(['real', 'fake'])}" for n in range(180)
    ]
    (tmp_path / "f.csv").write_text("participant_id,model,truth,answer\n" + "\n".join(rows))
    call_command("analyse", tmp_path / "f.csv", json=str(tmp_path / "found.json"), full=True)
    said = capsys.readouterr()
    assert "names no photos (image_id)" in said.err
    found = (tmp_path / "found.json").read_text()
    for text in (found, " ".join(said.out.split())):
        assert "these photos" in text
        assert "new photos" not in text
        assert "180 photos" not in text
    assert json.loads(found)["images"] is None
