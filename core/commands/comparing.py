"""The frame of a comparison: methods with their settings, one after another, and what they come to.

A method that refuses costs no other one anything, and a stop nothing that is done.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from numpy.typing import NDArray

from core.clustering.compare import applicable
from core.commands.runs import write_arrays
from core.errors import BadInput, BadParameter, Cancelled, ClipscapeError
from core.methods import Method, find, renamed
from core.progress import Bar, Report
from core.runs.record import ComparisonResult

MOST_SEEDS = 1_000
STEPS = 1_000
"""Of the bar, for each method."""

Done = TypeVar("Done")


@dataclass(frozen=True)
class Candidate:
    """A method to compare and the parameters by name that it runs with."""

    method: Method
    settings: Mapping[str, Any]

    def params(self, **more: Any) -> Any:
        """The method's parameters; more: values that the comparison sets itself."""
        return self.method.make_params({**self.settings, **more})


def candidates(
    package: str,
    methods: Sequence[str],
    settings: Mapping[str, Any],
    elsewhere: Mapping[str, str],
    example: str,
    common: Mapping[str, Any] | None = None,
) -> list[Candidate]:
    """Each method once, with those of the settings that it knows.

    Raises `BadParameter` for a method or setting that there is not, and for no method at all. elsewhere: settings that
    the command takes by another name, and which. example: a method to name in the refusal. common: further settings,
    which no method must know.
    """
    chosen, settings = [find(package, name) for name in dict.fromkeys(methods)], renamed(settings)
    if not chosen:
        raise BadParameter(f"no method given: name at least one, e.g. {example}", "method")
    for name, instead in elsewhere.items():
        if name in settings:
            raise BadParameter(f"{name} is no setting of a single method: give {instead}", instead)
    found = [Candidate(method, applicable(method, {**settings, **(common or {})})) for method in chosen]
    for name in settings:
        if not any(name in each.settings for each in found):
            chosen[0].make_params({name: settings[name]})  # refuses it, with the names that there are
    for each in found:
        each.params()
    return found


def check_seeds(seeds: int, enough: str) -> None:
    """Raises `BadParameter` for a number that cannot be; enough: what shows how much chance does, e.g. "3 to 10"."""
    if not 1 <= seeds <= MOST_SEEDS:
        raise BadParameter(
            f"seeds={seeds} is not between 1 and {MOST_SEEDS:,}: {enough} show how much chance does", "seeds"
        )


class Comparison(ABC, Generic[Done]):
    """done: what there is so far. refused: methods that refused the input, and why. partial: it was stopped."""

    first: str
    """What a stop has to wait for, e.g. "the first run had clusters"."""
    called = "method"
    """What a refusal names."""
    refusals: tuple[type[ClipscapeError], ...] = (BadInput,)

    def __init__(self) -> None:
        self.done: list[Done] = []
        self.refused: list[dict[str, str]] = []
        self.partial = False

    @abstractmethod
    def judge(self, candidate: Candidate, report: Report) -> None:
        """One method, from its first fit to what is saved of it; adds to `done`."""

    def go(self, candidates: Sequence[Candidate], part: Callable[[int], Report]) -> None:
        """All methods; part: the report of the method of that number, from 0.

        Raises the first refusal where every method refuses, `Cancelled` where nothing was done before a stop.
        """
        errors: list[ClipscapeError] = []
        try:
            for number, candidate in enumerate(candidates):
                try:
                    self.judge(candidate, part(number))
                except self.refusals as error:
                    errors.append(error)
                    self.refused.append({self.called: candidate.method.name, "reason": str(error)})
        except Cancelled:
            if not self.done:
                raise Cancelled(f"stopped before {self.first}") from None
            self.partial = True
        if errors and not self.done:
            raise errors[0]

    def remarks(self) -> dict[str, Any]:
        """What a result says of refusals and of a stop, where there was one."""
        refused = {"refused": self.refused} if self.refused else {}
        return refused | ({"partial": True} if self.partial else {})


class MethodComparison(Comparison[Done]):
    """A comparison whose result is a record, and whose arrays can be written to a file."""

    @abstractmethod
    def result(self) -> ComparisonResult:
        """What there is so far."""

    @abstractmethod
    def arrays(self) -> dict[str, NDArray]:
        """What a file holds of it."""

    def outcome(self, candidates: Sequence[Candidate], bar: Bar, out: str | None) -> Any:
        """All methods, each the next `STEPS` of the bar's end, and the result; out: a `.npz` for the arrays."""
        begin = (bar.total or 0) - len(candidates) * STEPS
        self.go(candidates, lambda number: bar.part(begin + number * STEPS, STEPS))
        if out is not None:
            write_arrays(out, self.arrays())
        return self.result()


def by_method(every: Mapping[str, Mapping[str, NDArray]], shared: Mapping[str, NDArray]) -> dict[str, NDArray]:
    """Arrays of a comparison's file: the shared ones, and each method's others with its name before, `mean.top1`."""
    own = {
        f"{method}.{name}": array
        for method, arrays in every.items()
        for name, array in arrays.items()
        if name not in shared
    }
    return {**shared, **own}
