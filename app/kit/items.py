"""The items of a workspace as the pages read them: captions, labels, columns; never image bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.workspace.captions import item_of, number_of

if TYPE_CHECKING:
    import pyarrow

MANY = 256
"""A text column with more values than this tells items apart; it does not group them."""


@dataclass(frozen=True, eq=False)
class Items:
    """frame: one row an item, indexed by its id, with `caption`, `label` and the further columns in `kinds`.

    kinds: name → "text", "number" or "boolean" of the further columns. several: all captions of those items that have
    more than one.
    """

    frame: pd.DataFrame
    kinds: dict[str, str]
    several: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, table: "pyarrow.Table", kinds: Mapping[str, str]) -> "Items":
        """From a workspace's table with `id`, `caption`, perhaps `captions`, `label` and the further columns."""
        several = {}
        if "captions" in table.column_names:
            every = zip(table["id"].to_pylist(), table["captions"].to_pylist(), strict=True)
            several = {id: some for id, some in every if len(some) > 1}
            table = table.drop_columns("captions")
        frame = table.to_pandas().set_index("id")
        frame[["caption", "label"]] = frame[["caption", "label"]].fillna("")
        return cls(frame, dict(kinds), several)

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        return tuple(self.frame.index)

    @cached_property
    def captions(self) -> dict[str, str]:
        return dict(zip(self.frame.index, self.frame["caption"], strict=True))

    def captions_of(self, id: str) -> Sequence[str]:
        """All captions of an item, in order."""
        return self.several.get(id) or [caption for caption in (self.captions.get(id, ""),) if caption]

    def caption(self, id: str) -> str:
        """The words of one caption by its own id; "" for one that is not there."""
        texts, number = self.captions_of(item_of(id)), number_of(id)
        return texts[number] if number < len(texts) else ""

    @cached_property
    def lines(self) -> list[str]:
        """All captions of each item, a line each."""
        return ["\n".join(self.several[id]) if id in self.several else text for id, text in self.captions.items()]

    @cached_property
    def labels(self) -> list[str]:
        """Every label that is used, in alphabetical order."""
        return sorted(label for label in self.frame["label"].unique() if label)

    @cached_property
    def grouping(self) -> list[str]:
        """Columns that colour a map: the label, if there is one, then those with few values before those with many."""
        named = (["label"] if self.labels else []) + list(self.kinds)
        return sorted(named, key=lambda name: (name != "label", self._many(name)))

    def values(self, column: str, ids: Sequence[str] | NDArray) -> pd.Series:
        """A column for these items, in their order; an id that has gone gives a missing value."""
        return self.frame[column].reindex(np.asarray(ids))

    def kind(self, column: str) -> str:
        """ "text", "number" or "boolean"."""
        return self.kinds.get(column, "text")

    def described(self, id: str) -> dict[str, object]:
        """What is known of an item besides its caption: name → value, empty ones left out."""
        row = self.frame.loc[id]
        return {name: row[name] for name in ["label", *self.kinds] if pd.notna(row[name]) and row[name] != ""}

    def matching(self, words: str, label: str | None = None) -> pd.Index:
        """Ids of the items whose captions, label or text columns hold the words, in the workspace's order."""
        frame = self.frame if label is None else self.frame[self.frame["label"] == label]
        if not words.strip():
            return frame.index
        texts = [frame[name] for name in ["label", *self.kinds] if self.kind(name) == "text"]
        texts.append(pd.Series(self.lines, index=self.frame.index, dtype=object).reindex(frame.index))
        holds = (text.str.contains(words.strip(), case=False, regex=False, na=False) for text in texts)
        return frame.index[np.logical_or.reduce(list(holds))]

    def _many(self, name: str) -> bool:
        return self.kind(name) == "text" and self.frame[name].nunique() > MANY
