"""The theorem: its two sides and the margin against loops, random configurations by hypothesis, and what was mended."""

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadInput
from core.groups import bound, counterexample
from core.groups.bound import bounds
from core.groups.counterexample import literal, search, shares
from core.groups.evidence import evidence
from core.groups.margin import margin
from core.groups.sets import Sets
from tests.groups.making import classes


def margin_by_loops(groups: Sets) -> float:
    """The largest |a - p| - |a - n| of all triplets."""
    x, of = groups.vectors.astype(float), groups.group
    found = -np.inf
    for a, p in permutations(range(len(x)), 2):
        for n in range(len(x)):
            if of[a] == of[p] != of[n]:
                found = max(found, np.linalg.norm(x[a] - x[p]) - np.linalg.norm(x[a] - x[n]))
    return found


def sides_by_loops(x: np.ndarray, first: list[int], second: list[int], other: list[int], m: float) -> tuple[float, ...]:
    left = float(np.linalg.norm(x[first].mean(0) - x[second].mean(0)))
    away = np.array([[np.linalg.norm(x[a] - x[n]) for n in other] for a in first])
    return left, 2 * max(m, away.max()), m + away.min(axis=1).mean()


@pytest.mark.parametrize("seed", range(3))
def test_the_margin_is_that_of_all_triplets(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(seed)
    groups = Sets(random.normal(size=(17, 3)).astype(np.float32), np.array([6, 1, 4, 6]))
    assert margin(groups).value == pytest.approx(margin_by_loops(groups), abs=1e-6)
    whole = margin(groups)
    monkeypatch.setattr("core.groups.margin.BLOCK", 5)
    parts = margin(groups)
    assert parts.value == pytest.approx(whole.value)
    assert np.allclose(parts.nearest, whole.nearest)
    assert np.allclose(parts.farthest, whole.farthest)


def test_a_clean_embedding_has_a_negative_margin() -> None:
    groups = Sets(np.array([[0.0, 0], [0, 1], [9, 0], [9, 1]], dtype=np.float32), np.array([2, 2]))
    assert margin(groups).value == pytest.approx(1 - 9)
    assert margin(groups).closest == pytest.approx(1 / 18)


def test_close_rows_are_measured_well() -> None:
    rows = np.array([[1, 1e-4], [1, 0], [1, 3e-4], [5, 0]], dtype=np.float32)
    groups = Sets(rows, np.array([2, 2]))
    assert margin(groups).value == pytest.approx(margin_by_loops(groups), abs=1e-7)


FAR = [[0, 0.002], [0, 0], [0, 0], [0, 0], [0, 0], [0, 41]]


@pytest.mark.parametrize("lift", [0, 7, 3_000])
@pytest.mark.parametrize("rows", [FAR, FAR[3:] + FAR[:3]], ids=["first", "last"])
def test_what_is_near_is_told_apart_beside_what_is_far(
    rows: list[list[float]], lift: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Products of vectors 41 apart are rounded by more than the squares of what is 0.002 apart."""
    groups = Sets((np.array(rows) + lift).astype(np.float32), np.array([3, 3]))
    wanted = margin_by_loops(groups)
    assert margin(groups).value == pytest.approx(wanted, abs=1e-9)
    monkeypatch.setattr("core.groups.margin.BLOCK", 2)
    assert margin(groups).value == pytest.approx(wanted, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([0.0, 1e-4, 1e-3, 0.5, 40.0, 900.0]), min_size=12, max_size=12), st.integers(1, 6))
def test_distances_of_every_size_are_told_apart(values: list[float], block: int) -> None:
    groups = Sets(np.array(values, dtype=np.float32).reshape(6, 2), np.array([3, 3]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.groups.margin.BLOCK", block)
        assert margin(groups).value == pytest.approx(margin_by_loops(groups), abs=1e-9)


@pytest.mark.parametrize("sizes", [[4], [1, 1, 2]])
def test_where_there_are_no_triplets(sizes: list[int]) -> None:
    rows = np.eye(4, dtype=np.float32)
    if sizes == [4]:
        with pytest.raises(BadInput, match="make no triplets"):
            margin(Sets(rows, np.array(sizes)))
    else:
        assert margin(Sets(rows, np.array(sizes))).value == pytest.approx(0, abs=1e-6)


def test_both_sides_are_those_of_every_pair_and_other_group(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    groups = Sets(random.normal(size=(20, 3)).astype(np.float32), np.array([2, 3, 4, 2, 5, 4]))
    of, pairs = np.array([0, 0, 1, 1, 2, 2]), np.array([[0, 1], [2, 3], [4, 5]])
    rows = [groups.rows(each).tolist() for each in range(6)]
    made = bounds(groups, of, 0.3, pairs)
    for place, (first, second) in enumerate(pairs):
        found = [
            (*sides_by_loops(groups.vectors, rows[one], rows[two], rows[h], 0.3), h)
            for one, two in ((first, second), (second, first))
            for h in range(6)
            if of[h] != of[first]
        ]
        tightest = min(found, key=lambda each: each[1])
        assert made.left[place] == pytest.approx(found[0][0], abs=1e-5)
        assert made.right[place] == pytest.approx(tightest[1], abs=1e-5)
        assert made.other[place] == tightest[3]
        assert made.sharper[place] == pytest.approx(min(each[2] for each in found), abs=1e-5)
    assert made.checked == 3 * 2 * 4
    monkeypatch.setattr(bound, "CELLS", 200)
    again = bounds(groups, of, 0.3, pairs)
    assert np.allclose(again.right, made.right)
    assert (again.checked, again.broken) == (made.checked, made.broken)


def test_a_margin_that_is_too_small_is_found_out() -> None:
    """With less than the items' own m the statement need not hold, and the check says so."""
    rows = np.array([[0.0], [2], [1]], dtype=np.float32)
    groups, of, pairs = Sets(rows, np.ones(3, dtype=np.int64)), np.array([0, 0, 1]), np.array([[0, 1]])
    tight = bounds(groups, of, 1.0, pairs)
    assert (tight.left[0], tight.right[0], tight.sharper[0], tight.broken) == (2, 2, 2, 0)
    assert bounds(groups, of, 0.9, pairs).broken == 2


coordinates = st.floats(-100, 100, allow_nan=False).map(lambda value: round(value, 3))


@st.composite
def configurations(draw: st.DrawFn) -> tuple[Sets, list[list[int]]]:
    """Two groups of one class and one of another, perhaps with items of neither group in the classes."""
    dimensions = draw(st.integers(1, 4))
    counts = [draw(st.integers(1, 4)) for _ in range(3)]
    more = [draw(st.integers(0, 2)) for _ in range(2)]
    sizes = [counts[0] + counts[1] + more[0], counts[2] + more[1]]
    point = st.lists(coordinates, min_size=dimensions, max_size=dimensions)
    rows = draw(st.lists(point, min_size=sum(sizes), max_size=sum(sizes)))
    first, second = list(range(counts[0])), list(range(counts[0], counts[0] + counts[1]))
    other = list(range(sizes[0], sizes[0] + counts[2]))
    return Sets(np.array(rows, dtype=np.float32), np.array(sizes)), [first, second, other]


@given(configurations())
@settings(max_examples=150, deadline=None)
def test_the_corrected_statement_holds(case: tuple[Sets, list[list[int]]]) -> None:
    groups, parts = case
    x = groups.vectors.astype(float)
    m = margin_by_loops(groups)
    left, right, sharper = sides_by_loops(x, *parts, m)
    reach = 1e-5 * max(1, np.abs(x).max())
    assert left <= sharper + reach
    assert sharper <= right + reach
    assert margin(groups).value == pytest.approx(m, abs=reach)
    assert left <= margin(groups).closest * right + reach


def test_the_constant_cannot_be_smaller() -> None:
    assert shares(np.array([[[0.0], [2.0], [1.0]]]), (1, 1, 1, 1))[0] == 1


def test_read_literally_the_statement_is_false() -> None:
    case = literal(10.0)
    assert not case.holds
    a, p, n = (case.scale * each for each in case.items)
    triplets = [abs(a - p) - abs(a - n), abs(p - a) - abs(p - n)]
    assert case.margin == max(triplets)
    assert case.left == abs(a - p)
    assert case.right == 2 * max(case.margin, abs(case.items[0] - case.items[2]))
    assert literal(1.0).holds, "embeddings and items are the same there"


def test_the_search_comes_to_the_bound_and_not_beyond(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counterexample, "SHAPES", [(1, 1, 1, 1), (2, 1, 2, 1), (2, 2, 1, 2)])
    monkeypatch.setattr(counterexample, "DRAWN", 300)
    found = search()
    assert found.broken == 0
    assert 0.999 < found.closest <= 1 + 1e-9
    assert found.tried == 3 * (300 + counterexample.CLIMBERS * counterexample.CLIMBS)
    case = np.concatenate([found.first, found.second, found.other])
    shape = (case.shape[1], len(found.first), len(found.second), len(found.other))
    assert shares(case[None], shape)[0] == pytest.approx(found.closest)


def test_shares_are_left_by_right() -> None:
    random = np.random.default_rng(0)
    points = random.normal(size=(5, 6, 2))
    for case, share in zip(points, shares(points, (2, 2, 1, 3)), strict=True):
        m = margin_by_loops(Sets(case.astype(np.float32), np.array([3, 3])))
        left, right, _ = sides_by_loops(case, [0, 1], [2], [3, 4, 5], m)
        assert share == pytest.approx(left / right, abs=1e-5)


def test_evidence_on_data() -> None:
    groups = classes(count=5, items=12, dimensions=4)
    found = evidence(groups, [1, 3])
    assert found.holds
    assert len(found.left) == 5 * (6 + 2)
    assert found.size.tolist() == [1] * 30 + [3] * 10
    assert (found.left <= found.sharper + 1e-6).all()
    assert (found.sharper <= found.right + 1e-6).all()
    assert (found.of != found.other).all()
    assert found.checked == 60 * 48 + 20 * 16
    told = found.figures()
    assert told.margin == pytest.approx(margin_by_loops(groups), abs=1e-6)
    assert 0 <= told.slack.least <= told.slack.median <= told.slack.most <= 1
    assert told.slack_sharper.median < told.slack.median
    assert (1 - found.slack).max() <= told.closest_in_data + 1e-6
    assert told.literal.holds is False
    arrays = found.arrays()
    place = 0
    for size, left, of, other in zip(found.size, found.left, found.of, found.other, strict=True):
        first, second, third = arrays["bound_rows"][place : place + 3 * size].reshape(3, size)
        place += 3 * size
        assert left == pytest.approx(np.linalg.norm(mean_of(groups, first) - mean_of(groups, second)), abs=1e-6)
        assert set(groups.group[[*first, *second]]) == {of}
        assert set(groups.group[third]) == {other}
        assert not set(first) & set(second)
    assert place == len(arrays["bound_rows"])
    assert {arrays[name].dtype for name in ("bound_left", "bound_right", "bound_sharper")} == {np.dtype(np.float32)}


def mean_of(groups: Sets, rows: np.ndarray) -> np.ndarray:
    return groups.vectors[rows].astype(np.float64).mean(axis=0)


def test_no_groups_of_the_data_come_closer_than_is_said() -> None:
    groups = classes(count=3, items=6, dimensions=2, noise=1.5)
    found = margin(groups)
    random, x = np.random.default_rng(0), groups.vectors
    for of, k in product(range(3), range(3)):
        if of == k:
            continue
        for _ in range(30):
            own = random.permutation(groups.rows(of))
            cut, most = random.integers(1, 4), random.integers(1, 4)
            other = random.choice(groups.rows(k), most, replace=False)
            left, right, _ = sides_by_loops(x, own[:cut], own[cut : cut + most], other, found.value)
            assert left / right <= found.closest + 1e-6
