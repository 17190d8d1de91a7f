"""WordNet 3.0 as records: lemmas, fields of meaning, how often each was met in tagged texts, and glosses."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.recipes import download

FIELDS = {3: "tops", 5: "animal", 6: "artifact", 8: "body", 13: "food", 15: "location", 17: "object", 18: "person"}
FIELDS |= {20: "plant", 27: "substance"}
_PLAIN = re.compile(r"[a-z]+([ -][a-z]+)?")


@dataclass(frozen=True)
class Synset:
    """One meaning. part: "noun", "verb", "adj" or "adv". field: of nouns, see ``FIELDS``, else "". count: of its first
    lemma in tagged texts. gloss: its definition; examples: sentences with it."""

    offset: int
    part: str
    field: str
    lemmas: tuple[str, ...]
    count: int
    gloss: str
    examples: tuple[str, ...]


def folder() -> Path:
    """Where the tables of Debian's ``wordnet-base`` lie."""
    return download.deb("wordnet-base") / "usr/share/wordnet"


@lru_cache(maxsize=1)
def synsets() -> list[Synset]:
    """All synsets of WordNet."""
    known = counts()
    return [each for part in ("noun", "verb", "adj", "adv") for each in _read(part, known)]


def counts() -> Counter[tuple[str, str]]:
    """(lemma, part) → times met, over all of its meanings."""
    found: Counter[tuple[str, str]] = Counter()
    parts = {"1": "noun", "2": "verb", "3": "adj", "4": "adv", "5": "adj"}
    for line in (folder() / "cntlist.rev").read_text().splitlines():
        key, _, count = line.split()
        lemma, _, rest = key.partition("%")
        found[lemma.replace("_", " "), parts[rest[0]]] += int(count)
    return found


def _read(part: str, counts: Counter[tuple[str, str]]) -> Iterator[Synset]:
    for line in (folder() / f"data.{part}").read_text().splitlines():
        if line.startswith(" "):
            continue
        facts, _, gloss = line.partition(" | ")
        fields = facts.split()
        size = int(fields[3], 16)
        lemmas = tuple(_clean(fields[4 + 2 * i]) for i in range(size))
        definition, *_ = gloss.split('; "')
        examples = tuple(re.findall(r'"([^"]+)"', gloss))
        field = FIELDS.get(int(fields[1]), "") if part == "noun" else ""
        yield Synset(int(fields[0]), part, field, lemmas, counts[lemmas[0].lower(), part], definition.strip(), examples)


def _clean(lemma: str) -> str:
    return re.sub(r"\([a-z]+\)$", "", lemma).replace("_", " ")


def is_plain(lemma: str) -> bool:
    """Whether a lemma is one or two words in small letters."""
    return bool(_PLAIN.fullmatch(lemma))
