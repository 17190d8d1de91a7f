"""What sliders do to one face: strips of pictures along each, and what else an edit moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.faces.editor import REACH, Editor, Setting

STEPS = 13
"""Pictures of a strip, from one end of a slider to the other: what lies between two is so nearly linear that their
blend differs from the true picture by less than one level in 255."""


@dataclass(frozen=True)
class Slide:
    """A slider: a factor of two values has one, a factor of more has one a value. value: the place of its name."""

    factor: str
    value: int

    def named(self, editor: Editor) -> str:
        """The name of the value."""
        return editor.factors[self.factor][self.value]

    def at(self, editor: Editor, position: float) -> Setting:
        """A position as `Editor.moved` is told it."""
        return position if len(editor.factors[self.factor]) == 2 else {self.named(editor): position}


def slides(editor: Editor) -> list[Slide]:
    """Every slider, in the factors' order."""
    return [
        Slide(factor, value)
        for factor, values in editor.factors.items()
        for value in ([1] if len(values) == 2 else range(len(values)))
    ]


def positions() -> NDArray[np.float64]:
    """Where on its slider each picture of a strip stands: (STEPS,)."""
    return np.linspace(-REACH, REACH, STEPS)


def along(editor: Editor, codes: np.ndarray, settings: Mapping[str, Setting], slide: Slide) -> np.ndarray:
    """Codes (STEPS, D) of a face (1, D) at each position of one slider, all others as they are set."""
    steps = [editor.moved(codes, {**settings, slide.factor: slide.at(editor, each)}) for each in positions()]
    return np.concatenate(steps)


def path(editor: Editor, codes: np.ndarray, settings: Mapping[str, Setting], steps: int) -> np.ndarray:
    """Codes (steps, D) on the straight way from a face (1, D) to its edit, both ends among them."""
    share = np.linspace(0, 1, steps, dtype=np.float32)[:, None]
    return (1 - share) * codes + share * editor.moved(codes, settings)


@dataclass(frozen=True)
class Effect:
    """What the encoder sees in two pictures of a person, before and after an edit.

    before, after: factor → position on its slider (of more than two values: value → position). identity: the cosine of
    the residual codes, 1 where all that no factor says is kept.
    """

    before: Mapping[str, Setting]
    after: Mapping[str, Setting]
    identity: float

    def shift(self, factor: str) -> float:
        """How far a factor moved on its slider, 2 being from one value to the other; of many values the farthest."""
        pairs = zip(flat(self.before[factor]), flat(self.after[factor]), strict=True)
        return max((after - before for before, after in pairs), key=abs)


def flat(setting: Setting) -> Sequence[float]:
    """One position, or each value's."""
    return list(setting.values()) if isinstance(setting, Mapping) else [setting]


def effect(editor: Editor, pictures: np.ndarray) -> Effect:
    """Encodes a plain and an edited picture (2, S, S, 3) uint8 anew."""
    codes = editor.codes(pictures)
    a, b = codes[:, editor.network.residual].astype(np.float64)
    cosine = float(a @ b / max(np.linalg.norm(a) * np.linalg.norm(b), 1e-12))
    before, after = (seen(editor, codes[n : n + 1]) for n in range(2))
    return Effect(before, after, cosine)


def seen(editor: Editor, codes: np.ndarray) -> dict[str, Setting]:
    """Where one face (1, D) lies on every slider."""
    return {
        factor: dict(zip(editor.factors[factor], where[0].tolist(), strict=True))
        if where.ndim == 2
        else float(where[0])
        for factor, where in editor.positions(codes).items()
    }
