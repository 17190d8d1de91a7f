"""A workspace as three Parquet files, and back: how the bundled sets come along.

items.parquet: id, image, caption, label, source and further columns, and where an item has several captions, all of
each as a list in `captions`; embeddings.parquet: id, model, modality, vector (half precision); runs.parquet: card and
arrays. Only the first must be there, and in it only `image` or `caption`.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.parquet as parquet
import pyarrow.types as types

from core.errors import BadInput
from core.sources.items import Item
from core.sources.pictures import thumbnail
from core.workspace import captions as captions_of
from core.workspace import columns as columns_of
from core.workspace.adding import THREADS
from core.workspace.captions import CAPTIONS, FURTHER
from core.workspace.columns import FIXED
from core.workspace.identity import content_id
from core.workspace.runs import RunCard, pack, unpack
from core.workspace.workspace import Workspace

THUMBNAIL_BYTES = 16 * 1024
"""A bundled picture up to this size is its own thumbnail: the set opens at once."""


def export(workspace: Workspace, folder: Path) -> None:
    """Writes the three files, from which `restore` makes it again; no embeddings or no runs, no file for them."""
    folder.mkdir(parents=True, exist_ok=True)
    several = len(workspace._items.caption_ids()) > len(workspace._items.ids("caption != ''"))
    columns = [*FIXED, *([CAPTIONS] if several else []), "image", *workspace.columns()]
    _write(folder / "items.parquet", chain([workspace.table(columns, [])], workspace.iterate(columns, batch=1024)))
    _write(folder / "embeddings.parquet", _vectors(workspace))
    _write(folder / "runs.parquet", _runs(workspace))


def _write(path: Path, tables: Iterator[pa.Table]) -> None:
    """One row group a table; no file where there is no table."""
    first = next(tables, None)
    if first is None:
        path.unlink(missing_ok=True)
        return
    with parquet.ParquetWriter(path, first.schema, compression="zstd") as writer:
        for table in (first, *tables):
            writer.write_table(table)


def _vectors(workspace: Workspace) -> Iterator[pa.Table]:
    for each in workspace.models():
        found = workspace.every_embedding(each.model, each.modality)
        vectors = pa.array(list(found.vectors.astype(np.float16)), pa.list_(pa.float16()))
        texts = {"model": each.model, "modality": each.modality}
        repeated = {name: pa.array([text] * len(found), pa.string()) for name, text in texts.items()}
        yield pa.table({"id": pa.array(found.ids.tolist(), pa.string()), **repeated, "vector": vectors})


def _runs(workspace: Workspace) -> Iterator[pa.Table]:
    for card in workspace.runs():
        arrays = pa.array([pack(workspace.run(card.id).arrays)], pa.large_binary())
        yield pa.table({"card": pa.array([card.to_json()], pa.string()), "arrays": arrays})


def restore(folder: Path, path: str | Path) -> Workspace:
    """A workspace from the files of `export`; the last two may be absent. Raises `BadInput` where the first is."""
    if not (folder / "items.parquet").is_file():
        raise BadInput(f"{folder}: no items.parquet in it: give the folder that `export` wrote")
    made = Workspace.create(path)
    made._items.write(*_items(parquet.read_table(folder / "items.parquet")))
    if (folder / "embeddings.parquet").is_file():
        _restore_vectors(made, parquet.read_table(folder / "embeddings.parquet"))
    if (folder / "runs.parquet").is_file():
        for row in parquet.read_table(folder / "runs.parquet").to_pylist():
            made.save_run(RunCard.from_json(row["card"]), unpack(row["arrays"]))
    return made


def _items(given: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The rows of the tables `items` and `pictures`, each id once."""
    count = given.num_rows
    images = _images(given)
    texts = {name: _texts(given, name) for name in ("source", "caption", "label")} | _captions(given)
    ids = given["id"].to_pylist() if "id" in given.column_names else _ids(images, texts["caption"])
    first = pa.array(sorted({id: count - 1 - place for place, id in enumerate(reversed(ids))}.values()), pa.int64())
    further = {name: _further(given[name]) for name in given.column_names if name not in columns_of.RESERVED}
    own = {"row": pa.array(range(count), pa.int64()), "pictured": images.is_valid(), "id": pa.array(ids, pa.string())}
    pictures = pa.table({"id": own["id"], "image": images}).take(first)
    return pa.table(own | texts | further).take(first), _with_thumbnails(pictures.filter(pictures["image"].is_valid()))


def _images(given: pa.Table) -> pa.Array:
    if "image" not in given.column_names:
        return pa.nulls(given.num_rows, pa.large_binary())
    return given["image"].combine_chunks().cast(pa.large_binary())


def _ids(images: pa.Array, captions: pa.Array | pa.ChunkedArray) -> list[str]:
    pairs = zip(images.to_pylist(), captions.to_pylist(), strict=True)
    return [content_id(Item("", image, caption)) for image, caption in pairs]


def _with_thumbnails(pictures: pa.Table) -> pa.Table:
    """A small picture is its own thumbnail; only large ones are decoded."""
    images = pictures["image"].combine_chunks()
    large = compute.greater(compute.binary_length(images), THUMBNAIL_BYTES)
    with ThreadPoolExecutor(THREADS) as pool:
        made = pa.array(pool.map(thumbnail, images.filter(large).to_pylist()), pa.large_binary())
    thumbnails = compute.replace_with_mask(images, large, made)
    return pictures.append_column("thumbnail", thumbnails).cast(columns_of.picture_schema())


def _texts(given: pa.Table, name: str) -> pa.ChunkedArray:
    if name not in given.column_names:
        return pa.chunked_array([[""] * given.num_rows], pa.string())
    return compute.fill_null(given[name].cast(pa.string()), "")


def _captions(given: pa.Table) -> dict[str, pa.Array]:
    """The first caption of each item and those after it, where some have several."""
    if CAPTIONS not in given.column_names:
        return {}
    every = captions_of.lists(pa.table({"caption": _texts(given, "caption"), CAPTIONS: given[CAPTIONS]}))
    arrays = captions_of.arrays(every)
    return {name: arrays[name] for name in ("caption", FURTHER)}


def _further(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if types.is_boolean(kind):
        return column
    number = types.is_integer(kind) or types.is_floating(kind)
    return column.cast(pa.float64() if number else pa.string())


def _restore_vectors(workspace: Workspace, given: pa.Table) -> None:
    groups = given.group_by(["model", "modality"], use_threads=False).aggregate([]).to_pylist()
    for group in groups:
        of_model = compute.equal(given["model"], group["model"])
        rows = given.filter(compute.and_(of_model, compute.equal(given["modality"], group["modality"])))
        flat = rows["vector"].combine_chunks().flatten().cast(pa.float32()).to_numpy(zero_copy_only=False)
        vectors = flat.reshape(rows.num_rows, -1)
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)  # half precision is not quite unit norm
        workspace.add_embeddings(group["model"], group["modality"], rows["id"].to_pylist(), vectors)
