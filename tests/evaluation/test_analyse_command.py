import json
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.evaluation.oracles import expected, responses


def run(*arguments):
    out, err = StringIO(), StringIO()
    call_command("analyse", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_it_writes_the_analysis_to_the_file_named(tmp_path):
    target = tmp_path / "out.json"
    run(responses("p09_dirty"), "--json", target)
    found = json.loads(target.read_text())
    wanted = expected("p09_dirty")
    assert found["valid_rows"] == wanted["valid_rows"]
    assert found["models"]["MCL"]["k"] == wanted["models"]["MCL"]["k"]
    assert found["file"] == "p09_dirty.csv"
    assert found["input"]["rows"] == wanted["rows"]


def test_a_hyphen_writes_nothing_but_json_to_standard_output():
    out, _ = run(responses("p01_tiny60"), "--json", "-")
    assert json.loads(out)["participants"] == 6


def test_metrics_stand_beside_the_fool_rates(tmp_path):
    scores = tmp_path / "metrics.csv"
    scores.write_text("model,image_id,psnr\nL2,a,20\nL2,b,22\n")
    out, _ = run(responses("p01_tiny60"), "--json", "-", "--metrics", scores)
    assert json.loads(out)["metrics"]["L2"]["psnr"]["mean"] == 21


def test_contradictions_are_remarked_on_the_error_stream():
    _, err = run(responses("p09_dirty"), "--json", "-")
    assert "fooled contradicts the sides in 5 rows" in err


def test_unknown_values_are_remarked_with_the_first_line(tmp_path):
    text = responses("p01_tiny60").read_text().replace(",L,", ",up,")
    (tmp_path / "odd.csv").write_text(text)
    _, err = run(tmp_path / "odd.csv", "--json", "-")
    assert "fake_side: unknown values count as missing: 'up'" in err
    assert "the first unknown value is on line 2" in err


def test_a_file_without_test_rows_is_remarked_with_its_phases(tmp_path):
    (tmp_path / "p.csv").write_text(responses("p01_tiny60").read_text().replace(",test,", ",practice,"))
    out, err = run(tmp_path / "p.csv", "--json", "-")
    assert "no valid test rows" in err
    assert "practice: 60" in err
    assert json.loads(out)["models"] == {}


def test_a_faulty_file_ends_with_one_clear_sentence(tmp_path):
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    with pytest.raises(CommandError, match=r"bad\.csv: missing columns participant_id, .*; found a, b"):
        run(tmp_path / "bad.csv", "--json", "-")


def test_mixed_sources_must_be_asked_for(tmp_path):
    first, *rows = responses("p01_tiny60").read_text().splitlines()
    labelled = [f"{row},{'people' if i % 2 else 'simulated'}" for i, row in enumerate(rows)]
    (tmp_path / "mixed.csv").write_text("\n".join([f"{first},source", *labelled]) + "\n")
    with pytest.raises(CommandError, match="mixes responses"):
        run(tmp_path / "mixed.csv", "--json", "-")
    out, _ = run(tmp_path / "mixed.csv", "--json", "-", "--mix-sources")
    assert json.loads(out)["sources"] == {"people": 30, "simulated": 30}


def test_a_target_that_cannot_be_written_is_an_error(tmp_path):
    with pytest.raises(CommandError, match="cannot write"):
        run(responses("p01_tiny60"), "--json", tmp_path / "no" / "such" / "folder.json")


def test_a_senseless_alpha_is_an_error():
    with pytest.raises(CommandError, match="between 0 and 1"):
        run(responses("p01_tiny60"), "--json", "-", "--alpha", "95")


def test_it_says_what_it_found_when_it_wrote_a_file(tmp_path):
    out, _ = run(responses("p01_tiny60"), "--json", tmp_path / "out.json")
    assert "p01_tiny60.csv: 60 of 60 rows count, 6 participants" in out
    assert "Participants took the recolouring for the real photo in" in out
    assert re.search(r"L2 +23\.3 % \[", out)
    assert "Quality of the responses" not in out
    assert f"written to {tmp_path / 'out.json'}" in out


def test_the_thresholds_of_the_strict_view_are_options():
    usual, _ = run(responses("p09_dirty"), "--json", "-")
    lax, _ = run(
        responses("p09_dirty"),
        "--json",
        "-",
        "--vigilance-pass",
        "0",
        "--fastest-ms",
        "0",
        "--slowest-ms",
        "1e9",
    )
    assert json.loads(lax)["attention_excluded"] == []
    assert json.loads(lax)["strict_rows"] > json.loads(usual)["strict_rows"]
    with pytest.raises(CommandError, match=r"vigilance share must be in \[0, 1\]"):
        run(responses("p09_dirty"), "--json", "-", "--vigilance-pass", "75")


def test_what_a_study_excluded_by_hand_can_be_left_out(tmp_path):
    (tmp_path / "out.csv").write_text("participant_id,rule\nP00001,took the test twice\nP99999,nobody\n")
    out, err = run(responses("p01_tiny60"), "--json", "-", "--leave-out", tmp_path / "out.csv")
    found = json.loads(out)
    assert (found["participants"], found["filters"][0]["rule"]) == (5, "took the test twice")
    assert found["filters"][0]["dropped"] == 10
    assert "1 exclusions name no row" in err


def test_bootstraps_are_made_when_asked_for_and_repeat_by_seed():
    asked = [run(responses("p01_tiny60"), "--json", "-", "--bootstrap", "500", "--seed", s)[0] for s in "445"]
    found = [json.loads(out)["models"]["L2"]["bootstrap"] for out in asked]
    assert found[0] == found[1] != found[2]
    assert "bootstrap" not in json.loads(run(responses("p01_tiny60"), "--json", "-")[0])["models"]["L2"]


def test_other_tasks_are_known_by_their_columns(tmp_path):
    out, _ = run(responses("p11_preference"), "--json", tmp_path / "p.json")
    assert "Participants preferred “L2” most" in " ".join(out.split())
    assert json.loads((tmp_path / "p.json").read_text())["ranking"] == ["L2", "MCL", "FULL", "GAN"]


def test_the_earlier_rule_can_be_asked_for_and_is_named(tmp_path):
    found = {}
    for rule in ("bell_mccaffrey_two_way", "cgm_two_way"):
        run(responses("p08_unbalanced"), "--json", tmp_path / rule, "--rule", rule)
        found[rule] = json.loads((tmp_path / rule).read_text())
        assert found[rule]["rule"] == rule
    earlier, now = (found[rule]["models"]["L2"] for rule in ("cgm_two_way", "bell_mccaffrey_two_way"))
    assert earlier["recommended"] == earlier["cgm_two_way"] == now["cgm_two_way"]
    assert now["recommended"]["df"] < earlier["recommended"]["df"]


@pytest.mark.parametrize("case", ["p11_preference", "p12_single", "p13_staircase"])
def test_a_task_without_the_earlier_rule_refuses_it_and_names_its_own(case, tmp_path):
    with pytest.raises(CommandError, match="--rule cgm_two_way is for pair tests only; leave --rule out"):
        run(responses(case), "--json", "-", "--rule", "cgm_two_way")
    assert json.loads(run(responses(case), "--json", "-")[0])["inference_rule"] == "bell_mccaffrey_two_way"


def test_every_section_that_a_file_has_something_for_is_printed_on_demand(tmp_path):
    out, _ = run(responses("p01_tiny60"), "--json", tmp_path / "out.json", "--full")
    for heading in ("All intervals and sample sizes", "Quality of the responses", "Responses that count"):
        assert f"\n{heading}\n---" in out
    assert "Methods paragraph" not in out
