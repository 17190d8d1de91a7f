"""The phrases on which the text tower learns, with their cached teacher vectors."""

import json
import re
from collections import Counter

import numpy as np

from core.recipes import captions, download, sources, wordnet
from core.recipes.teacher import teacher

WORDNET_WORDS = 26_000


def wordnet_words() -> list[str]:
    """WordNet's words: those counted in its tagged texts first, then short plain nouns."""
    counts = Counter[str]()
    for (word, _), count in wordnet.counts().items():
        counts[word] += count
    for name in ("noun", "verb", "adj"):
        for line in (wordnet.folder() / f"index.{name}").read_text().splitlines():
            if not line.startswith(" "):
                fields = line.split()
                counts.setdefault(fields[0].replace("_", " "), -len(fields[0]))
    plain = [w for w in counts if re.fullmatch(r"[a-z]+( [a-z]+)?", w) and len(w) > 2]
    return sorted(plain, key=lambda w: (-counts[w], w))[:WORDNET_WORDS]


def emoji_phrases() -> list[str]:
    """Every name, short name and tag of the concepts, seen or held out (text only)."""
    table = captions.concepts()
    extra = [c.name.split(": ", 1)[-1] for c in table] + [c.subgroup.replace("-", " ") for c in table]
    found = [p for c in table for p in [*captions.concept_captions(c), *c.tags]]
    return list(dict.fromkeys([*found, *extra, *sources.FASHION_CLASSES]))


def corpus(picture_phrases: list[str]) -> list[str]:
    """All training phrases: the pictures' captions, the emoji's words, WordNet's words."""
    return list(dict.fromkeys([*picture_phrases, *emoji_phrases(), *wordnet_words()]))


def vectors(texts: list[str], name: str = "phrases") -> np.ndarray:
    """Teacher vectors (n, 384) of the texts; only texts new to the cache are computed."""
    folder = download.cache_dir("teacher")
    index, matrix = folder / f"{name}.json", folder / f"{name}.npy"
    known = json.loads(index.read_text()) if index.exists() else []
    cached = np.load(matrix) if known else np.empty((0, 384), np.float32)
    new = sorted(set(texts).difference(known))
    if new:
        cached = np.concatenate([cached, teacher().encode(new)])
        known = known + new
        np.save(matrix, cached)
        index.write_text(json.dumps(known))
    row = {t: i for i, t in enumerate(known)}
    return cached[[row[t] for t in texts]]
