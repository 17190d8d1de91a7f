"""``python -m core.recipes.faces.train``: the auto-encoders, the editor and the judges of the bundled faces.

Each stage is kept in the cache, so that an interrupted run goes on with the next one.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from core.faces import autoencoders, judges
from core.faces.autoencoders import AutoEncoder, fit_autoencoder, in_chunks
from core.faces.editor import Card, Editor, UsualError
from core.faces.fitting import Pairs, fit_invertible, sized
from core.faces.invertible import InvertibleNetwork
from core.faces.optimisation import Schedule
from core.faces.options import BEST, KINDS, bundled_file
from core.faces.pictures import squared_error
from core.progress import Progress
from core.recipes.download import cache_dir
from core.recipes.faces.full import CHUNK, SIDE, Faces, faces
from core.recipes.faces.people import FACTORS

log = logging.getLogger(__name__)
Module = TypeVar("Module", bound=nn.Module)
VALUES = {factor: len(values) for factor, values in FACTORS.items()}
AUTOENCODERS = {
    "eigenface-vae": Schedule(epochs=4, batch=256),
    "vae": Schedule(epochs=4),
    "beta-vae": Schedule(epochs=4),
    "kl": Schedule(epochs=3),
}
CYCLES = (
    (Schedule(epochs=200), 1.0),
    (Schedule(epochs=150, rate=7e-4), 1.0),
    (Schedule(epochs=70, rate=5e-4), 3.0),
    (Schedule(epochs=50, rate=5e-4), 3.0),
    (Schedule(epochs=40, rate=5e-4), 3.0),
)
"""Of step sizes, for the network (Loshchilov and Hutter, SGDR, ICLR 2017), and how much the edit's error counts."""
JUDGES = Schedule(epochs=3)


def kept(name: str, module: Module, train: Callable[[], Module]) -> Module:
    """A trained module from the cache, else trained now and kept there."""
    path = cache_dir("faces", "trained") / f"{name}.safetensors"
    if path.exists():
        module.load_state_dict(load_file(path))
        return module.eval()
    made = train()
    save_file({key: tensor.contiguous() for key, tensor in made.state_dict().items()}, path)
    return made


@lru_cache(maxsize=1)
def training() -> Faces:
    """The people to train on."""
    return faces("train")


def pictures() -> Tensor:
    """All their pictures (N, 3, S, S) uint8."""
    return torch.from_numpy(training().pictures).flatten(0, 1).permute(0, 3, 1, 2)


def autoencoder(kind: str) -> AutoEncoder:
    """One kind, trained."""

    def train() -> AutoEncoder:
        return fit_autoencoder(pictures(), kind, AUTOENCODERS[kind], report=log_progress)

    return kept(kind, AutoEncoder(kind, SIDE), train)


def pairs(model: AutoEncoder) -> Pairs:
    """The people as an auto-encoder sees them."""
    people, versions = training().labels.shape[:2]
    coefficients = in_chunks(model.patches, pictures())
    with torch.no_grad():
        latents = torch.cat([model.encode(part)[0] for part in coefficients.split(2000)])
    labels = torch.from_numpy(training().labels)
    return Pairs(latents.unflatten(0, (people, versions)), labels, coefficients.unflatten(0, (people, versions)))


def editor() -> Editor:
    """The bundled editor."""
    model = autoencoder(BEST)
    seen = pairs(model)
    network: InvertibleNetwork | None = None
    for number, (schedule, weight) in enumerate(CYCLES):
        network = cycle(number, model, seen, schedule, weight, network)
    assert network is not None
    made = Editor.of(model, network, seen.latents.flatten(0, 1), seen.labels.flatten(0, 1), FACTORS)
    return replace(made, card=Card(error=usual_error(made), people=len(seen)))


def cycle(
    number: int, model: AutoEncoder, seen: Pairs, schedule: Schedule, weight: float, begun: InvertibleNetwork | None
) -> InvertibleNetwork:
    """The network after one more cycle of training."""

    def train() -> InvertibleNetwork:
        return fit_invertible(model, seen, VALUES, schedule, report=log_progress, begun=begun, weight=weight)

    empty = InvertibleNetwork(model.size, sized(seen, VALUES), VALUES)
    return kept(f"network-{number}", empty, train)


def usual_error(made: Editor) -> UsualError:
    """How well held-out faces are made again: the error below which 99 of 100 lie, in units of the whole range."""
    people = faces("held out").pictures[CHUNK:, 0]  # not those that are bundled
    return UsualError(float(np.quantile(squared_error(made.pictures(made.latents(people)), people), 0.99)))


def judge() -> judges.Judges:
    """The judges."""
    every = training()

    def train() -> judges.Judges:
        flat = every.pictures.reshape(-1, *every.pictures.shape[2:])
        return judges.fit(flat, every.labels.reshape(len(flat), -1), VALUES, JUDGES, report=log_progress)

    return kept("judges", judges.Judges(VALUES, SIDE), train)


def log_progress(progress: Progress) -> None:
    """A line on the log now and then."""
    if progress.done % 100 == 0 or progress.done == progress.total:
        log.info("%s: %s of %s, %s", progress.message, progress.done, progress.total, progress.metrics)


def main() -> None:
    """Train one part, or all that are not there yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("parts", nargs="*", default=["editor", "judges", *KINDS])
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(chosen.threads)
    bundled_file("faces").parent.mkdir(exist_ok=True)
    for part in chosen.parts:
        if part == "editor":
            editor().save(bundled_file("faces"))
        elif part == "judges":
            judge().save(bundled_file("judges"))
        elif part == BEST:
            autoencoder(part)
        else:
            autoencoders.save(autoencoder(part), bundled_file(part))


if __name__ == "__main__":
    main()
