"""The rating scale: from planted ratings to the sections of its report."""

import json
from dataclasses import replace

import numpy as np
import pytest

from evaluation.designs import get
from evaluation.designs._design import CONDITIONS, PHOTOS, Evidence
from evaluation.report import charts, terminal
from evaluation.statistics.table import Factor
from studies.designs._base import REAL_PHOTO
from tests.evaluation.designs.answers import facts_of, table_of
from tests.evaluation.test_estimands import without_estimand

MOS = get("mos")
TITLES = {"a": "Bins", "b": "Classes", "c": "Sepia"}
SETTINGS = {
    "scale": "5 points", "hidden_reference": True, "exposure_ms": None, "practice_trials": 4,
    "test_trials": 40, "vigilance_share": 0.1, "mask": "none", "confidence": "none",
}  # fmt: skip
MEANS = {"": 4.3, "a": 3.6, "b": 2.9, "c": 1.8}


def rated_table(people=40, photos=10, seed=3):
    """Everybody rates every photo in every condition and as it is; people and photos differ."""
    rng = np.random.default_rng(seed)
    arms = list(MEANS)
    who, rest = np.divmod(np.arange(people * photos * len(arms)), photos * len(arms))
    photo, arm = np.divmod(rest, len(arms))
    felt = np.array(list(MEANS.values()))[arm] + rng.normal(0, 0.3, people)[who]
    felt += rng.normal(0, 0.2, photos)[photo] + rng.normal(0, 0.6, len(who))
    rating = np.clip(np.rint(felt), 1, 5)
    return table_of(
        who, photo, [arms[at] for at in arm], trial_index=rest, own={"rating": rating, "is_real": arm == 0}
    )


@pytest.fixture(scope="module")
def table():
    return rated_table()


@pytest.fixture(scope="module")
def findings(table):
    return MOS.analyse(Evidence(table, settings=SETTINGS))


def sections(findings, settings=SETTINGS):
    found = MOS.report(findings, facts_of(TITLES, design="mos", settings=settings))
    return {section.name: section for section in found}


def test_mean_scores_are_the_plain_means_and_in_the_planted_order(table, findings):
    rating = table.numbers("rating")
    real = table.numbers("is_real") == 1
    arms = {arm["label"]: arm for arm in findings["analysis"]["arms"]}
    assert arms["a"]["mos"] == pytest.approx(rating[table.condition.is_label("a") & ~real].mean())
    assert arms[REAL_PHOTO]["mos"] == pytest.approx(rating[real].mean())
    assert [row["label"] for row in findings["analysis"]["order"]] == [REAL_PHOTO, "a", "b", "c"]
    low, high = arms["b"]["ci"]
    assert low < arms["b"]["mos"] < high


def test_the_headline_says_what_people_gave_on_which_scale(findings):
    answer = sections(findings)["answer"]
    assert answer.lead.startswith("On a scale from 1 (bad) to 5 (excellent), participants rated “Bins” 3.")
    assert "“Sepia” 1." in answer.lead
    assert "; real photos 4." in answer.lead
    assert answer.charts[0].data["axis"]["mark"] == findings["analysis"]["arms"][-1]["mos"]
    assert answer.charts[0].data["axis"]["title"] == "Mean score, 1 (bad) to 5 (excellent)"


def test_against_the_hidden_reference_a_person_s_own_rating_counts(findings):
    (table,) = sections(findings)["differential"].tables
    assert [row[0] for row in table.rows] == ["Bins", "Classes", "Sepia"]
    assert findings["analysis"]["differential"]["unpaired"] == 0
    assert sections(findings)["differential"].charts[0].data["axis"]["mark"] == 5


def test_without_a_hidden_reference_nothing_is_said_of_real_photos(table):
    rows = np.flatnonzero(table.numbers("is_real") == 0)
    settings = SETTINGS | {"hidden_reference": False}
    found = MOS.analyse(Evidence(table.take(rows), settings=settings))
    names = sections(found, settings)
    assert "differential" not in names
    assert REAL_PHOTO not in str(found["analysis"]["arms"])


