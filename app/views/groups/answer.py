"""The answer in words: whether learned embeddings beat the plain mean at small sizes, and by how much they do not."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app.kit import formats
from app.views.groups.runs import PACKAGE
from core.groups.verdict import FEWEST, MOST, Against, Answer, verdict
from core.methods import discover
from core.runs.groups import GroupsRun

MEASURES = {"map": "mAP", "top1": "Top-1"}
HOW = (
    "Learned: methods that fit something to the groups they learn from. Each split gives one difference from the mean "
    "on the same groups; their mean is tested by the corrected resampled t-test (Nadeau and Bengio, 2003), since the "
    "splits share groups:\n\n"
    r"$$t = \frac{\bar d}{\sqrt{(1/S + B/A)\, s^2_d}}$$" + "\n\n"
    "with S splits, A groups learned from and B asked about. As there are several methods and sizes, p is corrected "
    "by Benjamini and Hochberg, 1995."
)


def show(every: Sequence[GroupsRun]) -> None:
    """The question, its answer in a line, and a table of how much at each size."""
    against: Against = {each.card.method: rows for each in every if (rows := each.figures.against_mean)}
    found = {title: verdict(against, measure) for measure, title in MEASURES.items()}
    with st.container(key="groups-answer", gap="xxsmall"):
        st.markdown(
            f"On groups that were never seen, {FEWEST} to {MOST} items each: does learning beat the plain mean? "
            f"**{short(found)}**",
            help=HOW,
        )
        if any(found.values()):
            st.markdown(table(found))


def short(found: Mapping[str, Sequence[Answer]]) -> str:
    """`By mAP yes at 2 and 4 items, not at 8; by Top-1 no.`"""
    if not any(found.values()):
        return "Not known yet: no learned method has been compared at these sizes."
    return f"By {'; by '.join(f'{title} {_short(answers)}' for title, answers in found.items())}."


def table(found: Mapping[str, Sequence[Answer]]) -> str:
    """Markdown: a row a measure, a column a size."""
    sizes = [answer.size for answer in next(iter(found.values()))]
    head = f"| | {' | '.join(formats.counted(size, 'item') for size in sizes)} |"
    rows = [f"| **{title}** | {' | '.join(map(cell, answers))} |" for title, answers in found.items()]
    return "\n".join([head, "|---" * (len(sizes) + 1) + "|", *rows])


def cell(answer: Answer) -> str:
    """What the best learned method finds more, and how sure that is."""
    gain = f"{_title(answer.best)} **{signed(answer.difference)}**"
    if answer.q is None or answer.low is None or answer.high is None:
        return f"{gain}, one split: no test"
    q = formats.probability(answer.q)
    sure = f"{gain} ({signed(answer.low)} to {signed(answer.high)}, p {q if q.startswith('<') else f'= {q}'})"
    if not answer.better:
        return f":orange[no:] {sure}"
    others = len([name for name in answer.better if name != answer.best])
    return f":green[yes:] {sure}{f', {others} more beat it' if others else ''}"


def _short(answers: Sequence[Answer]) -> str:
    won, lost = ([str(each.size) for each in answers if bool(each.better) == side] for side in (True, False))
    if not won:
        return "no"
    return f"yes at {_and(won)} items" + (f", not at {_and(lost)}" if lost else "")


def _and(words: Sequence[str]) -> str:
    """`2, 4 and 8`."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def signed(value: float) -> str:
    """`+0.025`, `−0.003`, with a true minus."""
    return f"{value:+.3f}".replace("-", "−")


def _title(name: str) -> str:
    method: Any = discover(PACKAGE).get(name)
    return method.title if method else name
