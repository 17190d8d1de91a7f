"""Contracts that every registered method keeps, found by discovery, so that a new method is tested by being there."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, fields, is_dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.commands.listing import PACKAGES
from core.errors import BadInput, Cancelled
from core.maps.neighbours import normalised
from core.methods import Method, discover
from core.progress import Progress
from core.workspace import RunCard, Workspace

ROWS, DIMENSIONS = 80, 16
QUICK = {"iterations": 75, "early_iterations": 50, "epochs": 20, "pretraining": 20}
"""Names of parameters that say how long a method works, and how long is enough here."""


class Stop:
    """A report that raises `Cancelled` after so many calls, once, as a job's does."""

    def __init__(self, after: int) -> None:
        self.after, self.calls = after, 0

    def __call__(self, progress: Progress) -> None:
        self.calls += 1
        if self.calls == self.after + 1:
            raise Cancelled("stopped")


def registered() -> Iterator[Any]:
    for package in PACKAGES:
        if find_spec(f"core.{package}"):
            for method in discover(f"core.{package}").values():
                yield pytest.param(method, id=f"{package}-{method.name}")


every_method = pytest.mark.parametrize("method", list(registered()))
without_chance = pytest.mark.parametrize("method", [each for each in registered() if not each.values[0].seeded])


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    """Rows about four centres, unit norm."""
    random = np.random.default_rng(0)
    centres = random.normal(size=(4, DIMENSIONS))
    noise = random.normal(size=(ROWS, DIMENSIONS)) * 0.3
    return normalised(centres[np.arange(ROWS) % 4] + noise)


def quick(method: Method, **more: Any) -> Any:
    known = {each.name for each in fields(method.params)}
    return method.make_params({name: value for name, value in (QUICK | more).items() if name in known})


def arrays(result: Any) -> dict[str, np.ndarray]:
    return {each.name: value for each in fields(result) if isinstance(value := getattr(result, each.name), np.ndarray)}


@every_method
def test_the_same_seed_gives_the_same_result(method: Method, x: np.ndarray) -> None:
    first, second = (method.fit(x, quick(method, seed=3)) for _ in range(2))
    assert arrays(first)
    for name, array in arrays(first).items():
        assert np.array_equal(array, arrays(second)[name]), name


@without_chance
def test_a_method_without_chance_gives_the_same_for_every_seed(method: Method, x: np.ndarray) -> None:
    first, second = (arrays(method.fit(x, quick(method, seed=seed))) for seed in (0, 1))
    assert all(np.array_equal(first[name], second[name]) for name in first)


@every_method
def test_a_result_is_frozen_numpy_with_a_row_for_each_row(method: Method, x: np.ndarray) -> None:
    result = method.fit(x, quick(method))
    assert is_dataclass(result)
    with pytest.raises(AttributeError):
        result.metrics = {}
    assert all(len(array) == len(x) for array in arrays(result).values())
    json.dumps(dict(result.metrics))


@every_method
def test_the_rows_given_are_left_alone(method: Method, x: np.ndarray) -> None:
    before = x.copy()
    method.fit(x, quick(method))
    assert np.array_equal(x, before)


@every_method
def test_progress_rises_to_its_total(method: Method, x: np.ndarray) -> None:
    told: list[Progress] = []
    method.fit(x, quick(method), told.append)
    done = [progress.done for progress in told]
    assert told
    assert done == sorted(done)
    assert len({progress.total for progress in told}) == 1
    assert told[-1].total in (None, done[-1])
    assert all(progress.message for progress in told)


@every_method
def test_stop_at_the_first_report_works(method: Method, x: np.ndarray) -> None:
    with pytest.raises(Cancelled):
        method.fit(x, quick(method), Stop(after=0))


@every_method
def test_stop_in_the_middle_ends_the_work(method: Method, x: np.ndarray) -> None:
    """Either `Cancelled` comes out, or a result that says that it is partial; and no report comes after."""
    told: list[Progress] = []
    method.fit(x, quick(method), told.append)
    report = Stop(after=len(told) // 2)
    try:
        result = method.fit(x, quick(method), report)
    except Cancelled:
        result = None
    assert report.calls <= len(told) // 2 + 1
    assert result is None or result.partial


@every_method
def test_a_method_describes_itself(method: Method) -> None:
    described = json.loads(json.dumps(method.describe()))
    assert described["name"] == method.name
    assert described["title"]
    assert described["summary"].endswith(".")
    assert re.search(r"\b(1[89]|20)\d\d\b", method.documentation), "the documentation names the paper and its year"
    assert "seed" in [each["name"] for each in described["params"]]
    assert all(each["help"] for each in described["params"])


@every_method
def test_defaults_lie_within_their_limits(method: Method) -> None:
    assert method.make_params(asdict(method.params())) == method.params()


@every_method
def test_parameters_survive_a_run_card(method: Method) -> None:
    params = quick(method, seed=5)
    assert method.make_params(json.loads(json.dumps(asdict(params)))) == params
    assert method.make_params({name: str(value) for name, value in asdict(params).items()}) == params


@every_method
def test_one_row_is_answered_in_one_line(method: Method, x: np.ndarray) -> None:
    with pytest.raises(BadInput, match=r"^[^\n]+$"):
        method.fit(x[:1], quick(method))


@every_method
def test_a_result_is_saved_and_loaded_as_a_run(method: Method, x: np.ndarray, tmp_path: Path) -> None:
    params = quick(method, seed=2)
    result = method.fit(x, params)
    card = RunCard("", "any", method.name, method.title, asdict(params), metrics=dict(result.metrics))
    id = Workspace.create(tmp_path / "set").save_run(card, arrays(result))
    run = Workspace.open(tmp_path / "set").run(id)
    assert method.make_params(run.card.params) == params
    assert run.card.metrics == dict(result.metrics)
    for name, array in arrays(result).items():
        assert run.arrays[name].dtype == array.dtype
        assert np.array_equal(run.arrays[name], array)