def test_people_who_give_one_rating_throughout_are_counted(table):
    flat = table.participant.codes == 0
    rating = np.where(flat, 3.0, table.numbers("rating"))
    found = MOS.analyse(Evidence(replace(table, own={**table.own, "rating": rating}), settings=SETTINGS))
    assert found["analysis"]["one_point"] == 1
    facts = {fact.term: fact.text for fact in sections(found)["quality"].facts}
    said = facts["Use of the scale"].replace("\xa0", " ")
    assert said.startswith("1 person gave the same rating throughout.")


def test_the_export_says_of_conditions_what_the_report_says(table, findings):
    rows = MOS.rows(Evidence(table, settings=SETTINGS), findings)
    arms = {arm["label"]: arm for arm in findings["analysis"]["arms"]}
    assert rows[CONDITIONS]["a"]["mos"] == arms["a"]["mos"]
    assert rows[CONDITIONS]["a"]["default_low"] == arms["a"]["ci"][0]
    assert rows[CONDITIONS]["a"]["dmos"] < 5
    assert rows[CONDITIONS][REAL_PHOTO]["rank_best"] == 1
    # Without vigilance trials, everybody is in the strict view.
    assert rows[CONDITIONS]["a"]["strict_mos"] == arms["a"]["mos"]
    assert rows[CONDITIONS]["a"]["strict_low"] == pytest.approx(arms["a"]["ci"][0])
    photo = rows[PHOTOS]["b", "photo-003"]
    own = table.condition.is_label("b") & table.photo.is_label("photo-003")
    assert photo["mean_rating"] == pytest.approx(table.numbers("rating")[own].mean())
    assert photo["posterior_low"] < photo["posterior_mean"] < photo["posterior_high"]


def test_its_standing_leaves_the_reference_out(table):
    standing = MOS.standing(Evidence(table, settings=SETTINGS))
    assert standing.labels == ("a", "b", "c")
    assert list(np.argsort(-standing.values)) == [0, 1, 2]


def test_the_photos_rated_highest_and_lowest_are_shown(findings):
    shown = MOS.gallery(findings)["c"]
    assert shown["most"][0]["mean"] >= shown["most"][-1]["mean"] >= shown["least"][0]["mean"]


def test_a_rated_picture_without_a_condition_is_refused_with_its_row(table):
    real = np.zeros(len(table))
    with pytest.raises(ValueError, match="rated pictures name no condition, the first is row"):
        MOS.analyse(Evidence(replace(table, own={**table.own, "is_real": real}), settings=SETTINGS))


