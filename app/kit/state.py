"""What one person looks at: the typed state of a browser session."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import streamlit as st

START = os.environ.get("CLIPSCAPE_START") or "photos"
"""The workspace that a new session opens on; CLIPSCAPE_START names another."""

Origin = Literal["found", "selected", "fresh"]


@dataclass(frozen=True)
class Group:
    """Items to look at together: what a search found, a lasso selected, or a job just placed on the map.

    ids: each once, the best first where there are scores (cosine similarities).
    """

    title: str
    ids: tuple[str, ...]
    scores: tuple[float, ...] = ()
    origin: Origin = "found"

    @property
    def scored(self) -> dict[str, float]:
        return dict(zip(self.ids, self.scores, strict=False))


@dataclass
class State:
    """The choices of a session.

    workspace: a path. run: the id of the map on screen, None for the newest. focus: the item looked at.
    group: what fills the drawer and lights up. searched: for what, last; sample: the last picture searched with.
    selection, clicked: what the map has told last; clear_map: it is to forget its lasso.
    uploads: how often files were sent. pages: the pages by address. dialog: whether one is open.
    expected: jobs whose results this session waits for; noticed: finished ones that the pages know of;
    dismissed: finished ones that need no line any more.
    reporting: whether the report of what went wrong is to be shown.
    kept_for: in which workspace the widgets of these keys were drawn last.
    ticked, touched, line: of the table of clusterings the lines ticked, the cell clicked last, the line on screen.
    """

    workspace: Path | None = None
    run: str | None = None
    focus: str | None = None
    group: Group | None = None
    searched: tuple[str, ...] = ()
    selection: tuple[str, bytes] = ("", b"")
    clicked: tuple[str, int | None] = ("", None)
    clear_map: bool = False
    sample: str = ""
    uploads: int = 0
    pages: dict[str, Any] = field(default_factory=dict)
    dialog: bool = False
    expected: set[str] = field(default_factory=set)
    noticed: set[str] = field(default_factory=set)
    dismissed: set[str] = field(default_factory=set)
    ticked: tuple[str, ...] = ()
    touched: tuple[str, str] | None = None
    line: str = ""
    reporting: bool = False
    kept_for: dict[str, Path | None] = field(default_factory=dict)

    def open(self, workspace: Path) -> None:
        """Goes to another workspace; what was chosen in the last one is forgotten."""
        if workspace != self.workspace:
            self.workspace, self.run = workspace, None
            self.forget()

    def leave(self) -> None:
        """The workspace is gone: the next page opens the first one there is."""
        self.workspace, self.run = None, None
        self.forget()

    def show(self, title: str, ids: Iterable[str], origin: Origin, scores: Sequence[float] = ()) -> None:
        """Fills the drawer with items."""
        self.focus = None
        self.group = Group(title, tuple(dict.fromkeys(ids)), tuple(scores), origin)

    def choose(self, ticked: tuple[str, ...], touched: tuple[str, str] | None) -> str:
        """The line of the table that comes on screen: the one ticked or clicked last."""
        if touched and touched != self.touched:
            self.line = touched[0]
        elif ticked != self.ticked:
            new = [title for title in ticked if title not in self.ticked] or list(ticked)
            self.line = new[0] if new else ""
        self.ticked, self.touched = ticked, touched
        return self.line or next(iter(ticked), "")

    def forget(self) -> None:
        """Closes the drawer: nothing found, selected or looked at."""
        self.focus, self.group = None, None

    def notice(self, jobs: Iterable[str]) -> bool:
        """Whether one of these finished jobs is news; after that it is none."""
        news = set(jobs) - self.noticed
        self.noticed |= news
        return bool(news)


def state() -> State:
    """This session's state, made at first use."""
    return st.session_state.setdefault("clipscape", State())
