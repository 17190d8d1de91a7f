"""The whole recipe of ``assets/pocket-2``: ``python -m core.recipes.pocket2.make``.

It needs ``assets/pocket`` with its held-out weights in the cache (`core.recipes.pocket`), whose image tower it takes as
it is, and the photographs (`photographs`). Stages leave their results in the cache, so that any can be run alone.
"""

import argparse
import json
import logging
import shutil
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import open_clip
import torch
from safetensors.torch import save_file

from core.encoders import two_towers
from core.encoders.catalogue import CONFIGURATION, INDEX, POCKET, POCKET_2, WEIGHTS
from core.encoders.encoder import MERGES
from core.recipes import download, pictures
from core.recipes.model import half, tokenizer
from core.recipes.pictures import Pictures
from core.recipes.pocket import HELD_OUT as POCKET_HELD_OUT
from core.recipes.pocket import everything_allowed, stage1_allowed
from core.recipes.pocket2 import classes, drawings, fitting, gate, photographs, text, texts
from core.recipes.pocket2 import model as shape
from core.recipes.pocket2.fitting import Lesson
from core.recipes.pocket2.space import Whitening

STAGES = ("text", "ship")
FOLDS = 5
FURTHER_SHARE = 0.3
"""What clothes and portraits each weigh beside the captioned photographs."""
SHARDS = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")
HELD_OUT = "heldout/drawn.safetensors"
"""The head of the drawings' tower of `pocket`'s stage 1, whose net lies with `pocket`."""


def folder() -> Path:
    """Where the stages leave their results."""
    return download.cache_dir("pocket2")


def space() -> Whitening:
    """The space that all towers share."""
    return Whitening.fitted(texts.sample(texts.texts()))


class Reader:
    """The trained text tower as a function from texts to unit vectors."""

    def __init__(self) -> None:
        self.tower, self.tokenizer = text.load(folder()), tokenizer(folder(), shape.CONTEXT)

    def __call__(self, said: list[str]) -> np.ndarray:
        return text.encode(self.tower, self.tokenizer, said)


def caption_vectors(found: list[photographs.Photograph], read: Reader) -> np.ndarray:
    """(photographs, captions, D)."""
    flat = read([caption for each in found for caption in each.captions])
    return flat.reshape(len(found), -1, flat.shape[1])


def lessons(read: Reader) -> list[Lesson]:
    """Captioned photographs, clothes, portraits."""
    coco = photographs.coco()
    main = Lesson(photographs.seen("coco", coco, photographs.CROPS), caption_vectors(coco, read).mean(1))
    further = (("clothing", photographs.clothing()), ("portraits", photographs.portraits()))
    return [main, *(_further(name, found, read, len(coco)) for name, found in further)]


def _further(name: str, found: list[photographs.Photograph], read: Reader, beside: int) -> Lesson:
    wanted = caption_vectors(found, read).mean(1)
    return Lesson(photographs.seen(name, found), wanted, FURTHER_SHARE * beside / 3 / len(found))


@lru_cache(maxsize=1)
def class_vectors() -> np.ndarray:
    """ImageNet's classes in the shared space: (1000, D)."""
    return space()(fitting.class_vectors(classes.classes(), classes.phrases))


def drawing_head(found: Pictures, phrases: np.ndarray, held_out: bool) -> drawings.Head:
    """The head, on the drawings that the net itself saw; phrases: (P, D), as the text tower reads them."""
    weights, name = (POCKET / POCKET_HELD_OUT, "held") if held_out else (POCKET / WEIGHTS, "all")
    allowed = stage1_allowed(found) if held_out else everything_allowed(found)
    return drawings.head(drawings.net(weights), drawings.features(name, weights, found), found, allowed, phrases)


def logit_scale(read: Reader, taught: list[Lesson]) -> float:
    """The scale of cosines under which captions of photographs left out of the fit are likeliest, five folds."""
    captions = caption_vectors(photographs.coco(), read)[:, 0]
    cosines = torch.from_numpy(left_out(taught) @ captions.T)
    scales = np.geomspace(5, 100, 40)
    own = torch.arange(len(cosines))
    return float(min(scales, key=lambda scale: torch.nn.functional.cross_entropy(scale * cosines, own)))


