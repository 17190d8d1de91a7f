"""The head of the drawings' tower: ``pocket``'s net as it is, its features mapped into the shared space."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import timm
import torch
from safetensors.torch import load_file

from core.encoders.encoder import unit
from core.encoders.two_towers import DRAWING_SIDE, MEAN, SPREAD
from core.recipes import download
from core.recipes.augment import augment, on_white
from core.recipes.image_tower import NAME_SHARE, Average, Sampler, loss_of, rate_at, traits
from core.recipes.pictures import Pictures
from core.results import Floats

BATCH = 512
STEPS, TAUGHT_BATCH, PEAK_RATE, SEED = 400, 1024, 2e-3, 0
SAMPLE, ALTERED, REFINING_STEPS, REFINING_RATE = 24_000, 0.5, 200, 5e-4
RIDGE = 1e-3
"""Of the features' mean square."""

Head = tuple[Floats, Floats]
"""Matrix (512, D) and bias (D,)."""
Views = Callable[[np.ndarray], torch.Tensor]
"""Row numbers of drawings → what the net sees of them, (rows, 512)."""


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


def head(net: torch.nn.Module, seen: Floats, found: Pictures, allowed: np.ndarray, phrases: Floats) -> Head:
    """From a regression on, each drawing learns to name itself among others' captions, at the end altered ones too.

    seen: (n, 512), what the net sees; allowed: (n,) bool; phrases: (P, D) unit rows. By the regression alone a drawing
    of a style that was never seen names itself in 26 of 100 cases, after this in 40.
    """
    start = regression(seen[allowed], targets(found, phrases)[allowed], weights(found)[allowed])
    sampler, views = Sampler(found, allowed, SEED), torch.from_numpy(seen)
    taught = _taught(start, sampler, lambda rows: views[rows], phrases, STEPS, PEAK_RATE)
    return refined(taught, net, found, allowed, phrases)


def refined(start: Head, net: torch.nn.Module, found: Pictures, allowed: np.ndarray, phrases: Floats) -> Head:
    """Goes on with a sample of the drawings, half of them altered in colour, place and edges as for the net itself:
    lines on white, and styles that nobody has shown, name themselves better for it."""
    rows = _sample(found, allowed)
    plain, altered = (_look(net, found, rows, alter) for alter in (False, True))
    chosen, place = np.zeros(len(allowed), bool), np.full(len(allowed), -1)
    chosen[rows], place[rows] = True, np.arange(len(rows))
    sampler = Sampler(found, chosen, SEED)

    def views(drawn: np.ndarray) -> torch.Tensor:
        is_altered = torch.from_numpy(sampler.rng.random(len(drawn)) < ALTERED)[:, None]
        return torch.where(is_altered, altered[place[drawn]], plain[place[drawn]])

    return _taught(start, sampler, views, phrases, REFINING_STEPS, REFINING_RATE)


def _sample(found: Pictures, allowed: np.ndarray) -> np.ndarray:
    """Row numbers, ascending: as often as they are drawn in training."""
    drawn = np.unique(Sampler(found, allowed, SEED + 1).rows(3 * SAMPLE))
    return np.sort(np.random.default_rng(SEED).permutation(drawn)[:SAMPLE])


@torch.inference_mode()
def _look(net: torch.nn.Module, found: Pictures, rows: np.ndarray, alter: bool) -> torch.Tensor:
    """(rows, 512), as the net sees the drawings on white, or altered."""
    torch.manual_seed(SEED)
    (mono, flippable), out = traits(found), []
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        pixels = torch.from_numpy(found.pixels[some].copy())
        rgb = augment(pixels, mono[some], flippable[some], DRAWING_SIDE) if alter else on_white(pixels)
        out.append(net(((rgb - MEAN) / SPREAD).contiguous(memory_format=torch.channels_last)))
    return torch.cat(out)


def _taught(start: Head, sampler: Sampler, views: Views, phrases: Floats, steps: int, peak: float) -> Head:
    """By the loss of `image_tower`; what is kept is the average over the last steps."""
    texts = torch.from_numpy(phrases)
    layer = torch.nn.Linear(len(start[0]), phrases.shape[1])
    layer.load_state_dict({"weight": torch.from_numpy(start[0].T.copy()), "bias": torch.from_numpy(start[1])})
    average, scale = Average(layer, 0.98), torch.nn.Parameter(torch.tensor(3.4))
    optimiser = torch.optim.AdamW([*layer.parameters(), scale], peak, weight_decay=0.0)
    for step in range(steps):
        rows = sampler.rows(TAUGHT_BATCH)
        ids = sampler.phrase_ids(rows)
        bank = sampler.bank(ids)
        image = torch.nn.functional.normalize(layer(views(rows)), dim=-1)
        loss = loss_of(image, texts[bank], torch.from_numpy(np.searchsorted(bank, ids)), scale.exp())
        optimiser.zero_grad()
        loss.backward()
        optimiser.param_groups[0]["lr"] = rate_at(step / steps, peak)
        optimiser.step()
        average.update(layer)
    kept = cast(torch.nn.Linear, average.module)
    return kept.weight.detach().numpy().T.copy(), kept.bias.detach().numpy()


def regression(seen: Floats, wanted: Floats, weight: np.ndarray) -> Head:
    """Weighted ridge regression: matrix (512, D) and bias (D,)."""
    weight = weight / weight.sum()
    middle, aim = weight @ seen, weight @ wanted
    centred = (seen - middle).astype(np.float64)
    gram = (centred * weight[:, None]).T @ centred
    loads = (centred * weight[:, None]).T @ (wanted - aim)
    matrix = np.linalg.solve(gram + RIDGE * np.trace(gram) / len(gram) * np.eye(len(gram)), loads)
    return matrix.astype(np.float32), (aim - middle @ matrix).astype(np.float32)
