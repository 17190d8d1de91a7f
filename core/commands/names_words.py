"""Where the words of names come from: the captions' own phrases, or a list of prompts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from core.commands.grouping import Grouping
from core.commands.prompting import Reader, read_words, reader, warning
from core.errors import MissingWeights
from core.inputs import Rows
from core.methods import Method
from core.naming.choosing import Phrase, candidates, described, different, fused
from core.naming.contrast import directions
from core.naming.counts import counts
from core.naming.phrases import distinct, lexicon
from core.progress import Progress, Report
from core.results import Floats
from core.semantics.prompts import MOST_PROMPTS, Prompts

RANKS = ("both", "words", "clip")
BETWEEN = "; "
MOST_CANDIDATES = 30
"""Phrases of a group that are looked at, where no more are wanted; CLIP's text reads those of all groups at most
`MOST_PROMPTS` in all."""


@dataclass(frozen=True)
class GroupedItems:
    """Items in groups. model: the one that a person has named."""

    rows: Rows
    grouping: Grouping
    model: str | None

    @cached_property
    def captions(self) -> list[str]:
        """All captions of each row's item, "" for none; set apart so that no phrase bridges two of them."""
        if self.rows.workspace is None:
            return [""] * len(self.rows)
        found = self.rows.workspace.table(["captions"], self.rows.ids.tolist())["captions"].to_pylist()
        return list(map(BETWEEN.join, found))

    @cached_property
    def directions(self) -> Floats:
        """(G, D) float32, unit norm."""
        return directions(self.rows.vectors, self.grouping.group, len(self.grouping.names))

    def reader(self) -> Reader:
        """The text side of the rows' model."""
        return reader(self.rows, self.model)


@dataclass(frozen=True)
class Words:
    """The phrases of each group, best first. source: where they come from; rank: by what they are ordered.

    remarks: what a result says beside, e.g. a warning.
    """

    phrases: Sequence[Sequence[Phrase]]
    source: str
    rank: str
    remarks: Mapping[str, Any] = field(default_factory=dict)


def of_captions(items: GroupedItems, method: Method, settings: Any, rank: str, most: int, report: Report) -> Words:
    """Phrases that the groups' captions have; without the model's weights ranked by words alone, which is said."""
    report(Progress(0, 10, "counting the phrases of captions"))
    captions, wording = distinct(items.captions)
    groups = len(items.grouping.names)
    counted, written = counts(lexicon(captions), wording, items.grouping.group, groups)
    weights = method.fit(counted, settings)
    several, read_too = max(MOST_CANDIDATES, most), rank != "words"
    some = min(several, MOST_PROMPTS // groups) if read_too else several
    numbers = [candidates(weights, group, written, some) for group in range(groups)]
    cosines, remarks = None, {}
    if read_too and any(map(len, numbers)):
        try:
            cosines = _cosines(items, numbers, written, report)
        except MissingWeights as error:
            rank, remarks = "words", {"warning": f"phrases are ranked by words alone: {error}"}
    every = []
    for group, some_numbers in enumerate(numbers):
        phrases = described(some_numbers, counted, weights, group, written, cosines[group] if cosines else None)
        every.append(different(ordered(phrases, rank), most))
    return Words(every, "captions", rank, remarks)


def of_prompts(items: GroupedItems, source: str, prompts: Prompts, most: int, report: Report) -> Words:
    """The prompts of a list that lie most along each group's direction."""
    report(Progress(0, 10, "loading the model"))
    found = read_words(items.rows, items.reader(), prompts, report=report)
    every = []
    for row in items.directions @ found.prompts.T:
        order = np.argsort(-row, kind="stable")[: max(most, 1)]
        every.append([Phrase(prompts.texts[place], cosine=float(row[place])) for place in order.tolist()])
    return Words(every, source, "clip", warning(found))


def _cosines(
    items: GroupedItems, numbers: Sequence[np.ndarray], written: Sequence[str], report: Report
) -> list[Floats]:
    """Of each group's candidates with its direction: (C,) each; every phrase is read once."""
    every = np.unique(np.concatenate(numbers))
    prompts = Prompts.of([written[number] for number in every])
    vectors = read_words(items.rows, items.reader(), prompts, report=report).prompts
    pairs = zip(numbers, items.directions, strict=True)
    return [vectors[np.searchsorted(every, some)] @ direction for some, direction in pairs]


def ordered(phrases: Sequence[Phrase], rank: str) -> list[Phrase]:
    """Best first; the candidates come by weight."""
    if rank == "words" or not phrases:
        return list(phrases)
    cosines = np.array([phrase.cosine for phrase in phrases], dtype=np.float64)
    scores = cosines if rank == "clip" else fused(-np.arange(len(phrases), dtype=np.float64), cosines)
    return [phrases[place] for place in np.argsort(-scores, kind="stable").tolist()]
