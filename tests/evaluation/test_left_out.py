import pytest

from evaluation.reading.files.csv_faults import FileFault
from evaluation.reading.files.left_out import Exclusion, leave_out, leave_out_marked, read_exclusions
from evaluation.statistics.table import Factor, ResponseTable


def table():
    return ResponseTable.from_columns(
        participant=["ada", "ada", "ben", "ben"],
        condition=["L2"] * 4,
        photo=["a", "b", "a", "b"],
        fake_side=["L"] * 4,
        chosen_side=["L"] * 4,
        trial_index=[1, 2, 1, 2],
    )


def test_participants_and_trials_are_left_out_by_rule():
    rest, steps = leave_out(
        table(),
        [
            Exclusion("ada", None, "took the test twice"),
            Exclusion("ben", 2, "fire alarm"),
            Exclusion("ada", 1, "fire alarm"),
            Exclusion("eve", None, "fire alarm"),
        ],
    )
    assert len(rest) == 1
    keys = ("step", "rule", "rows_in", "dropped", "participants_dropped", "unknown")
    assert [tuple(step[key] for key in keys) for step in steps] == [
        ("E1", "took the test twice", 4, 2, 1, 0),
        ("E2", "fire alarm", 2, 1, 0, 1),
    ]  # fmt: skip


def test_a_list_of_participants_alone_is_enough(tmp_path):
    (tmp_path / "x.csv").write_text("participant\nada\n")
    assert read_exclusions(tmp_path / "x.csv") == [Exclusion("ada", None, "named in the list of exclusions")]


@pytest.mark.parametrize(
    ("row", "fault"), [(",1,r", "with a participant"), ("ada,first,r", "expected a number")]
)
def test_a_faulty_list_is_refused_with_its_line(tmp_path, row, fault):
    (tmp_path / "x.csv").write_text(f"participant_id,trial_index,rule\n{row}\n")
    with pytest.raises(FileFault, match=rf"line 2: .*{fault}"):
        read_exclusions(tmp_path / "x.csv")


def test_rows_that_a_file_itself_marks_as_excluded_are_left_out_rule_by_rule():
    marked = ResponseTable.from_columns(
        participant=["ada", "ada", "ben", "ben"], condition=["x"] * 4, photo=list("abcd"),
        fake_side=["L"] * 4, chosen_side=["R"] * 4,
    )  # fmt: skip
    rest, steps = leave_out_marked(marked, Factor.of(["twice", "twice", "", "phone rang"]))
    assert rest.photo.codes.tolist() == [2]
    assert [(s["step"], s["rule"], s["dropped"], s["participants_dropped"]) for s in steps] == [
        ("E1", "twice", 2, 1),
        ("E2", "phone rang", 1, 0),
    ]
    assert leave_out_marked(marked, Factor.of([""] * 4)) == (marked, [])
