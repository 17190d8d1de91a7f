"""One method over seeds, with a method made up for it: what comes out is known before."""

import sys
from dataclasses import dataclass, replace

import numpy as np
import pytest

from core.clustering import compare
from core.clustering.compare import Trial, applicable, trials
from core.errors import BadParameter, Cancelled
from core.methods import Method, param
from core.progress import Progress, Report, silent
from core.results import Clustering
from tests.clustering.making import Stop

LIBRARIES = ()
X = np.array([[0], [1], [10], [11]], dtype=np.float32)
Y = np.array([0, 0, 1, 1])
BY_SEED = ([0, 0, 1, 1], [1, 1, 0, 0], [0, 1, 0, 1])
"""The classes, the same groups numbered otherwise, and groups that cut across: ARI 1, 1 and -1/2."""


@dataclass(frozen=True)
class Params:
    k: int = param(2, "how many", minimum=1)
    seed: int = param(0, "which of the clusterings", minimum=0)


def fit(x: np.ndarray, params: Params, report: Report = silent) -> Clustering:
    """Reports twice; stopped at its second report it gives what it has."""
    report(Progress(0, 2, "begun"))
    labels = np.array(BY_SEED[params.seed])
    try:
        report(Progress(1, 2, "half"))
    except Cancelled:
        return Clustering(labels, np.ones(len(x), dtype=np.float32), partial=True)
    return Clustering(labels, np.ones(len(x), dtype=np.float32))


METHOD = Method("known", "Known", Params, fit)


def until_stopped(at: int) -> list[Trial]:
    done: list[Trial] = []
    with pytest.raises(Cancelled):
        done.extend(trials(METHOD, X, Y, report=Stop(after=at)))
    return done


def test_trials_hold_the_figures_of_every_seed() -> None:
    done = list(trials(METHOD, X, Y))
    assert [(trial.seed, trial.figures["k"]) for trial in done] == [(seed, 2) for seed in range(3)]
    assert [trial.figures["ari"] for trial in done] == pytest.approx([1, 1, -0.5])
    assert [trial.figures["acc"] for trial in done] == [1, 1, 0.5]
    assert all(trial.seconds >= 0 for trial in done)


def test_a_method_without_chance_runs_once() -> None:
    told: list[Progress] = []
    done = list(trials(replace(METHOD, seeded=False), X, Y, report=told.append))
    assert [trial.seed for trial in done] == [0]
    assert told[-1].done == told[-1].total


def test_progress_rises_over_the_seeds() -> None:
    told: list[Progress] = []
    list(trials(METHOD, X, Y, report=told.append))
    done = [progress.done for progress in told]
    assert done == sorted(done)
    assert {progress.total for progress in told} == {3 * compare.STEPS_A_RUN} == {done[-1]}
    assert "Known, seed 1: half" in [progress.message for progress in told]


def test_runs_are_handed_over_as_they_end() -> None:
    told: list[Progress] = []
    running = trials(METHOD, X, Y, report=told.append)
    next(running)
    assert not any("seed 1" in progress.message for progress in told)


def test_a_run_stopped_in_its_middle_is_the_last_and_says_so() -> None:
    begin_and_reports_of_one_run = 4
    done = until_stopped(begin_and_reports_of_one_run + 2)
    assert [trial.clustering.partial for trial in done] == [False, True]


@pytest.mark.parametrize(("at", "count"), [(0, 0), (1, 0), (3, 1), (4, 1), (5, 1), (7, 2)])
def test_what_has_ended_is_never_lost_to_a_stop(at: int, count: int) -> None:
    assert [trial.clustering.partial for trial in until_stopped(at)] == [False] * count


def test_settings_reach_the_method_within_their_limits() -> None:
    assert [trial.params for trial in trials(METHOD, X, seeds=[2], settings={"k": "7"})] == [Params(k=7, seed=2)]
    with pytest.raises(BadParameter, match="k=0 is below 1"):
        next(trials(METHOD, X, settings={"k": 0}))
    assert applicable(METHOD, {"k": 3, "eps": 1}) == {"k": 3}


def test_libraries_are_loaded_before_the_clock_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(compare.importlib, "import_module", loaded.append)
    compare.load_libraries(METHOD)
    assert loaded == []
    monkeypatch.delattr(sys.modules[__name__], "LIBRARIES")
    compare.load_libraries(METHOD)
    assert loaded == list(compare.LIBRARIES)
