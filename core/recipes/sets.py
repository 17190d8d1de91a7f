"""The bundled sets: ``python -m core.recipes.sets`` draws them, embeds them and draws their maps.

``assets/emoji``: every base concept that at least four openly licensed styles draw, in all of those styles.
``assets/fashion``: the test pictures of Fashion-MNIST.
``assets/photos``: photographs that may be passed on, see `core.recipes.photos`.
"""

import argparse
import io
import logging
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
from PIL import Image

from core.commands.clustering import cluster
from core.commands.embedding import embed
from core.commands.mapping import map as draw
from core.progress import Progress
from core.recipes import captions, download, photos, pictures, sources
from core.sources.bundled import ASSETS, ITEMS
from core.workspace import Workspace
from core.workspace.shipping import export, restore

log = logging.getLogger(__name__)
MAPS = {
    "emoji": ("images", "both"),
    "fashion": ("both", "images"),
    "faces": ("both", "images"),
    "photos": ("images", "both"),
}
"""The maps of each set; the last one is on the screen when the set opens."""
MODELS = {"photos": "pocket-2"}
"""What embeds a set, where it is not `pocket`."""
FEATURED = ("photos",)
"""Sets that keep the features behind the vectors of their images."""
CLUSTERED = {"photos": (["kmeans", "gmm"], 12)}
"""Methods that a set comes clustered by, and their number of clusters."""

SIDE = 96
STYLES = ("noto", "twemoji", "openmoji", "fluent-emoji-flat", "emojione", "fxemoji")
FURTHER_STYLES = ("noto-v1", "flag", "circle-flags", "flagpack")
LEAST_STYLES = 4
DESCRIPTION = 0x010E
"""Exif's ImageDescription."""


def webp(pixels: np.ndarray, description: str) -> bytes:
    """RGBA (h, w, 4) uint8 → a lossless file that carries its description.

    Some flags are drawn alike; the description keeps their files, and so their ids, apart.
    """
    exif = Image.Exif()
    exif[DESCRIPTION] = description
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "WEBP", lossless=True, quality=20, method=1, exif=exif)
    return out.getvalue()


def png(pixels: np.ndarray) -> bytes:
    """Grey (h, w) uint8 → a PNG file."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", optimize=True)
    return out.getvalue()


def drawings() -> dict[int, dict[str, sources.Source]]:
    """Concept index → style → its drawing, for concepts with at least four styles.

    The further styles are taken only where a concept has too few of the others.
    """
    found: dict[int, dict[str, sources.Source]] = {}
    for style in STYLES:
        for source in sources.emoji(style, ("plain",)):
            found.setdefault(source.concept, {})[style] = source
    for style in FURTHER_STYLES:
        for source in sources.flags(style) if style in download.FLAG_SETS else sources.emoji(style, ("plain",)):
            if len(found.setdefault(source.concept, {})) < LEAST_STYLES:
                found[source.concept].setdefault(style, source)
    return {c: by for c, by in sorted(found.items()) if len(by) >= LEAST_STYLES}


def emoji_rows() -> Iterator[dict[str, object]]:
    """One row for each concept and style, in Unicode's order."""
    for index, by_style in drawings().items():
        concept = captions.concepts()[index]
        for style, drawing in by_style.items():
            source = f"{style}/{concept.hexcode}"
            yield {
                "image": webp(pictures.draw(drawing, SIDE), source),
                "caption": concept.name,
                "label": concept.group,
                "group": concept.group,
                "subgroup": concept.subgroup,
                "style": style,
                "emoji": concept.emoji,
                "source": source,
                "keywords": ", ".join(concept.tags),
            }


def fashion_rows() -> Iterator[dict[str, object]]:
    """The 10,000 test pictures of Fashion-MNIST in their own order."""
    images, labels = sources.fashion_arrays("t10k")
    for pixels, label in zip(images, labels, strict=True):
        yield {
            "image": png(pixels),
            "caption": sources.fashion_captions(int(label))[0],
            "label": sources.FASHION_CLASSES[int(label)],
        }


ROWS = {"fashion": fashion_rows, "emoji": emoji_rows, "photos": photos.photo_rows}


def write(name: str, rows: Iterable[dict[str, object]], assets: Path = ASSETS) -> None:
    """Rows → ``<name>/items.parquet``; embeddings and runs of earlier rows go."""
    folder = assets / name
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.parquet"):
        old.unlink()
    parquet.write_table(pa.Table.from_pylist(list(rows)), folder / ITEMS, compression="zstd")


def finish(name: str, assets: Path = ASSETS) -> None:
    """Embed a set, draw its maps, and write it as an exported workspace beside its pictures."""
    folder, model = assets / name, MODELS.get(name, "pocket")
    with TemporaryDirectory() as scratch:
        pictures_only = Path(scratch) / "items"
        pictures_only.mkdir()
        shutil.copy(folder / ITEMS, pictures_only)
        made = restore(pictures_only, Path(scratch) / name)
        embed(made.path, model=model, features=name in FEATURED, maps=False, report=log_stages)
        for space in MAPS[name]:
            drawn = draw(made.path, "tsne", space, {"gap": "centre"}, seed=0, model=model, report=log_stages)
            name_run(made, drawn.run or "", f"{name}-{space}")
        if name in CLUSTERED:
            methods, k = CLUSTERED[name]
            cluster(made.path, methods, k=k, seeds=3, space="images", model=model, label="label", report=log_stages)
        export(made, folder)


def name_run(workspace: Workspace, run: str, name: str) -> None:
    """Give a run a name in place of its random id, so that it is called the same whenever the set is made."""
    found = workspace.run(run)
    workspace.save_run(replace(found.card, id=name), found.arrays)
    workspace.delete_run(run)


def log_stages(progress: Progress) -> None:
    """One line a stage on the log."""
    if progress.done == progress.total:
        log.info("%s: %s", progress.message, progress.done)


def main() -> None:
    """Draw the pictures of both sets, then embed and map them."""
    parser = argparse.ArgumentParser(description=__doc__)
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--draw", action="store_true", help="only draw the pictures")
    only.add_argument("--finish", action="store_true", help="only embed and map the pictures that are there")
    parser.add_argument("--set", choices=MAPS, action="append", help="only this one; may be given again")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    wanted = set(chosen.set or MAPS)
    if not chosen.finish:
        for name in wanted.intersection(ROWS):
            write(name, ROWS[name]())
    if not chosen.draw:
        for name in wanted:
            finish(name)


if __name__ == "__main__":
    main()
