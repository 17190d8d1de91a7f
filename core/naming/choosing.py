"""From scored phrases to the names of groups: candidates, two rankings made one, nothing said twice."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.naming.counts import Counts, Doubles, Weights
from core.naming.phrases import words_of
from core.results import Floats, Integers

FUSION = 60
"""Of reciprocal rank fusion, as its authors have it."""


@dataclass(frozen=True)
class Phrase:
    """A phrase of a group. weight: by its method, None for a prompt. share, others: of the captioned items of the group
    and of all others that have it, None for a prompt. cosine: with the group's direction, None without a text model."""

    phrase: str
    weight: float | None = None
    share: float | None = None
    others: float | None = None
    cosine: float | None = None


def candidates(weights: Weights, group: int, written: Sequence[str], most: int) -> Integers:
    """The phrases of a group with the highest weights above zero; of equal ones, those of more words first."""
    numbers, values = weights.of(group)
    numbers, values = numbers[values > 0], values[values > 0]
    lengths = np.array([written[number].count(" ") for number in numbers.tolist()], dtype=np.int64)
    return numbers[np.lexsort((numbers, -lengths, -values))][:most]


def described(
    numbers: Integers, counts: Counts, weights: Weights, group: int, written: Sequence[str], cosines: Floats | None
) -> list[Phrase]:
    """The candidates (C,) of a group with their figures; cosines: (C,) or None."""
    known, weight = weights.of(group)
    columns = {number: place for place, number in enumerate(known.tolist())}
    within = counts.of(group)
    size, rest = int(counts.sizes[group]), counts.items - int(counts.sizes[group])
    found = []
    for place, number in enumerate(numbers.tolist()):
        here = int(within[columns[number]])
        cosine = None if cosines is None else float(cosines[place])
        others = (int(counts.totals[number]) - here) / max(rest, 1)
        found.append(Phrase(written[number], float(weight[columns[number]]), here / max(size, 1), others, cosine))
    return found


def fused(first: Doubles, second: Doubles) -> Doubles:
    """Two scores of the same things (C,) as one: the sum of 1 / (60 + rank) in each.

    Cormack, Clarke and Büttcher: Reciprocal rank fusion outperforms Condorcet and individual rank learning methods.
    SIGIR, 2009.
    """
    return sum((1 / (FUSION + 1 + _ranks(each)) for each in (first, second)), np.zeros(len(first)))


def different(order: Sequence[Phrase], most: int) -> list[Phrase]:
    """The first phrases of which none has all words of another: at most so many."""
    kept: list[Phrase] = []
    for phrase in order:
        words = words_of(phrase.phrase)
        if len(kept) < most and not any(words <= (own := words_of(each.phrase)) or own <= words for each in kept):
            kept.append(phrase)
    return kept


def names(phrases: Sequence[Sequence[Phrase]]) -> list[str | None]:
    """A name for each group: its first phrase, and the second where another group has the same first one.

    None for a group without phrases; two groups that share both have the same name.
    """
    first = Counter(each[0].phrase.casefold() for each in phrases if each)
    shown = (each[: 1 + (first[each[0].phrase.casefold()] > 1)] if each else () for each in phrases)
    return [", ".join(phrase.phrase for phrase in each) or None for each in shown]


def _ranks(scores: Doubles) -> Doubles:
    ranks = np.empty(len(scores))
    ranks[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return ranks
