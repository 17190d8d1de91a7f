"""The frame of a comparison: method after method, where a refusal costs no other method and a stop nothing done."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from core.commands.plans import Plan
from core.errors import BadInput, Cancelled, ClipscapeError
from core.progress import Report

Done = TypeVar("Done")


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
    def judge(self, plan: Plan, report: Report) -> None:
        """One method, from its first fit to what is saved of it; adds to `done`."""

    def go(self, plans: Sequence[Plan], part: Callable[[int], Report]) -> None:
        """All methods; part: the report of the method of that number, from 0.

        Raises the first refusal where every method refuses, `Cancelled` where nothing was done before a stop.
        """
        errors: list[ClipscapeError] = []
        try:
            for number, plan in enumerate(plans):
                try:
                    self.judge(plan, part(number))
                except self.refusals as error:
                    errors.append(error)
                    self.refused.append({self.called: plan.method.name, "reason": str(error)})
        except Cancelled:
            if not self.done:
                raise Cancelled(f"stopped before {self.first}") from None
            self.partial = True
        if errors and not self.done:
            raise errors[0]

    def remarks(self) -> dict[str, Any]:
        """What a result tells of refusals and of a stop, where there was one."""
        refused = {"refused": self.refused} if self.refused else {}
        return refused | ({"partial": True} if self.partial else {})