def test_crops_of_one_photograph_are_set_against_their_own_reference(table):
    photo = table.photo.codes
    crops = replace(table, photo_cluster=Factor((photo // 2).astype(np.int32), tuple("vwxyz")))
    rows = np.flatnonzero(~((photo == 0) & (table.numbers("is_real") == 1)))
    found = MOS.analyse(Evidence(crops.take(rows), settings=SETTINGS))["analysis"]["differential"]
    # Photo 0 has no reference of its own: that of its neighbour is none.
    assert found["unpaired"] == int(((photo == 0) & (table.numbers("is_real") == 0)).sum())


def test_the_photos_are_drawn_in_ranked_and_set_beside_their_scores(table):
    scores = {arm: {"psnr": {f"photo-{at:03}": 20.0 + at for at in range(10)}} for arm in "abc"}
    found = MOS.analyse(Evidence(table, by_photo=scores, settings=SETTINGS))
    told = sections(found | {"gallery": {}})
    assert told["correlations"].charts[0].data["up"]["ends"] == [1.0, 5.0]
    ladder = told["gallery"].charts[0].data["rows"]
    assert [row["title"] for row in ladder] == [*TITLES.values(), "Real photo (hidden reference)"]
    assert all(row["values"] == sorted(row["values"]) for row in ladder)
    shown = " ".join(section.name + str(section) for section in told.values())
    assert "shrunken (empirical-Bayes) mean" in shown
    assert "percent" not in str(told["gallery"])
    assert REAL_PHOTO not in MOS.gallery(found)


def test_how_people_lean_is_taken_off_beside_the_scores(table, findings):
    (corrected,) = sections(findings)["corrected"].tables
    assert [row[0] for row in corrected.rows] == [*TITLES.values(), "Real photo (hidden reference)"]
    # Everybody rated everything: biases cancel, so that all three means are the same.
    assert {row[1] == row[2] for row in corrected.rows} == {True}
    one_each = table.take(np.unique(table.participant.codes, return_index=True)[1])
    assert "corrected" not in sections(MOS.analyse(Evidence(one_each, settings=SETTINGS)))


def test_people_are_told_of_by_leanings_times_order_and_agreement(findings):
    facts = {fact.term: fact.text.replace("\xa0", " ") for fact in sections(findings)["quality"].facts}
    assert facts["Use of the scale"].startswith(
        "Nobody gave the same rating throughout. How high people rate"
    )
    assert facts["Response times"].startswith("Median 900 ms")
    assert "in the first half of each participation and" in facts["Order"]
    assert "ICC(2,1) is 0." in facts["Agreement"]


def test_no_interval_leaves_the_scale(table):
    few = table.take((table.participant.codes < 3) & (table.photo.codes < 4))
    rating = np.where(
        few.condition.is_label("c"), 1.0 + (np.arange(len(few)) % 7 == 0), few.numbers("rating")
    )
    found = MOS.analyse(Evidence(replace(few, own={**few.own, "rating": rating}), settings=SETTINGS))
    low = [view["models"]["c"]["interval"]["low"] for view in found["views"] if view["n"]]
    assert set(low) == {1.0}
    assert found["analysis"]["arms"][2]["ci"][0] == 1.0


def test_crops_of_one_photograph_count_as_one(table, findings):
    scene = Factor((table.photo.codes // 2).astype(np.int32), tuple(f"s{n}" for n in range(5)))
    found = MOS.analyse(Evidence(replace(table, photo_cluster=scene), settings=SETTINGS))
    assert found["analysis"]["photo_clusters"] == 5
    assert found["photos"]["photos"] == findings["photos"]["photos"]
    assert found["analysis"]["icc_psych"] == findings["analysis"]["icc_psych"]
    assert found["analysis"]["arms"][0]["ci"] != findings["analysis"]["arms"][0]["ci"]


def test_the_methods_paragraph_says_how_long_pictures_were_shown(findings):
    text = sections(findings, SETTINGS | {"exposure_ms": [1000, 3000]})["methods"].methods
    assert "one picture at 256 × 256 CSS pixels for 1,000 or 3,000\xa0ms each; participants rated" in text
    assert "everybody rated all pictures of a photograph" in text


FEW = {
    "no answers": lambda table: table.take(np.zeros(0, dtype=np.intp)),
    "one answer": lambda table: table.take(np.array([5])),
    "one participant": lambda table: table.take(table.participant.codes == 0),
    "one photo": lambda table: table.take(table.photo.codes == 0),
    "only real photos": lambda table: table.take(table.own["is_real"] == 1),
}


@pytest.mark.parametrize("few", FEW.values(), ids=FEW)
def test_few_answers_make_a_report_too(table, few):
    found = MOS.analyse(Evidence(few(table), settings=SETTINGS))
    json.dumps(found, allow_nan=False)
    told = sections(found)
    assert next(iter(told.values())).lead.endswith(".")
    assert terminal.text(told.values())
    for section in told.values():
        for chart in section.charts:
            assert charts.svg(chart, charts.whole(chart))


def test_every_interval_names_what_it_is_about(findings):
    assert list(without_estimand(findings)) == []
