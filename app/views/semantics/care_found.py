"""What a check has found, as the page reads it: a ranking of items, and how many of it a person takes."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from app.kit import formats, store
from app.kit.items import Items
from app.views.semantics.vectors import arrays
from core.workspace import RunCard, Workspace
from core.workspace.captions import caption_id

TAGS = {
    "duplicates": "near-duplicate",
    "mismatches": "mismatch",
    "labels": "doubtful label",
    "outliers": "outlier",
}
"""The tag that is offered for each check."""


@dataclass(frozen=True, eq=False)
class Found:
    """A run of a check. aside: ids that a person has looked at and found fine; they are neither shown nor taken."""

    card: RunCard
    held: dict[str, NDArray[Any]]
    aside: frozenset[str] = frozenset()

    @classmethod
    def of(cls, workspace: Workspace, card: RunCard) -> "Found":
        return cls(card, arrays(workspace, card), frozenset(st.session_state.get(aside_key(card), ())))

    @property
    def kind(self) -> str:
        return self.card.method

    @cached_property
    def ids(self) -> NDArray[np.str_]:
        return self.held["ids"]

    @cached_property
    def caption_ids(self) -> list[str]:
        """Ids of the rows' own captions, those of their items where a row is of a whole item."""
        numbers = self.held.get("caption", np.zeros(len(self.ids), dtype=np.int64))
        return list(map(caption_id, self.ids.tolist(), numbers.tolist()))

    @property
    def noun(self) -> str:
        """What the ranking is of."""
        return "caption" if "caption" in self.held else "item"

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """The flagged ones, then the others, each as ranked; without those put aside."""
        ranked, flagged = self.held["ranked"], self.held["flagged"]
        order = ranked[np.argsort(~flagged[ranked], kind="stable")]
        return order[~np.isin(self.ids[order], list(self.aside))] if self.aside else order

    @cached_property
    def flagged(self) -> int:
        """How many of the ranking the check itself would take: items, or sets of near-duplicates."""
        return len(self.sets) if self.kind == "duplicates" else int(self.held["flagged"][self.rows].sum())

    @cached_property
    def sets(self) -> list[NDArray[np.int64]]:
        """Of near-duplicates, the rows of each set of several, the closest first; the first of a set stays."""
        numbers = self.evidence("set")[self.rows]
        inside = self.rows[numbers >= 0]
        first = np.unique(numbers[numbers >= 0], return_index=True)[1]
        split = np.split(inside, np.sort(first)[1:]) if len(first) else []
        return [rows for rows in split if len(rows) > 1]

    def evidence(self, name: str) -> NDArray[Any]:
        return self.held[f"evidence.{name}"]

    def taken(self, count: int) -> list[str]:
        """The ids of the items of the first so many; of sets, all but the first item of each."""
        if self.kind == "duplicates":
            return [id for rows in self.sets[:count] for id in self.ids[rows[1:]].tolist()]
        return list(dict.fromkeys(self.ids[self.rows[:count]].tolist()))

    def table(self, items: Items, count: int) -> pd.DataFrame:
        """A row an item of the ranking: id, rank, score, whether it is taken, the evidence, what is known of it."""
        rows = self.rows
        taken = set(self.taken(count))
        frame = pd.DataFrame({"id": self.ids[rows], "rank": range(1, len(rows) + 1), "score": self.held["score"][rows]})
        frame["taken"] = [id in taken for id in frame["id"]]
        for name in (each.removeprefix("evidence.") for each in self.held if each.startswith("evidence.")):
            frame[name] = self._plain(name)[rows]
        known = items.frame.reindex(frame["id"]).reset_index(drop=True)
        known["caption"] = [items.caption(self.caption_ids[row]) for row in rows.tolist()]
        return pd.concat([frame, known], axis=1)

    def _plain(self, name: str) -> NDArray[Any]:
        values = self.evidence(name)
        return np.where(values >= 0, self.ids[values], "") if name in ("nearest", "instead") else values


