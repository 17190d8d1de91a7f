"""The point of the curves that is looked at: whose curve it is on, and where."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import streamlit as st

from app.kit import charts
from core.runs.record import Record

Kept = TypeVar("Kept", bound=Record[Any])


@dataclass(frozen=True)
class Point:
    """Where the session keeps it. run, number: keys, of the id of a run and of the place on its curve."""

    run: str
    number: str

    @property
    def usual(self) -> str:
        """Of what was chosen for the person, who may get a better one while points come in."""
        return f"{self.run}-usual"

    def choose(self, run: str, number: int) -> None:
        st.session_state[self.run], st.session_state[self.number], st.session_state[self.usual] = run, number, None

    def clicked(self, event: Mapping[str, Any]) -> None:
        """A click on a chart whose points carry both; one beside the points changes nothing."""
        if point := charts.clicked(event):
            self.choose(str(point[0]), int(point[1]))

    def now(
        self,
        runs: Sequence[Kept],
        best: Callable[[], Kept],
        numbers: Callable[[Kept], Sequence[int]],
        usual: Callable[[Kept], int],
    ) -> tuple[Kept, int]:
        """What the person has chosen; else, or where that has gone, the usual number of the best run."""
        session = st.session_state
        kept = (session.get(self.run), session.get(self.number))
        run = next((each for each in runs if each.card.id == kept[0]), None)
        if run is None or kept == session.get(self.usual):
            run = best()
            self.choose(run.card.id, usual(run))
            session[self.usual] = (session[self.run], session[self.number])
        elif kept[1] not in numbers(run):
            self.choose(run.card.id, usual(run))
        return run, int(session[self.number])
