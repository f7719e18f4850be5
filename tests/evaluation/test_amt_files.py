"""Answer files in the format of AMT_Real_vs_Fake; all of them are made up here, none is from a real study."""

import csv
import io

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from evaluation.designs._pair.analysis import analyse
from evaluation.reading.files.amt_files import COLUMNS, read_answers
from evaluation.reading.files.amt_numbers import bootstrap, count, tool_numbers
from evaluation.reading.files.csv_faults import FileFault
from evaluation.reading.files.response_files import read_responses


def answers_csv(path, assignments, *, first=0, dot=".", workers=None, extra=None):
    """Write a file; an assignment is a list of (condition, picture, real side, answer)."""
    numbers = range(first, first + len(assignments[0]))
    header = ["AssignmentId", "WorkerId"]
    header += [f"Input{dot}gt_side{i}" for i in numbers] + [f"Input{dot}images_left{i}" for i in numbers]
    header += [f"Input{dot}images_right{i}" for i in numbers] + [f"Answer{dot}selection{i}" for i in numbers]
    lines = [header + list(extra or {})]
    for row, pairs in enumerate(assignments):
        worker = workers[row] if workers else f"W{row}"
        line = [f"A{row}", worker, *(real for _, _, real, _ in pairs)]
        for side in ("left", "right"):
            line += [f"gt/{pic}.jpg" if real == side else f"{name}/{pic}.jpg" for name, pic, real, _ in pairs]
        lines.append(line + [answer for *_, answer in pairs] + list((extra or {}).values()))
    with path.open("w", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(lines)
    return path


# Made up. After one practice pair: two trials of `ours`, of which ada was fooled in one and bob in one (the
# other is unset, with the real picture right: the tool takes it for a right click on the left one); one of
# `base` each, ada right, bob fooled.
SMALL = [
    [
        ("ours", 1, "left", "left"), ("ours", 2, "left", "left"),
        ("ours", 3, "right", "left"), ("base", 4, "left", "right"),
    ],
    [
        ("base", 5, "left", "right"), ("ours", 6, "right", "right"),
        ("ours", 7, "right", "unset"), ("base", 8, "right", "right"),
    ],
]  # fmt: skip


@pytest.fixture
def small(tmp_path):
    return answers_csv(tmp_path / "answers.csv", SMALL)


def said(*arguments):
    out = io.StringIO()
    call_command("analyse_amt", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_the_tool_s_own_rates_by_hand(small):
    numbers = tool_numbers(read_answers(small), 1, replicates=100)["conditions"]
    # ours: 2 of 4 wrong; base: 1 of 2 wrong; each up to the millionth that the tool adds.
    assert (numbers["ours"]["n"], numbers["base"]["n"]) == (4, 2)
    assert numbers["ours"]["fool_rate"] == pytest.approx(1 - (2 / 6) / (4 / 6 + 1e-6), abs=1e-15)
    assert numbers["base"]["fool_rate"] == pytest.approx(1 - (1 / 6) / (2 / 6 + 1e-6), abs=1e-15)


def test_ours_takes_an_unset_answer_for_missing(small):
    models = analyse(read_answers(small).table(practice=1))["models"]
    assert (models["ours"]["n"], models["ours"]["k"]) == (3, 2)
    assert (models["base"]["n"], models["base"]["k"]) == (2, 1)


def test_practice_is_dropped_by_the_number_that_is_asked_for(small):
    assert count(read_answers(small), 3).trials.sum(axis=(0, 2)).tolist() == [2]
    assert count(read_answers(small), 0).trials.sum() == 8
    for wrong in (4, -1):
        with pytest.raises(ValueError, match="from 0 to 3"):
            count(read_answers(small), wrong)


def test_the_bootstrap_has_the_mean_and_spread_of_its_definition(tmp_path):
    # Made up: five people, 20 trials each, fooled in 2, 4, 6, 8 and 10 of them.
    people = [
        [("ours", i, "left", "left" if i < fooled else "right") for i in range(20)]
        for fooled in (2, 4, 6, 8, 10)
    ]
    answers = read_answers(answers_csv(tmp_path / "a.csv", people))
    rates = bootstrap(count(answers, 0), 20_000, seed=3)[:, 0]
    p = np.array([2, 4, 6, 8, 10]) / 20
    variance = (p.var() + (p * (1 - p)).mean() / 20) / 5
    assert rates.mean() == pytest.approx(0.3, abs=0.002)
    assert rates.std() == pytest.approx(np.sqrt(variance), rel=0.02)


def test_it_agrees_with_drawing_row_by_row_as_the_tool_does(tmp_path):
    rng = np.random.default_rng(5)
    people = [
        [
            (("ours", "base")[int(rng.integers(2))], i, ("left", "right")[int(rng.integers(2))],
             ("left", "right")[int(rng.integers(2))])
            for i in range(12)
        ]
        for _ in range(6)
    ]  # fmt: skip
    answers = read_answers(answers_csv(tmp_path / "a.csv", people))
    fast = tool_numbers(answers, 2, 10_000)["conditions"]
    base = np.array([[pair[0] == "base" for pair in person[2:]] for person in people])
    right = np.array([[pair[2] != pair[3] for pair in person[2:]] for person in people])
    slow = []
    for _ in range(10_000):
        who = rng.integers(6, size=6)[:, None]
        which = rng.integers(10, size=(6, 10))
        b, r = base[who, which], right[who, which]
        slow.append([1 - (r & b).mean() / (b.mean() + 1e-6), 1 - (r & ~b).mean() / ((~b).mean() + 1e-6)])
    slow = np.array(slow)
    assert fast["base"]["bootstrap_mean"] == pytest.approx(slow[:, 0].mean(), abs=0.006)
    assert fast["ours"]["bootstrap_sd"] == pytest.approx(slow[:, 1].std(), rel=0.04)
    greater = (slow[:, 0] > slow[:, 1]).mean() + 0.5 * (slow[:, 0] == slow[:, 1]).mean()
    assert fast["base"]["greater_than"]["ours"] == pytest.approx(greater, abs=0.02)


def test_ties_count_as_a_half_and_certain_differences_as_certain(tmp_path):
    # Made up: everybody is always fooled by a and never by b; then nobody by either, in one trial each.
    fooled = [[("a", i, "left", "left") if i % 2 else ("b", i, "left", "right") for i in range(40)]] * 4
    sure = tool_numbers(read_answers(answers_csv(tmp_path / "s.csv", fooled)), 0, 2000)["conditions"]
    assert (sure["a"]["greater_than"]["b"], sure["b"]["greater_than"]["a"]) == (1, 0)
    each = [("a", 1, "left", "left"), ("b", 2, "left", "left")]
    both = tool_numbers(read_answers(answers_csv(tmp_path / "b.csv", [each] * 8)), 0, 2000)["conditions"]
    assert (both["a"]["greater_than"]["b"], both["b"]["greater_than"]["a"]) == (0.5, 0.5)


def test_the_same_seed_gives_the_same_numbers(small):
    assert tool_numbers(read_answers(small), 1, 500) == tool_numbers(read_answers(small), 1, 500)
    assert tool_numbers(read_answers(small), 1, 500) != tool_numbers(read_answers(small), 1, 500, seed=2)


@pytest.mark.parametrize(("first", "dot"), [(0, "."), (1, "."), (1, "_")])
def test_pairs_count_from_0_or_1_and_both_spellings_of_the_header_are_read(tmp_path, first, dot):
    answers = read_answers(answers_csv(tmp_path / "a.csv", SMALL, first=first, dot=dot))
    assert (answers.pairs, len(answers.assignments), answers.real_folder, answers.unset) == (4, 2, "gt", 1)


def test_assignments_of_one_worker_are_one_participant_to_us(tmp_path):
    answers = read_answers(answers_csv(tmp_path / "a.csv", SMALL, workers=["W", "W"]))
    assert answers.participants == 1
    assert tool_numbers(answers, 1, 100)["assignments"] == 2
    assert [row["trial_index"] for row in answers.rows()] == list(range(8))


def test_vigilance_is_a_condition_to_the_tool_and_in_no_rate_of_ours(small):
    answers = read_answers(small)
    found = analyse(answers.table(practice=1, vigilance="base"))
    assert list(found["models"]) == ["ours"]
    assert found["vigilance"]["participants"] == 2
    assert set(tool_numbers(answers, 1, 100)["conditions"]) == {"ours", "base"}


def test_the_trials_are_written_as_our_own_analysis_reads_them(small, tmp_path):
    out = tmp_path / "trials.csv"
    text = said(small, "--practice", 1, "--bootstrap", 200, "--trials", out, "--json", tmp_path / "out.json")
    with out.open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert tuple(lines[0]) == COLUMNS
    assert len(lines) == 8
    assert "W0" not in out.read_text()
    models = analyse(read_responses(out).table)["models"]
    assert (models["ours"]["k"], models["ours"]["n"]) == (2, 3)
    assert "amt_real_vs_fake" in (tmp_path / "out.json").read_text()
    assert "ours: 66.67% (3 trials)" in text
    assert "the tool: 50.00% (4 trials)" in text
    assert "new participants × new photos" in text
    assert "1 pairs without an answer" in text


def spoiled(path, change):
    with path.open(newline="") as file:
        lines = list(csv.reader(file))
    change(lines)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(lines)
    return path


def put(column, value, row=2):
    def change(lines):
        lines[row][lines[0].index(column)] = value

    return change


def drop_column(lines):
    place = lines[0].index("Answer.selection2")
    for line in lines:
        del line[place]


def drop_pair(lines):
    for part in ("Input.gt_side1", "Input.images_left1", "Input.images_right1", "Answer.selection1"):
        place = lines[0].index(part)
        for line in lines:
            del line[place]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (put("Input.gt_side1", "middle"), r"line 3: Input.gt_side1 is 'middle', expected left or right"),
        (put("Answer.selection0", "=1+1"), r"line 3: Answer.selection0 is '=1\+1', expected left, right or"),
        (put("Input.images_left2", "7.jpg"), r"line 3: Input.images_left2 is '7.jpg', expected folder"),
        (put("Input.gt_side1", "left"), r"line 3, pair 1: the real picture lies in 'ours', expected 'gt'"),
        (put("Input.images_right1", "ours/6.jpg"), r"line 3, pair 1: both pictures lie in 'ours'"),
        (put("AssignmentId", "A0"), r"line 3: the assignment 'A0' is on line 2 already"),
        (lambda lines: lines[2].pop(), r"line 3: 17 fields instead of 18"),
        (lambda lines: lines.__delitem__(slice(1, None)), "a header but no rows"),
        (drop_column, "line 1: the column Answer.selection2 is missing"),
        (drop_pair, "line 1: the column Input.gt_side1 is missing"),
        (lambda lines: lines.__setitem__(0, [f"c{i}" for i in range(18)]), "no answer file of AMT_Real"),
        (put("Input.gt_side0", "Input.gt_side99999999999999999999", row=0), "are numbered 0 to 999999999"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_the_line_and_what_was_expected(small, change, words):
    spoiled(small, change)
    with pytest.raises(FileFault, match=words):
        read_answers(small)
    with pytest.raises(CommandError):
        said(small)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"PK\x03\x04", b'a,"b\n', b"a\xe9,b\n"])
def test_what_is_no_text_of_ours_is_refused_in_words(tmp_path, content):
    path = tmp_path / "odd.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=r"odd\.csv"):
        said(path)


def test_options_that_make_no_sense_are_refused(small, tmp_path):
    for options in (("--practice", 4), ("--practice", -1), ("--bootstrap", 0), ("--seed", -1)):
        with pytest.raises(CommandError):
            said(small, *options)
    with pytest.raises(CommandError, match="There is no condition 'vig'"):
        said(small, "--practice", 1, "--vigilance", "vig")
    with pytest.raises(CommandError, match="cannot be written"):
        said(small, "--practice", 1, "--trials", tmp_path / "no" / "where.csv")


def test_no_spreadsheet_runs_the_name_of_a_condition(tmp_path):
    odd = [[("=ours", 1, "left", "left"), ("=ours", 2, "left", "right")]]
    out = tmp_path / "t.csv"
    said(answers_csv(tmp_path / "a.csv", odd), "--practice", 0, "--bootstrap", 100, "--trials", out)
    assert "'=ours" in out.read_text()
