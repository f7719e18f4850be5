"""A file that names the other side is refused, or read as its maker says it is meant."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from evaluation.reading.files.csv_faults import FileFault
from evaluation.reading.files.response_files import read_responses

HEADER = "participant_id,trial_index,phase,model,image_id,fake_side,chosen_side,fooled,rt_ms,attention_passed"
OTHER = {"L": "R", "R": "L"}
WRONG = [False, True, False, False, False, False, True, False, False, True]


def rows(people=4, *, chosen_means="fake", fooled=True, checks=True):
    """Answers of which the same ones are wrong, with `chosen_side` under either meaning."""
    for person in range(people):
        for trial in range(10):
            fake = "LR"[(trial + person) % 2]
            missed = WRONG[(trial + 3 * person) % 10]
            called = OTHER[fake] if missed else fake
            chosen = called if chosen_means == "fake" else OTHER[called]
            told = int(missed) if fooled else ""
            yield f"p{person},{trial},test,m{trial % 2},i{trial},{fake},{chosen},{told},700,"
        if checks:
            chosen = "L" if chosen_means == "fake" else "R"
            yield f"p{person},10,attention,,v,L,{chosen},,700,1"


@pytest.fixture
def analysed(tmp_path):
    def analysed(lines, *options, header=HEADER):
        path = tmp_path / "answers.csv"
        path.write_text("\n".join([header, *lines]) + "\n")
        out, err = StringIO(), StringIO()
        call_command("analyse", str(path), "--json", "-", *options, stdout=out, stderr=err)
        return json.loads(out.getvalue()), err.getvalue()

    return analysed


def rates(result):
    return {name: (model["k"], model["n"]) for name, model in result["models"].items()}


def test_a_file_that_names_the_side_taken_for_real_is_refused_with_what_to_do(analysed):
    with pytest.raises(CommandError) as refused:
        analysed(rows(chosen_means="real"))
    message = str(refused.value)
    assert "the column fooled contradicts the sides in 40 of 40 test trials" in message
    assert "the side that was called FAKE" in message
    assert "--chosen-side-means real" in message


def test_it_reads_the_same_once_its_maker_says_what_is_meant(analysed):
    usual, _ = analysed(rows())
    other, remarks = analysed(rows(chosen_means="real"), "--chosen-side-means", "real")
    assert rates(other) == rates(usual)
    assert other["contradictory"] == 0
    assert other["models"] == usual["models"]
    assert other["side"] == usual["side"]
    assert (usual["input"]["chosen_side_means"], other["input"]["chosen_side_means"]) == ("fake", "real")
    assert "contradicts" not in remarks


def test_vigilance_trials_alone_can_contradict(analysed):
    with pytest.raises(CommandError, match="attention_passed contradicts the sides in 4 of 4 vigilance"):
        analysed(rows(chosen_means="real", fooled=False))


def test_one_condition_that_was_converted_otherwise_is_found(analysed):
    lines = [
        line if ",m0," in line else swapped
        for line, swapped in zip(rows(8), rows(8, chosen_means="real"), strict=True)
        if ",attention," not in line
    ]
    others = [line for line in rows(16) if int(line[1:].split(",")[0]) > 7]
    lines += [line for line in others if ",m0," in line and ",test," in line]
    with pytest.raises(CommandError, match="contradicts the sides in 40 of 40 test trials of m1"):
        analysed(lines)


def test_what_is_said_holds_against_the_other_columns_with_a_remark(analysed):
    found, remarks = analysed(rows(chosen_means="real"), "--chosen-side-means", "fake")
    assert found["contradictory"] == 40
    assert "chosen_side as the side that was called fake" in remarks


def test_more_fooled_than_by_guessing_is_remarked(analysed):
    lines = list(rows(12, chosen_means="real", fooled=False, checks=False))
    _, remarks = analysed(lines)
    assert "m0, m1: the real photo was called fake more often than by guessing" in remarks
    assert "--chosen-side-means" in remarks


def test_the_column_fooled_alone_suffices(analysed):
    usual, _ = analysed(rows(checks=False))
    header = HEADER.replace("fake_side,chosen_side,", "")
    lines = [line.replace(",L,R,", ",").replace(",R,L,", ",").replace(",L,L,", ",").replace(",R,R,", ",")
             for line in rows(checks=False)]  # fmt: skip
    found, _ = analysed(lines, header=header)
    assert rates(found) == rates(usual)
    for name, model in found["models"].items():
        assert model["intervals"] == usual["models"][name]["intervals"]
        assert model["sdt_side"]["dprime_bias_free_loglinear"] is None
    assert found["pairwise"][0]["p_t"] == usual["pairwise"][0]["p_t"]
    assert found["side"]["n"] == 0
    assert found["input"]["columns_absent"][:2] == ["fake_side", "chosen_side"]
    assert [step["rule"] for step in found["filters"] if step["step"] == "S2"] == [
        "fooled known; the file has no sides"
    ]


def test_empty_sides_are_as_none(analysed):
    lines = list(rows(checks=False))
    empty = [",".join([*fields[:5], "", "", *fields[7:]]) for fields in (line.split(",") for line in lines)]
    assert rates(analysed(empty)[0]) == rates(analysed(lines)[0])


def test_a_file_without_sides_and_without_fooled_is_told_what_they_are(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("participant_id,trial_index,phase,model,image_id,rt_ms,attention_passed\n")
    with pytest.raises(FileFault) as refused:
        read_responses(path)
    assert "chosen_side: the side that was called FAKE" in str(refused.value)
    assert "a column fooled may stand for both" in str(refused.value)
