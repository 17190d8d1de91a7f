"""One method over several seeds: its clusterings and their figures."""

import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from time import perf_counter
from typing import Any

from core.clustering.metrics import Classes, evaluate
from core.errors import Cancelled
from core.methods import Method, seed_of
from core.progress import Bar, Report, silent
from core.results import Clustering, Floats

STEPS_A_RUN = 1_000
LIBRARIES = ("faiss", "sklearn.cluster", "torch")
"""What a method may need; one that needs other libraries says so in a `LIBRARIES` of its module."""


@dataclass(frozen=True)
class Trial:
    """One run of one method: with which parameters, what came out, how long the method took, and its figures.

    figures: those of `core.clustering.metrics.evaluate`, None where one is not defined.
    """

    method: Method
    params: Any
    clustering: Clustering
    seconds: float
    figures: Mapping[str, Any]

    @property
    def seed(self) -> int:
        return seed_of(self.params)


def trials(
    method: Method,
    x: Floats,
    y: Classes | None = None,
    seeds: Sequence[int] = (0, 1, 2),
    settings: Mapping[str, Any] | None = None,
    report: Report = silent,
) -> Iterator[Trial]:
    """Runs a method once a seed, or with the first alone where seeds change nothing, and yields each run as it ends.

    x: (N, D) float32; y: (N,) classes or None; settings: parameters by name, the seed aside.
    Stopped: what the run had by then is yielded as partial, if it had anything, and then `Cancelled` is raised.
    """
    load_libraries(method)
    seeds = seeds if method.seeded else seeds[:1]
    bar = Bar(report, len(seeds) * STEPS_A_RUN)
    for number, seed in enumerate(seeds):
        params = method.make_params(dict(settings or {}) | {"seed": seed})
        title, begin = f"{method.title}, seed {seed}", number * STEPS_A_RUN
        bar.step(begin, title)
        start = perf_counter()
        clustering = method.fit(x, params, bar.part(begin, STEPS_A_RUN, title))
        seconds = perf_counter() - start
        yield Trial(method, params, clustering, seconds, evaluate(x, clustering.labels, y))
        if clustering.partial:
            raise Cancelled("stopped")
        bar.step(begin + STEPS_A_RUN, f"{title}: measured")


def applicable(method: Method, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the settings that the method has a parameter for."""
    known = {each.name for each in fields(method.params)}
    return {name: value for name, value in settings.items() if name in known}


def load_libraries(method: Method) -> None:
    """Imports what a method imports when it first runs, so that no run's seconds hold that."""
    for name in getattr(sys.modules[method.fit.__module__], "LIBRARIES", LIBRARIES):
        importlib.import_module(name)
