"""Labels of own faces: from columns as tables hold them, and from prompts."""

from pathlib import Path

import numpy as np
import pytest

from core.errors import BadInput, BadParameter
from core.faces.attributes import (
    Labels,
    by_columns,
    by_prompts,
    check_factor_prompts,
    read_factor_prompts,
    values,
)
from core.maps.neighbours import normalised


def rows(**columns: list) -> list[dict]:
    """One row a place; None is a cell without a value, as tables are read."""
    return [
        {name: cell for name, cell in zip(columns, cells, strict=True) if cell is not None}
        for cells in zip(*columns.values(), strict=True)
    ]


def test_columns_become_factors_in_the_order_that_a_person_expects() -> None:
    found = by_columns(
        rows(
            glasses=[True, False, True],
            hair=["short", "bald", "long"],
            year=[1999, 2020, 1999],
            smile=[1, -1, 1],
            hat=[0, 1, 0],
            name=["a", "a", "a"],
        )
    )
    assert dict(found.factors) == {
        "glasses": ("no", "yes"),
        "hair": ("bald", "long", "short"),
        "year": ("1999", "2020"),
        "smile": ("no", "yes"),
        "hat": ("no", "yes"),
    }
    assert found.labels.tolist() == [[1, 2, 0, 1, 0], [0, 0, 1, 0, 1], [1, 1, 0, 1, 0]]
    assert found.labels.dtype == np.int64


def test_numbers_are_sorted_by_size_and_not_as_words() -> None:
    assert values("age", ["10", "9", None, "100"]) == ("9", "10", "100")
    assert values("odd", ["nan", "2", "b"]) == ("2", "b", "nan")


@pytest.mark.parametrize("asked", [["glasses", "sex"], ["Eyeglasses", "Male"], ["eyeglasses", "SEX"]])
def test_celebas_names_are_told_in_plain_words(asked: list[str]) -> None:
    found = by_columns(rows(Eyeglasses=[True, False], Male=[False, True], No_Beard=[True, False]), asked)
    assert dict(found.factors) == {"glasses": ("no", "yes"), "sex": ("female", "male")}
    assert found.labels.tolist() == [[1, 0], [0, 1]]


def test_no_beard_means_no_beard() -> None:
    found = by_columns(rows(No_Beard=[True, False, True]), ["facial hair"])
    assert dict(found.factors) == {"facial hair": ("no", "yes")}
    assert found.labels[:, 0].tolist() == [0, 1, 0]


def test_a_column_of_that_very_name_comes_before_celebas() -> None:
    found = by_columns(rows(Male=[True, False], sex=["m", "f"]), ["sex"])
    assert dict(found.factors) == {"sex": ("f", "m")}


def test_numbers_that_are_nearly_the_same_are_two_values() -> None:
    found = by_columns(rows(number=[1_000_001.0, 1_000_002.0, 3.0]))
    assert dict(found.factors) == {"number": ("3", "1000001", "1000002")}


def test_rows_without_a_value_are_not_complete() -> None:
    found = by_columns(rows(hat=[True, None, False, True], hair=["a", "b", None, "b"]))
    assert found.labels.tolist() == [[1, 0], [-1, 1], [0, -1], [1, 1]]
    assert found.complete.tolist() == [0, 3]


@pytest.mark.parametrize(
    ("columns", "asked", "said"),
    [
        ({"hat": [True, False]}, ["mustache"], "factor mustache: no such column; there are hat"),
        ({"hat": [True, True]}, ["hat"], "factor hat has only the value 'yes'"),
        ({"hat": [None, None], "a": [1, 2]}, ["hat"], "no such column"),
        ({"id": list(range(40))}, ["id"], "factor id has 40 values, at most 12"),
        ({"id": list(range(40))}, None, "no column has 2 to 12 values; there are id"),
        ({f"c{n}": [True, False] for n in range(9)}, None, "9 columns could be factors, at most 8"),
    ],
)
def test_bad_columns_are_refused_in_one_line(columns: dict, asked: list[str] | None, said: str) -> None:
    with pytest.raises(BadInput, match=r"^[^\n]*$") as refused:
        by_columns(rows(**columns), asked)
    assert said in str(refused.value)


def test_a_factor_that_comes_twice() -> None:
    with pytest.raises(BadParameter, match="comes twice"):
        by_columns(rows(Male=[True, False]), ["Male", "sex"])


def labels(*counts: int) -> Labels:
    """So many pictures of each value of one factor."""
    column = np.repeat(np.arange(len(counts)), counts)
    return Labels(column[:, None].astype(np.int64), {"hat": tuple(f"h{n}" for n in range(len(counts)))})


def test_enough_pictures_are_needed_and_enough_of_each_value() -> None:
    labels(90, 10).check()
    with pytest.raises(BadInput, match="99 of 99 pictures have a known hat: at least 100 are needed"):
        labels(50, 49).check()
    with pytest.raises(BadInput, match="factor hat: 9 of 209 pictures are 'h1', at least 10"):
        labels(200, 9).check()
    with pytest.raises(BadInput, match="factor hat: 0 of 200 pictures are 'h1'"):
        labels(200, 0).check()


def test_prompts_decide_as_a_softmax_written_out_and_leave_out_what_is_unsure(rng: np.random.Generator) -> None:
    x = normalised(rng.normal(size=(500, 16)))
    classes = {name: normalised(rng.normal(size=(count, 16))) for name, count in (("hat", 2), ("hair", 3))}
    scale, sure = 8.0, 0.7
    found = by_prompts(
        x, {name: ([f"{name} {n}" for n in range(len(c))], c) for name, c in classes.items()}, scale, sure
    )
    for column, (name, vectors) in enumerate(classes.items()):
        assert found.factors[name] == tuple(f"{name} {n}" for n in range(len(vectors)))
        powers = np.exp(scale * (x.astype(np.float64) @ vectors.T.astype(np.float64)))
        shares = powers / powers.sum(1, keepdims=True)
        expected = np.where(shares.max(1) >= sure, shares.argmax(1), -1)
        assert 20 < (expected == -1).sum() < 480
        assert np.array_equal(found.labels[:, column], expected)


def written(folder: Path, text: str) -> Path:
    (folder / "prompts.txt").write_text(text)
    return folder / "prompts.txt"


def test_prompts_of_a_file(tmp_path: Path) -> None:
    lines = (
        "glasses/no: a bare face\nglasses/yes: a face with glasses\nglasses/yes: spectacles\nhair: bald\nhair: curls\n"
    )
    assert read_factor_prompts(written(tmp_path, lines)) == {
        "glasses": {"no": ["a bare face"], "yes": ["a face with glasses", "spectacles"]},
        "hair": {"bald": ["bald"], "curls": ["curls"]},
    }


def test_prompts_without_factors_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"prompts\.txt: the prompts name no factor"):
        read_factor_prompts(written(tmp_path, "a face\na face with glasses\n"))


def test_one_value_is_no_factor_and_certainty_is_no_threshold() -> None:
    with pytest.raises(BadInput, match="factor hat has one value, 'yes'"):
        check_factor_prompts({"hat": {"yes": ["a hat"]}}, 0.8)
    for sure in (0.0, 1.0, 80, float("nan")):
        with pytest.raises(BadParameter, match="between 0 and 1"):
            check_factor_prompts({"hat": {"yes": ["a hat"], "no": ["none"]}}, sure)
