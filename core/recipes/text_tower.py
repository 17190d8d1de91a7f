"""Distil the teacher's sentence vectors into the small text tower.

The target space is the teacher's, centred, reduced by PCA and half whitened, so that short
captions which the teacher holds close (``man cook`` / ``woman cook``) still lie apart.
"""

import logging
import random
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Self

import numpy as np
import open_clip
import torch
import torch.nn.functional as F

from core.encoders.encoder import MERGES
from core.recipes import captions, phrases, vocabulary
from core.recipes import model as shape
from core.recipes.teacher import teacher

log = logging.getLogger(__name__)
BATCH, PEAK_RATE, TEMPERATURE, TEMPLATE_SHARE = 512, 2e-3, 0.05, 0.2


class TargetSpace:
    """Affine map from teacher vectors (n, 384) to unit targets (n, 256)."""

    def __init__(self, mean: np.ndarray, axes: np.ndarray):
        self.mean, self.axes = mean, axes

    @classmethod
    def fitted(cls, vectors: np.ndarray, power: float = 0.5) -> Self:
        """PCA of the vectors; axes divided by their spread to the ``power``."""
        mean = vectors.mean(0)
        values, axes = np.linalg.eigh(np.cov((vectors - mean).T))
        top = np.argsort(-values)[: shape.DIM]
        return cls(mean, axes[:, top] / values[top] ** (power / 2))

    def __call__(self, vectors: np.ndarray) -> torch.Tensor:
        return F.normalize(torch.from_numpy((vectors - self.mean) @ self.axes).float(), dim=-1)


def start_from_teacher(model: open_clip.CLIP, merges: Path) -> None:
    """Token embeddings begin as the teacher's vectors of the tokens' own text."""
    tok = shape.tokenizer(merges)
    texts = [tok.decode([i]).strip() or "." for i in range(vocabulary.VOCAB_SIZE)]
    vectors = teacher().encode(texts)
    vectors -= vectors.mean(0)
    axes = np.linalg.svd(vectors, full_matrices=False)[2][: model.token_embedding.weight.shape[1]]
    start = torch.from_numpy(vectors @ axes.T)
    model.token_embedding.weight.data = 0.05 * start / start.std()


def sampling_weights(texts: list[str]) -> np.ndarray:
    """Emoji words count eight times, WordNet's bare words half."""
    emoji, words = set(phrases.emoji_phrases()), set(phrases.wordnet_words())
    weight = np.array([8.0 if t in emoji else 0.5 if t in words else 1.0 for t in texts])
    return weight / weight.sum()


def batches(texts: list[str], weight: np.ndarray, seed: int = 0) -> Iterator[tuple[list[str], np.ndarray]]:
    """Endless (texts, row indices); texts of like length share a batch."""
    rng, pick = random.Random(seed), np.random.default_rng(seed)
    while True:
        rows = pick.choice(len(texts), 8 * BATCH, p=weight)
        said = [captions.templated(texts[i], rng) if rng.random() < TEMPLATE_SHARE else texts[i] for i in rows]
        order = sorted(range(len(rows)), key=lambda i: len(said[i]))
        chunks = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
        rng.shuffle(chunks)
        for chunk in chunks:
            yield [said[i] for i in chunk], rows[chunk]


def distillation_loss(found: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Cosine distance plus cross entropy of naming one's own target within the batch."""
    logits = found @ target.T / TEMPERATURE
    same = target @ target.T > 0.99
    logits = logits.masked_fill(same & ~torch.eye(len(found), dtype=torch.bool), -1e4)
    return (1 - (found * target).sum(-1)).mean() + 0.2 * F.cross_entropy(logits, torch.arange(len(found)))


def train(model: open_clip.CLIP, folder: Path, texts: list[str], targets: torch.Tensor, steps: int) -> None:
    """Adam with a one-cycle rate over ``steps`` batches of 512 phrases."""
    tok, weight, started = shape.tokenizer(folder), sampling_weights(texts), time.time()
    own = [p for n, p in model.named_parameters() if shape.is_text(n)]
    optimiser = torch.optim.AdamW(own, PEAK_RATE, (0.9, 0.98), weight_decay=0.01)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK_RATE, steps, pct_start=0.1)
    for step, (said, rows) in enumerate(islice(batches(texts, weight), steps)):
        loss = distillation_loss(shape.encode_tokens(model, shape.tokenize(tok, said)), targets[torch.from_numpy(rows)])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(own, 1.0)
        optimiser.step()
        rate.step()
        if step % 100 == 99:
            shape.write(model, folder)
        if step % 25 == 0:
            log.info("text %d/%d loss %.3f %.0fs", step, steps, loss.item(), time.time() - started)


def make(folder: Path, picture_phrases: list[str], steps: int) -> None:
    """Merges and a trained text tower in ``folder``; the image tower is still untrained."""
    texts = phrases.corpus(picture_phrases)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / MERGES).exists():
        vocabulary.write(texts, folder / MERGES)
    teacher_vectors = phrases.vectors(texts)
    torch.manual_seed(0)
    model = shape.new_model()
    start_from_teacher(model, folder)
    train(model, folder, texts, TargetSpace.fitted(teacher_vectors)(teacher_vectors), steps)
    shape.write(model, folder)
