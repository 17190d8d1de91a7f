"""Do learned embeddings beat the plain mean where groups are small: the answer, corrected for so many tests."""

import pytest
from scipy.stats import false_discovery_control

from core.groups.figures import AgainstMean
from core.groups.significance import Difference
from core.groups.verdict import learned, verdict

SIZES = (1, 2, 8, 16)


def told(differences: list[float], p: list[float | None]) -> list[AgainstMean]:
    """A method, a row a size; mAP is the opposite of top-1."""

    def tested(difference: float, p: float | None) -> Difference:
        return Difference(difference, difference - 0.1, difference + 0.1, p, better=True)

    pairs = zip(SIZES, differences, p, strict=True)
    return [AgainstMean(size, tested(each, chance), tested(-each, chance)) for size, each, chance in pairs]


AGAINST = {
    "median": told([0.5] * 4, [0.0] * 4),
    "smog": told([0.9, 0.02, 0.01, 0.9], [0.0, 0.02, 0.04, 0.0]),
    "deepsets": told([0.9, 0.03, -0.01, 0.9], [0.0, 0.6, 0.001, 0.0]),
}


def test_only_methods_that_learn_are_asked() -> None:
    assert {"attention", "deepsets", "smog", "whitened-mean"} < set(learned())
    assert not {"mean", "normalised-mean", "median", "gaussian"} & set(learned())


def test_sizes_two_to_eight_with_corrected_p() -> None:
    two, eight = verdict(AGAINST, "top1")
    assert (two.size, eight.size) == (2, 8)
    q = false_discovery_control([0.6, 0.02, 0.001, 0.04])
    assert (two.best, two.difference, two.p, two.q) == ("deepsets", 0.03, 0.6, pytest.approx(q[0]))
    assert (eight.best, eight.q) == ("smog", pytest.approx(q[3]))
    assert (eight.low, eight.high) == pytest.approx((-0.09, 0.11))


def test_better_is_sure_and_more() -> None:
    """DeepSets at 8 is surely worse; SMoG at 8 has p = 0.04, which the correction leaves above 0.05."""
    assert [each.better for each in verdict(AGAINST, "top1")] == [("smog",), ()]
    assert [each.better for each in verdict(AGAINST, "map")] == [(), ("deepsets",)]


def test_one_split_is_no_proof() -> None:
    alone = verdict({"smog": told([0.1] * 4, [None] * 4)}, "top1")
    assert [(each.q, each.better) for each in alone] == [(None, ()), (None, ())]


def test_without_a_learned_method_there_is_no_answer() -> None:
    assert verdict({"median": AGAINST["median"]}, "top1") == []
    assert verdict({}, "map") == []
