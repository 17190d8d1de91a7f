"""Train the image tower against the frozen text tower (LiT: Zhai et al. 2022)."""

import copy
import logging
import math
import re
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import open_clip
import torch
import torch.nn.functional as F

from core.recipes import augment
from core.recipes import model as shape
from core.recipes.muon import Muon
from core.recipes.pictures import Pictures

log = logging.getLogger(__name__)
EMOJI_SHARE, NAME_SHARE, BANK, PULL = 0.7, 0.75, 1500, 0.5
CHECKPOINT, MAX_SCALE = 200, 100
_SIDED = re.compile(r"\b(left|right|clock|flag|letter|button|arrow|back|forward|number|\d)\b|flag:")


@dataclass(frozen=True)
class Schedule:
    """How long and how fast. Small pictures for a while, then the model's own size, more and more altered."""

    steps: int
    small_share: float = 0.0
    small_side: int = 48
    batch: int = 256
    peak_rate: float = 2e-3
    muon_rate: float = 0.03
    decay: float = 0.02
    ema: float = 0.997
    mildest: float = 1.0
    seed: int = 0

    def side(self, progress: float) -> int:
        """Pixels of a picture's side at 0 ≤ progress < 1."""
        return self.small_side if progress < self.small_share else shape.IMAGE_SIZE

    def strength(self, progress: float) -> float:
        """Of the augmentation: from ``mildest`` up to 1 half-way."""
        return min(1.0, self.mildest + 2 * (1 - self.mildest) * progress)


class Sampler:
    """Draws pictures: emoji evenly over concepts, others by the square root of their set's size."""

    def __init__(self, pictures: Pictures, allowed: np.ndarray, seed: int):
        self.rng, self.pictures = np.random.default_rng(seed), pictures
        self.emoji = np.flatnonzero(allowed & (pictures.concepts >= 0))
        self.other = np.flatnonzero(allowed & (pictures.concepts < 0))
        self.emoji_p = self._evenly(pictures.concepts[self.emoji], 1.0)
        self.other_p = self._evenly(pictures.styles[self.other], 0.5)

    @staticmethod
    def _evenly(groups: np.ndarray, power: float) -> np.ndarray:
        _, inverse, counts = np.unique(groups, return_inverse=True, return_counts=True)
        weight = 1.0 / counts[inverse] ** power
        return np.cumsum(weight / weight.sum())

    def rows(self, count: int) -> np.ndarray:
        """``count`` row numbers of the pictures."""
        share = round(count * EMOJI_SHARE)
        draw = [(self.emoji, self.emoji_p, share), (self.other, self.other_p, count - share)]
        return np.concatenate(
            [rows[np.searchsorted(p, self.rng.random(n)).clip(max=len(rows) - 1)] for rows, p, n in draw]
        )

    @cached_property
    def said(self) -> np.ndarray:
        """Every phrase of the pictures that are drawn, ascending."""
        return np.unique(np.concatenate([self.pictures.captions[i] for i in np.concatenate([self.emoji, self.other])]))

    @cached_property
    def names(self) -> np.ndarray:
        """The names of their emoji, ascending."""
        return np.unique([self.pictures.captions[i][0] for i in self.emoji])

    def bank(self, ids: np.ndarray) -> np.ndarray:
        """Phrases to tell apart, ascending: these, every name, and some by chance."""
        return np.unique(np.concatenate([ids, self.names, self.rng.choice(self.said, BANK)]))

    def phrase_ids(self, rows: np.ndarray) -> np.ndarray:
        """One caption of each picture: the first (its name) more often than the rest."""
        return np.array(
            [
                ids[0] if len(ids) == 1 or self.rng.random() < NAME_SHARE else ids[self.rng.integers(1, len(ids))]
                for ids in (self.pictures.captions[r] for r in rows)
            ]
        )


def loss_of(image: torch.Tensor, bank: torch.Tensor, own: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """Name each picture among the bank's captions, ``own`` (b,) being its row there.

    The cosine distance beside it lets unseen words find their place.
    """
    pull = (1 - (image * bank[own]).sum(-1)).mean()
    return F.cross_entropy(scale * image @ bank.T, own) + PULL * pull


def normalised(rgb: torch.Tensor) -> torch.Tensor:
    """RGB in 0…1 → the model's input scale."""
    mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in (shape.MEAN, shape.STD))
    return ((rgb - mean) / std).contiguous(memory_format=torch.channels_last)


