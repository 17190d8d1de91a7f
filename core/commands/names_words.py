"""Where the words of names come from: the captions' own phrases, or a list of prompts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from core.commands.grouping import Grouping
from core.commands.prompting import Reader, read_words, warning
from core.errors import MissingWeights
from core.inputs import Rows
from core.methods import Method
from core.naming.choosing import Phrase, candidates, described, different, fused
from core.naming.counts import counts
from core.naming.phrases import lexicon, said
from core.progress import Progress, Report
from core.results import Floats
from core.semantics.prompts import MOST_PROMPTS, Prompts

RANKS = ("both", "words", "clip")
MOST_CANDIDATES = 30
"""Phrases of a group that are looked at, where no more are wanted; CLIP's text reads those of all groups at most
`MOST_PROMPTS` in all."""


class Ground(Protocol):
    """Items in groups."""

    @property
    def rows(self) -> Rows: ...
    @property
    def grouping(self) -> Grouping: ...
    @property
    def said(self) -> list[str]: ...
    @property
    def directions(self) -> Floats: ...


@dataclass(frozen=True)
class Words:
    """The phrases of each group, best first. source: where they come from; rank: by what they are ordered.

    remarks: what a result says beside, e.g. a warning.
    """

    phrases: Sequence[Sequence[Phrase]]
    source: str
    rank: str
    remarks: Mapping[str, Any] = field(default_factory=dict)


Read = Callable[[], Reader]


def of_captions(
    ground: Ground, method: Method, settings: Any, rank: str, most: int, read: Read, report: Report
) -> Words:
    """Phrases that the groups' captions have; without the model's weights ranked by words alone, which is said."""
    report(Progress(0, 10, "counting the phrases of captions"))
    captions, saying = said(ground.said)
    groups = len(ground.grouping.names)
    counted, written = counts(lexicon(captions), saying, ground.grouping.group, groups)
    weights = method.fit(counted, settings)
    several, read_too = max(MOST_CANDIDATES, most), rank != "words"
    some = min(several, MOST_PROMPTS // groups) if read_too else several
    asked = [candidates(weights, group, written, some) for group in range(groups)]
    found, remarks = None, {}
    if read_too and any(map(len, asked)):
        try:
            found = _cosines(ground, asked, written, read(), report)
        except MissingWeights as error:
            rank, remarks = "words", {"warning": f"phrases are ranked by words alone: {error}"}
    every = []
    for group, numbers in enumerate(asked):
        phrases = described(numbers, counted, weights, group, written, found[group] if found else None)
        every.append(different(ordered(phrases, rank), most))
    return Words(every, "captions", rank, remarks)


def of_prompts(ground: Ground, given: tuple[str, Prompts], most: int, read: Read, report: Report) -> Words:
    """The prompts of a list that lie most along each group's direction."""
    source, prompts = given
    report(Progress(0, 10, "loading the model"))
    found = read_words(ground.rows, read(), prompts, report=report)
    cosines = ground.directions @ found.prompts.T
    every = []
    for row in cosines:
        order = np.argsort(-row, kind="stable")[: max(most, 1)]
        every.append([Phrase(prompts.texts[place], cosine=float(row[place])) for place in order.tolist()])
    return Words(every, source, "clip", warning(found))


def _cosines(
    ground: Ground, asked: Sequence[np.ndarray], written: Sequence[str], words: Reader, report: Report
) -> list[Floats]:
    """Of each group's candidates with its direction: (C,) each; every phrase is read once."""
    different = np.unique(np.concatenate(asked))
    vectors = read_words(ground.rows, words, Prompts.of([written[number] for number in different]), report=report)
    ways = ground.directions
    return [vectors.prompts[np.searchsorted(different, numbers)] @ ways[group] for group, numbers in enumerate(asked)]


def ordered(phrases: Sequence[Phrase], rank: str) -> list[Phrase]:
    """Best first; the candidates come by weight."""
    if rank == "words" or not phrases:
        return list(phrases)
    weights = -np.arange(len(phrases), dtype=np.float64)
    cosines = np.array([phrase.cosine for phrase in phrases], dtype=np.float64)
    scores = cosines if rank == "clip" else fused(weights, cosines)
    return [phrases[place] for place in np.argsort(-scores, kind="stable").tolist()]
