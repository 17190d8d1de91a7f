import numpy as np
import pytest

from app.scatter import Colour, Points
from app.scatter.points import mask_bits, mask_rows
from core.errors import BadInput


def points(count: int = 5, **changes: object) -> Points:
    random = np.random.default_rng(0)
    given = {
        "key": "a",
        "xy": random.normal(size=(count, 2)).astype(np.float32),
        "item": np.arange(count, dtype=np.int32),
        "modality": np.zeros(count, np.uint8),
        "captions": [f"caption {item}" for item in range(count)],
    }
    return Points(**(given | changes))


def test_both_axes_are_scaled_alike_around_the_middle() -> None:
    unit = points(3, xy=np.array([[10, 0], [14, 0], [12, 1]], np.float32)).unit
    np.testing.assert_allclose(unit, [[-1, -0.25], [1, -0.25], [0, 0.25]], atol=1e-6)


@pytest.mark.parametrize("xy", [np.zeros((4, 2)), np.full((4, 2), 1e9)])
def test_points_on_one_place_stay_finite(xy: np.ndarray) -> None:
    assert np.isfinite(points(4, xy=xy).unit).all()


def test_a_map_without_points_is_allowed() -> None:
    empty = points(0)
    assert len(empty) == 0
    assert empty.packed() == b""


def test_packing_is_thirteen_bytes_a_point_in_a_known_order() -> None:
    some = points(4, item=np.array([3, 1, 0, 2]), modality=np.array([0, 1, 0, 1]))
    packed = some.packed()
    assert len(packed) == 4 * 13
    np.testing.assert_array_equal(np.frombuffer(packed, "<f4", 8).reshape(4, 2), some.unit)
    np.testing.assert_array_equal(np.frombuffer(packed, "<i4", 4, 32), [3, 1, 0, 2])
    np.testing.assert_array_equal(np.frombuffer(packed, np.uint8, 4, 48), [0, 1, 0, 1])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"item": np.arange(4)}, "needs xy"),
        ({"xy": np.zeros((5, 3))}, "needs xy"),
        ({"xy": np.full((5, 2), np.nan)}, "10 coordinates are not finite"),
        ({"item": np.full(5, 5)}, "items must lie in 0…4"),
        ({"item": np.full(5, -1)}, "items must lie in 0…4"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(changes: dict, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        points(**changes)


def test_codes_without_a_class_are_packed_as_none() -> None:
    packed = Colour("class", np.array([0, -1, 1]), ["a", "b"]).packed()
    np.testing.assert_array_equal(np.frombuffer(packed, "<u2"), [0, 65535, 1])


def test_values_that_are_not_finite_are_none_and_outside_the_range() -> None:
    colour = Colour("score", values=np.array([2.0, np.nan, np.inf, -1.0]))
    assert colour.range == (-1.0, 2.0)
    np.testing.assert_array_equal(np.frombuffer(colour.packed(), "<f4"), np.array([2, np.nan, np.nan, -1], np.float32))


def test_a_scale_without_any_value_still_has_ends() -> None:
    assert Colour("score", values=np.full(3, np.nan)).range == (0.0, 1.0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "give codes with names, or values"),
        ({"codes": np.zeros(1, int), "values": np.zeros(1)}, "give codes with names, or values"),
        ({"codes": np.array([2]), "names": ["a", "b"]}, "code 2 has no name"),
        ({"codes": np.array([0]), "names": ["a"], "palette": ["#000000", "#ffffff"]}, "2 colours for 1 names"),
    ],
)
def test_colours_that_do_not_fit_are_refused(given: dict, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        Colour("class", **given)


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 1000])
def test_a_mask_comes_back_as_its_rows(count: int) -> None:
    mask = np.random.default_rng(count).random(count) < 0.4
    np.testing.assert_array_equal(mask_rows(mask_bits(mask), count), np.flatnonzero(mask))
