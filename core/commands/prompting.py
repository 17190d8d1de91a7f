"""Words in the space of an input's rows: what the model that embedded them makes of prompts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core.commands.items import chosen, item_rows
from core.errors import BadInput
from core.features import check_words
from core.inputs import MAP, Rows
from core.maps.neighbours import normalised
from core.progress import Report, silent
from core.reduced import full_model, reduced_queries
from core.results import Floats, Integers, Strings
from core.runs.semantics import NamedItem
from core.semantics.prompts import Prompts, embedded
from core.semantics.results import PromptVectors


@dataclass(frozen=True)
class Reader:
    """The text side of a model. encode: texts → (N, D) in the space of the rows, unit norm. truncated: the rows of the
    texts that it does not read to their end. logit_scale: of the model; a reduced one has its full model's."""

    model: str
    logit_scale: float
    encode: Callable[[Sequence[str]], Floats]
    truncated: Callable[[Sequence[str]], Sequence[int]]


def unit_rows(
    source: str,
    space: str | None = None,
    model: str | None = None,
    tag: str | None = None,
    exclude: str | None = None,
) -> Rows:
    """One unit row an item: its image (None), its caption, or both averaged; as in `core.commands.items`."""
    if space is not None and space.startswith(MAP):
        raise BadInput(f"space {space}: words have no place on a map, choose images, captions or both", "space")
    rows = chosen(item_rows(str(source), space, model), tag, exclude)
    if rows.workspace is not None:
        return rows
    empty = np.flatnonzero(~rows.vectors.any(axis=1))
    if len(empty):
        raise BadInput(f"{source}: row {empty[0]} is all zeros and has no direction: leave it out")
    return replace(rows, vectors=normalised(rows.vectors))


def reader(rows: Rows, model: str | None = None) -> Reader:
    """The model that embedded the rows; of a `.npz`, which names none, the `model` that a person names."""
    from core.encoders import load

    place = rows.workspace
    if place is None and model is None:
        raise BadInput("a .npz names no model that could read words: name the one that embedded it", "model")
    name = full_model(place, rows.model) if place else str(model)
    check_words(name)
    encoder = load(name)

    def encode(texts: Sequence[str]) -> Floats:
        vectors = encoder.encode_texts(texts)
        return reduced_queries(place, rows.model, vectors, "text") if place else vectors

    return Reader(encoder.name, encoder.logit_scale, encode, encoder.truncated)


def read_words(
    rows: Rows, words: Reader, prompts: Prompts, templates: Sequence[str] = (), report: Report = silent
) -> PromptVectors:
    """The prompts in the space of the rows; raises `BadInput` where the model gives other dimensions than they have."""
    found = embedded(prompts, words.encode, words.truncated, templates, report)
    given, needed = found.prompts.shape[1], rows.vectors.shape[1]
    if given != needed:
        raise BadInput(f"{words.model} gives {given} dimensions, the items have {needed}: name the model of the items")
    return found


@dataclass(frozen=True)
class ItemNames:
    """Names rows in a result. captions: of some rows by their places; empty where the input has none."""

    ids: Strings
    captions: Mapping[int, str]

    @classmethod
    def of(cls, rows: Rows, *places: Integers) -> Self:
        """Of all rows that a result names; captions are read at once."""
        if rows.workspace is None:
            return cls(rows.ids, {})
        every = np.unique(np.concatenate([each.ravel() for each in places]))
        captions = rows.workspace.table(["caption"], rows.ids[every].tolist())["caption"].to_pylist()
        return cls(rows.ids, {row: caption or "" for row, caption in zip(every.tolist(), captions, strict=True)})

    def items(self, places: Integers, **figure: NDArray) -> list[NamedItem]:
        """figure: one of each row, in six digits."""
        values = {name: np.round(each.astype(np.float64), 6).tolist() for name, each in figure.items()}
        return [
            NamedItem(
                id=str(self.ids[row]),
                caption=self.captions.get(row),
                **{key: each[number] for key, each in values.items()},
            )
            for number, row in enumerate(places.tolist())
        ]


def warning(found: PromptVectors) -> dict[str, Any]:
    """What a result says of texts that were not read to their end, where there are some."""
    cut = list(found.truncated)
    if not cut:
        return {}
    first = f"{cut[0][:60]}…" if len(cut[0]) > 60 else cut[0]
    others = f", and {len(cut) - 1:,} more" if len(cut) > 1 else ""
    line = f"longer than the model's context, so that only its beginning was read: {first!r}{others}"
    return {"truncated": cut, "warning": line}
