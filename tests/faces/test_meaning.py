"""Which code moves with which words: on the bundled people, against SciPy's Spearman."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from core.commands.faces import embedded, worded
from core.faces.meaning import PROMPTS, meanings, usual_prompts
from core.faces.report import bundled_editor, bundled_people

PEOPLE = 80


@pytest.fixture(scope="module")
def people() -> np.ndarray:
    return bundled_people(bundled_editor().factors).people[:PEOPLE]


def test_codes_correlate_with_what_is_seen(people: np.ndarray) -> None:
    """The features are the codes of the sex block themselves, and noise."""
    editor = bundled_editor()
    codes = editor.latents(people)
    noise = np.random.default_rng(0).standard_normal(PEOPLE)
    features = np.stack([codes[:, editor.network.blocks["sex"].start], noise], 1)
    found = meanings(editor, {"latent": editor.autoencoder}, people, features)
    assert set(found) == {"factors", "latent"}
    told = found["factors"]
    assert told.names[told.correlation.strongest[0]] == "sex 1"
    assert len(told.names) == codes.shape[1] == told.correlation.coefficients.shape[1]
    for code in (0, 5, 100):
        expected = spearmanr(features[:, 1], codes[:, code]).statistic
        assert told.correlation.coefficients[1, code] == pytest.approx(expected, abs=1e-6)
    assert not told.correlation.significant()[1].any()


def test_every_factor_has_its_words(people: np.ndarray) -> None:
    factors = bundled_editor().factors
    assert set(PROMPTS) == set(factors)
    found = embedded(people[:3], "pocket") @ worded(tuple(usual_prompts(factors)), "pocket").T
    assert found.shape == (3, len(PROMPTS))
    assert np.abs(found).max() <= 1
