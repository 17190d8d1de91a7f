"""The INPUT of a command: a workspace's folder, the name of a workspace or bundled set, or a .npz file.

A `.npz` holds `x` (N, D), perhaps with `y` (N,), or the pairs `image` and `text`, both (N, D).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import is_zipfile

import numpy as np
from numpy.typing import NDArray

from core.encoders.weights import split_mark
from core.errors import BadInput, BadParameter, MissingData
from core.features import behind, check_words, is_features
from core.reduced import reduced_models
from core.results import Floats, Strings, check_length, check_matrix
from core.sources.limits import check_unfolded
from core.workspace.captions import item_of, number_of, own_caption_ids

if TYPE_CHECKING:
    from core.workspace import Workspace

MODALITIES = {"images": ("image",), "captions": ("text",), "both": ("image", "text")}
LEAST, MOST = 1e-15, 1e15
"""Of the largest number of a matrix: beyond, float32 cannot hold the squares of its distances."""
MAP = "map:"
"""A space of clusterings beside those: this and the id of a map's run."""
RUN = "run:"
"""Groups that are the clusters of a run: this and its id."""
MAP_WARNING = (
    "the space is a two-dimensional map, which tears groups apart and pushes others together: "
    "before believing these clusters, compare with those of the embeddings"
)


@dataclass(frozen=True)
class Rows:
    """Vectors to work on, and what each is of; images come before captions.

    ids: (N,) str, the items; modality: (N,) str, "image" or "text"; vectors: (N, D) float32, finite.
    labels: (N,) str where the input has some. workspace: None for a `.npz`. caption: (N,) int64, which caption of its
    item a row is of, from 0; None: of the item as a whole.
    """

    ids: Strings
    modality: Strings
    vectors: Floats
    space: str
    model: str
    fingerprint: str
    labels: Strings | None = None
    workspace: Workspace | None = None
    caption: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        check_matrix("vectors", self.vectors)
        check_length("ids", self.ids, len(self.vectors))
        check_length("modality", self.modality, len(self.vectors))

    def __len__(self) -> int:
        return len(self.vectors)

    def caption_ids(self) -> list[str]:
        """Ids of the rows' own captions; of an image, or of the first caption, that of the item."""
        return own_caption_ids(self.ids, self.caption)

    def named(self) -> dict[str, NDArray]:
        """What a run keeps to know its rows by: ids (N,) str of items, caption (N,) int64 where one has several."""
        several = self.caption is not None and self.caption.any()
        return {"ids": self.ids} | ({"caption": self.caption} if self.caption is not None and several else {})

    def take(self, rows: NDArray[np.int64]) -> Rows:
        """Some of the rows, in that order."""
        return replace(
            self,
            ids=self.ids[rows],
            modality=self.modality[rows],
            vectors=self.vectors[rows],
            labels=None if self.labels is None else self.labels[rows],
            caption=None if self.caption is None else self.caption[rows],
        )


def read_rows(source: str | Path, space: str = "both", model: str | None = None) -> Rows:
    """The rows of an input; `space` is "images", "captions" (all of each item's) or "both" (what there is of them).

    `model`: whose embeddings of a workspace; None: the one that has embedded most.
    """
    if space not in MODALITIES:
        raise BadParameter(f"space {space!r} is not one of {', '.join(MODALITIES)}")
    if str(source).endswith(".npz"):
        return _from_arrays(Path(source), load_arrays(Path(source)), space)
    return workspace_rows(open_workspace(source), space, model)


def open_workspace(source: str | Path) -> Workspace:
    """The workspace in a folder or at an object store's address, or of a name."""
    from core.workspace import Workspace, open_named

    if "://" in str(source) or (Path(source).is_dir() and not _is_namesake(source)):
        return Workspace.open(source)
    if str(source).endswith(".npz"):
        raise BadInput(f"{source}: a .npz keeps no runs, tags or captions: give a workspace")
    if Path(source).is_file() or Path(source).name != str(source):
        raise BadInput(f"{source}: no workspace's folder, .npz file or bundled set")
    return open_named(str(source))


def _is_namesake(folder: str | Path) -> bool:
    """Whether a folder is no workspace, such as one of pictures, but bears the name of one."""
    from core.workspace import workspaces

    return not (Path(folder) / "items.lance").exists() and str(folder) in workspaces()


def workspace_rows(workspace: Workspace, space: str, model: str | None = None) -> Rows:
    """The embedded rows of a workspace; `MissingData` where nothing is embedded."""
    model = embedded_model(workspace, space, model)
    here = {each.modality for each in workspace.models() if each.model == model}
    wanted = [modality for modality in MODALITIES[space] if modality in here]
    parts = [workspace.every_embedding(model, modality) for modality in wanted]
    ids = [id for part in parts for id in part.ids.tolist()]
    return Rows(
        ids=np.array([item_of(id) for id in ids], dtype=np.str_),
        caption=np.array([number_of(id) for id in ids], dtype=np.int64),
        modality=np.repeat(wanted, [len(part) for part in parts]),
        vectors=np.concatenate([part.vectors for part in parts]),
        space=_space_of(wanted),
        model=model,
        fingerprint="+".join(workspace.fingerprint(model, modality) for modality in wanted),
        workspace=workspace,
    )


