"""Correlations, their tests and their corrections, against SciPy and plain loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.decomposition import PCA

from core.errors import BadInput, BadParameter
from core.maps.neighbours import normalised
from core.semantics import correlation
from core.semantics.correlation import adjusted, components, correlate
from core.semantics.cosines import study
from tests.semantics.making import unit

SCIPY = {"pearson": stats.pearsonr, "spearman": stats.spearmanr}


def related(items: int = 60, features: int = 4, codes: int = 5, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Codes that some features move with; the last feature has many ties."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(items, features)).astype(np.float32)
    y = (x @ random.normal(size=(features, codes)) + 3 * random.normal(size=(items, codes)) + 9).astype(np.float32)
    x[:, -1] = np.round(x[:, -1])
    return x, y


@pytest.mark.parametrize("method", ["pearson", "spearman"])
@pytest.mark.parametrize("items", [3, 4, 60])
def test_coefficients_and_p_are_scipys(method: str, items: int) -> None:
    x, y = related(items)
    found = correlate(x, y, method, "none")
    for row, feature in enumerate(x.T.astype(np.float64)):
        for column, code in enumerate(y.T.astype(np.float64)):
            expected = SCIPY[method](feature, code)
            if np.isnan(expected.statistic):
                assert np.isnan(found.coefficients[row, column])
                continue
            assert found.coefficients[row, column] == pytest.approx(expected.statistic, abs=1e-9)
            assert found.p[row, column] == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-7)


def test_many_items_have_the_same_coefficients(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = related(5_000)
    exact = correlate(x, y)
    monkeypatch.setattr(correlation, "EXACT", 10)
    monkeypatch.setattr(correlation, "COLUMNS", 2)
    found = correlate(x, y)
    assert np.abs(found.coefficients - exact.coefficients).max() < 1e-6
    assert np.allclose(found.p, exact.p, rtol=1e-2, atol=1e-6)


def test_benjamini_and_hochberg_by_their_own_procedure() -> None:
    """H is rejected at q where p is among the k smallest, k the largest with p_(k) ≤ q k / m."""
    p = np.random.default_rng(0).uniform(size=(6, 7)) ** 3
    found, order, m = adjusted(p, "bh"), np.sort(p.ravel()), p.size
    for level in (0.001, 0.01, 0.05, 0.2, 0.7):
        passing = [k for k in range(1, m + 1) if order[k - 1] <= level * k / m]
        bound = order[max(passing) - 1] if passing else -1
        assert np.array_equal(found <= level, p <= bound)


def test_holm_by_its_own_procedure() -> None:
    """From the smallest p on, rejected while p_(k) ≤ level / (m - k + 1)."""
    p = np.random.default_rng(1).uniform(size=(5, 4)) ** 4
    found, order, m = adjusted(p, "holm"), np.sort(p.ravel()), p.size
    for level in (0.001, 0.01, 0.05, 0.2, 0.7):
        rejected = 0
        while rejected < m and order[rejected] <= level / (m - rejected):
            rejected += 1
        assert np.count_nonzero(found <= level) == rejected
        assert np.array_equal(found <= level, p <= (order[rejected - 1] if rejected else -1))


@settings(max_examples=50)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.sampled_from(["bh", "holm"]))
def test_a_correction_keeps_the_order_and_lowers_nothing(p: list[float], correction: str) -> None:
    given, found = np.array(p), adjusted(np.array(p), correction)
    assert (found >= given - 1e-12).all()
    assert (found <= 1).all()
    order = np.argsort(given, kind="stable")
    assert (np.diff(found[order]) >= -1e-12).all()


def test_corrections_count_every_test_of_the_table_and_chance_is_not_significant() -> None:
    random = np.random.default_rng(3)
    x, y = (random.normal(size=(100, count)).astype(np.float32) for count in (20, 30))
    alone, corrected = correlate(x, y, correction="none"), correlate(x, y)
    assert alone.tests == 600
    assert alone.significant().sum() > 10
    assert corrected.significant().sum() <= 1


def test_a_constant_column_has_no_coefficient_and_is_no_test() -> None:
    x, y = related()
    x[:, 1] = 0.3
    y[:, 0] = -2
    found = correlate(x, y)
    assert np.isnan(found.coefficients[1]).all()
    assert np.isnan(found.adjusted[:, 0]).all()
    assert found.tests == 3 * 4
    assert found.strongest[1] == -1
    assert np.isfinite(np.delete(found.adjusted[:, 1:], 1, axis=0)).all()


def test_the_strongest_dimension_is_of_either_sign() -> None:
    x, y = related()
    y[:, 3] = -2 * x[:, 0]
    found = correlate(x, y)
    assert found.strongest[0] == 3
    assert found.coefficients[0, 3] == pytest.approx(-1)
    assert found.p[0, 3] == pytest.approx(0, abs=1e-30)


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_a_table_in_blocks_is_the_whole_table(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    monkeypatch.setattr("core.semantics.cosines.BLOCK", 100)
    x, prompts, codes = unit(40, seed=1), unit(7, seed=2), unit(40, 3, seed=3)
    found = study(x, prompts, codes, method, "holm").correlation
    whole = correlate(x @ prompts.T, codes, method, "holm")
    assert found is not None
    assert np.allclose(found.coefficients, whole.coefficients, atol=1e-5)
    assert np.allclose(found.adjusted, whole.adjusted, atol=1e-4)
    assert (found.items, found.method, found.correction) == (40, method, "holm")


@pytest.mark.parametrize(
    ("arguments", "kind", "line"),
    [
        ((unit(2), unit(2)), BadInput, "2 items are too few for a correlation: bring at least 3"),
        ((unit(4), unit(5)), BadInput, "4 rows of features, 5 of codes"),
        ((unit(4), unit(4), "kendall"), BadParameter, "method='kendall' is not one of pearson, spearman"),
        ((unit(4), unit(4), "pearson", "by"), BadParameter, "correction='by' is not one of bh, holm, none"),
    ],
)
def test_what_cannot_be_correlated(arguments: tuple, kind: type, line: str) -> None:
    with pytest.raises(kind, match=line):
        correlate(*arguments)


@pytest.mark.parametrize(("items", "kept"), [(60, 8), (5, 4)])
def test_components_are_scikit_learns(monkeypatch: pytest.MonkeyPatch, items: int, kept: int) -> None:
    monkeypatch.setattr(correlation, "CHUNK", 16)
    x = unit(items)
    found, model = components(x), PCA(kept, svd_solver="full").fit(x.astype(np.float64))
    assert found.axes.shape == (kept, 8)
    assert np.allclose(found.shares, model.explained_variance_ratio_, atol=1e-6)
    assert np.allclose(np.abs((found.axes * model.components_).sum(axis=1)), 1, atol=1e-4)
    assert np.allclose(np.abs(found(x)), np.abs(model.transform(x)), atol=1e-5)
    assert all(axis[np.abs(axis).argmax()] > 0 for axis in found.axes)


def test_rounding_is_no_component() -> None:
    """Of rows that repeat three, and of rows without a direction: what is left over would correlate with anything."""
    few, x, u = unit(3)[np.arange(40) % 3], unit(500), unit(1, seed=3)
    assert components(few).axes.shape == (2, 8)
    found = components(normalised(x - (x @ u.T) * u))
    assert found.axes.shape == (7, 8)
    assert np.abs(found.axes @ u[0]).max() < 1e-5
    assert found.shares.sum() == pytest.approx(1)


def test_rows_that_are_all_the_same_have_one_component_and_no_correlation() -> None:
    same = unit(1).repeat(9, axis=0)
    codes = components(same)(same)
    assert codes.shape == (9, 1)
    assert np.isnan(correlate(unit(9), codes).coefficients).all()
