"""What fewer dimensions save: bytes an item, and seconds a search as measured on this machine."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np
import streamlit as st

from app.kit import formats, store
from core.results import Floats
from core.runs.reduction import ReductionRun
from core.search import cosines
from core.workspace import Workspace

BYTES = np.dtype(np.float32).itemsize
QUERIES, LONGEST = 200, 0.5
"""Searches timed for each size, and the seconds after which fewer must do."""
MEASURED = "search-measured"
"""The session remembers that the person asked for it."""


@dataclass(frozen=True)
class Times:
    """Seconds of one undisturbed search over so many rows, at all dimensions and at D'."""

    rows: int
    full: float
    reduced: float


def show(workspace: Workspace, curve: ReductionRun, dimension: int) -> None:
    """Two figures side by side; the second waits for a click, since it keeps the processor busy.

    Where the embeddings are deleted, there is nothing to search in.
    """
    before, after = BYTES * curve.dimensions, BYTES * dimension
    st.metric(
        "An embedding takes",
        formats.size(after),
        f"{formats.figure(before / after)} times less than {formats.size(before)}",
        delta_color="off",
        delta_arrow="off",
        help=f"{dimension:,} numbers of {BYTES} bytes (float32) in place of {curve.dimensions:,}",
    )
    if curve.card.model not in store.models(workspace):
        return
    if not st.session_state.get(MEASURED):
        with st.container(key="measure-search", gap="xxsmall"):
            st.metric("A search takes", "–", help=_HELP)
            st.button("Measure it here", key="time-search", type="tertiary", icon=":material/timer:", on_click=_ask)
        return
    times = measured(workspace.path, workspace.version, curve.card.model, dimension)
    st.metric(
        f"A search in {formats.counted(times.rows, 'image')}",
        milliseconds(times.reduced),
        f"{_compared(times)} ({milliseconds(times.full)} with {curve.dimensions:,})",
        delta_color="off",
        delta_arrow="off",
        help=_HELP,
    )


_HELP = (
    "Measured here, not computed: the exact search that the pages use, over this workspace's images, with all "
    f"dimensions and with so few by turns, the fastest of up to {QUERIES}. Where there are few images, other things "
    "than the dimensions take the time."
)


def milliseconds(seconds: float) -> str:
    """`0.213 ms`."""
    return f"{formats.figure(1000 * seconds)} ms"


def _compared(times: Times) -> str:
    faster = times.full / times.reduced
    return f"{formats.figure(faster)} times faster" if faster >= 1 else f"{formats.figure(1 / faster)} times slower"


def _ask() -> None:
    st.session_state[MEASURED] = True


@st.cache_data(show_spinner=False, max_entries=64)
def measured(path: str, version: int, model: str, dimension: int) -> Times:
    """The search of the Map page, on the workspace's own number of images."""
    vectors = store.embeddings(store.opened(path), model, "image").vectors
    fewer = np.ascontiguousarray(vectors[:, :dimension])
    return Times(len(vectors), *seconds(vectors, fewer))


def seconds(*matrices: Floats) -> list[float]:
    """The least of many searches in each matrix, by turns: what other work takes of the machine does not count."""
    least, begun = [np.inf] * len(matrices), perf_counter()
    for number in range(QUERIES):
        for place, vectors in enumerate(matrices):
            start = perf_counter()
            cosines(vectors, vectors[number % len(vectors)])
            least[place] = min(least[place], perf_counter() - start)
        if perf_counter() - begun > LONGEST:
            break
    return least
