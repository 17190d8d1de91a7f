"""Sentences like captions, drawn from a small grammar over WordNet's words: what the text tower practises on.

No caption of any picture is in them. Words are drawn by the roots of how often they were met in tagged texts and how
many drawings show them, so that rare animals and tools come up as well.
"""

import random
import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from itertools import accumulate

from core.recipes import pictures, wordnet


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split(", "))


PEOPLE = _listed("man, woman, boy, girl, person, child, little girl, young man, young woman, old man, baby")
CROWDS = _listed("people, men, women, children, kids, girls, boys, young people, players")
COUNTS = _listed("two, three, four, several, many, some, a group of, a couple of, a bunch of, a pair of")
COLOURS = _listed("red, blue, green, white, black, brown, yellow, orange, pink, gray, purple")
LOOKS = (*COLOURS, *_listed("small, large, big, old, young, wooden, empty, tall, long, dirty, colorful"))
STATES = _listed("sitting, standing, lying, parked, placed, resting, displayed, hanging, laying, seen")
ACTS = _listed(
    "holding, carrying, using, looking at, eating, riding, playing with, sitting on, standing by, wearing, walking "
    "past, pulling, pushing, throwing, catching, reading, feeding, cutting, making, jumping over, leaning on, "
    "posing with, talking on, driving, watching, cooking, hitting, swinging, taking a picture of, sleeping on, "
    "lying on, waiting for, drinking from, touching, flying, washing"
)
MOVES = _listed("walking, running, standing, sitting, playing, swimming, flying, sleeping, grazing, jumping")
WHERE = _listed("on, in, near, next to, in front of, behind, under, beside, by, on top of, inside, at")
PLACES = _listed(
    "field, street, beach, kitchen, bathroom, living room, table, park, road, city, forest, sidewalk, river, "
    "mountain, building, bedroom, snow, water, ocean, lake, desk, office, bed, grass, tree, fence, window, "
    "restaurant, parking lot, train station, airport, zoo, garden, store, market, wall, floor, chair, couch, plate, "
    "counter, shelf, sky, hill, bridge, room"
)
LIGHT = _listed("at night, on a sunny day, in the rain, at sunset, on a cloudy day, in black and white, outdoors")
VIEWS = _listed(
    "a close up of {}, a photo of {}, a view of {}, a picture of {}, there is {}, a black and white photo of {}"
)

Draw = Callable[[random.Random], str]


@lru_cache(maxsize=8)
def _words(field: str) -> tuple[list[str], list[float]]:
    """Nouns of a field, with the running sum of their weights."""
    found: dict[str, float] = {}
    drawn = _drawn()
    for each in wordnet.synsets():
        if each.part == "noun" and each.field == field:
            for place, lemma in enumerate(filter(wordnet.is_plain, each.lemmas)):
                weight = 0.5 * (each.count / (1 + place)) ** 0.5 + 2 * drawn[lemma] ** 0.5 + 0.15
                found[lemma] = max(found.get(lemma, 0), weight)
    return list(found), list(accumulate(found.values()))


@lru_cache(maxsize=1)
def _drawn() -> Counter[str]:
    """How many captions of drawings are just this word or end in it: what people draw icons of is everyday."""
    phrases = pictures.load().phrases
    return Counter([end for phrase in phrases for end in {phrase, " ".join(phrase.split()[-1:])}])


def noun(rng: random.Random, field: str) -> str:
    """One noun of a field of meaning."""
    words, weights = _words(field)
    return rng.choices(words, cum_weights=weights)[0]


def plural(word: str) -> str:
    """By the usual rules."""
    if word.endswith(("s", "x", "ch", "sh")):
        return word + "es"
    return re.sub("([^aeiou])y$", r"\1ie", word) + "s"


def article(words: str) -> str:
    """With a or an before it."""
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _thing(rng: random.Random, field: str) -> str:
    word = noun(rng, field)
    return article(f"{rng.choice(LOOKS)} {word}" if rng.random() < 0.3 else word)


def _subject(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.35:
        return article(rng.choice(PEOPLE))
    if kind < 0.45:
        return f"{rng.choice(COUNTS)} {rng.choice(CROWDS)}"
    if kind < 0.5:
        return f"{rng.choice(COUNTS)} {plural(noun(rng, rng.choice(('animal', 'person', 'artifact'))))}"
    return _thing(rng, "person" if kind < 0.55 else "animal")


def _object(rng: random.Random) -> str:
    return _thing(rng, rng.choices(("artifact", "food", "animal", "plant", "object", "body"), (10, 3, 2, 1, 1, 1))[0])


def _place(rng: random.Random) -> str:
    kind = rng.random()
    where = rng.choice(PLACES) if kind < 0.75 else noun(rng, "object" if kind < 0.85 else "artifact")
    return f"{rng.choice(WHERE)} {'the ' + where if rng.random() < 0.4 else article(where)}"


def _action(rng: random.Random) -> str:
    wearing = f" in {article(rng.choice(COLOURS) + ' ' + rng.choice(('shirt', 'hat', 'dress', 'jacket', 'suit')))}"
    return f"{_subject(rng)}{wearing if rng.random() < 0.12 else ''} {rng.choice(ACTS)} {_object(rng)}"


def _motion(rng: random.Random) -> str:
    return f"{_subject(rng)} {rng.choice(MOVES)} {_place(rng)}"


def _still(rng: random.Random) -> str:
    return f"{_object(rng)} {rng.choice(STATES)} {_place(rng)}"


def _pair(rng: random.Random) -> str:
    return f"{_object(rng)} and {_object(rng)} {_place(rng)}"


def _meal(rng: random.Random) -> str:
    dish = rng.choice(("a plate of", "a bowl of", "a tray with", "a table with", "a piece of", "a glass of"))
    return f"{dish} {noun(rng, 'food')}" + (f" and {noun(rng, 'food')}" if rng.random() < 0.6 else "")


def _view(rng: random.Random) -> str:
    return rng.choice(VIEWS).format(_object(rng))


def _scene(rng: random.Random) -> str:
    return f"{article(rng.choice(PLACES))} with {_object(rng)} and {_object(rng)}"


FORMS: tuple[tuple[Draw, float], ...] = (
    (_action, 4),
    (_motion, 3),
    (_still, 2.5),
    (_pair, 1.5),
    (_meal, 1),
    (_view, 1.5),
    (_scene, 1.5),
)


def sentence(rng: random.Random) -> str:
    """One sentence, in small letters, without a full stop."""
    said = rng.choices([form for form, _ in FORMS], [weight for _, weight in FORMS])[0](rng)
    more = rng.random()
    if more < 0.2:
        said += f" {_place(rng)}"
    elif more < 0.28:
        said += f" while {_action(rng)}" if more < 0.23 else f" {rng.choice(LIGHT)}"
    return said


def sentences(count: int, seed: int = 0) -> list[str]:
    """That many sentences, each once."""
    rng = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        found[sentence(rng)] = None
    return list(found)
