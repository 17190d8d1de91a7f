"""The answer in words: whether learned embeddings beat the plain mean at small sizes, and by how much they do not."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from app import amounts
from app.dimensions.table import probability
from app.groups.runs import PACKAGE, Found
from core.groups.verdict import FEWEST, MOST, Against, Answer, verdict
from core.methods import discover

MEASURES = {"map": "mAP", "top1": "Top-1"}
HOW = (
    "Learned: methods that fit something to the groups they learn from. Each split gives one difference from the mean "
    "on the same groups; their mean is tested by the corrected resampled t-test (Nadeau and Bengio, 2003), since the "
    "splits share groups:\n\n"
    r"$$t = \frac{\bar d}{\sqrt{(1/S + B/A)\, s^2_d}}$$" + "\n\n"
    "with S splits, A groups learned from and B asked about. As there are several methods and sizes, p is corrected "
    "by Benjamini and Hochberg, 1995."
)


def show(every: Sequence[Found]) -> None:
    """A line for each measure."""
    against: Against = {each.method: each.against for each in every if each.against}
    with st.container(key="groups-answer", gap="xxsmall"):
        st.markdown(
            f"**On groups that were never seen, {FEWEST} to {MOST} items each: does learning beat the plain mean?**",
            help=HOW,
        )
        lines = [(title, verdict(against, measure)) for measure, title in MEASURES.items()]
        if not any(answers for _, answers in lines):
            st.markdown(":gray[Not known yet: no learned method has been compared at these sizes.]")
            return
        for title, answers in lines:
            st.markdown(f"**{title}** {line(answers)}")


def line(answers: Sequence[Answer]) -> str:
    """`at 2 and 4 yes, …; at 8 no, …`."""
    won, lost = ([each for each in answers if bool(each.better) == side] for side in (True, False))
    parts = []
    if won:
        parts.append(f":green[**yes**] {', '.join(_won(each) for each in won)}")
    if lost:
        parts.append(f":orange[**no**] {', '.join(_lost(each) for each in lost)}")
    return "; ".join(parts) + "."


def signed(value: float) -> str:
    """`+0.025`, `−0.003`, with a true minus."""
    return f"{value:+.3f}".replace("-", "−")


def _won(answer: Answer) -> str:
    others = len(answer.better) - 1
    also = f" and {amounts.counted(others, 'more', 'more')}" if others else ""
    return f"at {answer.size} ({_title(answer.better[0])} **{signed(answer.difference)}**{also})"


def _lost(answer: Answer) -> str:
    """By how much the best learned one does not."""
    told = f"best is {_title(answer.best)} {signed(answer.difference)}"
    if answer.q is None or answer.low is None or answer.high is None:
        return f"at {answer.size} ({told}, with one split no test)"
    q = probability(answer.q)
    told_q = f"p {q}" if q.startswith("<") else f"p = {q}"
    return f"at {answer.size} ({told}, 95 % from {signed(answer.low)} to {signed(answer.high)}, {told_q})"


def _title(name: str) -> str:
    method: Any = discover(PACKAGE).get(name)
    return method.title if method else name
