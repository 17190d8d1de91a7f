"""The figures of the card of ``pocket-2``: ``python -m core.recipes.pocket2.evaluate`` prints them as JSON.

Pictures and texts go through the same encoder as in the app. Photographs come from ``$CLIPSCAPE_PHOTOGRAPHS``, drawings
from the packages of `core.recipes.evaluate`.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
from safetensors.torch import load_file
from sklearn.cluster import KMeans
from sklearn.metrics import normalized_mutual_info_score

from core.encoders import load
from core.encoders.catalogue import POCKET, POCKET_2
from core.encoders.encoder import Encoder, Pixels, build
from core.encoders.weights import find
from core.recipes import captions, card
from core.recipes import evaluate as drawn
from core.recipes.pocket import HELD_OUT as POCKET_HELD_OUT
from core.recipes.pocket2 import drawings
from core.recipes.pocket2.fitting import Lesson
from core.recipes.pocket2.make import HELD_OUT, Reader, caption_vectors, left_out, lessons
from core.recipes.pocket2.photographs import FIVE, FREE, Photograph, garment, rows, seen, spoken
from core.sources.bundled import ASSETS, ITEMS
from core.sources.pictures import open_picture

BEGIN = "<!-- figures: python -m core.recipes.pocket2.evaluate --drawings --folds --card -->"
CLUSTERED = (("photos", "label"), ("fashion", "label"), ("emoji", "label"))
SAMPLE = 1_000
CHOSEN_ON, SPLIT_SEED = 151, 7
"""Of COCO's photographs that taught nothing, so many were looked at when settings were chosen."""
TEMPLATES = ("a photo of a {}", "a picture of a {}", "{}")
Figures = dict[str, Any]


def recalls(scores: np.ndarray, right: np.ndarray) -> Figures:
    """Of queries × candidates: R@1, R@5, R@10 and the median rank; ties count against the query."""
    rank = drawn.ranks(scores, right)
    return {
        **{f"R@{k}": round(float((rank < k).mean()), 3) for k in (1, 5, 10)},
        "median rank": float(np.median(rank) + 1),
        "queries": len(rank),
        "candidates": scores.shape[1],
    }


def retrieval(images: np.ndarray, captions: np.ndarray) -> Figures:
    """images (N, D); captions (N, 5, D). "one": each of the five captions in turn against one caption a picture, means
    over the five; "any": all captions are candidates, and any of a picture's own counts.
    """
    n, five = captions.shape[:2]
    own = np.eye(n, dtype=bool)
    ones = [(images @ captions[:, place].T, own) for place in range(five)]
    flat, owner = captions.reshape(n * five, -1), np.repeat(np.arange(n), five)
    mine = owner == np.arange(n)[:, None]
    return {
        "image → caption, one": _mean([recalls(scores, right) for scores, right in ones]),
        "caption → image": recalls(flat @ images.T, mine.T),
        "image → caption, any of five": recalls(images @ flat.T, mine),
    }


def _mean(found: list[Figures]) -> Figures:
    return {name: round(float(np.mean([each[name] for each in found])), 3) for name in found[0]}


def coco(encoder: Encoder) -> Figures:
    """COCO's photographs of which neither picture nor caption taught, and all 440."""
    table = rows("coco-photos440")
    images = encoder.encode_images([open_picture(row["image"]) for row in table])
    texts = encoder.encode_texts([row[name] for row in table for name in FIVE])
    captions = texts.reshape(len(table), len(FIVE), -1)
    unseen = np.array([row["licence"] not in FREE for row in table])
    others = np.sort(np.random.default_rng(SPLIT_SEED).permutation(np.flatnonzero(unseen))[CHOSEN_ON:])
    return {
        "COCO, 303 that taught nothing": retrieval(images[unseen], captions[unseen]),
        "COCO, the 152 of them on which no setting was chosen": retrieval(images[others], captions[others]),
        "COCO, all 440, 137 of which taught": retrieval(images, captions),
    }


def five_folds() -> Figures:
    """All 440 of COCO's photographs, each by a head fitted to the captions of four fifths of them: what the recipe
    would come to if all might teach, with two random views each. Needs the recipe's cache."""
    read, table = Reader(), rows("coco-photos440")
    every = [Photograph(row["image"], tuple(spoken(row[name]) for name in FIVE)) for row in table]
    captions = caption_vectors(every, read)
    taught = [Lesson(seen("coco-every", every, 2), captions.mean(1)), *lessons(read)[1:]]
    return {"COCO, all 440 in five folds, a head each": retrieval(left_out(taught), captions)}


def zero_shot(encoder: Encoder, images: np.ndarray, labels: Sequence[str]) -> float:
    """Accuracy of the nearest class, each class the mean of its prompts."""
    names = sorted(set(labels))
    prompts = encoder.encode_texts([template.format(name) for name in names for template in TEMPLATES])
    classes = prompts.reshape(len(names), len(TEMPLATES), -1).mean(1)
    classes /= np.linalg.norm(classes, axis=1, keepdims=True)
    found = np.array(names)[(images @ classes.T).argmax(1)]
    return round(float((found == np.array(labels)).mean()), 3)


def clothing(encoder: Encoder) -> Figures:
    """Clothes' test split, ten classes."""
    table = [row for row in rows("clothing-photos") if row["split"] == "test"]
    images = encoder.encode_images([open_picture(row["image"]) for row in table])
    labels = [row["label"] for row in table]
    return {
        "accuracy": zero_shot(encoder, images, [garment(label) for label in labels]),
        "accuracy with the set's own labels": zero_shot(encoder, images, labels),
        "K-means NMI": nmi(images, labels),
        "queries": len(table),
    }