def left_out(taught: list[Lesson]) -> np.ndarray:
    """Vectors (P, D) of the first lesson's photographs, each by a head that was fitted without it; five folds."""
    first, vectors = taught[0], np.empty_like(taught[0].wanted)
    for fold in range(FOLDS):
        inside = np.arange(len(vectors)) % FOLDS != fold
        head = fitting.fit(class_vectors(), first.seen, [part(first, inside), *taught[1:]])
        vectors[~inside] = head(first.seen.take(np.flatnonzero(~inside)))
    return vectors


def part(lesson: Lesson, inside: np.ndarray) -> Lesson:
    """The lesson of some of its photographs: ``inside`` (P,) bool."""
    number = np.cumsum(inside) - 1
    seen = lesson.seen.take(inside[lesson.seen.owners])
    return Lesson(replace(seen, owners=number[seen.owners]), lesson.wanted[inside], lesson.weight)


def assemble() -> tuple[open_clip.CLIP, dict[str, torch.Tensor], dict[str, float]]:
    """The model, the head of the held-out drawings' tower, and what was measured while fitting."""
    read = Reader()
    model = open_clip.CLIP(**shape.CONFIG["model_cfg"]).eval()
    tower: two_towers.TwoTowers = model.visual.trunk
    net = photographs.net()
    tower.photograph.load_state_dict(net.state_dict(), strict=False)
    tower.classifier.load_state_dict(net.classifier.state_dict())
    taught = lessons(read)
    head = fitting.fit(class_vectors(), taught[0].seen, taught)
    _fill(tower.classes, head.classes, None)
    _fill(tower.further, head.further, head.bias)
    found = pictures.load()
    phrases = read(found.phrases)
    tower.drawing.load_state_dict(drawings.net(POCKET / WEIGHTS).state_dict())
    _fill(tower.drawn, *drawing_head(found, phrases, held_out=False))
    direction, bias, accuracy = gate.fit(_photographed(taught), gate.drawings())
    _fill(tower.gate, direction[:, None], np.array([bias], np.float32))
    own = {name: value for name, value in read.tower.state_dict().items() if name in model.state_dict()}
    model.load_state_dict(model.state_dict() | own)
    scale = logit_scale(read, taught)
    model.logit_scale.data.fill_(np.log(scale))
    matrix, offset = drawing_head(found, phrases, held_out=True)
    held = {"drawn.weight": torch.from_numpy(matrix.T.copy()), "drawn.bias": torch.from_numpy(offset)}
    return model, held, {"gate accuracy, five folds": accuracy, "logit scale": scale}


def _photographed(taught: list[Lesson]) -> np.ndarray:
    wholes = [lesson.seen.features[: len(lesson.wanted)] for lesson in taught]
    return np.concatenate([*wholes, gate.paintings()])


def _fill(layer: torch.nn.Linear, matrix: np.ndarray, bias: np.ndarray | None) -> None:
    layer.weight.data = torch.from_numpy(np.ascontiguousarray(matrix.T))
    if bias is not None:
        layer.bias.data = torch.from_numpy(bias)


def ship(to: Path = POCKET_2) -> None:
    """Configuration, merges, and weights in two files with their index."""
    model, held, measured = assemble()
    state = half(model.state_dict())
    shards = [{k: v for k, v in state.items() if k.startswith("visual.") == visual} for visual in (True, False)]
    (to / "heldout").mkdir(parents=True, exist_ok=True)
    for name, shard in zip(SHARDS, shards, strict=True):
        save_file(shard, to / name)
    index = {"weight_map": {k: name for name, shard in zip(SHARDS, shards, strict=True) for k in sorted(shard)}}
    (to / INDEX).write_text(json.dumps(index, indent=0) + "\n")
    (to / CONFIGURATION).write_text(json.dumps(shape.CONFIG, indent=2) + "\n")
    shutil.copy(folder() / MERGES, to / MERGES)
    save_file(half(held), to / HELD_OUT)
    print(json.dumps(measured))


def main() -> None:
    """Run one stage, or both in order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", choices=(*STAGES, "all"), default="all")
    stage = parser.parse_args().stage
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if stage in ("text", "all"):
        text.make(folder(), texts.texts(), space())
    if stage in ("ship", "all"):
        ship()


if __name__ == "__main__":
    main()
