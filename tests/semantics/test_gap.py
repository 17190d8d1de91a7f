"""The modality gap: every figure against plain loops, in tiles and at once."""

import numpy as np
import pytest

from core.errors import BadInput
from core.maps.neighbours import normalised
from core.results import Pairs
from core.semantics import streams
from core.semantics.gap import BINS, Captioned, centring, gap, plane
from tests.semantics.making import unit


def captioned(count: int = 40, distance: float = 1.0) -> Captioned:
    """Captions near their images but shifted; rows 3 and 10 say the same, and so do 5 and 6."""
    shared = unit(count, seed=1)
    wording = np.arange(count)
    wording[10], wording[6] = 3, 5
    text = normalised(shared + 0.2 * unit(count, seed=2) + distance * np.eye(1, 8, 2))[wording]
    return Captioned(Pairs(shared, text), wording)


@pytest.mark.parametrize(("strip", "tile"), [(7, 9), (9, 4), (512, 1_024)])
def test_every_figure_by_loops(monkeypatch: pytest.MonkeyPatch, strip: int, tile: int) -> None:
    monkeypatch.setattr(streams, "STRIP", strip)
    monkeypatch.setattr(streams, "TILE", tile)
    given = captioned()
    x, y, wording = given.pairs.image.astype(float), given.pairs.text.astype(float), given.wording
    found, count = gap(given), len(x)
    assert np.allclose(found.vector, x.mean(axis=0) - y.mean(axis=0), atol=1e-6)
    assert found.size == pytest.approx(np.linalg.norm(x.mean(axis=0) - y.mean(axis=0)), abs=1e-6)
    assert np.allclose(found.direction * found.size, found.vector, atol=1e-6)
    assert found.alignment == pytest.approx(sum(((a - b) ** 2).sum() for a, b in zip(x, y, strict=True)) / count)
    others = [x[i] @ y[j] for i in range(count) for j in range(count) if wording[i] != wording[j]]
    own = [x[i] @ y[i] for i in range(count)]
    assert len(others) == count**2 - count - 4
    for histogram, cosines in ((found.others, others), (found.pairs, own)):
        assert histogram.counts.tolist() == np.histogram(cosines, BINS, (-1, 1))[0].tolist()
        assert histogram.mean == pytest.approx(np.mean(cosines), abs=1e-6)
        assert np.allclose(histogram.edges, np.linspace(-1, 1, BINS + 1))
    assert found.uniformity_images == pytest.approx(uniformity(x), abs=1e-5)
    assert found.uniformity_captions == pytest.approx(uniformity(np.delete(y, [6, 10], axis=0)), abs=1e-5)


def uniformity(x: np.ndarray) -> float:
    distances = [((x[i] - x[j]) ** 2).sum() for i in range(len(x)) for j in range(i)]
    return float(np.log(np.mean(np.exp(-2 * np.array(distances)))))


def test_ranks_are_of_pairs_of_different_captions() -> None:
    given = captioned()
    kept = [row for row in range(40) if row not in (6, 10)]
    scores = given.pairs.image[kept] @ given.pairs.text[kept].T
    found = gap(given)
    assert given.first.tolist() == kept
    expected = [sum(scores[i, j] > scores[i, i] for j in range(38)) for i in range(38)]
    assert found.image_to_text.tolist() == expected
    assert found.text_to_image.tolist() == [sum(scores[i, j] > scores[j, j] for i in range(38)) for j in range(38)]


def test_centring_takes_each_modalitys_mean_away() -> None:
    given = captioned(distance=2)
    after = centring(given.pairs)(given.pairs)
    for modality in ("image", "text"):
        x = getattr(given.pairs, modality)
        moved = x - x.astype(float).mean(axis=0)
        assert np.allclose(getattr(after, modality), moved / np.linalg.norm(moved, axis=1, keepdims=True), atol=1e-5)
    before, centred = gap(given), gap(Captioned(after, given.wording))
    assert before.size > 0.6
    assert centred.size < 0.2
    assert centred.alignment < before.alignment
    assert abs(centred.others.mean) < abs(before.others.mean)


def test_what_is_the_same_everywhere_cannot_be_centred() -> None:
    same = np.repeat(unit(1), 5, axis=0)
    with pytest.raises(BadInput, match="all captions are the same: centred, they have no direction"):
        centring(Pairs(unit(5), same))
    with pytest.raises(BadInput, match="5 pairs with 1 different captions: bring at least 2"):
        Captioned(Pairs(unit(5), same), np.zeros(5, np.int64))


def test_the_plane_lies_along_the_gap_and_across_it() -> None:
    given = captioned(200)
    axes = plane(given.pairs)
    assert np.allclose(axes @ axes.T, np.eye(2), atol=1e-5)
    assert axes[0] @ gap(given).direction == pytest.approx(1, abs=1e-5)
    within = np.vstack([x - x.mean(axis=0) for x in (given.pairs.image, given.pairs.text)]).astype(float)
    within -= np.outer(within @ axes[0], axes[0])
    _, _, rows = np.linalg.svd(within, full_matrices=False)
    assert abs(axes[1] @ rows[0]) == pytest.approx(1, abs=1e-3)
