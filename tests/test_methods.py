"""Contracts that every registered method keeps, found by discovery, so that a new method is tested by being there."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from core.care.subject import Subject
from core.commands.listing import PACKAGES
from core.errors import BadInput, Cancelled
from core.groups.sets import GroupEmbedder, Sets
from core.maps.neighbours import normalised
from core.methods import Method, MethodInfo, discover
from core.naming.counts import Counts, counts
from core.naming.phrases import distinct, lexicon
from core.progress import Progress
from core.results import Pairs, Reducer
from core.workspace import RunCard, Workspace

Given = np.ndarray | Pairs | Sets | Subject | Counts

ROWS, DIMENSIONS = 80, 16
QUICK = {
    "max_iter": 75,
    "early_exaggeration_iter": 50,
    "epochs": 20,
    "pretraining": 20,
    "dimensions": 4,
    "steps": 20,
    "draws": 500_000,
    "targets": 3,
}
"""Names of parameters that say how long a method works, or how much it makes, and what is enough here."""


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Auto-encoders of which a step takes no time."""
    monkeypatch.setattr("core.clustering.deep.codes.HIDDEN", (32, 32, 64))


class Stop:
    """A report that raises `Cancelled` after so many calls, once, as a job's does."""

    def __init__(self, after: int) -> None:
        self.after, self.calls = after, 0

    def __call__(self, progress: Progress) -> None:
        self.calls += 1
        if self.calls == self.after + 1:
            raise Cancelled("stopped")


def package(method: Method) -> str:
    return method.fit.__module__.split(".")[1]


REGISTERED = [
    pytest.param(method, id=f"{package}-{method.name}")
    for package in PACKAGES
    for method in discover(f"core.{package}").values()
]
every_method = pytest.mark.parametrize("method", REGISTERED)
of_rows = pytest.mark.parametrize(
    "method", [each for each in REGISTERED if package(each.values[0]) in ("maps", "clustering", "care")]
)


@pytest.fixture
def x(method: Method) -> Given:
    """What a method of its package works on, about four centres."""
    return GIVEN[package(method)](ROWS)


def rows(count: int) -> np.ndarray:
    """Unit rows about four centres, one after the other."""
    random = np.random.default_rng(0)
    centres = random.normal(size=(4, DIMENSIONS))
    return normalised(centres[np.arange(count) % 4] + random.normal(size=(count, DIMENSIONS)) * 0.3)


def pairs(count: int) -> Pairs:
    """Two rows each that are nearly the same."""
    images = rows(count)
    noise = np.random.default_rng(1).normal(size=images.shape).astype(np.float32)
    return Pairs(images, normalised(images + noise * 0.05))


def groups(count: int) -> Sets:
    """The rows of each centre."""
    return Sets.of(rows(count), np.arange(count) % 4)


def items(count: int) -> Subject:
    """Images with their captions, no two alike, and labels of which some are wrong."""
    both, labels = pairs(count), (np.arange(count) % 4).astype(str)
    labels[::7] = "0"
    return Subject(both.image, labels, both.text, np.arange(count))


def words(count: int) -> Counts:
    """Phrases of four groups; of one item alone, none has a caption."""
    captions = [f"a red {('cat', 'dog', 'boat', 'tree')[row % 4]} {row % 3}" for row in range(count)]
    different, wording = distinct(captions if count > 1 else [""])
    return counts(lexicon(different), wording, np.arange(count) % 4, 4)[0]


GIVEN: Mapping[str, Callable[[int], Given]] = {
    "maps": rows,
    "clustering": rows,
    "reduction": pairs,
    "groups": groups,
    "care": items,
    "naming": words,
}


def given(x: Given) -> list[np.ndarray]:
    """The arrays in it."""
    match x:
        case Pairs():
            return [x.image, x.text]
        case Sets():
            return [x.vectors, x.sizes]
        case Subject():
            return [each for each in vars(x).values() if isinstance(each, np.ndarray)]
        case Counts():
            return [*x.pairs(), x.sizes, x.totals]
        case _:
            return [x]


def quick(method: Method, **more: Any) -> Any:
    known = {each.name for each in fields(method.params)}
    return method.make_params({name: value for name, value in (QUICK | more).items() if name in known})


