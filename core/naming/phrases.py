"""Phrases of captions: runs of one to three words, exactly as some caption holds them.

No phrase bridges a comma or a word that was left out, so that none is made up; little words may stand inside a phrase
("cup of tea") but not at its ends.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MOST_WORDS = 3
_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
_LITTLE = """
a an the this that these those some any each every and or but nor so as than then if of in on at by to from with without
for into onto over under up down out off about is are was were be been being am has have had do does did it its he him
his she her hers they them their we us our you your i me my who whom whose which what there here not no s t
"""
LITTLE = frozenset(_LITTLE.split())
"""English words that say nothing of an item: no phrase begins or ends with one. Other languages have none here."""


@dataclass(frozen=True)
class Lexicon:
    """V phrases of S captions. written: each as captions write it; held: (S, V) of 0 and 1, which caption has it."""

    written: Sequence[str]
    held: "csr_array"


def lexicon(captions: Sequence[str]) -> Lexicon:
    """Every phrase of the captions; capitals make no difference, and small letters are written where they occur."""
    from scipy.sparse import csr_array

    numbers: dict[str, int] = {}
    written: list[str] = []
    columns: list[int] = []
    ends = [0]
    for caption in captions:
        here: dict[int, None] = {}
        for phrase in phrases(caption):
            key = phrase.casefold()
            number = numbers.setdefault(key, len(written))
            if number == len(written):
                written.append(phrase)
            elif phrase == key:
                written[number] = phrase
            here[number] = None
        columns.extend(here)
        ends.append(len(columns))
    ones = np.ones(len(columns), dtype=np.int64)
    return Lexicon(written, csr_array((ones, columns, ends), shape=(len(captions), len(written))))


def phrases(caption: str) -> Iterator[str]:
    """Of one caption, those that occur twice twice."""
    for words in _stretches(caption):
        for begin in range(len(words)):
            for end in range(begin + 1, min(begin + MOST_WORDS, len(words)) + 1):
                if words[begin].casefold() not in LITTLE and words[end - 1].casefold() not in LITTLE:
                    yield " ".join(words[begin:end])


def words_of(phrase: str) -> frozenset[str]:
    """Its words in small letters."""
    return frozenset(_WORD.findall(phrase.casefold()))


def holds(caption: str, phrase: str) -> bool:
    """Whether a caption has the phrase, word for word."""
    return any(each.casefold() == phrase.casefold() for each in phrases(caption))


def _stretches(caption: str) -> Iterator[list[str]]:
    """Words with nothing but spaces between them."""
    found = list(_WORD.finditer(caption))
    stretch = [found[0].group()] if found else []
    for before, each in pairwise(found):
        if caption[before.end() : each.start()].strip():
            yield stretch
            stretch = []
        stretch.append(each.group())
    if stretch:
        yield stretch


def distinct(captions: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    """The S different captions, capitals and spaces aside, and the number of each item's, -1 for none: (N,)."""
    known: dict[str, int] = {}
    different: list[str] = []
    of = np.full(len(captions), -1, dtype=np.int64)
    for row, caption in enumerate(captions):
        plain = " ".join(caption.split())
        if not plain:
            continue
        number = known.setdefault(plain.casefold(), len(different))
        if number == len(different):
            different.append(plain)
        of[row] = number
    return different, of
