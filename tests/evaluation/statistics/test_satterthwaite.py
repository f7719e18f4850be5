import numpy as np
import pytest

from evaluation.statistics.satterthwaite import ONE, Scores, scores_of_mean, spread_over_clusters


def written_out(sizes, totals, between):
    """Factor and degrees of freedom of Bell and McCaffrey from whole matrices; answers have variance 1."""
    n = sum(sizes)
    working = np.diag([size / n**2 + between * (size / n) ** 2 for size in sizes])
    residual = np.eye(len(sizes)) - np.outer(np.array(sizes) / n, np.ones(len(sizes)))
    seen = residual @ working @ residual.T
    return np.trace(working) / np.trace(seen), np.trace(seen) ** 2 / np.trace(seen @ seen)


def answers(sizes, totals):
    """Residuals whose cluster totals are the given ones."""
    codes = np.repeat(np.arange(len(sizes)), sizes)
    return (np.array(totals) / np.array(sizes))[codes], codes


def test_clusters_of_one_size_have_the_usual_factor_and_degrees_of_freedom():
    residuals, codes = answers([7] * 9, np.linspace(-4, 4, 9))
    found = spread_over_clusters(scores_of_mean(residuals, codes, 0.2), ONE)
    assert found.variance == pytest.approx(np.sum(np.linspace(-4, 4, 9) ** 2) / 63**2 * 9 / 8, rel=1e-12)
    assert found.df == 8


def test_unequal_clusters_agree_with_the_definition_written_out():
    sizes, totals = [1, 2, 5, 9, 30], np.array([0.5, -1.0, 3.0, 0.5, -3.0])
    residuals, codes = answers(sizes, totals)
    raw, n = float(totals @ totals) / 47**2, 47
    alone, _ = written_out(sizes, totals, 0.0)
    between = (raw * alone - 1 / n) / float(np.square(np.array(sizes) / n).sum())
    assert max(between, 0.0) == 0.0
    factor, df = written_out(sizes, totals, 0.0)
    found = spread_over_clusters(scores_of_mean(residuals, codes, 1.0), ONE)
    assert (found.variance, found.df) == (pytest.approx(raw * factor), pytest.approx(df))


def test_clusters_that_differ_leave_fewer_degrees_of_freedom_than_independent_trials():
    sizes, totals = [1, 2, 5, 9, 30], np.array([1.0, -2.0, 5.0, 9.0, -13.0])
    residuals, codes = answers(sizes, totals)
    raw = float(totals @ totals) / 47**2
    alone, df_alone = written_out(sizes, totals, 0.0)
    between = (raw * alone - 1 / 47) / float(np.square(np.array(sizes) / 47).sum())
    factor, df = written_out(sizes, totals, between)
    found = spread_over_clusters(scores_of_mean(residuals, codes, 1.0), ONE)
    assert (found.variance, found.df) == (pytest.approx(raw * factor), pytest.approx(df))
    assert df < df_alone < 4


def test_weights_that_are_all_alike_change_nothing():
    residuals, codes = answers([3, 4, 8], [1.0, 1.0, -2.0])
    plain = spread_over_clusters(scores_of_mean(residuals, codes, 0.2), ONE)
    weighted = spread_over_clusters(scores_of_mean(residuals, codes, 0.2, np.full(15, 1 / 15)), ONE)
    assert (weighted.variance, weighted.df) == (pytest.approx(plain.variance), pytest.approx(plain.df))


def test_a_parameter_that_one_cluster_alone_holds_has_no_spread():
    response = np.array([np.diag([0.5, 1.0]), np.diag([0.5, 0.0])])
    scores = Scores(np.ones((2, 2)), response, response)
    assert spread_over_clusters(scores, np.array([1.0, -1.0])) is None
    assert spread_over_clusters(scores_of_mean(np.ones(3), np.zeros(3, int), 0.2), ONE) is None
