"""CelebA (Liu et al., 2015): img_align_celeba/ and list_attr_celeba.txt, forty attributes a face.

Each attribute is a column of truths under its own name; the caption says them in words. Kaggle's copy of the list
(.csv) is read too.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import IO

from core.errors import BadInput
from core.sources.items import Refused
from core.sources.kinds import Parser
from core.sources.rows import Row, Rows
from core.sources.text import lines_of, read_text

_HAIR = {name: name.lower().replace("_", " ") for name in ("Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair")}
_WITH = _HAIR | {
    "Wavy_Hair": "wavy hair",
    "Straight_Hair": "straight hair",
    "Bangs": "bangs",
    "Mustache": "a mustache",
    "Goatee": "a goatee",
    "Eyeglasses": "glasses",
    "Rosy_Cheeks": "rosy cheeks",
    "Heavy_Makeup": "heavy makeup",
}
_WEARING = {
    "Wearing_Hat": "a hat",
    "Wearing_Earrings": "earrings",
    "Wearing_Necklace": "a necklace",
    "Wearing_Necktie": "a necktie",
}


def _named(name: str) -> bool:
    return PurePosixPath(name).stem.lower() == "list_attr_celeba"


def parse(title: str, stream: IO[bytes]) -> Rows:
    """A row for each face; raises `BadInput` where the header is not CelebA's."""
    lines = [re.split(r"[\s,]+", line.strip()) for line in lines_of(read_text(title, stream).rstrip())]
    header = 1 if lines and len(lines[0]) == 1 and lines[0][0].isdigit() else 0
    if len(lines) <= header or len(lines[header]) < 2:
        raise BadInput(f"{title}: no line of attribute names at its head: download the list again")
    if len(lines) == header + 1:
        raise BadInput(f"{title}: names attributes but no face: download the list again")
    names = [name for name in lines[header] if name != "image_id"]
    return _rows(title, names, lines[header + 1 :], header + 2)


def _rows(title: str, names: Sequence[str], lines: Sequence[Sequence[str]], first: int) -> Rows:
    for number, (picture, *cells) in enumerate(lines, first):
        where = f"{title} row {number}"
        if not picture:
            yield Refused(where, "an empty row")
        elif len(cells) != len(names) or not set(cells) <= {"1", "-1", "0"}:
            yield Refused(where, f"{len(names)} values of 1 or -1 must follow the picture's name")
        else:
            attributes = {name: cell == "1" for name, cell in zip(names, cells, strict=True)}
            yield Row(where, picture, (describe(attributes),), "", attributes)


def describe(attributes: Mapping[str, bool]) -> str:
    """The attributes as a caption: `a young woman with black hair and glasses, smiling, wearing a hat`."""
    has = [name for name, holds in attributes.items() if holds]
    age = "young" if attributes.get("Young") else "older" if "Young" in attributes else ""
    person = "man" if attributes.get("Male") else "woman" if "Male" in attributes else "person"
    features = [words for name, words in _WITH.items() if name in has]
    features += ["a beard"] if attributes.get("No_Beard") is False and attributes.get("Male") else []
    worn = [words for name, words in _WEARING.items() if name in has]
    states = ["bald"] * ("Bald" in has) + ["smiling"] * ("Smiling" in has)
    start = f"{'an' if age == 'older' else 'a'} {age} {person}".replace("  ", " ")
    parts = [f"{start} with {_listed(features)}" if features else start, *states]
    return ", ".join(parts + ([f"wearing {_listed(worn)}"] if worn else []))


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


PARSER = Parser("celeba", (".txt", ".csv"), parse, _named, folders_are_labels=False)
