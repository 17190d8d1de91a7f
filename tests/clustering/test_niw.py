"""The normal–inverse-Wishart prior against direct numerical integration, and the E and M steps against scikit-learn."""

import math

import numpy as np
import pytest
import torch
from scipy import integrate, special, stats
from sklearn.mixture import GaussianMixture

from core.clustering.deep.gaussians import Mixture
from core.clustering.deep.niw import NormalInverseWishart, Statistics

ROWS = torch.tensor([[0.3, -0.5], [1.1, 0.2], [-0.4, 0.9], [0.8, 0.1]], dtype=torch.float64)


def prior(psi: list, dimensions: int, kappa: float = 0.7, nu: float = 4.5) -> NormalInverseWishart:
    mean = torch.tensor([0.2, -0.1], dtype=torch.float64)[:dimensions]
    number = mean.new_tensor
    return NormalInverseWishart(mean, number(kappa), number(nu), number(psi))


def statistics(x: torch.Tensor, diagonal: bool) -> Statistics:
    one = Statistics.of(x, torch.ones(len(x), 1, dtype=x.dtype), diagonal)
    return one[0]


def integral_in_one_dimension(x: np.ndarray, mean: float, kappa: float, nu: float, psi: float) -> float:
    """∫∫ Π N(x | μ, σ²) N(μ | m, σ² / κ) IG(σ² | ν / 2, ψ / 2) dμ dσ², the variance on a logarithmic axis."""
    mu, log_variance = np.linspace(-9, 9, 1_201), np.linspace(-9, 12, 801)
    variance = np.exp(log_variance)[:, None]
    rows = stats.norm.logpdf(x[:, None, None], mu, np.sqrt(variance)).sum(0)
    about = stats.norm.logpdf(mu, mean, np.sqrt(variance / kappa))
    log_density = rows + about + stats.invgamma.logpdf(variance, nu / 2, scale=psi / 2) + np.log(variance)
    return float(integrate.simpson(integrate.simpson(np.exp(log_density), x=mu), x=log_variance))


def test_log_marginal_in_one_dimension_is_the_integral() -> None:
    x = ROWS[:, :1]
    expected = integral_in_one_dimension(x.numpy()[:, 0], 0.2, 0.7, 4.5, 1.3)
    full = prior([[1.3]], 1).log_marginal(statistics(x, False))
    diagonal = prior([1.3], 1).log_marginal(statistics(x, True))
    assert float(full) == pytest.approx(math.log(expected), abs=1e-5)
    assert float(diagonal) == pytest.approx(math.log(expected), abs=1e-5)


def test_log_marginal_of_independent_axes_is_the_sum_of_the_axes() -> None:
    each = [integral_in_one_dimension(ROWS.numpy()[:, d], [0.2, -0.1][d], 0.7, 4.5, [1.3, 0.6][d]) for d in range(2)]
    found = prior([1.3, 0.6], 2).log_marginal(statistics(ROWS, True))
    assert float(found) == pytest.approx(sum(map(math.log, each)), abs=1e-5)