def aside_key(card: RunCard) -> str:
    """Where the session keeps what was put aside."""
    return f"care-aside-{card.id}"


def of(workspace: Workspace, card: RunCard) -> str:
    """`images, pocket, only “cats”`: what was looked at."""
    space = "images and captions" if card.space == "both" else card.space
    tags = (("only", card.metrics.get("tag")), ("without", card.metrics.get("exclude")))
    chosen = [f"{word} “{name}”" for word, name in tags if name]
    return ", ".join([space, store.model_title(workspace, card.model), *chosen])


def told(workspace: Workspace, found: Found) -> str:
    """What a check says of the whole, in a sentence."""
    metrics = found.card.metrics
    count = formats.counted(int(metrics["ranked"]), found.noun)
    if found.kind == "duplicates":
        more = int(metrics["extra"])
        said = f"**{formats.counted(int(metrics['sets']), 'set')}** of near-duplicates among {count}: "
        said += f"{formats.counted(more, 'item')} more than one of each. "
        again = int(metrics.get("repeated") or 0)
        return said + (f"{formats.counted(again, 'caption')} said before word for word, not counted. " if again else "")
    flagged = formats.counted(int(metrics["flagged"]), found.noun)
    if found.kind == "mismatches" and found.noun == "caption":
        share = formats.percent(metrics["right"])
        return f"**{flagged}** of {count} far down the ranking both ways, each by itself; {share} have none nearer. "
    if found.kind == "mismatches":
        share = formats.percent(metrics["right"])
        return f"**{flagged}** of {count} with a caption far down the ranking both ways; {share} have none nearer. "
    if found.kind == "labels":
        classes = formats.counted(int(metrics["classes"]), "class", "classes")
        return f"**{flagged}** of {count} in {classes} are probably another class than “{metrics.get('label')}” says. "
    return f"**{flagged}** of {count} lie farther out than {formats.figure(metrics['limit'])} (median distance " + (
        f"{formats.figure(metrics['median'])}). "
    )


HELP = {
    "duplicates": "Cosine distance at most 0.13 of the median distance to the nearest neighbour, or what was set; "
    "near-duplicates of near-duplicates are one set. The first of a set stays.",
    "mismatches": "The share of other captions that come before the own one, and of other images; the mean of both. "
    "Exact, among captions that say otherwise. Of an image with several captions each is asked about by itself; the "
    "others are right, too, and no rivals. A tag goes to the item of any that is taken.",
    "labels": "How much more probable another class is, by the nearest neighbours or by a classifier that never saw "
    "the item. Flagged by confident learning: Northcutt, Jiang and Chuang, 2021.",
    "outliers": "Mean cosine distance to the nearest neighbours; flagged where it lies more than 3.5 robust deviations "
    "above the median. Iglewicz and Hoaglin, 1993.",
}


def captions(workspace: Workspace, found: Found, rows: NDArray[np.int64]) -> list[str]:
    """What stands under each picture: why it is here."""
    items = store.items(workspace)
    said = [items.caption(found.caption_ids[row]) for row in rows.tolist()]
    if found.kind == "labels":
        column = str(found.card.metrics["label"])
        given = items.values(column, found.ids[rows]).fillna("").tolist()
        return [f"{label}\n→ {other}" for label, other in zip(given, found.evidence("suggested")[rows], strict=True)]
    if found.kind == "mismatches":
        others = found.evidence("instead")[rows]
        nearer = [items.caption(found.caption_ids[other]) if other >= 0 else "" for other in others.tolist()]
        return [f"{own}\n→ {other}" if other else own for own, other in zip(said, nearer, strict=True)]
    return said


def notes(found: Found, rows: NDArray[np.int64]) -> list[str]:
    """The figure on each picture."""
    if found.kind == "outliers":
        return [f"{value:.1f} σ".replace("-", "−") for value in found.evidence("deviations")[rows].tolist()]
    if found.kind == "labels":
        return [formats.percent(float(value)) for value in found.evidence("agreement")[rows]]
    return [f"{value:.3f}" for value in found.held["score"][rows].tolist()]
