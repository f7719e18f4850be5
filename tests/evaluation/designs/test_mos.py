"""The rating scale: from planted ratings to the sections of its report."""

from dataclasses import replace

import numpy as np
import pytest

from evaluation.designs import get
from evaluation.designs._design import CONDITIONS, Evidence
from evaluation.statistics.table import Factor
from studies.designs._base import REAL_PHOTO
from tests.evaluation.designs.answers import facts_of, table_of

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
    assert answer.lead.startswith("On a scale from 1 (bad) to 5 (excellent), participants rated “Real photo")
    assert "“Sepia”" in answer.lead
    assert answer.charts[0].data["axis"]["title"] == "Mean score, 1 (bad) to 5 (excellent)"


def test_against_the_hidden_reference_a_person_s_own_rating_counts(findings):
    (table,) = sections(findings)["differential"].tables
    assert [row[0] for row in table.rows] == ["Bins", "Classes", "Sepia"]
    assert findings["analysis"]["differential"]["unpaired"] == 0


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
    assert facts["Use of the scale"].replace("\xa0", " ") == "1 person gave the same rating throughout."


def test_the_export_says_of_conditions_what_the_report_says(table, findings):
    rows = MOS.rows(Evidence(table, settings=SETTINGS), findings)
    arms = {arm["label"]: arm for arm in findings["analysis"]["arms"]}
    assert rows[CONDITIONS]["a"]["mos"] == arms["a"]["mos"]
    assert rows[CONDITIONS]["a"]["default_low"] == arms["a"]["ci"][0]
    assert rows[CONDITIONS]["a"]["dmos"] < 5


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
