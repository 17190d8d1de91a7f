"""Cartoon people as a structural causal model: a face is a function of its factors and of chance.

The parts are those of facesjs (Apache-2.0), which draws them. Each person has seven factors, drawn evenly and
independently, and one uniform number for each choice that the factors leave open. A counterfactual keeps those
numbers and changes one factor (Pearl, *Causality*, 2009, section 7.1): whatever facesjs draws by sex or by race
follows, the n-th of one list becoming the n-th of the other, and all else stays.

A counterfactual can only be asked of an editor where the picture tells it. So parts that can hide one another hang on
one chance: the fairer the skin, the fairer the hair; a hat goes with the jersey, a beard with the brows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

FACTORS: dict[str, tuple[str, ...]] = {
    "glasses": ("no", "yes"),
    "sex": ("female", "male"),
    "race": ("white", "asian", "brown", "black"),
    "facial hair": ("no", "yes"),
    "hat": ("no", "yes"),
    "long hair": ("no", "yes"),
    "smile": ("no", "yes"),
}
"""Factor → its values; a label is the place of a value. The names of the values are facesjs' own."""

SKIN = {
    "white": ("#f2d6cb", "#ddb7a0"),
    "asian": ("#fedac7", "#f0c5a3", "#eab687"),
    "brown": ("#bb876f", "#aa816f", "#a67358"),
    "black": ("#ad6453", "#74453d", "#5c3937"),
}
HAIR = {
    "white": ("#e9c67b", "#D7BF91", "#CC9966", "#B55239", "#5A3825", "#3D2314", "#272421", "#2C1608"),
    "asian": ("#272421", "#0f0902"),
    "brown": ("#272421", "#1c1008"),
    "black": ("#272421",),
}
"""facesjs' own palettes, from light to dark; a person's colour lies between two neighbours."""

BY_SEX: dict[str, Mapping[str, Sequence[str]]] = {
    "hair": {
        "female": ("female1", "female4", "female5", "female6", "female11", "female8"),
        "male": ("short", "crop-fade2", "parted", "messy", "high", "spike"),
    },
    "eye": {
        "female": ("female1", "female3", "female5", "female9", "female10", "female11"),
        "male": ("eye1", "eye3", "eye5", "eye6", "eye10", "eye4"),
    },
    "head": {
        "female": ("female1", "female2", "female3", "head18"),
        "male": ("head2", "head6", "head4", "head16"),
    },
    "back": {"female": ("female3",), "male": ("longHair",)},
}
"""Part → sex → its kinds; both lists of a part are equally long."""

RANGES = {
    "body": {"female": (0.8, 0.9), "male": (0.95, 1.05)},
    "fatness": {"female": (0.0, 0.4), "male": (0.0, 1.0)},
    "ear": {"female": (0.5, 1.0), "male": (0.5, 1.5)},
    "nose": {"female": (0.5, 1.0), "male": (0.5, 1.25)},
}
"""facesjs' own ranges of sizes."""

KINDS: dict[str, Sequence[str]] = {
    "glasses": ("glasses1-primary", "glasses1-secondary", "glasses2-black"),
    "beard": ("beard1", "beard3", "fullgoatee2", "mustache1", "muttonStache", "wilt"),
    "brow": ("eyebrow1", "eyebrow4", "eyebrow8", "eyebrow11", "eyebrow14", "eyebrow17"),
    "jersey": ("jersey", "jersey2", "football", "hockey", "baseball2", "baseball4"),
    "hat": ("hat", "hat2", "hat3"),
    "smile": ("smile2", "smile3", "smile4"),
    "no smile": ("closed", "straight", "side"),
    "nose kind": ("nose1", "nose2", "nose4", "nose6", "nose9", "nose12", "nose13", "small"),
}
ALONE = ("hair", "eye", "head", *RANGES, "glasses", "mouth", "nose kind", "eye angle", "brow angle")
CHANCES = (*ALONE, "complexion", "team", "hairiness")
"""The open choices; those of the last line settle two parts each."""


@dataclass(frozen=True)
class Person:
    """``labels``: factor → place of its value; ``chance``: open choice → a number in [0, 1)."""

    labels: Mapping[str, int]
    chance: Mapping[str, float]

    def with_factor(self, factor: str, label: int) -> Person:
        """The counterfactual: one factor set, chance kept."""
        return replace(self, labels={**self.labels, factor: label})

    def value(self, factor: str) -> str:
        """The name of a factor's value, such as ``"male"``."""
        return FACTORS[factor][self.labels[factor]]

    def has(self, factor: str) -> bool:
        """Whether a factor of two values is there."""
        return self.value(factor) == "yes"

    def pick(self, chance: str, kinds: Sequence[str]) -> str:
        """The kind on which a chance falls."""
        return kinds[int(self.chance[chance] * len(kinds))]

    def colour(self, palette: Sequence[str]) -> str:
        """The colour of a palette on which the person's complexion falls, between two neighbours."""
        place = self.chance["complexion"] * (len(palette) - 1)
        ends = [bytes.fromhex(palette[min(n, len(palette) - 1)][1:]) for n in (int(place), int(place) + 1)]
        return "#" + bytes(round(a + (b - a) * (place % 1)) for a, b in zip(*ends, strict=True)).hex()

    def size(self, chance: str, low: float, high: float) -> float:
        """The size on which a chance falls."""
        return low + (high - low) * self.chance[chance]


def draw(rng: np.random.Generator) -> Person:
    """One person, every factor even and independent of the others."""
    return Person(
        {factor: int(rng.integers(len(values))) for factor, values in FACTORS.items()},
        {name: float(rng.random()) for name in CHANCES},
    )


def face(person: Person) -> dict[str, object]:
    """The face as facesjs describes one."""
    sex, race = person.value("sex"), person.value("race")
    kind = {part: person.pick(part, BY_SEX[part][sex]) for part in ("hair", "eye", "head")}
    size = {part: person.size(part, *limits[sex]) for part, limits in RANGES.items()}

    def worn(factor: str, chance: str, kinds: Sequence[str]) -> dict[str, str]:
        return {"id": person.pick(chance, kinds) if person.has(factor) else "none"}

    none = {"id": "none"}
    return {
        "fatness": size["fatness"],
        "teamColors": ["#89bfd3", "#7a1319", "#07364f"],
        "hairBg": worn("long hair", "hair", BY_SEX["back"][sex]),
        "body": {"id": "body", "color": person.colour(SKIN[race]), "size": size["body"]},
        "jersey": {"id": person.pick("team", KINDS["jersey"])},
        "ear": {"id": "ear1", "size": size["ear"]},
        "head": {"id": kind["head"], "shave": "rgba(0,0,0,0)"},
        "eyeLine": none,
        "smileLine": none,
        "miscLine": none,
        "facialHair": worn("facial hair", "hairiness", KINDS["beard"]),
        "eye": {"id": kind["eye"], "angle": round(person.size("eye angle", -10, 15))},
        "eyebrow": {"id": person.pick("hairiness", KINDS["brow"]), "angle": round(person.size("brow angle", -15, 20))},
        "hair": {"id": kind["hair"], "color": person.colour(HAIR[race]), "flip": False},
        "mouth": {"id": person.pick("mouth", KINDS["smile" if person.has("smile") else "no smile"]), "flip": False},
        "nose": {"id": person.pick("nose kind", KINDS["nose kind"]), "flip": False, "size": size["nose"]},
        "glasses": worn("glasses", "glasses", KINDS["glasses"]),
        "accessories": worn("hat", "team", KINDS["hat"]),
    }
