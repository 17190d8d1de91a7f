"""The figures of the card: ``python -m core.recipes.evaluate`` prints them as JSON.

Pictures and names go through the same encoder as in the app. The held-out figures need the weights of
stage 1 (``assets/pocket/heldout``, an image tower), which never saw OpenMoji, nor a tenth of the concepts in any style;
the shipped weights saw both. Beside the shipped files it reads the packages ``openmoji``, ``emojibase-data``
and ``tuxpaint-stamps-default``.
"""

import argparse
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
import pyarrow.parquet as parquet
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load_file

from core.encoders import load
from core.encoders.catalogue import POCKET
from core.encoders.encoder import Encoder, build
from core.encoders.weights import find
from core.recipes import captions, card, pictures, sources
from core.recipes.pocket import HELD_OUT
from core.sources.bundled import ASSETS, ITEMS
from core.sources.pictures import open_picture

SIDE = 96
SEEN_STYLES = ("noto", "twemoji", "fluent-emoji-flat", "emojione")
PHOTO_FOLDERS = ("animals", "food", "household", "plants", "vehicles")

Figures = dict[str, float]
Ways = dict[str, Figures]


@dataclass(frozen=True)
class Named:
    """Pictures, RGB, and the name of each."""

    images: list[Image.Image]
    names: list[str]


@dataclass(frozen=True)
class Seen:
    """Pictures as a model sees them. vectors: (N, D) unit rows; names: (N,) str."""

    vectors: NDArray[np.float32]
    names: NDArray[np.str_]

    def where(self, wanted: Sequence[bool]) -> Self:
        """Those of the pictures that are wanted."""
        return type(self)(self.vectors[np.array(wanted)], self.names[np.array(wanted)])


