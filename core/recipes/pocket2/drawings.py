"""The head of the drawings' tower: ``pocket``'s net as it is, its features mapped into the shared space."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import timm
import torch
from safetensors.torch import load_file

from core.encoders.encoder import unit
from core.encoders.two_towers import MEAN, SPREAD
from core.recipes import download
from core.recipes.augment import on_white
from core.recipes.image_tower import BANK, NAME_SHARE, Average, Sampler, loss_of, rate_at
from core.recipes.pictures import Pictures
from core.results import Floats

BATCH = 512
STEPS, TAUGHT_BATCH, PEAK_RATE, SEED = 400, 1024, 2e-3, 0
RIDGE = 1e-3
"""Of the features' mean square."""


def net(weights: Path) -> torch.nn.Module:
    """The image net of ``pocket``'s weights in a file, without its projection."""
    made = timm.create_model("cs3darknet_focus_s", num_classes=0)
    begin = "visual.trunk."
    state = {k.removeprefix(begin): v.float() for k, v in load_file(weights).items() if k.startswith(begin)}
    made.load_state_dict(state)
    return made.eval().to(memory_format=torch.channels_last)


@torch.inference_mode()
def features(name: str, weights: Path, found: Pictures) -> Floats:
    """All drawings as the net of those weights sees them: (n, 512); kept in the cache under the name."""
    path = download.cache_dir("pocket2") / f"drawings-{name}.npy"
    if not path.exists():
        tower, out = net(weights), []
        for start in range(0, len(found.pixels), BATCH):
            pixels = on_white(torch.from_numpy(found.pixels[start : start + BATCH].copy()))
            with torch.autocast("cpu", torch.bfloat16):
                seen = tower(((pixels - MEAN) / SPREAD).contiguous(memory_format=torch.channels_last))
            out.append(seen.float().numpy())
        np.save(path, np.concatenate(out))
    return np.load(path)


def targets(found: Pictures, phrases: Floats) -> Floats:
    """What each drawing should be: its name's vector and, less, those of its other captions; phrases: (P, D) unit."""
    out = np.empty((len(found.captions), phrases.shape[1]), np.float32)
    for row, ids in enumerate(found.captions):
        name, others = phrases[ids[0]], phrases[ids[1:]]
        out[row] = NAME_SHARE * name + (1 - NAME_SHARE) * others.mean(0) if len(others) else name
    return unit(out)


def weights(found: Pictures) -> np.ndarray:
    """Emoji evenly by concept, other drawings by the root of their set's size, 7 to 3."""
    out = np.zeros(len(found.styles))
    is_emoji = found.concepts >= 0
    for chosen, groups, power, share in ((is_emoji, found.concepts, 1.0, 0.7), (~is_emoji, found.styles, 0.5, 0.3)):
        _, inverse, counts = np.unique(groups[chosen], return_inverse=True, return_counts=True)
        weight = counts[inverse] ** -power
        out[chosen] = share * weight / weight.sum()
    return out


def head(seen: Floats, found: Pictures, allowed: np.ndarray, phrases: Floats) -> tuple[Floats, Floats]:
    """Matrix (512, D) and bias (D,): from a regression on, each drawing learns to name itself among others' captions.

    seen: (n, 512); allowed: (n,) bool; phrases: (P, D) unit rows. By the regression alone a drawing of a style that was
    never seen names itself in 26 of 100 cases, after this in 40.
    """
    start = regression(seen[allowed], targets(found, phrases)[allowed], weights(found)[allowed])
    layer = torch.nn.Linear(seen.shape[1], phrases.shape[1])
    layer.load_state_dict({"weight": torch.from_numpy(start[0].T.copy()), "bias": torch.from_numpy(start[1])})
    average = _taught(layer, torch.from_numpy(seen), found, allowed, torch.from_numpy(phrases))
    return average.weight.detach().numpy().T.copy(), average.bias.detach().numpy()


def _taught(
    layer: torch.nn.Linear, seen: torch.Tensor, found: Pictures, allowed: np.ndarray, phrases: torch.Tensor
) -> torch.nn.Linear:
    """By the loss of `image_tower`; what is kept is the average over the last steps."""
    sampler, average, scale = Sampler(found, allowed, SEED), Average(layer, 0.98), torch.nn.Parameter(torch.tensor(3.4))
    said = np.unique(np.concatenate([found.captions[row] for row in np.flatnonzero(allowed)]))
    names = np.unique([found.captions[row][0] for row in sampler.emoji])
    optimiser = torch.optim.AdamW([*layer.parameters(), scale], PEAK_RATE, weight_decay=0.0)
    for step in range(STEPS):
        rows = sampler.rows(TAUGHT_BATCH)
        ids = sampler.phrase_ids(rows)
        bank = np.unique(np.concatenate([ids, names, sampler.rng.choice(said, BANK)]))
        image = torch.nn.functional.normalize(layer(seen[rows]), dim=-1)
        loss = loss_of(image, phrases[bank], torch.from_numpy(np.searchsorted(bank, ids)), scale.exp())
        optimiser.zero_grad()
        loss.backward()
        optimiser.param_groups[0]["lr"] = rate_at(step / STEPS, PEAK_RATE)
        optimiser.step()
        average.update(layer)
    return cast(torch.nn.Linear, average.module)


def regression(seen: Floats, wanted: Floats, weight: np.ndarray) -> tuple[Floats, Floats]:
    """Weighted ridge regression: matrix (512, D) and bias (D,)."""
    weight = weight / weight.sum()
    middle, aim = weight @ seen, weight @ wanted
    centred = (seen - middle).astype(np.float64)
    gram = (centred * weight[:, None]).T @ centred
    loads = (centred * weight[:, None]).T @ (wanted - aim)
    matrix = np.linalg.solve(gram + RIDGE * np.trace(gram) / len(gram) * np.eye(len(gram)), loads)
    return matrix.astype(np.float32), (aim - middle @ matrix).astype(np.float32)
