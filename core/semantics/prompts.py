"""Prompts: words to compare items with, the class that each stands for, and what a model makes of them.

A file of prompts is text, one prompt a line:

    a photo of a coat
    a photo of a bag

or, on every line, a class before a colon; prompts of one class are taken together:

    coat: a photo of a coat
    coat: a drawing of a coat
    bag: a photo of a bag

or a .csv or .tsv with a column `prompt`, and perhaps a column `class`. Without classes, each prompt is a class by its
own words.

Each prompt in each template is embedded, and the unit vectors of one prompt are averaged. Radford et al.: Learning
transferable visual models from natural language supervision. ICML 2021 (section 3.1.4: prompt ensembling in the space
of the embeddings; the mean of the unit vectors is made a unit vector again).
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from core.errors import BadInput
from core.maps.neighbours import normalised
from core.progress import Progress, Report, silent
from core.results import Floats, Integers
from core.semantics.results import PromptVectors
from core.sources.items import sound

MOST_PROMPTS = 10_000
MOST_TEXTS = 100_000
"""Prompts times templates."""
GAP = "{}"
"""What a template holds in the place of the prompt."""
_CLASS = re.compile(r"([^:]+):(?:\s+(.*))?$")
Encode = Callable[[Sequence[str]], Floats]
"""Texts → (N, D) float32, unit norm."""
Truncated = Callable[[Sequence[str]], Sequence[int]]
"""The rows of the texts that a model does not read to their end."""

BATCH = 128


@dataclass(frozen=True)
class Prompts:
    """texts: P prompts, none empty. classes: P names, of the class of each."""

    texts: tuple[str, ...]
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.texts:
            raise BadInput("no prompts: write one a line, e.g. a photo of a coat")
        if len(self.texts) > MOST_PROMPTS:
            raise BadInput(f"{len(self.texts):,} prompts are more than {MOST_PROMPTS:,}: give them in parts")
        if len(self.classes) != len(self.texts):
            raise BadInput(f"{len(self.classes)} classes for {len(self.texts)} prompts: give one a prompt, or none")
        for number, (text, name) in enumerate(zip(self.texts, self.classes, strict=True), 1):
            if not text or not name:
                what = "class" if text else "prompt"
                raise BadInput(f"{what} {number} is empty: write some words, or leave the line out")

    @classmethod
    def of(cls, texts: Iterable[str], classes: Iterable[str] | None = None) -> "Prompts":
        """From words as they were typed: spaces become single. Without classes, each prompt is its own."""
        plain = tuple(map(_plain, texts))
        return cls(plain, plain if classes is None else tuple(map(_plain, classes)))

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def names(self) -> tuple[str, ...]:
        """The K classes, in the order in which they come first."""
        return tuple(dict.fromkeys(self.classes))

    @property
    def numbers(self) -> Integers:
        """(P,) int64, the class of each prompt as its place in `names`."""
        places = {name: place for place, name in enumerate(self.names)}
        return np.array([places[name] for name in self.classes], dtype=np.int64)


def prompts_in(text: str) -> Prompts:
    """The prompts of lines as a file has them; raises `BadInput`."""
    return _of_lines(text)


def read_prompts(path: str | Path) -> Prompts:
    """The prompts of a file; raises `BadInput` for one that holds none, an empty one, or too many."""
    from core.sources.text import decode

    try:
        text = decode(Path(path).read_bytes())
        suffix = Path(path).suffix.lower()
        return _of_table(text, suffix) if suffix in (".csv", ".tsv") else _of_lines(text)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from None


def check_templates(templates: Sequence[str], count: int) -> Sequence[str]:
    """The templates, or the bare prompt where there are none; raises `BadInput` for one without a place for it."""
    for each in templates:
        if GAP not in each:
            raise BadInput(f"template {each!r} has no place for the prompt: write {GAP} there, e.g. a photo of a {GAP}")
    if len(templates) * count > MOST_TEXTS:
        raise BadInput(
            f"{count:,} prompts in {len(templates)} templates are more than {MOST_TEXTS:,} texts: give fewer"
        )
    return list(dict.fromkeys(templates)) or [GAP]


def embedded(
    prompts: Prompts,
    encode: Encode,
    truncated: Truncated,
    templates: Sequence[str] = (),
    report: Report = silent,
) -> PromptVectors:
    """Every prompt in every template; a class is the mean over all texts of its prompts.

    templates: each with {} where the prompt goes; none: the prompt as it is.
    """
    texts = [[each.replace(GAP, text) for text in prompts.texts] for each in check_templates(templates, len(prompts))]
    every = list(chain.from_iterable(texts))
    vectors = np.vstack(list(_encoded(every, encode, report))).astype(np.float64)
    sums = vectors.reshape(len(texts), len(prompts), -1).sum(axis=0)
    classes = np.zeros((len(prompts.names), sums.shape[1]))
    np.add.at(classes, prompts.numbers, sums)
    return PromptVectors(normalised(sums), normalised(classes), [every[row] for row in truncated(every)])


def _encoded(texts: Sequence[str], encode: Encode, report: Report) -> Iterator[Floats]:
    for start in range(0, len(texts), BATCH):
        report(Progress(start, len(texts), "reading the prompts"))
        yield encode(texts[start : start + BATCH])


def _of_lines(text: str) -> Prompts:
    lines = [line.strip() for line in text.rstrip().splitlines()]
    found = [_CLASS.match(line) for line in lines]
    if not any(found):
        return Prompts.of(lines)
    for number, (line, each) in enumerate(zip(lines, found, strict=True), 1):
        if line and not each:
            raise BadInput(
                f"line {number} has no class, others have: write `class: prompt` on every line or on none; prompts "
                "with a colon of their own go into a .csv with a column `prompt`"
            )
    return Prompts.of(((each and each[2]) or "" for each in found), (each[1] if each else "" for each in found))


def _of_table(text: str, suffix: str) -> Prompts:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t" if suffix == ".tsv" else ","))
    except csv.Error as error:
        raise BadInput(f"is no {suffix} ({error}): save it again") from None
    names = [name.strip().lower() for name in rows[0]] if rows else []
    if "prompt" not in names:
        raise BadInput(f"no column `prompt`; there are {', '.join(names) or 'none'}")
    columns = dict(
        zip(names, zip(*([*row, *[""] * len(names)] for row in rows[1:] if row), strict=False), strict=False)
    )
    return Prompts.of(columns.get("prompt", ()), columns.get("class"))


def _plain(text: str) -> str:
    return " ".join(sound(text).split())
