"""What the bundled sets can be asked at once: prompts, classes and directions that fit what they hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """prompts: as a file has them, one a line, perhaps with classes. label: the column that the classes are of."""

    title: str
    prompts: str
    templates: Sequence[str] = ()
    label: str | None = None


@dataclass(frozen=True)
class Way:
    """A direction: between two prompts, or by the value of a label. among: a label whose items show it best."""

    title: str
    towards: str = ""
    away: str = ""
    label: str | None = None
    value: str | None = None
    among: str | None = None


def _lines(*texts: str) -> str:
    return "\n".join(texts)


GENERAL = (
    Asked(
        "Things",
        _lines("a person", "an animal", "a plant", "food", "a vehicle", "a building", "a tool", "a flag"),
        ("{}", "a picture of {}"),
    ),
)
"""For a person's own items, of which nothing is known."""

PROMPTS: Mapping[str, Sequence[Asked]] = {
    "photos": (
        Asked(
            "Scenes",
            _lines(
                "a dog",
                "a man riding a wave on a surfboard",
                "a train at a station",
                "food on a plate",
                "people playing a sport",
                "a kitchen",
                "a smiling person",
                "a pair of shoes",
            ),
        ),
        Asked(
            "Kinds of clothes",
            _lines(
                "t-shirt: a t-shirt",
                "longsleeve: a long sleeve shirt",
                "pants: a pair of pants",
                "shirt: a shirt with buttons",
                "shoes: a pair of shoes",
                "dress: a dress",
                "shorts: a pair of shorts",
                "outwear: a coat",
                "hat: a hat",
                "skirt: a skirt",
                "portrait: a portrait of a person",
                "scene: a photo of a place with people, animals or things",
            ),
            ("{}", "a photo of {}"),
            "label",
        ),
    ),
    "emoji": (
        Asked(
            "Feelings",
            _lines(
                "a happy face",
                "a sad face",
                "an angry face",
                "a surprised face",
                "a sleeping face",
                "a face in love",
                "a sick face",
                "a face with sunglasses",
            ),
        ),
        Asked(
            "Kinds of emoji",
            _lines(
                "smileys-emotion: a smiling face",
                "smileys-emotion: a heart",
                "people-body: a person",
                "people-body: a hand",
                "animals-nature: an animal",
                "animals-nature: a flower",
                "food-drink: food",
                "food-drink: a drink",
                "travel-places: a vehicle",
                "travel-places: a building",
                "activities: a sport",
                "activities: a game",
                "objects: a tool",
                "objects: clothing",
                "symbols: a sign",
                "symbols: an arrow",
                "flags: a flag",
            ),
            label="label",
        ),
    ),
    "fashion": (
        Asked(
            "Ten kinds of clothes",
            _lines(
                "t-shirt",
                "trousers",
                "pullover",
                "dress",
                "coat",
                "sandal",
                "shirt",
                "sneaker",
                "bag",
                "ankle boot",
            ),
            ("a photo of a {}",),
            "label",
        ),
    ),
    "faces": (
        Asked(
            "Descriptions",
            _lines(
                "a smiling woman with long hair",
                "a man with a beard",
                "a man with glasses",
                "a woman with glasses",
                "a man with a hat",
                "a woman with a hat and a beard",
                "a smiling man",
                "a person without hair",
            ),
        ),
        Asked("Woman or man", _lines("female: a woman", "male: a man"), label="sex"),
        Asked("Glasses", _lines("yes: a face with glasses", "no: a face without glasses"), label="glasses"),
    ),
}

DIRECTIONS: Mapping[str, Sequence[Way]] = {
    "photos": (
        Way("Indoors to outdoors", "a photo taken outdoors", "a photo taken indoors", among="scene"),
        Way("Animal to vehicle", "a vehicle", "an animal", among="scene"),
        Way("Young to old", "an old person", "a child", among="portrait"),
        Way("Shoes", label="label", value="shoes"),
    ),
    "emoji": (
        Way("Sad to happy", "a happy face", "a sad face", among="smileys-emotion"),
        Way("Food to animal", "an animal", "food"),
        Way("Flags", label="label", value="flags"),
        Way("OpenMoji's drawing style", label="style", value="openmoji"),
    ),
    "fashion": (
        Way("Shoe to bag", "a photo of a bag", "a photo of a shoe"),
        Way("Summer to winter", "warm clothes for winter", "light clothes for summer"),
        Way("Sandals", label="label", value="sandal"),
    ),
    "faces": (
        Way("Glasses", label="glasses", value="yes"),
        Way("Sex", label="sex", value="female"),
        Way("Hat", label="hat", value="yes"),
        Way("Smile", label="smile", value="yes"),
        Way("Man to woman, by words", "a woman", "a man"),
    ),
}


def prompts(workspace: str) -> Sequence[Asked]:
    """Those of a workspace by its name; the general ones for a person's own."""
    return PROMPTS.get(workspace, GENERAL)


def directions(workspace: str) -> Sequence[Way]:
    return DIRECTIONS.get(workspace, (Way("Indoors to outdoors", "outdoors", "indoors"),))


def among(workspace: str, title: str) -> str:
    """The label whose items show a direction of that title best; "" for all."""
    known = {f"{way.towards} − {way.away}": way.among for way in directions(workspace)}
    return known.get(title) or ""
