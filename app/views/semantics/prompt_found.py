"""A saved comparison with prompts as the tabs read it: cosines and classes of the items, made again where needed."""

import json
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.views.semantics.vectors import arrays, vectors
from core.results import Floats
from core.search import highest
from core.semantics.cosines import matrix
from core.semantics.prompts import Prompts
from core.semantics.results import Confusion, Integers
from core.semantics.zero_shot import probabilities
from core.workspace import RunCard, Workspace

Arrays = dict[str, NDArray]


@dataclass(frozen=True, eq=False)
class Found:
    """P prompts of K classes against N items. held: the run's arrays."""

    workspace: Workspace
    card: RunCard
    held: Arrays

    @classmethod
    def of(cls, workspace: Workspace, card: RunCard) -> "Found":
        return cls(workspace, card, arrays(workspace, card))

    @cached_property
    def prompts(self) -> Prompts:
        told = json.loads(str(self.held["told"][0]))
        return Prompts(tuple(told["prompts"]), tuple(told["classes"]))

    @property
    def ids(self) -> NDArray[np.str_]:
        """(N,)"""
        return self.held["ids"]

    @property
    def x(self) -> Floats:
        """(N, D), the items; raises `MissingData` where some are no longer embedded."""
        return vectors(self.workspace, self.card)

    def cosines(self, prompts: slice | int, rows: Integers | slice = slice(None)) -> Floats:
        """Of some items with some prompts, (n, p), or with a single one, (n,)."""
        text = self.held["text"][prompts]
        return self.x[rows] @ text if isinstance(prompts, int) else matrix(self.x[rows], text)

    def nearest(self, prompt: int, count: int) -> tuple[Integers, Floats]:
        """The rows of the items nearest to a prompt, and their cosines, nearest first."""
        found = self.cosines(prompt)
        rows = highest(found, min(count, len(found)))
        return rows, found[rows]

    def probabilities(self, rows: Integers) -> Floats | None:
        """Of each class for some items, (n, K); None where the run does not know its model's logit scale."""
        scale = self.card.metrics.get("logit_scale")
        if scale is None or "predicted" not in self.held:
            return None
        return probabilities(self.x[rows], self.held["class_text"], float(scale))

    @cached_property
    def confusion(self) -> Confusion | None:
        """Against labels; None where no item has one that is a class."""
        if "true" not in self.held:
            return None
        return Confusion(self.held["true"], self.held["predicted"], len(self.prompts.names))

    @property
    def zero_shot(self) -> bool:
        """Whether there were classes to choose from."""
        return "predicted" in self.held

    def strongest(self, prompt: int) -> int:
        """The dimension with the prompt's largest coefficient of either sign."""
        return int(np.nan_to_num(np.abs(self.held["coefficients"][prompt])).argmax())

    def code(self, dimension: int) -> Floats:
        """What the cosines were correlated with, one number an item: (N,)."""
        against = self.card.params["against"]
        if against == "components":
            return (self.x - self.held["code_mean"]) @ self.held["code_axes"][dimension]
        x = self.x if against == "dimensions" else vectors(self.workspace, replace(self.card, model=against))
        return x[:, dimension]


def noun(card: RunCard) -> str:
    """What the prompts were correlated with, one of them."""
    against = str(card.params["against"])
    return {"components": "component", "dimensions": "dimension"}.get(against, f"{against} dimension")


def brief(text: str, letters: int = 40) -> str:
    """No longer than so many letters.

    >>> brief("a photo of a coat", 10)
    'a photo o…'
    """
    return text if len(text) <= letters else f"{text[: letters - 1]}…"
