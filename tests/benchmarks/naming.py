"""Which way of naming groups tells most about items that it has not seen.

    .venv/bin/python -m tests.benchmarks.naming [--seeds 5] [--phrases 3]

Emoji by Unicode's group and subgroup, and in 30 clusters of K-means on the images. Half of the different captions, with
their pictures, give each group its phrases; the other half is asked, the mean over groups of two such captions or more
and over random halves:

words: F1 of "one of the phrases stands in the caption" as a guess that the item is of the group;
images: mean average precision of all held-out images, ranked by their cosine with the mean of the phrases' text.

The ways: phrases weighed by log-odds with a prior or by class-based TF-IDF, in the order of these weights ("words"),
of CLIP's text ("clip"), or of both. Prints a table; `--json FILE` writes the figures.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from core.commands.names_words import MOST_CANDIDATES, RANKS, ordered
from core.console import table
from core.encoders import load
from core.maps.neighbours import normalised
from core.methods import Method, discover
from core.naming.choosing import candidates, described, different
from core.naming.contrast import directions
from core.naming.counts import counts
from core.naming.phrases import lexicon, phrases
from core.results import Floats
from core.sources.bundled import ASSETS
from tests.care.faults import Bundled, bundled

Figures = dict[str, Any]
Names = list[list[str]]
CLUSTERS = 30


def groupings(of: Bundled) -> Iterator[tuple[str, np.ndarray]]:
    """A title, and the number of each item's group."""
    import pyarrow.parquet as parquet
    from sklearn.cluster import KMeans

    columns = parquet.read_table(ASSETS / "emoji" / "items.parquet", columns=["id", "group", "subgroup"]).to_pydict()
    order = np.argsort(columns["id"])
    for name in ("group", "subgroup"):
        yield name, np.unique(np.array(columns[name])[order], return_inverse=True)[1]
    yield f"K-means, {CLUSTERS}", KMeans(CLUSTERS, n_init=1, random_state=0).fit_predict(of.image)


class Texts:
    """The vectors of phrases, each read once."""

    def __init__(self) -> None:
        self.encoder = load("pocket")
        self.known: dict[str, Floats] = {}

    def __call__(self, phrases: Sequence[str]) -> Floats:
        new = [each for each in dict.fromkeys(phrases) if each not in self.known]
        if new:
            self.known |= dict(zip(new, self.encoder.encode_texts(new), strict=True))
        return np.stack([self.known[each] for each in phrases])


@cache
def held(caption: str) -> frozenset[str]:
    """The phrases of a caption, in small letters."""
    return frozenset(phrase.casefold() for phrase in phrases(caption))


def every_name(of: Bundled, group: np.ndarray, texts: Texts, method: Method, most: int) -> dict[str, Names]:
    """The phrases of each group by each order."""
    distinct, wording = np.unique(of.captions, return_inverse=True)
    number = int(group.max()) + 1
    counted, written = counts(lexicon(distinct.tolist()), wording.ravel(), group, number)
    scores, ways = method.fit(counted, method.params()), directions(of.image, group, number)
    found: dict[str, Names] = {rank: [] for rank in RANKS}
    for each in range(number):
        numbers = candidates(scores, each, written, MOST_CANDIDATES)
        words = [written[place] for place in numbers.tolist()]
        cosines = texts(words) @ ways[each] if words else np.zeros(0, np.float32)
        known = described(numbers, counted, scores, each, written, cosines)
        for rank in RANKS:
            found[rank].append([phrase.phrase for phrase in different(ordered(known, rank), most)])
    return found


def asked(of: Bundled, group: np.ndarray, names: Names, texts: Texts) -> tuple[float, float]:
    """F1 by words and average precision by images, the mean over groups."""
    from sklearn.metrics import average_precision_score

    distinct, wording = np.unique(of.captions, return_inverse=True)
    scores = []
    for number, given in enumerate(names):
        mine = group == number
        if not given or len(np.unique(wording[mine])) < 2:
            continue
        wanted = {phrase.casefold() for phrase in given}
        guessed = np.array([not wanted.isdisjoint(held(caption)) for caption in distinct])[wording.ravel()]
        f1 = 2 * (guessed & mine).sum() / (guessed.sum() + mine.sum())
        query = normalised(texts(given).mean(axis=0)[None])[0]
        scores.append((f1, average_precision_score(mine, of.image @ query)))
    return tuple(np.mean(scores, axis=0).tolist())  # type: ignore[return-value]


def figures(seeds: int, most: int) -> Iterator[Figures]:
    every, texts = bundled("emoji"), Texts()
    distinct = np.unique(every.captions)
    for title, group in groupings(every):
        found: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for seed in range(seeds):
            first = np.random.default_rng(seed).random(len(distinct)) < 0.5
            known = first[np.searchsorted(distinct, every.captions)]
            for name, method in discover("core.naming").items():
                made = every_name(every.take(np.flatnonzero(known)), group[known], texts, method, most)
                for rank, names in made.items():
                    answer = asked(every.take(np.flatnonzero(~known)), group[~known], names, texts)
                    found.setdefault((name, rank), []).append(answer)
        for (name, rank), answers in found.items():
            (words, images), (sd, other) = np.mean(answers, axis=0), np.std(answers, axis=0)
            told = {"words": f"{words:.3f} ± {sd:.3f}", "images": f"{images:.3f} ± {other:.3f}"}
            yield {"groups": title, "weighed by": name, "in the order of": rank, **told}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--phrases", type=int, default=3)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found = list(figures(arguments.seeds, arguments.phrases))
    print(table(found))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
