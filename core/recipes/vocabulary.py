"""Byte-pair merges for open_clip's tokenizer, learned on the captions (Sennrich et al. 2016)."""

import gzip
import heapq
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import regex
from open_clip.tokenizer import bytes_to_unicode

VOCAB_SIZE = 10_000
SPECIAL = 2
_PATTERN = regex.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+")


def word_counts(texts: list[str]) -> Counter:
    """Counts of words, each a tuple of byte symbols with ``</w>`` on the last one."""
    table = bytes_to_unicode()
    found: Counter[tuple[str, ...]] = Counter()
    for text in texts:
        for word in _PATTERN.findall(text.lower()):
            symbols = [table[b] for b in word.encode("utf-8")]
            found[(*symbols[:-1], symbols[-1] + "</w>")] += 1
    return found


def _merged(word: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    out, i = [], 0
    while i < len(word):
        match = word[i : i + 2] == pair
        out.append(word[i] + word[i + 1] if match else word[i])
        i += 2 if match else 1
    return tuple(out)


def learn(counts: Counter, merges: int) -> list[tuple[str, str]]:
    """The ``merges`` most frequent pairs, greedily, ties broken by text."""
    items = [[w, n] for w, n in sorted(counts.items())]
    pairs: Counter[tuple[str, str]] = Counter()
    where: dict[tuple[str, str], set[int]] = defaultdict(set)
    for i, (word, n) in enumerate(items):
        for pair in pairwise(word):
            pairs[pair] += n
            where[pair].add(i)
    queue = [(-n, pair) for pair, n in pairs.items()]
    heapq.heapify(queue)
    found: list[tuple[str, str]] = []
    while len(found) < merges and queue:
        count, best = heapq.heappop(queue)
        if pairs[best] != -count:  # out of date: counts fall without telling the queue
            if pairs[best] > 0:
                heapq.heappush(queue, (-pairs[best], best))
            continue
        found.append(best)
        grown = set().union(*(_replace(items[i], i, best, pairs, where) for i in where.pop(best)))
        pairs[best] = 0
        for pair in grown - {best}:
            heapq.heappush(queue, (-pairs[pair], pair))
    return found


def _replace(item: list, i: int, best: tuple[str, str], pairs: Counter, where: dict) -> set:
    """Merge ``best`` in one word; returns the pairs it now holds."""
    word, n = item
    for pair in pairwise(word):
        pairs[pair] -= n
    item[0] = _merged(word, best)
    now = set(pairwise(item[0]))
    for pair in pairwise(item[0]):
        pairs[pair] += n
    for pair in now:
        where[pair].add(i)
    return now


def write(texts: list[str], path: Path, size: int = VOCAB_SIZE) -> None:
    """Learn merges on the texts for a vocabulary of that size and write them as ``merges.txt.gz``."""
    merges = learn(word_counts(texts), size - 512 - SPECIAL)
    body = "\n".join(["#version: clipscape pocket", *(" ".join(m) for m in merges)])
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", mtime=0, fileobj=raw) as out:
        out.write(body.encode("utf-8"))