def test_log_marginal_in_two_dimensions_is_the_integral() -> None:
    """Over covariances of a grid in (log l_11, log l_22, l_21), Σ = L Lᵀ; the mean is integrated out in closed form."""
    psi = [[1.3, 0.2], [0.2, 0.8]]
    steps = {"a": np.linspace(-3.0, 2.6, 45), "b": np.linspace(-3.0, 2.6, 45), "c": np.linspace(-6, 6, 97)}
    a, b, c = np.meshgrid(*steps.values(), indexing="ij")
    l11, l22 = np.exp(a), np.exp(b)
    sigma = np.stack([np.stack([l11**2, l11 * c], -1), np.stack([l11 * c, c**2 + l22**2], -1)], -2).reshape(-1, 2, 2)
    # dΣ = 2² l11² l22 dL, and dl = l d(log l)
    jacobian = (4 * l11**2 * l22 * l11 * l22).ravel()
    log_density = _log_inverse_wishart(sigma, 4.5, np.array(psi))
    few = slice(None, None, len(sigma) // 5)
    by_scipy = stats.invwishart(4.5, np.array(psi)).logpdf(np.moveaxis(sigma[few], 0, -1))
    np.testing.assert_allclose(log_density[few], by_scipy, rtol=1e-8)
    log_rows = _log_rows_given_covariance(ROWS.numpy(), np.array([0.2, -0.1]), 0.7, sigma)
    values = np.exp(log_density + log_rows) * jacobian
    cell = math.prod(float(each[1] - each[0]) for each in steps.values())
    found = prior(psi, 2).log_marginal(statistics(ROWS, False))
    assert float(found) == pytest.approx(math.log(values.sum() * cell), abs=2e-3)


def _log_inverse_wishart(sigma: np.ndarray, nu: float, psi: np.ndarray) -> np.ndarray:
    """log IW(Σ; Ψ, ν) of many 2 × 2 covariances at once (scipy's takes them one by one)."""
    constant = nu / 2 * np.linalg.slogdet(psi)[1] - nu * math.log(2) - special.multigammaln(nu / 2, 2)
    trace = np.einsum("de,sed->s", psi, np.linalg.inv(sigma))
    return constant - (nu + 3) / 2 * np.linalg.slogdet(sigma)[1] - trace / 2


def _log_rows_given_covariance(x: np.ndarray, mean: np.ndarray, kappa: float, sigma: np.ndarray) -> np.ndarray:
    """log ∫ Π N(x_i | μ, Σ) N(μ | m, Σ / κ) dμ: the rows are jointly normal with covariance (I + 1 1ᵀ / κ) ⊗ Σ."""
    between = np.eye(len(x)) + 1 / kappa
    offset = x - mean
    inverse = np.linalg.inv(sigma)
    quadratic = np.einsum("ij,id,sde,je->s", np.linalg.inv(between), offset, inverse, offset)
    log_determinant = 2 * np.linalg.slogdet(between)[1] + len(x) * np.linalg.slogdet(sigma)[1]
    return -0.5 * (quadratic + log_determinant + x.size * math.log(2 * math.pi))


@pytest.mark.parametrize("psi", [[[1.3, 0.2], [0.2, 0.8]], [1.3, 0.8]])
def test_log_marginal_obeys_the_chain_rule(psi: list) -> None:
    """f(X_1, X_2) = f(X_1) f(X_2 | X_1), with the posterior after X_1 as the prior of X_2."""
    before = prior(psi, 2)
    first, second = (statistics(part, before.diagonal) for part in (ROWS[:3], ROWS[3:]))
    together = before.log_marginal(first + second)
    assert float(together) == pytest.approx(
        float(before.log_marginal(first) + before.posterior(first).log_marginal(second)), abs=1e-10
    )


@pytest.mark.parametrize("psi", [[[1.3, 0.2], [0.2, 0.8]], [1.3, 0.8]])
def test_the_mode_is_the_densest_point(psi: list) -> None:
    posterior = prior(psi, 2).posterior(statistics(ROWS, isinstance(psi[0], float)))
    mean, covariance = (each.numpy() for each in posterior.mode())

    def log_density(mean: np.ndarray, covariance: np.ndarray) -> float:
        location, kappa, nu, scale = (
            each.numpy() for each in (posterior.mean, posterior.kappa, posterior.nu, posterior.psi)
        )
        if posterior.diagonal:
            about = stats.norm.logpdf(mean, location, np.sqrt(covariance / kappa)).sum()
            return about + stats.invgamma.logpdf(covariance, nu / 2, scale=scale / 2).sum()
        about = stats.multivariate_normal.logpdf(mean, location, covariance / kappa)
        return about + stats.invwishart.logpdf(covariance, float(nu), scale)

    best = log_density(mean, covariance)
    for step in (0.99, 1.01):
        assert log_density(mean, covariance * step) < best
        assert log_density(mean * step, covariance) < best
    if not posterior.diagonal:
        for step in (-0.01, 0.01):
            assert log_density(mean, covariance + step * np.array([[0, 1], [1, 0]])) < best


def test_batches_give_what_single_clusters_give() -> None:
    random = np.random.default_rng(0)
    x = torch.from_numpy(random.normal(size=(50, 4)))
    weights = torch.from_numpy(random.dirichlet(np.ones(3), size=50))
    for diagonal in (False, True):
        before = NormalInverseWishart.from_variances(x.var(0), diagonal, 0.1)
        batch = Statistics.of(x, weights, diagonal)
        marginal = before.log_marginal(batch)
        for k in range(3):
            single = Statistics.of(x, weights[:, k : k + 1], diagonal)
            assert float(before.log_marginal(single)) == pytest.approx(float(marginal[k]), rel=1e-10)


def test_blocks_give_the_statistics_of_rows() -> None:
    x = torch.from_numpy(np.random.default_rng(1).normal(size=(3, 20, 4)))
    weights = torch.from_numpy(np.random.default_rng(2).random((3, 20, 2)))
    for diagonal in (False, True):
        blocks = Statistics.of_blocks(x, weights, diagonal)
        for k in range(3):
            rows = Statistics.of(x[k], weights[k], diagonal)
            for name in ("counts", "sums", "squares"):
                torch.testing.assert_close(getattr(blocks, name)[k], getattr(rows, name))


def test_large_counts_stay_exact() -> None:
    """float32 loses nats at a million rows (BASELINES.md): doubling the rows by hand must agree to a thousandth."""
    random = np.random.default_rng(0)
    x = torch.from_numpy(random.normal(size=(1_000, 10)))
    one = statistics(x, False)
    many = Statistics(one.counts * 1_300, one.sums * 1_300, one.squares * 1_300)
    before = NormalInverseWishart.from_variances(torch.ones(10), False, 0.005)
    after = before.posterior(many)
    first = Statistics(many.counts / 2, many.sums / 2, many.squares / 2)
    chained = before.log_marginal(first) + before.posterior(first).log_marginal(first)
    assert after.kappa > 1e6
    assert float(before.log_marginal(many)) == pytest.approx(float(chained), abs=1e-3)


@pytest.mark.parametrize("diagonal", [False, True])
def test_an_e_and_an_m_step_are_those_of_scikit_learn(diagonal: bool) -> None:
    random = np.random.default_rng(3)
    x = np.concatenate([random.normal(size=(200, 3)) @ random.normal(size=(3, 3)) + shift for shift in (0, 4, -5)])
    kind = "diag" if diagonal else "full"
    model = GaussianMixture(3, covariance_type=kind, max_iter=1, reg_covar=0, random_state=0)
    with np.testing.suppress_warnings() as quiet:
        quiet.filter(UserWarning)
        model.fit(x)
    mixture = Mixture.from_covariances(*map(torch.from_numpy, (model.weights_, model.means_, model.covariances_)))
    rows = torch.from_numpy(x.astype(np.float32))
    expected = np.log(model.predict_proba(x) + 1e-30)
    log_r = mixture.log_responsibilities(rows)
    np.testing.assert_allclose(log_r.exp(), np.exp(expected), atol=2e-5)
    np.testing.assert_allclose(torch.logsumexp(mixture.log_joint(rows), 1), model.score_samples(x), atol=1e-3)

    weak = NormalInverseWishart.from_variances(torch.ones(3), diagonal, 1e-9, kappa=1e-9)
    statistics = Statistics.of(torch.from_numpy(x), log_r.exp().double(), diagonal)
    means, covariances = weak.posterior(statistics).mode()
    model.set_params(warm_start=True).fit(x)
    np.testing.assert_allclose(means, model.means_, rtol=1e-3, atol=1e-3)
    # The mode divides by the rows and a few more, scikit-learn by the rows.
    more = (statistics.counts + weak.nu + (1 if diagonal else 3) + 2) / statistics.counts
    np.testing.assert_allclose(
        covariances * more.view(-1, *[1] * (covariances.ndim - 1)), model.covariances_, rtol=2e-3, atol=2e-3
    )


def test_draws_have_the_posteriors_moments() -> None:
    random = np.random.default_rng(0)
    for psi in ([[1.3, 0.2], [0.2, 0.8]], [1.3, 0.8]):
        before = prior(psi, 2, nu=12.0)
        many = NormalInverseWishart(*(each.expand(40_000, *each.shape) for each in vars(before).values()))
        means, factors = many.sample(random)
        precision = factors @ factors.mT if factors.ndim == 3 else factors.square()
        scale = torch.tensor(psi, dtype=torch.float64)
        expected = 12 * (torch.linalg.inv(scale) if scale.ndim == 2 else 1 / scale)
        torch.testing.assert_close(precision.mean(0), expected, rtol=0.03, atol=0.15)
        variance = (scale if scale.ndim == 1 else scale.diagonal()) / (12 - (2 if scale.ndim == 1 else 3)) / 0.7
        torch.testing.assert_close(means.mean(0), before.mean, rtol=0, atol=0.02)
        torch.testing.assert_close(means.var(0), variance, rtol=0.08, atol=0.01)


@pytest.mark.parametrize("diagonal", [False, True])
def test_equal_rows_have_a_posterior(diagonal: bool) -> None:
    """Rounding in float32 must not make Ψ indefinite."""
    x = torch.full((5_000, 6), 1.2345678)
    before = NormalInverseWishart.from_variances(torch.ones(6), diagonal, 1e-6)
    statistics = Statistics.of(x, torch.ones(len(x), 1), diagonal)
    assert torch.isfinite(before.log_marginal(statistics)).all()
    assert torch.isfinite(
        Mixture.from_covariances(torch.ones(1), *before.posterior(statistics).mode()).log_joint(x)
    ).all()
