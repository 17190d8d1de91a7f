"""The items of a comparison: one row each, in the space asked for, and the classes to compare clusters with."""

from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.commands.runs import check_map
from core.errors import BadInput, BadParameter, MissingData
from core.inputs import MAP, Rows, is_model, open_workspace, read_rows
from core.maps.neighbours import normalised
from core.results import Strings
from core.runs.map import MapRun
from core.tags import TAG, tagged, tags

if TYPE_CHECKING:
    from core.workspace import Workspace

LABEL = "label"
LISTED = 20
"""Names that a refusal offers."""
_UNTAGGED = f"there are none, tag items in the column {TAG!r} first"


def item_rows(source: str, space: str | None = None, model: str | None = None) -> Rows:
    """One row an item: its image, its captions, "both" averaged (what there is of them), or its point on "map:RUN".

    In the items' order. Of an item with several captions these are averaged, all alike, and only then with its image.
    None: images, or captions where no images are embedded.
    """
    if space is None:
        return _usual_rows(source, model)
    if space.startswith(MAP):
        return map_rows(source, space.removeprefix(MAP), model)
    return averaged(read_rows(source, space, model))


def _usual_rows(source: str, model: str | None) -> Rows:
    try:
        return read_rows(source, "images", model)
    except MissingData as no_images:
        try:
            return averaged(read_rows(source, "captions", model))
        except MissingData:
            raise no_images from None


def averaged(rows: Rows) -> Rows:
    """One row an item: the mean of its unit vectors, made a unit vector again; what is there once stays.

    Its captions first, so that several of them weigh no more than one.
    """
    captions = [f"{modality} {id}" for id, modality in zip(rows.ids.tolist(), rows.modality.tolist(), strict=True)]
    once = _averaged(rows, captions)
    return replace(_averaged(once, once.ids.tolist()), caption=None)


def _averaged(rows: Rows, names: list[str]) -> Rows:
    """One row a name."""
    if len(set(names)) == len(rows):
        return rows
    _, first, item = np.unique(names, return_index=True, return_inverse=True)
    total = np.zeros((len(first), rows.vectors.shape[1]), dtype=np.float32)
    np.add.at(total, item, normalised(rows.vectors))
    order = np.argsort(first)
    return replace(rows.take(first[order]), vectors=normalised(total[order]))


def map_rows(source: str, run: str, model: str | None = None) -> Rows:
    """An item's point on a map of the workspace; of an item that is there twice, its image's: vectors (N, 2)."""
    if Path(source).suffix == ".npz":
        raise BadInput(f"space {MAP}{run}: a .npz keeps no maps, give a workspace", "space")
    workspace = open_workspace(source)
    card = workspace.run(run).card
    check_map(card)
    if model is not None and not is_model(card.model, model):
        raise BadParameter(f"run {card.id} is a map of what {card.model} embedded, not {model}: leave the model out")
    drawn = MapRun.load(workspace, run)
    _, first = np.unique(drawn.ids, return_index=True)
    every = Rows(
        ids=drawn.ids,
        modality=drawn.modality,
        vectors=np.ascontiguousarray(drawn.xy, dtype=np.float32),
        space=f"{MAP}{run}",
        model=card.model,
        fingerprint=card.fingerprint,
        workspace=workspace,
    )
    return every.take(np.sort(first))


def chosen(rows: Rows, tag: str | None = None, exclude: str | None = None) -> Rows:
    """The rows of items that have a tag, less those that have another; every row where none is given.

    A tag is a column of truths by that name, else a word in the column "tag". Some of the rows have a fingerprint of
    their own. Raises `BadInput` for a tag that no item of the workspace has, and where no row is left.
    """
    if tag is None and exclude is None:
        return rows
    kept = np.ones(len(rows), dtype=bool)
    if tag is not None:
        kept &= _tagged(rows, "tag", tag)
    if exclude is not None:
        kept &= ~_tagged(rows, "exclude", exclude)
    if not kept.any():
        asked = {name: value for name, value in (("tag", tag), ("exclude", exclude)) if value is not None}
        words = ", ".join(f"{name} {value}" for name, value in asked.items())
        raise BadInput(f"{words}: none of the {len(rows):,} items is left, choose another", *asked)
    some = rows.take(np.flatnonzero(kept))
    own = "\n".join([rows.fingerprint, *some.ids.tolist()])  # not that of all, nor of as many others
    return replace(some, fingerprint=blake2b(own.encode(), digest_size=16).hexdigest())


def _tagged(rows: Rows, parameter: str, name: str) -> NDArray[np.bool_]:
    """Which of the rows' items have the tag: (N,)."""
    if rows.workspace is None:
        raise BadInput(f"{parameter} {name}: a .npz has no tags, give a workspace", parameter)
    known = tags(rows.workspace)
    if name not in known:
        there = f"there are {', '.join(known[:LISTED])}" if known else _UNTAGGED
        raise BadInput(f"{parameter} {name}: no item has this tag; {there}", parameter)
    return tagged(rows.workspace, name, rows.ids.tolist())


def is_taken(place: "Workspace", column: str, kind: str) -> bool:
    """Whether a column holds what somebody brought, not what a run of this kind has written.

    Raises `BadInput` for a name that no column can have.
    """
    from core.workspace.columns import FIXED, check_column

    check_column(column)
    own = {card.metrics.get("column") for card in place.runs(kind)}
    return column in FIXED or (column in place.columns() and column not in own)


@dataclass(frozen=True)
class Classes:
    """What to compare clusters with.

    label: the column, or "y" of a `.npz`. values: (N,) str, "" where an item has none.
    """

    label: str
    values: Strings

    @property
    def count(self) -> int:
        """Items that have one."""
        return int(np.count_nonzero(self.values != ""))


def classes(rows: Rows, label: str | None = None) -> Classes | None:
    """Those of the column `label`, where None means "label"; None where no item has one."""
    if rows.workspace is None:
        if label is not None:
            raise BadInput(f"label {label}: a .npz has no columns, its classes are its array `y`", "label")
        return None if rows.labels is None else Classes("y", rows.labels)
    found = Classes(label or LABEL, column_words(rows, label or LABEL))
    if label is not None and not found.count:
        raise BadInput(f"label {label}: the column is empty for these items, choose another", "label")
    return found if found.count else None


def column_words(rows: Rows, column: str) -> Strings:
    """What a column of the rows' workspace holds of each item, in words, "" for nothing: (N,) str.

    Raises `BadInput` for a column of pictures, `MissingData` for one that there is not.
    """
    from core.workspace.columns import PICTURES

    assert rows.workspace is not None
    if column in PICTURES:
        raise BadInput(f"the column {column!r} holds pictures, not words: choose another")
    values = rows.workspace.table([column], rows.ids.tolist())[column].to_pylist()
    return np.array([in_words(value) for value in values], dtype=np.str_)


def in_words(value: object) -> str:
    """A cell as the name of a class, 2.0 as "2"; "" for an empty one and for NaN."""
    if value is None or value != value:
        return ""
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value).strip()
