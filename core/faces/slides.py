"""What sliders do to one face: strips of pictures along each, and what else an edit moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.faces.editor import REACH, Editor
from core.faces.pictures import Pictures
from core.faces.results import Effect, Setting, Slider
from core.results import Floats

STEPS = 13
"""Pictures of a strip, from one end of a slider to the other: what lies between two is so nearly linear that their
blend differs from the true picture by less than one level in 255."""


def sliders(editor: Editor) -> list[Slider]:
    """In the factors' order: a factor of two values has one, a factor of more has one a value."""
    return [
        Slider(factor=factor, value=value)
        for factor, values in editor.factors.items()
        for value in (values[1:] if len(values) == 2 else values)
    ]


def positions(steps: int = STEPS) -> NDArray[np.float64]:
    """Places from one end of a slider to the other: of the pictures of its strip, (STEPS,)."""
    return np.linspace(-REACH, REACH, steps)


def along(
    editor: Editor, latents: Floats, settings: Mapping[str, Setting], slider: Slider, steps: int = STEPS
) -> Floats:
    """Latents (steps, D) of a face (1, D) at each position of one slider, all others as they are set."""
    every = [{**settings, slider.factor: {slider.value: each}} for each in positions(steps)]
    return np.concatenate([editor.moved(latents, each) for each in every])


def path(editor: Editor, latents: Floats, settings: Mapping[str, Setting], steps: int) -> Floats:
    """Latents (steps, D) on the straight way from a face (1, D) to its edit, both ends among them."""
    share = np.linspace(0, 1, steps, dtype=np.float32)[:, None]
    return (1 - share) * latents + share * editor.moved(latents, settings)


def effect(editor: Editor, pictures: Pictures) -> Effect:
    """What the encoder sees in a plain and an edited picture (2, S, S, 3), encoded anew."""
    latents = editor.latents(pictures)
    a, b = latents[:, editor.network.residual].astype(np.float64)
    cosine = float(a @ b / max(np.linalg.norm(a) * np.linalg.norm(b), 1e-12))
    before, after = (_seen(editor, latents[n : n + 1]) for n in range(2))
    return Effect(
        shift={factor: _shift(before[factor], after[factor]) for factor in before},
        before=before,
        after=after,
        identity=cosine,
    )


def _seen(editor: Editor, latents: Floats) -> dict[str, Setting]:
    """Where one face (1, D) lies on every slider."""
    return {
        factor: dict(zip(editor.factors[factor], where[0].tolist(), strict=True))
        if where.ndim == 2
        else float(where[0])
        for factor, where in editor.positions(latents).items()
    }


def _shift(before: Setting, after: Setting) -> float:
    """How far a factor moved; of many values the farthest."""
    pairs = zip(*(_flat(each) for each in (before, after)), strict=True)
    return max((after - before for before, after in pairs), key=abs)


def _flat(setting: Setting) -> Sequence[float]:
    return list(setting.values()) if isinstance(setting, Mapping) else [setting]
