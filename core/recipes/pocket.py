"""The whole recipe of ``assets/pocket``: ``python -m core.recipes.pocket``.

The text tower comes first and stays as it is. Stage 1 then never sees OpenMoji, nor a tenth of the concepts
in any style: its weights give the card's held-out figures. Stage 2 goes on from there on every picture and is
what ships. Each stage reads what the one before it left in the cache, so that any of them can be run alone.
"""

import argparse
import json
import logging
import shutil
from pathlib import Path

import numpy as np
import open_clip
import torch
from safetensors.torch import save_file

from core.encoders.catalogue import POCKET
from core.encoders.encoder import MERGES
from core.recipes import captions, download, image_tower, pictures, sources, text_tower
from core.recipes import model as shape

TEXT_STEPS = 500
STAGE1 = image_tower.Schedule(steps=2600, small_share=0.6, mildest=0.3)
STAGE2 = image_tower.Schedule(steps=150, peak_rate=5e-4, muon_rate=0.01, ema=0.98, seed=1)
HELD_OUT = "heldout/image_tower.safetensors"
STAGES = ("text", "1", "2", "ship")


def stage1_allowed(found: pictures.Pictures) -> np.ndarray:
    """(n,) bool: neither OpenMoji nor a held-out concept nor a caption that names one."""
    openmoji = np.char.startswith(found.styles, sources.OPENMOJI)
    return ~openmoji & ~found.held_out()


def everything_allowed(found: pictures.Pictures) -> np.ndarray:
    """(n,) bool: all pictures."""
    return np.ones(len(found.styles), bool)


def text_folder() -> Path:
    """Where the merges and the text tower lie."""
    return download.cache_dir("text")


def joined(image: Path) -> open_clip.CLIP:
    """The image tower of a folder beside the trained text tower."""
    model = shape.with_text_of(text_folder())
    seen = {name: value for name, value in shape.read(image).state_dict().items() if not shape.is_text(name)}
    model.load_state_dict(model.state_dict() | seen)
    return model


def image_stage(
    model: open_clip.CLIP, found: pictures.Pictures, allowed: np.ndarray, plan: image_tower.Schedule, folder: Path
) -> None:
    """Train the model's image tower against its text tower's vectors of all phrases."""
    texts = shape.encode_texts(model, shape.tokenizer(text_folder()), found.phrases)
    image_tower.train(image_tower.Training(model, found, allowed, texts, plan), folder)


def ship(weights: Path, folder: Path) -> None:
    """Write one stage's weights with config and merges, as open_clip reads them."""
    shape.write(joined(weights), folder)
    shutil.copy(text_folder() / MERGES, folder / MERGES)


def ship_held_out(weights: Path) -> None:
    """What stage 1 has of its own: the image tower; its text tower is the one that ships."""
    state = shape.read(weights).state_dict()
    own = {name: value for name, value in state.items() if name.startswith("visual.") or name == "logit_scale"}
    (POCKET / HELD_OUT).parent.mkdir(parents=True, exist_ok=True)
    save_file(shape.half(own), POCKET / HELD_OUT)


def write_held_out_list(path: Path) -> None:
    """The concepts that stage 1 never saw, as hexcode and name."""
    rows = [{"hexcode": c.hexcode, "name": c.name} for c in captions.concepts() if c.held_out]
    path.write_text(json.dumps(rows, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")


def run(stage: str) -> None:
    """One of ``STAGES``."""
    first, second = download.cache_dir("stage1"), download.cache_dir("stage2")
    if stage == "text":
        text_tower.make(text_folder(), pictures.load().phrases, TEXT_STEPS)
    elif stage == "1":
        found = pictures.load()
        torch.manual_seed(STAGE1.seed)
        image_stage(shape.with_text_of(text_folder()), found, stage1_allowed(found), STAGE1, first)
    elif stage == "2":
        found = pictures.load()
        image_stage(joined(first), found, everything_allowed(found), STAGE2, second)
    else:
        ship(second, POCKET)
        ship_held_out(first)
        write_held_out_list(POCKET / "heldout" / "concepts.json")


def main() -> None:
    """Run one stage, or all of them in order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", choices=(*STAGES, "all"), default="all")
    stage = parser.parse_args().stage
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    for each in STAGES if stage == "all" else (stage,):
        run(each)


if __name__ == "__main__":
    main()