def embedded_model(workspace: Workspace, space: str = "both", model: str | None = None) -> str:
    """The name under which a workspace knows a model; without a name, the model that has embedded most of the space.

    A reduced model and features must be named: left to itself, the workspace never chooses them.
    """
    if model is not None and space == "captions":
        check_words(model)
    counts = embedded_counts(workspace, space)
    known = full_models(workspace, counts) if model is None else [name for name in counts if is_model(name, model)]
    if not known:
        by = f" by {model or 'a full model'}; there is {', '.join(counts)}" if counts else ""
        wanted = " with their features" if is_features(model or "") else ""
        raise MissingData(f"{workspace.name}: no {_words(space)} are embedded{by}: embed them{wanted} first")
    return max(known, key=lambda name: counts[name])


def is_model(name: str, asked: str) -> bool:
    """Whether a person who asks for a model means the one of that name: the hash of local weights may be left out."""
    if is_features(name) and is_features(asked):
        return is_model(behind(name), behind(asked))
    return asked in (name, split_mark(name)[0])


def embedded_counts(workspace: Workspace, space: str = "both") -> Counter[str]:
    """How many images and captions of a space each model has embedded."""
    counts = Counter[str]()
    for each in workspace.models():
        counts[each.model] += each.count if each.modality in MODALITIES[space] else 0
    return +counts


def full_models(workspace: Workspace, names: Iterable[str]) -> list[str]:
    """Those that are neither reduced nor features."""
    reduced = reduced_models(workspace)
    return [name for name in names if name not in reduced and not is_features(name)]


def load_arrays(path: Path) -> Mapping[str, NDArray]:
    """Every array of a `.npz`, none of which may be pickled objects."""
    if not path.is_file():
        raise BadInput(f"{path}: there is no such file")
    if not is_zipfile(path):
        raise BadInput(f"{path} is no .npz archive: save one with numpy.savez")
    try:
        with np.load(path, allow_pickle=False) as archive:
            check_unfolded(sum(member.file_size for member in archive.zip.infolist()))
            return {name: np.asarray(archive[name]) for name in archive.files}
    except BadInput:
        raise
    except Exception as error:  # a broken archive or header leads to whatever it leads to: RuntimeError, TokenError, …
        reason = "it holds pickled objects" if "pickle" in str(error) else "it is damaged"
        raise BadInput(f"{path} cannot be read, {reason}: save plain number arrays with numpy.savez") from None


def _from_arrays(path: Path, arrays: Mapping[str, NDArray], space: str) -> Rows:
    parts = _parts(path, arrays, space)
    vectors = np.concatenate([_matrix(f"{path}: {name}", arrays[name]) for name, _ in parts])
    count = len(vectors) // len(parts)
    modalities = [modality for _, modality in parts]
    return Rows(
        ids=np.tile(np.arange(count).astype(str), len(parts)),
        modality=np.repeat(modalities, count),
        vectors=vectors,
        space=_space_of(modalities),
        model="",
        fingerprint=sha256(path.read_bytes()).hexdigest()[:16],
        labels=_labels(path, arrays, count, len(parts)),
    )


def _parts(path: Path, arrays: Mapping[str, NDArray], space: str) -> Sequence[tuple[str, str]]:
    """Names of the arrays of that space, each with its modality; `x` counts as images."""
    if "x" in arrays and space != "captions":
        return [("x", "image")]
    if {"image", "text"} <= set(arrays):
        if arrays["image"].shape != arrays["text"].shape:
            raise BadInput(f"{path}: image is {arrays['image'].shape}, text {arrays['text'].shape}: pairs must match")
        return [(modality, modality) for modality in MODALITIES[space]]
    held = ", ".join(sorted(arrays)) or "nothing"
    raise BadInput(f"{path} holds {held}: for {space}, `x` (N, D) or the pairs `image` and `text` (N, D) are needed")


def _matrix(name: str, x: NDArray) -> Floats:
    if x.dtype.kind not in "fiub" or x.ndim != 2 or 0 in x.shape:
        raise BadInput(f"{name} is {x.dtype} of shape {x.shape}: a matrix (N, D) of real numbers is needed")
    with np.errstate(over="ignore"):
        matrix = np.ascontiguousarray(x, dtype=np.float32)
    check_matrix(name, matrix)
    largest = max(float(matrix.max()), -float(matrix.min()))
    if largest > 0 and not LEAST <= largest <= MOST:
        raise BadInput(f"{name}: its largest number is {largest:.3g}: scale it to between {LEAST:g} and {MOST:g}")
    return matrix


def _labels(path: Path, arrays: Mapping[str, NDArray], count: int, copies: int) -> Strings | None:
    if "y" not in arrays:
        return None
    check_length(f"{path}: y", arrays["y"], count)
    return np.tile(arrays["y"].astype(str), copies)


def _words(space: str) -> str:
    return "items" if space == "both" else space


def _space_of(modalities: Sequence[str]) -> str:
    return next(space for space, names in MODALITIES.items() if list(names) == list(modalities))