def nmi(vectors: np.ndarray, labels: Sequence[str], seeds: int = 3) -> float:
    """Normalised mutual information of K-means with as many clusters as labels, mean over seeds."""
    k = len(set(labels))
    found = [KMeans(k, n_init=5, random_state=seed).fit_predict(vectors) for seed in range(seeds)]
    return round(float(np.mean([normalized_mutual_info_score(labels, each) for each in found])), 3)


def held_out() -> Encoder:
    """``pocket-2`` with the drawings' tower that never saw OpenMoji."""
    encoder = build(find("pocket-2"))
    tower = encoder.model.visual.trunk
    tower.drawing.load_state_dict(drawings.net(POCKET / POCKET_HELD_OUT).state_dict())
    state = {name: value.float() for name, value in load_file(POCKET_2 / HELD_OUT).items()}
    tower.load_state_dict(tower.state_dict() | state)
    return encoder


def speed(encoder: Encoder, seconds: float = 15.0) -> Figures:
    """Pictures a second of the model alone at batch 64 in the precision that it runs in, and the process' memory."""
    side = encoder.image_side
    batch = list(np.random.default_rng(0).integers(0, 256, (64, side, side, 3), dtype=np.uint8))
    encoder.image_vectors(batch)
    begun, count = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds:
        encoder.image_vectors(batch)
        count += len(batch)
    status = Path("/proc/self/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return {
        "pictures a second": round(count / (time.perf_counter() - begun), 1),
        "peak memory, GB": round(peak / 2**20, 2),
    }


def sets(encoder: Encoder) -> Figures:
    """Of bundled sets, some thousand images each: K-means' NMI of the vectors and of the features behind them, and
    zero-shot accuracy where the label's values are words."""
    return {f"{name} by {column}, a sample": _set(encoder, name, column) for name, column in CLUSTERED}


def _set(encoder: Encoder, name: str, column: str) -> Figures:
    table = parquet.read_table(ASSETS / name / ITEMS, columns=["image", column]).to_pylist()
    some = table[:: -(-len(table) // SAMPLE)]
    labels = [row[column] for row in some]
    vectors, features = _both(encoder, [encoder.pixels(open_picture(row["image"])) for row in some])
    found = {"pictures": len(some), "K-means NMI": nmi(vectors, labels), "of features": nmi(features, labels)}
    return found | ({"zero-shot accuracy": zero_shot(encoder, vectors, labels)} if name == "fashion" else {})


def _both(encoder: Encoder, pixels: list[Pixels], batch: int = 32) -> tuple[np.ndarray, np.ndarray]:
    parts = [encoder.image_vectors_and_features(pixels[i : i + batch]) for i in range(0, len(pixels), batch)]
    vectors, features = zip(*parts, strict=True)
    return np.concatenate(vectors), np.concatenate(features)


def openmoji(encoder: Encoder) -> Figures:
    """OpenMoji's drawings against the names of all concepts, and those of them whose concept nothing taught."""
    unseen = {concept.name for concept in captions.concepts() if concept.held_out}
    shown, names = drawn.openmoji(), drawn.concept_names()
    found, lines = drawn.see(encoder, shown), drawn.see(encoder, drawn.openmoji("lines", 4))
    hidden = [name in unseen for name in shown.names]
    return {
        "OpenMoji, 1,914 concepts": drawn.both_ways(encoder, found, names),
        "OpenMoji, 191 unseen concepts": drawn.both_ways(encoder, found, names, hidden),
        "OpenMoji as line drawings, every fourth": drawn.both_ways(encoder, lines, names),
    }


def figures(name: str) -> Figures:
    """Everything of one model but what it makes of drawings."""
    encoder = load(name)
    return coco(encoder) | {"Clothes, test split": clothing(encoder)} | sets(encoder) | {"Speed": speed(encoder)}


def lines(found: Figures, before: str = "") -> Iterator[tuple[str, str]]:
    """What was measured, and its figures in one cell."""
    scalars = {name: value for name, value in found.items() if not isinstance(value, dict)}
    if scalars:
        yield before, ", ".join(f"{name} {value:g}" for name, value in scalars.items())
    for name, value in found.items():
        if isinstance(value, dict):
            yield from lines(value, f"{before}: {name}" if before else name)


def table(found: dict[str, Figures]) -> str:
    """A Markdown table, a column a model."""
    columns = {name: dict(lines(each)) for name, each in found.items()}
    measured = dict.fromkeys(what for column in columns.values() for what in column)
    rows = [[what, *(column.get(what, "") for column in columns.values())] for what in measured]
    head = [["Measured", *columns], ["---"] * (1 + len(columns))]
    return "\n".join(f"| {' | '.join(row)} |" for row in [*head, *rows])


def main() -> None:
    """Print every figure, of ``pocket-2`` beside ``pocket``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drawings", action="store_true", help="the drawings' figures too: minutes")
    parser.add_argument("--folds", action="store_true", help="five folds over all of COCO's photographs too: minutes")
    parser.add_argument("--card", action="store_true", help="write them into assets/pocket-2/README.md")
    chosen = parser.parse_args()
    found: Figures = {name: figures(name) for name in ("pocket-2", "pocket")}
    if chosen.folds:
        found["pocket-2"] |= five_folds()
    if chosen.drawings:
        found["pocket-2"]["Weights that ship, which saw it"] = openmoji(load("pocket-2"))
        found["pocket"]["Held-out weights"] = openmoji(drawn.held_out())
        found["pocket-2"]["Held-out weights"] = openmoji(held_out())
    print(json.dumps(found, indent=1, ensure_ascii=False))
    if chosen.card:
        card.put(POCKET_2 / "README.md", table(found), BEGIN)


if __name__ == "__main__":
    main()
