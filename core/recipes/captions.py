"""Concepts (base emoji), cleaned captions, and the split into seen and held-out concepts."""

import random
import re
from dataclasses import dataclass, field
from functools import lru_cache

from core.recipes import download

HELD_OUT_SHARE = 0.10
SPLIT_SEED = 20
_DROP = re.compile(
    r"\b(?:outlined?|filled|fill|rounded|sharp|bold|linear|broken|duotone|two ?tone|regular|light"
    r"|thin|solid|line|alt|color|sketch|negative|monochrome|animated|static|remix|flat"
    r"|\d{1,3}|bold duotone|line duotone)\b"
)
_TEMPLATES = (
    "a drawing of a {}",
    "a drawing of {}",
    "an icon of a {}",
    "{} icon",
    "{} emoji",
    "a picture of a {}",
    "a photo of a {}",
    "a photo of {}",
    "a sketch of a {}",
    "a cartoon of a {}",
    "clip art of a {}",
    "an image of {}",
    "the {} symbol",
    "a {}",
    "{}, a drawing",
    "this is a {}",
    "an illustration of {}",
    "emoji: {}",
    "{}s",
)


@dataclass
class Concept:
    """One base emoji (no skin tones)."""

    hexcode: str
    emoji: str
    name: str
    group: str
    subgroup: str
    tags: list[str]
    aliases: list[str] = field(default_factory=list)
    held_out: bool = False


def squash(text: str) -> str:
    """Lower-case letters and digits only: the key on which names of styles are matched."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def words(text: str) -> list[str]:
    """Lower-case words with a plain plural ending removed."""
    found = re.findall(r"[a-z0-9]+", text.lower())
    return [w[:-1] if len(w) > 3 and w.endswith("s") and not w.endswith("ss") else w for w in found]


def clean(text: str) -> str:
    """An icon's file name as a caption: ``bell-ring-outline-24`` → ``bell ring``."""
    plain = re.sub(r"[-_/.:]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)).lower()
    kept = re.sub(r"\s+", " ", _DROP.sub(" ", plain)).strip()
    return kept or plain.strip()


def pick_held_out(count: int) -> set[int]:
    """Indices of the held-out tenth of the concepts (fixed seed)."""
    return set(random.Random(SPLIT_SEED).sample(range(count), round(count * HELD_OUT_SHARE)))


@lru_cache(maxsize=1)
def concepts() -> list[Concept]:
    """All base emoji in Unicode's order, about 1,900."""
    meta, codes = download.emojibase_meta(), download.shortcodes()
    entries = [e for e in download.emojibase() if e.get("group", 2) != 2]
    entries.sort(key=lambda e: e["order"])
    held = pick_held_out(len(entries))
    return [_concept(e, meta, codes, i in held) for i, e in enumerate(entries)]


def _concept(entry: dict, meta: dict, codes: dict, held: bool) -> Concept:
    aliases = [clean(c) for c in codes.get(entry["hexcode"], [])]
    return Concept(
        entry["hexcode"],
        entry["emoji"],
        entry["label"],
        meta["groups"][str(entry["group"])],
        meta["subgroups"][str(entry["subgroup"])],
        entry.get("tags", []),
        [a for a in aliases if a != entry["label"]],
        held,
    )


def bare(hexcode: str) -> str:
    """A code-point sequence without variation selectors, so that all sets agree."""
    return "-".join(p for p in hexcode.lower().split("-") if p != "fe0f")


@lru_cache(maxsize=1)
def by_hexcode() -> dict[str, int]:
    """Bare hexcode → index into :func:`concepts`."""
    return {bare(c.hexcode): i for i, c in enumerate(concepts())}


@lru_cache(maxsize=1)
def by_name() -> dict[str, int]:
    """Squashed name or short code → index into :func:`concepts`; names win over short codes."""
    table = {squash(a): i for i, c in enumerate(concepts()) for a in c.aliases}
    table.update({squash(c.name): i for i, c in enumerate(concepts())})
    flags = {
        squash(c.name.replace("flag: ", "flag for ")): i
        for i, c in enumerate(concepts())
        if c.name.startswith("flag: ")
    }
    return {**flags, **table}


def flag_concept(code: str) -> int | None:
    """ISO country code (``fr``) → the concept of its flag."""
    if not re.fullmatch(r"[a-z]{2}", code):
        return None
    return by_hexcode().get("-".join(f"{0x1F1E6 + ord(c) - 97:x}" for c in code))


def concept_captions(concept: Concept) -> list[str]:
    """Captions of one emoji: its name first, then short names, then its tags in twos and ones."""
    tags = [t for t in concept.tags if len(t) > 1]
    joined = [" ".join(tags[i : i + 3]) for i in range(0, min(len(tags), 6), 3)]
    return list(dict.fromkeys([concept.name, *concept.aliases[:3], *joined]))


@lru_cache(maxsize=1)
def _held_out_phrases() -> list[tuple[str, ...]]:
    names = [n for c in concepts() if c.held_out for n in [c.name, *c.aliases]]
    return sorted({tuple(words(n)) for n in names if words(n)})


@lru_cache(maxsize=1)
def _held_out_index() -> dict[str, list[tuple[str, ...]]]:
    index: dict[str, list] = {}
    for phrase in _held_out_phrases():
        index.setdefault(phrase[0], []).append(phrase)
    return index


def names_held_out(text: str) -> bool:
    """Whether the caption contains the full name of a held-out concept as a run of words."""
    tokens = words(text)
    return any(tuple(tokens[i : i + len(p)]) == p for i, w in enumerate(tokens) for p in _held_out_index().get(w, ()))


def templated(text: str, rng: random.Random) -> str:
    """The text inside a random prompt, as zero-shot prompts of an app would hold it."""
    return rng.choice(_TEMPLATES).format(text)