class Average:
    """Exponential moving average of a module, batch statistics included."""

    def __init__(self, module: torch.nn.Module, decay: float):
        self.module, self.decay, self.seen = copy.deepcopy(module).eval(), decay, 0

    @torch.no_grad()
    def update(self, module: torch.nn.Module) -> None:
        """Move towards ``module``; the first steps move faster."""
        self.seen += 1
        decay = min(self.decay, (1 + self.seen) / (10 + self.seen))
        for own, new in zip(self.module.state_dict().values(), module.state_dict().values(), strict=True):
            if own.is_floating_point():
                own.lerp_(new, 1 - decay)
            else:
                own.copy_(new)


def traits(pictures: Pictures) -> tuple[torch.Tensor, torch.Tensor]:
    """(n,) bools: pictures of one dark colour, and pictures that may be mirrored."""
    mono = np.zeros(len(pictures.styles), bool)
    for i in np.flatnonzero(pictures.kinds != "clipart"):
        mono[i] = not pictures.pixels[i, ::4, ::4, :3].any()
    sided = np.array([bool(_SIDED.search(p)) for p in pictures.phrases])
    flippable = np.array([not sided[ids].any() for ids in pictures.captions])
    return torch.from_numpy(mono), torch.from_numpy(flippable)


def rate_at(progress: float, peak: float) -> float:
    """One cycle: up within the first tenth, then down along a cosine."""
    if progress < 0.1:
        return peak * (0.05 + 9.5 * progress)
    return peak * (0.005 + 0.995 * 0.5 * (1 + math.cos(math.pi * (progress - 0.1) / 0.9)))


def optimisers_of(
    visual: torch.nn.Module, scale: torch.Tensor, plan: Schedule
) -> list[tuple[torch.optim.Optimizer, float]]:
    """Muon for the weights of convolutions and layers, AdamW for the rest, each with its peak rate."""
    filters = [p for p in visual.parameters() if p.ndim > 1]
    rest = [p for p in visual.parameters() if p.ndim <= 1] + [scale]
    return [
        (Muon(filters, plan.muon_rate, weight_decay=plan.decay), plan.muon_rate),
        (torch.optim.AdamW(rest, plan.peak_rate, weight_decay=0.0), plan.peak_rate),
    ]


class Training:
    """One run: the image tower of ``model`` learns in place, its average is what is kept.

    ``texts`` (phrases, 256) are the frozen text vectors of ``pictures.phrases``.
    """

    def __init__(
        self, model: open_clip.CLIP, pictures: Pictures, allowed: np.ndarray, texts: torch.Tensor, plan: Schedule
    ):
        torch.manual_seed(plan.seed)
        self.model, self.pictures, self.texts, self.plan = model, pictures, texts, plan
        self.sampler, (self.mono, self.flippable) = Sampler(pictures, allowed, plan.seed), traits(pictures)
        self.visual = model.visual.to(memory_format=torch.channels_last).train()
        self.scale = torch.nn.Parameter(torch.tensor(3.4))
        self.optimisers = optimisers_of(self.visual, self.scale, plan)
        self.average = Average(self.visual, plan.ema)

    def loss(self, progress: float) -> torch.Tensor:
        """Of a fresh batch."""
        rows = np.sort(self.sampler.rows(self.plan.batch))
        ids = self.sampler.phrase_ids(rows)
        pixels, side = torch.from_numpy(self.pictures.pixels[rows]), self.plan.side(progress)
        seen = augment.augment(pixels, self.mono[rows], self.flippable[rows], side, self.plan.strength(progress))
        bank = self.sampler.bank(ids)
        image = F.normalize(self.visual(normalised(seen)), dim=-1)
        own = torch.from_numpy(np.searchsorted(bank, ids))
        return loss_of(image, self.texts[bank], own, self.scale.exp().clamp(max=MAX_SCALE))

    def step(self, progress: float) -> float:
        """One batch at 0 ≤ progress < 1 of the run; returns its loss."""
        loss = self.loss(progress)
        self.visual.zero_grad()
        self.scale.grad = None
        loss.backward()
        for optimiser, peak in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate_at(progress, peak)
            optimiser.step()
        self.average.update(self.visual)
        return loss.item()

    def averaged(self) -> open_clip.CLIP:
        """The model with the average of its image tower so far."""
        kept = copy.deepcopy(self.model)
        kept.visual.load_state_dict(self.average.module.state_dict())
        kept.logit_scale.data = self.scale.detach().clone()
        return kept.eval()


def train(training: Training, folder: Path) -> None:
    """All steps of the plan; what there is goes to ``folder`` every ``CHECKPOINT`` steps and at the end."""
    started, steps = time.time(), training.plan.steps
    for step in range(steps):
        loss = training.step(step / steps)
        if step % 50 == 0:
            log.info("image %d/%d loss %.3f %.0fs", step, steps, loss, time.time() - started)
        if (step + 1) % CHECKPOINT == 0:
            shape.write(training.averaged(), folder)
    shape.write(training.averaged(), folder)
