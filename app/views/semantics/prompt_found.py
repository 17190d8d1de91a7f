"""A saved comparison with prompts beside the vectors of its items, from which cosines are made again."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
import streamlit as st

from app.kit import records
from core.errors import MissingData
from core.results import Floats, Strings
from core.runs.semantics import SemanticsRun
from core.search import highest
from core.semantics.cosines import matrix
from core.semantics.results import Integers
from core.semantics.zero_shot import probabilities
from core.workspace import RunCard, Workspace


@dataclass(frozen=True, eq=False)
class Compared:
    """P prompts of K classes against N items of a workspace."""

    workspace: Workspace
    run: SemanticsRun

    @classmethod
    def of(cls, workspace: Workspace, card: RunCard) -> Self:
        return cls(workspace, records.read(workspace, SemanticsRun, card))

    @property
    def x(self) -> Floats:
        """(N, D), the items; raises `MissingData` where some are no longer embedded."""
        return self._seen_by(self.run.card.model)

    def cosines(self, prompts: slice | int, rows: Integers | slice = slice(None)) -> Floats:
        """Of some items with some prompts, (n, p), or with a single one, (n,)."""
        text = self.run.text[prompts]
        return self.x[rows] @ text if isinstance(prompts, int) else matrix(self.x[rows], text)

    def nearest(self, prompt: int, count: int) -> tuple[Integers, Floats]:
        """The rows of the items nearest to a prompt, and their cosines, nearest first."""
        found = self.cosines(prompt)
        rows = highest(found, min(count, len(found)))
        return rows, found[rows]

    def probabilities(self, rows: Integers) -> Floats | None:
        """Of each class for some items, (n, K); None where the run does not know its model's logit scale."""
        scale = self.run.figures.logit_scale
        if scale is None or not self.run.has_classes:
            return None
        return probabilities(self.x[rows], self.run.class_text, scale)

    def code(self, dimension: int) -> Floats:
        """What the cosines were correlated with, one number an item: (N,)."""
        if components := self.run.correlation.components:
            return (self.x - components.mean) @ components.axes[dimension]
        against = self.run.card.params["against"]
        x = self.x if against == "dimensions" else self._seen_by(against)
        return x[:, dimension]

    def _seen_by(self, model: str) -> Floats:
        card = self.run.card
        return _vectors(self.workspace.path, self.workspace.version, model, card.space, card.id, self.run.ids)


@st.cache_resource(show_spinner="Reading the embeddings …", max_entries=3)
def _vectors(path: str, version: int, model: str, space: str, run: str, _ids: Strings) -> Floats:
    """Of the run's items, in their order: (N, D) unit rows."""
    from core.commands.items import item_rows

    rows = item_rows(path, space, model)
    places = pd.Index(rows.ids).get_indexer(_ids)
    if gone := int((places < 0).sum()):
        raise MissingData(f"{gone:,} of the result's items are no longer embedded by {model}: ask again")
    whole = len(places) == len(rows) and bool((places == np.arange(len(places))).all())
    return rows.vectors if whole else rows.vectors[places]


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
