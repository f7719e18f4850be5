import itertools

import numpy as np
import pytest
from scipy.special import expit

from evaluation.statistics.comparisons import pairwise
from evaluation.statistics.filters import valid_responses
from evaluation.statistics.table import ResponseTable


def compared(fooled_by_condition, people=4, photos=3):
    """Everybody judges every photo under every condition."""
    rows = [
        (f"p{who}", condition, f"photo{what}", answer(who, what))
        for condition, answer in fooled_by_condition.items()
        for who in range(people)
        for what in range(photos)
    ]
    who, condition, photo, fooled = zip(*rows, strict=True)
    sides = ["right" if was_fooled else "left" for was_fooled in fooled]
    return pairwise(
        valid_responses(
            ResponseTable.from_columns(
                participant=who,
                condition=condition,
                photo=photo,
                fake_side=["left"] * len(rows),
                chosen_side=sides,
            )
        )
    )


def never(who, what):
    return False


def always(who, what):
    return True


def sometimes(who, what):
    return (who * 2 + what) % 3 == 0


def seldom(who, what):
    return who == what == 1


def test_two_constant_equal_arms_get_no_test():
    (result,) = compared({"a": never, "b": never})
    assert (result["p_t"], result["p_t_holm"], result["z"]) == (None, None, None)
    assert result["reason"].startswith("no test")
    assert result["diff"] == 0


def test_two_constant_different_arms_get_no_test_but_their_difference():
    (result,) = compared({"a": always, "b": never})
    assert result["p_t"] is None
    assert result["diff"] == 1


def test_holm_counts_only_the_pairs_that_have_a_test():
    results = compared({"a": never, "b": never, "c": sometimes})
    tested = [result for result in results if result["p_t"] is not None]
    assert [(r["a"], r["b"]) for r in results] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert len(tested) == 2
    assert max(r["p_t_holm"] for r in tested) == pytest.approx(2 * min(r["p_t"] for r in tested))


def test_swapping_the_names_turns_the_difference_around():
    (one,) = compared({"a": seldom, "b": sometimes})
    (other,) = compared({"b": seldom, "a": sometimes})
    assert one["diff"] == pytest.approx(-other["diff"])
    assert one["p_t"] == pytest.approx(other["p_t"])
    assert one["ci"] == pytest.approx([-other["ci"][1], -other["ci"][0]])


def test_one_participant_or_one_condition_leaves_nothing_to_compare():
    assert compared({"a": seldom, "b": sometimes}, people=1) == []
    assert compared({"a": sometimes}) == []


def test_the_variance_equals_the_definition_written_out():
    (result,) = compared({"a": seldom, "b": sometimes})
    who, what = np.divmod(np.arange(12), 3)
    score = np.zeros(12)
    for answer, sign in ((seldom, 1), (sometimes, -1)):
        fooled = np.array([answer(i, j) for i, j in zip(who, what, strict=True)], dtype=float)
        score += sign * (fooled - fooled.mean()) / 12

    def variance(groups):
        totals = [score[groups == g].sum() for g in np.unique(groups)]
        return np.sum(np.square(totals)) * len(totals) / (len(totals) - 1)

    two_way = variance(who) + variance(what) - variance(np.arange(12))
    assert result["var_two_way"] == pytest.approx(two_way)
    assert result["se_guarded"] ** 2 == pytest.approx(max(two_way, variance(who), variance(what)))


def in_arms(people, arms, rng, sd=0.8, trials=20, photos=200, shared=0, log_sd=0.0):
    """A study without any difference, in which everybody sees one condition but for some who see all.

    `shared` people of each condition are the same in all of them; `log_sd` spreads the numbers of trials.
    """
    effects = rng.normal(0, sd, photos)
    who, condition, photo, sides = [], [], [], []
    for person in range(people * arms):
        group, place = divmod(person, people)
        if place < shared and group:
            continue
        own = rng.normal(0, sd)
        amount = max(1, round(trials * np.exp(rng.normal(0, log_sd) - log_sd**2 / 2)))
        for arm in range(arms) if place < shared else [group]:
            seen = rng.permutation(photos)[:amount]
            fooled = rng.random(len(seen)) < expit(-0.9 + own + effects[seen])
            who += [f"p{person}"] * len(seen)
            condition += [f"c{arm}"] * len(seen)
            photo += [f"photo{what}" for what in seen]
            sides += np.where(fooled, "right", "left").tolist()
    return valid_responses(
        ResponseTable.from_columns(
            participant=who, condition=condition, photo=photo,
            fake_side=["left"] * len(who), chosen_side=sides,
        )
    )  # fmt: skip


def test_the_participants_of_other_conditions_do_not_make_a_comparison_surer():
    results = pairwise(in_arms(people=5, arms=8, rng=np.random.default_rng(1)))
    assert {result["df"] for result in results} == {8}


def test_eight_small_separate_arms_without_a_difference_seldom_show_one():
    # The study's degrees of freedom in place of the pair's found one in a fifth of such studies.
    rng = np.random.default_rng(7)
    studies = [pairwise(in_arms(people=5, arms=8, rng=rng)) for _ in range(120)]
    found = [any((result["p_t_holm"] or 1) < 0.05 for result in study) for study in studies]
    assert np.mean(found) <= 0.11


def test_an_arm_of_one_participant_gets_no_test():
    results = pairwise(in_arms(people=1, arms=2, rng=np.random.default_rng(2)))
    assert [result["p_t"] for result in results] == [None]
    assert "single participant" in results[0]["reason"]


def found_after_holm(studies, key="p_holm", rule="recommended"):
    return np.mean([any((pair[rule][key] or 1) < 0.05 for pair in study) for study in studies])


def test_one_person_who_judged_everything_does_not_switch_the_correction_off():
    rng = np.random.default_rng(11)
    studies = [pairwise(in_arms(people=5, arms=6, rng=rng, shared=1)) for _ in range(100)]
    assert found_after_holm(studies) <= 0.06
    assert found_after_holm(studies, rule="cgm_two_way") > 0.06
    # What most people of a pair did not do together is no test of one group: the plain keys follow.
    assert studies[0][0]["p_t"] == studies[0][0]["recommended"]["p"]


def test_very_unequal_numbers_of_trials_seldom_show_a_difference():
    rng = np.random.default_rng(12)
    studies = [pairwise(in_arms(people=8, arms=3, rng=rng, log_sd=1.0)) for _ in range(120)]
    assert found_after_holm(studies) <= 0.075
    assert found_after_holm(studies, rule="cgm_two_way") > found_after_holm(studies)


def test_degrees_of_freedom_grow_with_the_people_and_shrink_with_the_overlap_step_by_step():
    dfs = []
    for shared in range(11):
        (pair,) = pairwise(in_arms(people=10, arms=2, rng=np.random.default_rng(3), shared=shared, sd=0.3))
        dfs.append(pair["recommended"]["df"])
    assert dfs[0] == 18
    assert dfs[10] == 9
    assert all(before >= after - 1.5 for before, after in itertools.pairwise(dfs))
    assert 9 < dfs[5] < 18


def test_everybody_judging_everything_leaves_both_rules_alike():
    (pair,) = compared({"a": seldom, "b": sometimes}, people=6, photos=5)
    for name in ("se", "df", "p", "p_holm"):
        assert pair["recommended"][name] == pytest.approx(pair["cgm_two_way"][name])
    assert pair["p_t"] == pair["cgm_two_way"]["p"]
