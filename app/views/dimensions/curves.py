"""Saved reductions as the page reads them: which can be compared, and every figure from the ranks of partners."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.comparison import settings
from app.kit import formats, store
from app.kit.progress import Comparison
from core.reduction.figures import firsts, image_values
from core.reduction.significance import Loss, band, paired_bootstrap, smallest_lossless
from core.results import first_rows, numbered
from core.workspace import RunCard, Workspace
from core.workspace.captions import caption_id

PACKAGE = "core.reduction"
KIND = "reduction"
COMMAND = "reduce"
APART = ("dimensions", "seed")
"""Parameters that a comparison runs through by itself."""
WAYS = {"both": "Mean of both", "i2t": "Image → text", "t2i": "Text → image"}
DEPTHS = (1, 5, 10)
"""A match is right when the partner is among so many nearest."""

Ranks = NDArray[np.int32]


@dataclass(frozen=True)
class Measure:
    """What counts as right. way: one of `WAYS`; depth: the partner is among so many nearest."""

    way: str = "both"
    depth: int = 1

    @property
    def ways(self) -> tuple[str, ...]:
        return ("i2t", "t2i") if self.way == "both" else (self.way,)

    @property
    def name(self) -> str:
        return "Top-1" if self.depth == 1 else f"Recall@{self.depth}"

    @property
    def title(self) -> str:
        """`Top-1, mean of both`."""
        return f"{self.name}, {WAYS[self.way].lower()}"

    def correctness(self, ranks: Mapping[str, Ranks], items: NDArray[np.int64]) -> NDArray[np.float64]:
        """0 or 1, and ½ where the mean of both ways is asked for, of each image with all of its captions: (S, I).

        ranks, items: (S, H), the places of the held-out pairs' partners, and their images.
        """
        values = image_values(ranks, items, self.depth)
        return np.mean([values[way] for way in self.ways], axis=0)


@dataclass(frozen=True)
class Given:
    """What a run was given; only runs of the same are compared. tag, exclude: how the pairs were chosen, or ""."""

    model: str
    fingerprint: str
    comparison: str
    pairs: int
    splits: int
    tag: str
    exclude: str

    @classmethod
    def of(cls, card: RunCard) -> "Given":
        told = (str(card.metrics.get(name) or "") for name in ("tag", "exclude"))
        comparison, splits = str(card.metrics.get("comparison", "")), int(card.metrics.get("splits", 0))
        return cls(card.model, card.fingerprint, comparison, card.items, splits, *told)

    def title(self, model: str) -> str:
        """`pocket, 1,889 pairs, 3 splits, only “cats”`; model: as a person reads its name."""
        told = (("only", self.tag), ("without", self.exclude))
        counts = [formats.counted(self.pairs, "pair"), formats.counted(self.splits, "split")]
        return ", ".join([model, *counts, *(f"{word} “{name}”" for word, name in told if name)])


@dataclass(frozen=True, eq=False)
class Curve:
    """One method with one setting, at M dimensions over S splits with H held-out pairs each.

    ids: (N,) the item of each pair, caption_ids: (N,) its caption's own id. dims: (M,) ascending. held_out: (S, H) rows
    of ids. full, reduced: by way ("i2t", "t2i") the rank of the partner,
    0 = nearest: (S, H) and (M, S, H). explained: (D,) share of the variance of each principal component. full_nearest,
    reduced_nearest: by way what is nearest but for the partner, as places among the held-out pairs of the split, in the
    same shapes; empty in a run that was made before these were kept.
    """

    card: RunCard
    ids: NDArray[np.str_]
    held_out: NDArray[np.int64]
    dims: NDArray[np.int64]
    full: Mapping[str, Ranks]
    reduced: Mapping[str, Ranks]
    explained: NDArray[np.float32]
    caption_ids: NDArray[np.str_]
    full_nearest: Mapping[str, Ranks] = field(default_factory=dict)
    reduced_nearest: Mapping[str, Ranks] = field(default_factory=dict)
    _known: dict[tuple[str, Measure], Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, card: RunCard, arrays: Mapping[str, NDArray]) -> "Curve":
        order = np.argsort(arrays["dims"], kind="stable")
        kept = [way for way in ("i2t", "t2i") if f"{way}_nearest" in arrays]
        return cls(
            card,
            arrays["ids"],
            arrays["held_out"],
            arrays["dims"][order],
            {way: arrays[f"full_{way}"] for way in ("i2t", "t2i")},
            {way: arrays[way][order] for way in ("i2t", "t2i")},
            arrays["explained"],
            _caption_ids(arrays),
            {way: arrays[f"full_{way}_nearest"] for way in kept},
            {way: arrays[f"{way}_nearest"][order] for way in kept},
        )

    @cached_property
    def title(self) -> str:
        """`Auto-encoder, epochs 20`: the method, and what of its setting is not the default."""
        return ", ".join([self.card.title, *settings.changed(self.card, PACKAGE, APART)])

    @cached_property
    def items(self) -> NDArray[np.int64]:
        """The image of each held-out pair: (S, H)."""
        return numbered(self.ids)[self.held_out]

    @cached_property
    def asks(self) -> NDArray[np.bool_]:
        """Which held-out pairs ask for their image: the first of each (S, H); captions all ask."""
        found = np.zeros(self.held_out.shape, dtype=bool)
        for split, items in enumerate(self.items):
            found[split, first_rows(items)] = True
        return found

    def tries(self, by: Measure) -> int:
        """How many matches a split looks for: images ask once, captions each; of both, one a pair of answers."""
        return self.held_out.shape[1] if by.way == "t2i" else int(self.asks[0].sum())

    @property
    def dimensions(self) -> int:
        """D, of the embeddings."""
        return len(self.explained)

    def losses(self, by: Measure) -> dict[int, Loss]:
        """Each D' against all dimensions, by the paired test."""
        return self._once("losses", by, self._losses)

    def lossless(self, by: Measure) -> int | None:
        """The smallest D' at which no loss is shown."""
        return smallest_lossless(self.losses(by))

    def level(self, by: Measure) -> tuple[float, float, float]:
        """What all dimensions give: mean over the splits, and the ends of its bootstrap band over pairs."""
        return self._once("level", by, self._level)

    def mean_and_sd(self, by: Measure) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The share of right matches over the splits, (M,) each; the sd of one split is 0."""
        return self._once("means", by, self._mean_and_sd)

    def at(self, dimension: int) -> int:
        """The place of a D' among the dims."""
        return int(np.flatnonzero(self.dims == dimension)[0])

    def others(self, way: str, at: int | None, split: NDArray[Any], pair: NDArray[Any]) -> NDArray[np.str_]:
        """What is nearest but for the own partner, of held-out pairs by their splits and places there: (P,).

        Ids of captions, or of the items of images; "" where the run does not say. at: the place of D' among the dims;
        None: with all dimensions.
        """
        nearest = self.full_nearest if at is None else self.reduced_nearest
        if way not in nearest:
            return np.full(len(split), "")
        found = nearest[way] if at is None else nearest[way][at]
        return (self.caption_ids if way == "i2t" else self.ids)[self.held_out[split, found[split, pair]]]

    def figures(self, dimension: int) -> Mapping[str, Any]:
        """What the card says of a D': seconds, …"""
        points = self.card.metrics.get("curve", [])
        return next((point for point in points if point["dim"] == dimension), {})

    def _once(self, name: str, by: Measure, make: Callable[[Measure], Any]) -> Any:
        if (name, by) not in self._known:
            self._known[name, by] = make(by)
        return self._known[name, by]

    def _losses(self, by: Measure) -> dict[int, Loss]:
        full, images = by.correctness(self.full, self.items), firsts(self.items, self.items)
        both = zip(self.dims.tolist(), self._reduced(by), strict=True)
        return {dimension: paired_bootstrap(full, at, images) for dimension, at in both}

    def _reduced(self, by: Measure) -> list[NDArray[np.float64]]:
        """Of each D' what is right: (S, I) each."""
        places = range(len(self.dims))
        return [by.correctness({way: ranks[at] for way, ranks in self.reduced.items()}, self.items) for at in places]

    def _level(self, by: Measure) -> tuple[float, float, float]:
        correct = by.correctness(self.full, self.items)
        ends = band(correct, firsts(self.items, self.items))
        return float(correct.mean()), ends.low, ends.high

    def _mean_and_sd(self, by: Measure) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        each = np.stack([correct.mean(axis=-1) for correct in self._reduced(by)])
        return each.mean(axis=1), each.std(axis=1, ddof=1) if each.shape[1] > 1 else np.zeros(len(each))


