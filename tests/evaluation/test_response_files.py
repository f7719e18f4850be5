import gzip
import random

import numpy as np
import pytest

from evaluation.reading.files.csv_faults import FileFault
from evaluation.reading.files.response_files import read_metrics, read_responses

HEADER = (
    "row_id,participant_id,trial_index,phase,model,image_id,"
    "fake_side,chosen_side,fooled,rt_ms,exposure_ms,attention_passed"
)
ROW = "1,ada,0,test,L2,a,L,R,1,812,1000,"


@pytest.fixture
def write(tmp_path):
    def write(content, name="responses.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def lines(*rows, header=HEADER):
    return "\n".join([header, *rows]) + "\n"


def fault(path, read=read_responses):
    with pytest.raises(FileFault) as caught:
        read(path)
    return str(caught.value)


def test_a_row_is_read_as_what_it_says(write):
    table = read_responses(write(lines(ROW))).table
    assert table.participant.labels == ("ada",)
    assert (table.fake_side[0], table.chosen_side[0], table.stored_fooled[0]) == (0, 1, 1)
    assert (table.rt_ms[0], table.exposure_ms[0], table.attention_passed[0]) == (812, 1000, -1)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + lines(ROW, ROW).encode(),
        lines(ROW, ROW).replace("\n", "\r\n").encode(),
        lines(ROW, ROW).rstrip("\n").encode(),
        lines(ROW, "", ROW).encode(),
        gzip.compress(lines(ROW, ROW).encode()),
        gzip.compress(lines(ROW).encode()) + gzip.compress((ROW + "\n").encode()),
        lines(ROW, ROW.replace("ada", '"ada"')).encode(),
    ],
    ids=["byte order mark", "CRLF", "no last line end", "blank line", "gzip", "joined gzip", "quotes"],
)
def test_harmless_variants_read_alike(write, content):
    table = read_responses(write(content)).table
    assert len(table) == 2
    assert table.participant.labels == ("ada",)


def test_columns_may_come_in_any_order_and_others_are_named(write):
    names, values = HEADER.split(","), ROW.split(",")
    order = list(range(len(names)))
    random.Random(1).shuffle(order)
    text = ",".join(names[i] for i in order) + ",browser\n" + ",".join(values[i] for i in order) + ",x\n"
    found = read_responses(write(text))
    assert found.columns_ignored == ["browser"]
    assert found.table.rt_ms[0] == 812


def test_the_words_of_this_platform_are_understood_too(write):
    header = (
        HEADER.replace("model", "condition")
        .replace("image_id", "photo")
        .replace("participant_id", "participant")
    )
    row = ROW.replace(",L,R,", ",left,right,").replace("test", "vigilance")
    table = read_responses(write(lines(row, header=header))).table
    assert table.condition.labels == ("L2",)
    assert table.phase.labels == ("attention",)
    assert (table.fake_side[0], table.chosen_side[0]) == (0, 1)


def test_columns_that_may_be_absent_are_named(write):
    names = HEADER.split(",")
    keep = [i for i, name in enumerate(names) if name not in ("row_id", "fooled", "exposure_ms")]
    text = "\n".join(",".join(line.split(",")[i] for i in keep) for line in (HEADER, ROW)) + "\n"
    found = read_responses(write(text))
    assert found.columns_absent == [
        "row_id", "fooled", "exposure_ms", "source", "voided", "excluded", "arrangement"
    ]  # fmt: skip
    assert list(found.table.row_id) == [0]


def test_a_file_may_say_which_trials_were_voided(write):
    rows = lines(ROW + ",1", ROW + ",0", ROW + ",", header=HEADER + ",voided")
    found = read_responses(write(rows))
    assert found.table.voided.tolist() == [1, 0, -1]
    assert "voided" not in found.columns_ignored


def test_a_missing_column_is_named_with_what_was_found(write):
    header = HEADER.replace("chosen_side", "answer").replace("fooled", "taken_in")
    message = fault(write(lines(ROW, header=header)))
    assert "missing column chosen_side" in message
    assert "found row_id, participant_id" in message
    assert "answer" in message
    assert "the side that was called FAKE" in message


