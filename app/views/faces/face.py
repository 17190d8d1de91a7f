"""The face on screen and how it is edited: what one session keeps of the Faces page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

import streamlit as st

from core.faces.results import Setting

Settings = Mapping[str, Setting]
"""Factor → position; of a factor with more than two values {value: position}."""


@dataclass(frozen=True)
class Face:
    """latents: in base64. picture: what was read, as PNG; None for a face that the editor made up.

    error: of its reconstruction, and usual: what hardly any real face exceeds, None where it was never measured.
    """

    title: str
    latents: str
    picture: bytes | None = None
    error: float = 0.0
    usual: float | None = None
    item: str | None = None

    @cached_property
    def key(self) -> str:
        """Different for different faces."""
        return sha256(self.latents.encode()).hexdigest()[:16]

    @property
    def strange(self) -> bool:
        """Whether the editor does not know such faces."""
        return self.usual is not None and self.error > self.usual


@dataclass
class Chosen:
    """editor: a file, None for the bundled one. settings: of the sliders that were moved. touched: the last of them.

    seed: of what is drawn by chance. made: new faces. uploaded: the file that was read last. other: the face that
    factors are taken from.
    """

    editor: str | None = None
    face: Face | None = None
    settings: Settings = field(default_factory=dict)
    seed: int = 0
    made: tuple[Face, ...] = ()
    uploaded: str = ""
    other: Face | None = None

    def show(self, face: Face) -> None:
        """Another face, as it is."""
        self.face, self.settings = face, {}

    def use(self, editor: str | None) -> None:
        """Another editor knows no face of the last one."""
        if editor != self.editor:
            self.editor, self.face, self.settings, self.made, self.other = editor, None, {}, (), None


def chosen() -> Chosen:
    """This session's, made at first use."""
    return st.session_state.setdefault("clipscape-faces", Chosen())