def _caption_ids(arrays: Mapping[str, NDArray]) -> NDArray[np.str_]:
    if "caption" not in arrays:
        return arrays["ids"]
    return np.array(list(map(caption_id, arrays["ids"].tolist(), arrays["caption"].tolist())), dtype=np.str_)


def grown(cards: Sequence[RunCard]) -> dict[str, int]:
    """How many points each curve has."""
    return {card.id: len(card.metrics.get("curve", [])) for card in cards}


COMPARISON = Comparison(COMMAND, PACKAGE, KIND, "Each point appears here as it is found.", seen=grown)


def givens(cards: Iterable[RunCard]) -> list[Given]:
    """What the saved runs were given, the newest first."""
    return list(dict.fromkeys(Given.of(card) for card in reversed(list(cards))))


def curves(workspace: Workspace, cards: Sequence[RunCard], given: Given) -> list[Curve]:
    """The curves of one input by method and setting; of one made twice, the newer; those without a point wait."""
    newest = {(card.method, setting(card)): card for card in cards if Given.of(card) == given}
    found = (_read(workspace.path, card.id, len(card.metrics.get("curve", []))) for card in newest.values())
    return sorted((curve for curve in found if len(curve.dims)), key=lambda curve: curve.title)


def setting(card: RunCard) -> str:
    """The parameters as a key."""
    return settings.key(card, APART)


@st.cache_resource(show_spinner=False, max_entries=32)
def _read(path: str, id: str, points: int) -> Curve:
    """points: how many it has; the same run with as many never changes."""
    run = store.opened(path).run(id)
    return Curve.of(run.card, run.arrays)
