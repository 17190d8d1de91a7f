"""The pairs of an input: each image with its own captions, in one space of one model."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.commands.items import chosen
from core.errors import BadInput, MissingData
from core.features import check_words
from core.inputs import Rows, read_rows
from core.maps.neighbours import normalised
from core.reduced import full_model
from core.reduction.checks import LEAST_DIMENSIONS, LEAST_PAIRS, check
from core.results import Pairs, Strings, places

if TYPE_CHECKING:
    from core.workspace import Workspace

NOTHING = {"image": "no images", "text": "no captions"}


@dataclass(frozen=True)
class PairRows:
    """Pairs and where they come from.

    rows: one a caption, in the items' order; its vectors are those of the images. pairs: the same rows, unit norm.
    repeated: captions left out because one before them says the same, which can have but one right image.
    """

    rows: Rows
    pairs: Pairs
    repeated: int = 0

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def ids(self) -> Strings:
        """(N,) str, the items."""
        return self.rows.ids

    @property
    def model(self) -> str:
        return self.rows.model

    @property
    def fingerprint(self) -> str:
        """Of all that the model has embedded, or of those that were chosen among it."""
        return self.rows.fingerprint

    @property
    def workspace(self) -> "Workspace | None":
        return self.rows.workspace


def read_pairs(source: str, model: str | None = None, tag: str | None = None, exclude: str | None = None) -> PairRows:
    """Every caption of its own with its image, both embedded by the model; of a `.npz`, all rows.

    model: None: the one that has embedded most; tag, exclude: as in `core.commands.items.chosen`. Rows are made unit
    vectors. Raises `BadInput` for fewer than 50 images, for rows that are not finite or all zeros, and where images or
    captions lack; `MissingData` where a workspace has none of them embedded.
    """
    every = every_pair(source, model, tag, exclude)
    first = np.unique(wordings(every.rows), return_index=True)[1]
    pairs = every.pairs.take(first)
    _check(str(source), pairs)
    return PairRows(every.rows.take(first), pairs, len(every) - len(first))


def every_pair(source: str, model: str | None = None, tag: str | None = None, exclude: str | None = None) -> PairRows:
    """The same with every item, however few there are and though their captions repeat; see `wordings`."""
    every = chosen(_both(str(source), model), tag, exclude)
    images, texts = (every.take(np.flatnonzero(every.modality == modality)) for modality in ("image", "text"))
    of_image = places(texts.ids, images.ids)
    order = np.argsort(of_image, kind="stable")[np.count_nonzero(of_image < 0) :]
    rows, captions = images.take(of_image[order]), texts.take(order)
    item = of_image[order] if len(set(rows.ids.tolist())) < len(rows) else None
    pairs = Pairs(normalised(rows.vectors), normalised(captions.vectors), item)
    return PairRows(replace(rows, caption=captions.caption), pairs)


def wordings(rows: Rows) -> NDArray[np.int64]:
    """A number for each row, the same where captions are the same to the encoders, as in small letters: (N,).

    0, 1, … as they come first. Of a whole item, all of its captions. In a `.npz`, every row says something of its own.
    """
    if rows.workspace is None or not len(rows):
        return np.arange(len(rows))
    known: dict[tuple[str, ...], int] = {}
    return np.array(
        [known.setdefault(each, len(known)) for each in _plain_captions(rows.workspace, rows)], dtype=np.int64
    )


def _plain_captions(workspace: "Workspace", rows: Rows) -> list[tuple[str, ...]]:
    """What each row says, in plain letters."""
    if rows.caption is not None:
        return [(_plain(caption),) for caption in workspace.captions(rows.caption_ids())]
    captions = workspace.table(["captions"], rows.ids.tolist())["captions"].to_pylist()
    return [tuple(map(_plain, some)) for some in captions]


def _plain(caption: str) -> str:
    return " ".join(caption.split()).casefold()


def _both(source: str, model: str | None) -> Rows:
    every = read_rows(source, "both", model)
    if every.space == "both":
        return every
    if every.workspace is None:
        raise BadInput(f"{source} holds `x`: pairs are needed, `image` and `text` (N, D), and no `x`")
    check_words(full_model(every.workspace, every.model))
    lacking = NOTHING["text" if every.space == "images" else "image"]
    raise MissingData(
        f"{every.workspace.name}: {every.model} has embedded {every.space} and {lacking}: add and embed them"
    )


def _check(source: str, pairs: Pairs) -> None:
    if pairs.dimensions <= LEAST_DIMENSIONS:
        raise BadInput(f"{source}: {pairs.dimensions} dimensions are too few to leave any out: bring embeddings")
    if (images := len(pairs.image_rows)) < LEAST_PAIRS:
        raise BadInput(f"{source}: {images} pairs are fewer than {LEAST_PAIRS}: bring more images with captions")
    check(pairs, LEAST_DIMENSIONS)
