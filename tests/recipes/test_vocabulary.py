"""Byte-pair merges: the most frequent pair first, ties by text."""

from collections import Counter

from core.recipes import vocabulary


def test_frequent_words_become_one_symbol() -> None:
    merges = vocabulary.learn(Counter({("c", "a", "t</w>"): 9, ("c", "o", "w</w>"): 2}), 2)
    assert merges == [("a", "t</w>"), ("c", "at</w>")]