def test_a_file_separated_by_semicolons_is_recognised(write):
    assert read_responses(write(lines(ROW).replace(",", ";"))).table.rt_ms.tolist() == [812]


def test_a_column_that_is_named_twice_is_refused(write):
    assert "names rt_ms more than once" in fault(write(lines(ROW + ",1", header=HEADER + ",rt_ms")))


def test_a_header_that_is_repeated_further_down_is_refused_with_its_line(write):
    assert "line 3: the header is repeated" in fault(write(lines(ROW, HEADER, ROW)))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (lines().encode(), "a header but no rows"),
        (b"\n" + lines(ROW).encode(), "line 1 is blank"),
        (b"PK\x03\x04 and so on", "Excel"),
        (lines(ROW).replace("\n", "\r").encode(), "CR alone"),
    ],
    ids=["empty", "blank", "no rows", "blank first line", "Excel", "old Mac"],
)
def test_what_is_no_table_of_responses_is_refused(write, content, words):
    assert words in fault(write(content))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert "cannot be opened" in fault(tmp_path / "nowhere.csv")
    assert "cannot be opened" in fault(tmp_path)


@pytest.mark.parametrize("column", ["row_id", "trial_index", "rt_ms", "exposure_ms"])
def test_text_where_a_number_belongs_is_refused_with_its_line(write, column):
    values = ROW.split(",")
    values[HEADER.split(",").index(column)] = "soon"
    message = fault(write(lines(ROW, "", ",".join(values))))
    assert f"line 4: {column} is 'soon'; expected a number" in message


@pytest.mark.parametrize("text", ["1_000", "\N{ARABIC-INDIC DIGIT THREE}", "\N{NO-BREAK SPACE}5", "nUlL"])
def test_what_only_looks_like_a_number_is_refused_with_its_line(write, text):
    message = fault(write(lines(ROW, ROW.replace("812", text))))
    assert f"line 3: rt_ms is {text!r}; expected a number" in message


@pytest.mark.parametrize("column", ["trial_index", "rt_ms", "exposure_ms"])
@pytest.mark.parametrize("size", ["1e308", "-2e200"])
def test_a_number_that_nothing_could_be_computed_with_is_refused_with_its_line(write, column, size):
    values = ROW.split(",")
    values[HEADER.split(",").index(column)] = size
    assert f"line 3: {column} is {float(size):g}" in fault(write(lines(ROW, ",".join(values))))


@pytest.mark.parametrize("word", ["", "NA", "NaN", "nan", "null", "None"])
def test_the_usual_words_for_a_missing_number_are_understood(write, word):
    found = read_responses(write(lines(ROW.replace("812", word))))
    assert np.isnan(found.table.rt_ms[0])


def test_a_row_with_too_few_or_too_many_fields_is_refused_with_its_line(write):
    assert "line 3: 11 fields, expected 12" in fault(write(lines(ROW, ROW.rsplit(",", 1)[0])))
    assert "line 2: 13 fields, expected 12" in fault(write(lines(ROW + ",")))


def test_a_quote_that_is_never_closed_is_refused_with_its_line(write):
    text = lines(ROW, ROW + '"', ROW, ROW)
    assert "line 3: a quote is wrong or never closed" in fault(write(text))


def test_bytes_that_are_not_utf_8_are_refused_with_line_and_place(write):
    text = lines(ROW, ROW.replace("ada", "andré")).encode("latin-1")
    assert "line 3: byte 0xe9 at place 7 is not UTF-8" in fault(write(text))
    assert "line 1: byte 0xe9" in fault(write(lines(ROW, header=HEADER + ",é").encode("latin-1")))