def arrays(result: Any) -> dict[str, np.ndarray]:
    if isinstance(result, Reducer):
        return result.arrays()
    if isinstance(result, GroupEmbedder):
        return {"embedded": result(Sets.equal(np.eye(DIMENSIONS, dtype=np.float32).reshape(4, 4, DIMENSIONS)))}
    known = {each.name: getattr(result, each.name) for each in fields(result)} | dict(getattr(result, "evidence", {}))
    return {name: value for name, value in known.items() if isinstance(value, np.ndarray)}


@every_method
def test_the_same_seed_gives_the_same_result(method: Method, x: Given) -> None:
    first, second = (method.fit(x, quick(method, seed=3)) for _ in range(2))
    assert arrays(first)
    for name, array in arrays(first).items():
        assert np.array_equal(array, arrays(second)[name]), name


@every_method
def test_a_result_is_frozen_numpy(method: Method, x: Given) -> None:
    result = method.fit(x, quick(method))
    assert is_dataclass(result)
    with pytest.raises(AttributeError):
        result.metrics = {}
    assert all(array.dtype.kind in "fibU" for array in arrays(result).values())
    json.dumps(dict(result.metrics))


@of_rows
def test_a_result_has_a_row_for_each_row(method: Method, x: np.ndarray) -> None:
    assert all(len(array) == len(x) for array in arrays(method.fit(x, quick(method))).values())


@every_method
def test_the_rows_given_are_left_alone(method: Method, x: Given) -> None:
    before = [each.copy() for each in given(x)]
    method.fit(x, quick(method))
    assert all(np.array_equal(*pair) for pair in zip(given(x), before, strict=True))


@every_method
def test_progress_rises_to_its_total(method: Method, x: Given) -> None:
    told: list[Progress] = []
    method.fit(x, quick(method), told.append)
    done = [progress.done for progress in told]
    assert told
    assert done == sorted(done)
    assert len({progress.total for progress in told}) == 1
    assert told[-1].total in (None, done[-1])
    assert all(progress.message for progress in told)


@every_method
def test_stop_at_the_first_report_works(method: Method, x: Given) -> None:
    with pytest.raises(Cancelled):
        method.fit(x, quick(method), Stop(after=0))


@every_method
def test_stop_in_the_middle_ends_the_work(method: Method, x: Given) -> None:
    """Either `Cancelled` comes out, or a result that says that it is partial; and no report comes after.

    The reports are those of a second fit: what a first one keeps for the next, as groups do their start, is not
    reported again.
    """
    told: list[Progress] = []
    method.fit(x, quick(method))
    method.fit(x, quick(method), told.append)
    report = Stop(after=len(told) // 2)
    try:
        result = method.fit(GIVEN[package(method)](ROWS), quick(method), report)
    except Cancelled:
        result = None
    assert report.calls <= len(told) // 2 + 1
    assert result is None or result.partial


@every_method
def test_a_method_describes_itself(method: Method) -> None:
    described = msgspec.json.decode(msgspec.json.encode(method.info), type=MethodInfo)
    assert described.name == method.name
    assert described.title
    assert described.summary.endswith(".")
    assert re.search(r"\b(1[89]|20)\d\d\b", method.documentation), "the documentation names the paper and its year"
    assert described.seeded == ("seed" in [each.name for each in described.params])
    assert all(each.help for each in described.params)


@every_method
def test_defaults_lie_within_their_limits(method: Method) -> None:
    assert method.make_params(asdict(method.params())) == method.params()


@every_method
def test_a_seed_is_taken_by_all_and_checked_by_those_with_chance(method: Method) -> None:
    assert "seed" not in asdict(method.make_params({"seed": 3})) or method.make_params({"seed": 3}).seed == 3
    assert method.seeded == hasattr(method.params(), "seed")


@every_method
def test_parameters_survive_a_run_card(method: Method) -> None:
    params = quick(method, seed=5)
    assert method.make_params(json.loads(json.dumps(asdict(params)))) == params
    assert method.make_params({name: str(value) for name, value in asdict(params).items()}) == params


@every_method
def test_one_row_is_answered_in_one_line(method: Method) -> None:
    with pytest.raises(BadInput, match=r"^[^\n]+$"):
        method.fit(GIVEN[package(method)](1), quick(method))


@every_method
def test_a_result_is_saved_and_loaded_as_a_run(method: Method, x: Given, tmp_path: Path) -> None:
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