def ranks(scores: NDArray[np.floating], right: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many wrong candidates do at least as well as a query's best right one: (queries,).

    scores, right: (queries, candidates). Ties count against the query.
    """
    best = np.where(right, scores, -np.inf).max(axis=1, keepdims=True)
    return ((scores >= best) & ~right).sum(axis=1)


def top(rank: NDArray[np.int64], *ks: int) -> dict[str, float]:
    """Per cent of queries with a right candidate among the first k."""
    return {f"top{k}": round(100 * float((rank < k).mean()), 1) for k in ks}


def figures(scores: NDArray[np.floating], right: NDArray[np.bool_]) -> Figures:
    """Of (queries, candidates), as `ranks` takes them."""
    return {"queries": len(scores), "candidates": scores.shape[1], **top(ranks(scores, right), 1, 5, 10)}


def see(encoder: Encoder, shown: Named) -> Seen:
    """Embed the pictures."""
    return Seen(encoder.encode_images(shown.images), np.array(shown.names))


def to_names(encoder: Encoder, seen: Seen, names: Sequence[str]) -> Figures:
    """Each picture names itself among the names (each of them once)."""
    candidates = np.array(list(dict.fromkeys(names)))
    scores = seen.vectors @ encoder.encode_texts(candidates.tolist()).T
    return figures(scores, seen.names[:, None] == candidates)


def to_pictures(encoder: Encoder, names: Sequence[str], seen: Seen) -> Figures:
    """Each name finds its picture (one of them, if several bear it) among the pictures."""
    asked = np.array(list(dict.fromkeys(names)))
    return figures(encoder.encode_texts(asked.tolist()) @ seen.vectors.T, asked[:, None] == seen.names)


def both_ways(encoder: Encoder, every: Seen, names: Sequence[str], asked: Sequence[bool] | None = None) -> Ways:
    """Pictures against all names, and their names against all pictures; `asked`: only of these pictures."""
    chosen = every if asked is None else every.where(asked)
    return {
        "image_to_text": to_names(encoder, chosen, names),
        "text_to_image": to_pictures(encoder, chosen.names.tolist(), every),
    }


@lru_cache(maxsize=2)
def openmoji(kind: str = "plain", every: int = 1) -> Named:
    """OpenMoji's drawings of every so many base concepts, without skin tones; kind: of `sources.STROKES`."""
    table = captions.concepts()
    drawn = list(sources.emoji(sources.OPENMOJI, (kind,)))[::every]
    return Named([on_white(pictures.draw(each, SIDE)) for each in drawn], [table[each.concept].name for each in drawn])


def bundled(name: str, style: str | None = None) -> Named:
    """The pictures of a bundled set, or of one style of it, by their captions."""
    chosen = [("style", "==", style)] if style else None
    rows = parquet.read_table(ASSETS / name / ITEMS, columns=["image", "caption"], filters=chosen).to_pylist()
    return Named([open_picture(row["image"]) for row in rows], [row["caption"] for row in rows])


def on_white(pixels: NDArray[np.uint8]) -> Image.Image:
    """RGBA (h, w, 4) → a picture on white, as the app reads it from a file."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return open_picture(out.getvalue())


@dataclass(frozen=True)
class Photographs:
    """Tux Paint's stamps that are photographs. left_out: stage 1 did not train on it, since its caption names
    a held-out concept."""

    shown: Named
    left_out: list[bool]


@lru_cache(maxsize=1)
def photographs() -> Photographs:
    """PNG files of the folders that hold photographs; drawings lie in folders called `cartoon`."""
    found = [each for each in sources.stamps() if _is_photograph(each.drawing)]
    images = [on_white(pictures.draw(each, SIDE)) for each in found]
    left_out = [any(map(captions.names_held_out, each.captions)) for each in found]
    return Photographs(Named(images, [each.captions[0] for each in found]), left_out)


def _is_photograph(path: str) -> bool:
    parts = path.partition("/stamps/")[2].split("/")
    return path.endswith(".png") and parts[0] in PHOTO_FOLDERS and "cartoon" not in parts


def concept_names() -> list[str]:
    """All base concepts' names."""
    return [concept.name for concept in captions.concepts()]


def held_out_figures(encoder: Encoder) -> dict[str, Ways]:
    """What the weights of stage 1 make of the style, the concepts and the photographs that they never saw."""
    unseen = {concept.name for concept in captions.concepts() if concept.held_out}
    drawings, names, photos = see(encoder, openmoji()), concept_names(), photographs()
    hidden = [name in unseen for name in openmoji().names]
    known = [not each for each in hidden]
    return {
        "openmoji": both_ways(encoder, drawings, names),
        "openmoji, concepts seen in other styles": both_ways(encoder, drawings, names, known),
        "unseen concepts in openmoji": both_ways(encoder, drawings, names, hidden),
        **dict(_unseen_in_seen_styles(encoder, unseen)),
        "unseen photographs": both_ways(encoder, see(encoder, photos.shown), photos.shown.names, photos.left_out),
    }


def held_out() -> Encoder:
    """``pocket`` with the image tower of stage 1."""
    encoder = build(find("pocket"))
    state = {name: value.float() for name, value in load_file(POCKET / HELD_OUT).items()}
    encoder.model.load_state_dict(encoder.model.state_dict() | state)
    return encoder


def _unseen_in_seen_styles(encoder: Encoder, unseen: set[str]) -> Iterator[tuple[str, Ways]]:
    for name in SEEN_STYLES:
        shown = bundled("emoji", name)
        hidden = [each in unseen for each in shown.names]
        yield f"unseen concepts in {name}", both_ways(encoder, see(encoder, shown), concept_names(), hidden)


def shipped_figures(encoder: Encoder) -> dict[str, Ways]:
    """What the shipped weights make of pictures that they were trained on, and of Fashion-MNIST's test pictures."""
    photos = photographs().shown
    return {
        "openmoji, trained on": both_ways(encoder, see(encoder, openmoji()), concept_names()),
        "photographs, trained on": both_ways(encoder, see(encoder, photos), photos.names),
        "fashion-mnist test pictures": fashion(encoder),
    }


def fashion(encoder: Encoder) -> Ways:
    """The class of each picture of the bundled set `fashion`, by the caption nearest to it; chance is 10 %."""
    shown = bundled("fashion")
    return {"image_to_text": to_names(encoder, see(encoder, shown), shown.names)}


def main() -> None:
    """Print every figure, in per cent; ``--card`` also puts them into the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--card", action="store_true", help="write the figures into assets/pocket/README.md")
    chosen = parser.parse_args()
    found = {
        "held_out_weights": held_out_figures(held_out()),
        "shipped_weights": shipped_figures(load("pocket")),
    }
    print(json.dumps(found, indent=1))
    if chosen.card:
        card.fill(POCKET / "README.md", found)


if __name__ == "__main__":
    main()
