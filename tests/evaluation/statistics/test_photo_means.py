import numpy as np
import pytest

from evaluation.statistics.photo_means import photo_means

LABELS = tuple(f"photo-{at:02}" for at in range(40))


def planted(rng, n=6, between=0.6, within=1.0):
    own = rng.normal(3, between, len(LABELS))
    photo = np.repeat(np.arange(len(LABELS)), n)
    return own, own[photo] + rng.normal(0, within, len(photo)), photo


def test_in_a_balanced_table_means_are_drawn_in_as_the_analysis_of_variance_says():
    _, values, photo = planted(np.random.default_rng(1))
    grid = values.reshape(40, 6)
    between, within = 6 * grid.mean(axis=1).var(ddof=1), grid.var(axis=1, ddof=1).mean()
    spread, rows = photo_means(values, photo, LABELS)
    assert spread
    kept = 1 - within / between
    wanted = grid.mean() + kept * (grid.mean(axis=1) - grid.mean())
    assert [row["posterior_mean"] for row in rows] == pytest.approx(wanted)
    half = 1.959964 * np.sqrt(kept * within / 6)
    assert rows[3]["ci"] == pytest.approx([wanted[3] - half, wanted[3] + half])
    assert rows[3]["k"] == pytest.approx(grid[3].sum())


def test_nineteen_of_twenty_intervals_hold_the_photo():
    rng, held = np.random.default_rng(2), []
    for _ in range(100):
        own, values, photo = planted(rng)
        rows = photo_means(values, photo, LABELS)[1]
        held += [row["ci"][0] <= mean <= row["ci"][1] for row, mean in zip(rows, own, strict=True)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.02)


def test_a_photo_with_few_ratings_is_drawn_in_more():
    _, values, photo = planted(np.random.default_rng(3))
    few = np.concatenate(([0, 1], np.flatnonzero(photo > 0)))
    values[:2] = values.max()
    spread, rows = photo_means(values[few], photo[few], LABELS)
    raw = rows[0]["k"] / rows[0]["n"]
    assert spread
    assert rows[0]["n"] == 2
    assert rows[0]["posterior_mean"] < 0.7 * raw + 0.3 * values.mean()


@pytest.mark.parametrize(
    ("values", "photo"),
    [([3.0], [0]), ([3, 4, 5], [0, 1, 2]), ([3, 3, 3, 3], [0, 0, 1, 1]), ([1, 5, 1, 5], [0, 0, 1, 1])],
    ids=["one rating", "one each", "all alike", "no more than chance"],
)
def test_photos_that_do_not_differ_share_one_mean_without_an_interval(values, photo):
    spread, rows = photo_means(np.array(values, float), np.array(photo), LABELS)
    assert not spread
    assert {row["posterior_mean"] for row in rows} == {np.mean(values)}
    assert {row["ci"] for row in rows} == {None}
