"""Faults put into the bundled sets are found near the top; the benchmark `care` has the figures of each check."""

import numpy as np
import pytest

from core.methods import find
from tests.care.faults import (
    SHARE,
    Bundled,
    Fault,
    at_count,
    bundled,
    copies,
    flagged,
    flipped_labels,
    strangers,
    swapped_captions,
)


@pytest.fixture(scope="module")
def emoji() -> Bundled:
    """Every second one: what is found in fewer is found in more."""
    every = bundled("emoji")
    return every.take(np.arange(0, len(every.ids), 2))


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(1)


def found(kind: str, fault: Fault, **params: object) -> tuple[float, float]:
    """Precision at the number of faults, and recall of the flagged ones."""
    method = find("core.care", kind)
    result = method.fit(fault.subject, method.make_params(params))
    return at_count(result, fault.wrong), flagged(result, fault.wrong)[1]


def test_copies_come_first(emoji: Bundled, random: np.random.Generator) -> None:
    """Emoji that several styles draw alike come among them: they are copies that nobody put there."""
    precision, recall = found("duplicates", copies(emoji, random, noise=0.05))
    assert precision > 0.5
    assert recall > 0.99


@pytest.mark.parametrize("by", ["neighbours", "classifier"])
def test_flipped_labels_come_first(emoji: Bundled, random: np.random.Generator, by: str) -> None:
    precision, recall = found("labels", flipped_labels(emoji, random), by=by)
    assert precision > 0.35 > 10 * SHARE
    assert recall > 0.5


def test_swapped_captions_come_first(emoji: Bundled, random: np.random.Generator) -> None:
    precision, recall = found("mismatches", swapped_captions(emoji, random))
    assert precision > 0.6
    assert recall > 0.7


def test_items_of_another_set_come_first(random: np.random.Generator) -> None:
    """Emoji among photographs of clothes. The other way round none is found: to the bundled model, which knows
    drawings, such photographs are all alike, and a crowd has no outliers."""
    precision, recall = found("outliers", strangers(bundled("fashion"), bundled("emoji"), random))
    assert precision > 0.6
    assert recall > 0.8
