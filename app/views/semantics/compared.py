"""A saved comparison with prompts beside the vectors of its items, from which cosines are made again."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from app.kit import records
from app.views.semantics.results import beside_items
from core.results import Floats, Integers, Strings
from core.runs.semantics import SemanticsRun
from core.search import highest
from core.semantics.cosines import matrix
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
        return records.vectors(self.workspace, self.run.card, self.run.ids)

    @property
    def noun(self) -> str:
        """What the prompts were correlated with, one of them."""
        return self.run.params.noun

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
        against = self.run.params.against
        other = None if against == "dimensions" else against
        return records.vectors(self.workspace, self.run.card, self.run.ids, other)[:, dimension]

    def table(self) -> pd.DataFrame:
        """A row an item: id, a column a prompt, the predicted class and its probability, what is known of the item."""
        names = [f"cosine: {text}" for text in self.run.prompts.texts]
        frame = pd.DataFrame(self.cosines(slice(None)), columns=names)
        frame.insert(0, "id", self.run.ids)
        if self.run.has_classes:
            frame = frame.assign(predicted=predicted(self.run), probability=self.run.zero_shot.probability)
        return beside_items(self.workspace, frame)


def predicted(run: SemanticsRun) -> Strings:
    """The class of each item by its name: (N,)."""
    return np.asarray(run.prompts.names)[run.zero_shot.predicted]
