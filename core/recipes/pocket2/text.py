"""Distil the sentence encoder into the small text tower, which reads 48 tokens and has three layers."""

import logging
import random
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import open_clip
import torch
from open_clip.transformer import TextTransformer
from safetensors.torch import load_file, save_file

from core.encoders.encoder import MERGES
from core.recipes import vocabulary
from core.recipes.image_tower import Average, rate_at
from core.recipes.model import encode_tokens
from core.recipes.model import tokenizer as tokenizer_of
from core.recipes.muon import Muon
from core.recipes.pocket2 import model as shape
from core.recipes.pocket2.space import Whitening
from core.recipes.pocket2.texts import SHARES, Texts
from core.recipes.teacher import teacher
from core.recipes.text_tower import distillation_loss

log = logging.getLogger(__name__)
BATCH, STEPS = 512, 6000
PEAK_RATE, MUON_RATE, DECAY, SMOOTHING = 2e-3, 0.02, 0.01, 0.998
FULL_STOPS = 0.15
CHUNKS = 8


class Tokens:
    """Token rows of all texts, each text tokenised once."""

    def __init__(self, tokenizer: open_clip.SimpleTokenizer, said: list[str]):
        self.start, self.end = tokenizer.sot_token_id, tokenizer.eot_token_id
        self.bodies = [np.array(tokenizer.encode(text)[: shape.CONTEXT - 3], np.int64) for text in said]
        self.stop = tokenizer.encode(".")[0]

    def batch(self, rows: np.ndarray, stops: np.ndarray) -> torch.Tensor:
        """Rows of texts → padded tokens (b, n); ``stops`` (b,) bool: with a full stop."""
        bodies = [
            [*self.bodies[row], self.stop] if stop else self.bodies[row] for row, stop in zip(rows, stops, strict=True)
        ]
        tokens = torch.zeros(len(rows), max(map(len, bodies)) + 2, dtype=torch.long)
        for place, body in enumerate(bodies):
            tokens[place, : len(body) + 2] = torch.tensor([self.start, *body, self.end])
        return tokens


def start_from_teacher(tower: TextTransformer, tokenizer: open_clip.SimpleTokenizer) -> None:
    """Token embeddings begin as the teacher's vectors of the tokens' own text."""
    said = [tokenizer.decode([token]).strip() or "." for token in range(shape.VOCABULARY)]
    vectors = teacher().encode(said)
    start = torch.from_numpy(vectors - vectors.mean(0))
    tower.token_embedding.weight.data = 0.05 * start / start.std()


def batches(found: Texts, seed: int = 0) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Endless (rows of texts, which end in a full stop); texts of like length share a batch."""
    rng, order = np.random.default_rng(seed), random.Random(seed)
    lengths = np.array([len(text) for text in found.said])
    names, shares = list(SHARES), np.array(list(SHARES.values()))
    while True:
        kinds = rng.choice(len(names), CHUNKS * BATCH, p=shares / shares.sum())
        rows = np.concatenate([rng.choice(found.kinds[name], (kinds == i).sum()) for i, name in enumerate(names)])
        chunks = np.split(rows[np.argsort(lengths[rows], kind="stable")], CHUNKS)
        order.shuffle(chunks)
        for chunk in chunks:
            yield chunk, rng.random(len(chunk)) < FULL_STOPS


def optimisers(tower: torch.nn.Module) -> list[tuple[torch.optim.Optimizer, float]]:
    """Muon for the layers' matrices, AdamW for the rest, each with its peak rate."""
    inner = [p for name, p in tower.named_parameters() if p.ndim == 2 and name.startswith("transformer.")]
    rest = [p for name, p in tower.named_parameters() if p.ndim != 2 or not name.startswith("transformer.")]
    adam = torch.optim.AdamW(rest, PEAK_RATE, (0.9, 0.98), weight_decay=DECAY)
    return [(Muon(inner, MUON_RATE, weight_decay=DECAY), MUON_RATE), (adam, PEAK_RATE)]


def train(tower: torch.nn.Module, tokens: Tokens, found: Texts, space: Whitening, steps: int, folder: Path) -> None:
    """One cycle of the rates; what is kept is the average over the steps."""
    targets, average, drawn = torch.from_numpy(space(found.vectors)), Average(tower, SMOOTHING), batches(found)
    engines, started = optimisers(tower), time.time()
    for step in range(steps):
        rows, stops = next(drawn)
        with torch.autocast("cpu", torch.bfloat16):
            said = encode_tokens(tower, tokens.batch(rows, stops))
        loss = distillation_loss(said, targets[torch.from_numpy(rows)])
        loss.backward()
        for engine, peak in engines:
            engine.param_groups[0]["lr"] = rate_at(step / steps, peak)
            with torch.autocast("cpu", torch.bfloat16):  # Muon's products of matrices cost more than the layers
                engine.step()
            engine.zero_grad()
        average.update(tower)
        if step % 25 == 0 or step == steps - 1:
            log.info("text %d/%d loss %.4f %.0fs", step, steps, loss.item(), time.time() - started)
        if step % 500 == 499 or step == steps - 1:
            save_file({k: v.clone() for k, v in average.module.state_dict().items()}, folder / "text.safetensors")


def make(folder: Path, found: Texts, space: Whitening, steps: int = STEPS) -> None:
    """Merges and a trained text tower in ``folder``."""
    if not (folder / MERGES).exists():
        vocabulary.write(found.said, folder / MERGES, shape.VOCABULARY)
    torch.manual_seed(0)
    tower, tokenizer = shape.new_text_tower(), tokenizer_of(folder, shape.CONTEXT)
    start_from_teacher(tower, tokenizer)
    train(tower, Tokens(tokenizer, found.said), found, space, steps, folder)


def load(folder: Path) -> torch.nn.Module:
    """The trained tower of ``folder``."""
    tower = shape.new_text_tower()
    tower.load_state_dict(load_file(folder / "text.safetensors"))
    return tower.eval()


@torch.inference_mode()
def encode(tower: torch.nn.Module, tokenizer: open_clip.SimpleTokenizer, said: list[str]) -> np.ndarray:
    """Texts → unit vectors (N, D), as the tower reads them."""
    order = np.argsort([len(text) for text in said], kind="stable")
    tokens, out = Tokens(tokenizer, said), np.empty((len(said), shape.DIM), np.float32)
    for start in range(0, len(said), BATCH):
        rows = order[start : start + BATCH]
        out[rows] = encode_tokens(tower, tokens.batch(rows, np.zeros(len(rows), bool))).numpy()
    return out
