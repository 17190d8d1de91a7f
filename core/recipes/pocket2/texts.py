"""What the text tower reads: kinds of texts, each with its share of a batch."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from core.recipes import phrases, pictures, wordnet
from core.recipes.pocket2 import classes, photographs, sentences

SENTENCES = 250_000
SHARES = {"sentences": 0.42, "definitions": 0.1, "classes": 0.1, "words": 0.12, "drawings": 0.2, "captions": 0.06}
NAME = "pocket2"


@dataclass(frozen=True)
class Texts:
    """Texts of all kinds. said: each once. kinds: name → rows. vectors: (N, 384) float32, the teacher's unit rows."""

    said: list[str]
    kinds: dict[str, np.ndarray]
    vectors: np.ndarray

    def of(self, *names: str) -> np.ndarray:
        """The teacher's vectors of some kinds."""
        return np.concatenate([self.vectors[self.kinds[name]] for name in names])


@lru_cache(maxsize=1)
def texts() -> Texts:
    """All of them; the teacher reads what is new to the cache."""
    kinds = _kinds()
    said = list(dict.fromkeys(text for found in kinds.values() for text in found))
    row = {text: place for place, text in enumerate(said)}
    with torch.autocast("cpu", torch.bfloat16):
        vectors = phrases.vectors(said, NAME)
    return Texts(said, {name: np.array([row[t] for t in found]) for name, found in kinds.items()}, vectors)


def _kinds() -> dict[str, list[str]]:
    synsets = wordnet.synsets()
    drawn = [*pictures.load().phrases, *phrases.emoji_phrases()]
    words = [lemma for s in synsets if s.part != "adv" for lemma in s.lemmas if wordnet.is_plain(lemma)]
    return {
        "sentences": sentences.sentences(SENTENCES),
        "definitions": [t for s in synsets for t in (*s.examples, s.gloss) if 8 < len(t) < 120],
        "classes": [phrase for each in classes.classes() for phrase in classes.phrases(each)],
        "words": list(dict.fromkeys(words)),
        "drawings": list(dict.fromkeys(drawn)),
        "captions": photographs.captions(),
    }


def sample(found: Texts, count: int = 20_000, seed: int = 0) -> np.ndarray:
    """Vectors (count, 384) of sentences, captions and drawings' words alike: what the shared space is fitted to."""
    rng = np.random.default_rng(seed)
    kinds = ("sentences", "captions", "drawings")
    return np.concatenate([found.vectors[rng.choice(found.kinds[kind], count // len(kinds))] for kind in kinds])