def test_a_gzip_file_that_is_cut_off_is_refused(write):
    noise = random.Random(2)
    rows = [ROW.replace("812", str(noise.random())) for _ in range(5000)]
    whole = gzip.compress(lines(*rows).encode())
    message = fault(write(whole[: len(whole) // 2]))
    assert "cut off: it ends soon after line" in message
    assert 1000 < int(message.split("after line ")[1].split(";")[0]) < 4000


def test_a_gzip_file_whose_checksum_is_wrong_is_refused(write):
    whole = bytearray(gzip.compress(lines(*[ROW] * 50).encode()))
    whole[-6] ^= 0xFF
    assert "is a damaged gzip file" in fault(write(bytes(whole)))


def test_unknown_sides_and_flags_are_counted_with_the_first_line(write):
    found = read_responses(
        write(lines(ROW, ROW.replace(",L,R,1,", ",top,R,perhaps,"), ROW.replace(",L,R,", ",top,,")))
    )
    assert found.unknown_values == {"fake_side": {"top": 2}, "fooled": {"perhaps": 1}}
    assert found.first_unknown_line == 3
    assert list(found.table.fake_side) == [0, -1, -1]
    assert list(found.table.chosen_side) == [1, 1, -1]


def test_a_flood_of_unknown_values_is_shortened_and_loses_no_count(write):
    found = read_responses(write(lines(*[ROW.replace(",L,R,", f",L,x{i},") for i in range(30)])))
    counted = found.unknown_values["chosen_side"]
    assert len(counted) == 21
    assert sum(counted.values()) == 30


@pytest.mark.parametrize(
    ("word", "column"), [("ada", "participant_id"), ("L2", "model"), (",a,", "image_id")]
)
def test_a_test_trial_that_belongs_to_nobody_is_refused_with_its_line(write, word, column):
    nameless = ROW.replace(word, ",," if word == ",a," else "", 1)
    assert f"line 3: a test trial without {column} (1 such rows)" in fault(write(lines(ROW, nameless)))


def test_names_are_compared_without_the_spaces_around_them(write):
    table = read_responses(write(lines(ROW, ROW.replace("ada", " ada ")))).table
    assert table.participant.labels == ("ada",)


def test_blocks_are_joined_without_loss(write, monkeypatch):
    monkeypatch.setattr("evaluation.reading.files.gathering.BLOCK_BYTES", 1000)
    rows = [f"{i},p{i % 37},{i},test,m{i % 3},img{i % 11},L,R,1,{500 + i},1000," for i in range(400)]
    table = read_responses(write(lines(*rows))).table
    assert list(table.rt_ms) == [500 + i for i in range(400)]
    assert [table.participant.labels[code] for code in table.participant.codes] == [
        f"p{i % 37}" for i in range(400)
    ]


METRICS = "model,image_id,psnr,ssim\n"


def test_metrics_are_read_by_model_and_column(write):
    scores = read_metrics(write(METRICS + "L2,a,20.5,0.9\nMCL,a,inf,\nL2,b,21.5,NA\n"))
    assert list(scores["L2"]["psnr"]) == [20.5, 21.5]
    assert np.isnan(scores["L2"]["ssim"][1])
    assert np.isinf(scores["MCL"]["psnr"][0])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (METRICS + "L2,a,high,1\n", "line 2: the metric psnr is 'high'"),
        (METRICS + "L2,a,1,1\nL2,a,2,1\n", "line 3: L2, a has its scores on line 2 already"),
        (METRICS + "L2,,1,1\n", "line 2: model and image_id must both be given"),
        (METRICS, "a header but no rows"),
        ("model,image_id\nL2,a\n", "no column with a metric"),
        ("image_id,psnr\na,1\n", "missing column model"),
    ],
)
def test_faulty_metrics_are_refused_with_their_line(write, content, words):
    assert words in fault(write(content), read_metrics)


def test_a_score_that_nothing_could_be_computed_with_is_refused_with_its_line(write):
    path = write("model,image_id,psnr\nL2,a,inf\nL2,b,1e308\n")
    assert "line 3: psnr is 1e+308" in fault(path, read_metrics)
