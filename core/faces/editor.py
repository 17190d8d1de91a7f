"""An editor of faces: an auto-encoder, an invertible network and the names of the factors, in one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
import torch
from msgspec import Meta
from torch import Tensor, nn

from core import tensor_file
from core.errors import BadInput, one_line
from core.faces.autoencoders import AutoEncoder, as_pictures, tensor
from core.faces.invertible import InvertibleNetwork
from core.faces.options import MOST_FACTORS, Factors, KindName, Side
from core.faces.pictures import Pictures
from core.faces.results import Setting
from core.results import Floats
from core.tensor_file import UNREADABLE, Count, Description, under

FORMAT: Literal["clipscape-faces-1"] = "clipscape-faces-1"
PARTS = ("means", "latent_means", "readers")
REACH = 3.0
"""Sliders go from -REACH to REACH; the people with one value of a factor lie around -1, those with the other at 1."""


class UsualError(msgspec.Struct, frozen=True):
    """The reconstruction error below which 99 of 100 held-out faces lie."""

    quantile_99: Annotated[float, Meta(ge=0)]


class Card(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a training. settings: it was asked with; people: it learned from."""

    error: UsualError | None = None
    settings: dict[str, Any] | None = None
    people: Count | None = None


NOTHING_KNOWN = Card()


class EditorDescription(Description, frozen=True, kw_only=True):
    """Of an editor's file. kind: of its auto-encoder; side: pixels; sizes: factor → dimensions of its block."""

    CONTENT = f"editor of faces ({FORMAT})"
    REMEDY = "give a trained editor's"

    format: Literal["clipscape-faces-1"]
    kind: KindName
    side: Side
    sizes: Annotated[dict[str, Annotated[int, Meta(ge=1, le=4_096)]], Meta(max_length=MOST_FACTORS)]
    factors: Factors
    card: Card = NOTHING_KNOWN

    def __post_init__(self) -> None:
        if list(self.sizes) != list(self.factors):
            raise ValueError("sizes and factors name different ones")


@dataclass(frozen=True)
class Editor:
    """A face is its latents z̄ = T(E(x)): D numbers, of which each factor has a block.

    factors: name → names of its values. means: for each factor the mean latents (values, block) of its people.
    latent_means: for each factor the mean z = E(x) (values, D), the usual attribute vectors, to compare with.
    readers: for each factor (values, D + 1) what tells the value from all of z̄, a linear discriminant and its offset.
    """

    autoencoder: AutoEncoder
    network: InvertibleNetwork
    factors: Mapping[str, tuple[str, ...]]
    means: Sequence[Tensor]
    latent_means: Sequence[Tensor]
    readers: Sequence[Tensor]
    card: Card = NOTHING_KNOWN

    @classmethod
    @torch.no_grad()
    def of(
        cls,
        autoencoder: AutoEncoder,
        network: InvertibleNetwork,
        encoded: Tensor,
        labels: Tensor,
        factors: Mapping[str, tuple[str, ...]],
        card: Card = NOTHING_KNOWN,
    ) -> Editor:
        """An editor with the means of training people's encoded pictures z (N, D) with labels (N, F)."""
        latents, columns = network(encoded)[0], list(zip(labels.T, network.places, strict=True))
        blocks = [latents[:, block] for block in network.blocks.values()]
        means = [by_value(block, *column) for block, column in zip(blocks, columns, strict=True)]
        encoded_means = [by_value(encoded, *column) for column in columns]
        readers = [discriminant(latents, *column) for column in columns]
        return cls(autoencoder, network, factors, means, encoded_means, readers, card)

    @property
    def side(self) -> int:
        """Pixels a side."""
        return self.autoencoder.side

    @property
    def usual_error(self) -> float | None:
        """Below it lies the reconstruction error of 99 of 100 held-out faces; None where nobody measured it."""
        return self.card.error.quantile_99 if self.card.error else None

    @torch.no_grad()
    def latents(self, pictures: Pictures) -> Floats:
        """Pictures (N, S, S, 3) → latents (N, D)."""
        return self.network(self.autoencoder.latent(tensor(pictures)))[0].numpy()

    @torch.no_grad()
    def pictures(self, latents: Floats) -> Pictures:
        """Latents (N, D) → pictures (N, S, S, 3)."""
        return as_pictures(self.autoencoder.picture(self.network.inverse(torch.from_numpy(latents))))

    def positions(self, latents: Floats) -> dict[str, Floats]:
        """Where latents (N, D) lie on each slider: factor → (N,) where it has two values, else (N, values).

        A factor of two values: -1 at the mean of those with the first, 1 at the mean of those with the second. One of
        more: for each value, -1 at the mean of all other people and 1 at the mean of those with that value.
        """
        found = {}
        for name, values in self.factors.items():
            means = self._of(name, self.means)
            others = (means.sum(0) - means) / (len(means) - 1)
            directions = means - others
            along = 2 * ((latents[:, None, self.network.blocks[name]] - (means + others) / 2) * directions).sum(2)
            along = along / (directions**2).sum(1)
            found[name] = along[:, 1] if len(values) == 2 else along
        return found

    def values(self, latents: Floats) -> dict[str, np.ndarray]:
        """The value of each factor that latents (N, D) tell: factor → (N,) int64.

        Read from all of them: a block holds what an edit has to move, which is less than what gives a value away.
        """
        readers = zip(self.factors, self.readers, strict=True)
        return {name: (latents @ each[:, :-1].numpy().T + each[:, -1].numpy()).argmax(1) for name, each in readers}

    def moved(self, latents: Floats, settings: Mapping[str, Setting]) -> Floats:
        """Latents (N, D) with sliders set: factor → position, or for more than two values: {value: position}.

        Each slider moves along the way that the network learned between the places of the factor's values. Raises
        `BadInput` for an unknown factor or value and for a position beyond ±3.
        """
        moved = latents.copy()
        for factor, setting in settings.items():
            value, position = self._slider(factor, setting)
            steps = (self._reached(factor, position) - self.start(latents, factor, value)) / 2
            moved[:, self.network.blocks[factor]] += steps[:, None] * self._way(latents, factor, value)
        return moved

    def start(self, latents: Floats, factor: str, value: int) -> Floats:
        """Where a slider stands for latents (N, D) until somebody moves it: (N,).

        Of two values: the face's own position. Of more: 1 for people with the value and -1 for all others, whose
        slider leads from their own value's place to this one's; one slider a value along its own axis, whatever the
        person is, ended farther from the true counterfactuals.
        """
        if len(self.factors[factor]) == 2:
            return self.positions(latents)[factor] * (1 if value else -1)
        return np.where(self.values(latents)[factor] == value, 1.0, -1.0).astype(np.float32)

    def become(self, latents: Floats, factor: str, value: int) -> Floats:
        """Latents (N, D) of the same people with another value of a factor: what the network was trained for."""
        places = self._of(factor, self.network.places)
        moved = latents.copy()
        moved[:, self.network.blocks[factor]] += places[value] - places[self.values(latents)[factor]]
        return moved

    def mixed(self, latents: Floats, other: Floats, factors: Sequence[str]) -> Floats:
        """Latents (N, D) with the blocks of some factors taken from others (N, D); raises `BadInput`."""
        moved = latents.copy()
        for name in factors:
            self.values_of(name)
            moved[:, self.network.blocks[name]] = other[:, self.network.blocks[name]]
        return moved

    def random(self, values: Mapping[str, int], rng: np.random.Generator, spread: float = 0.8) -> Floats:
        """Latents (1, D) of a person who never was: chance, around the mean of each chosen value.

        spread: deviation of the latents; below 1, where people look more usual.
        """
        latents = spread * rng.standard_normal((1, self.autoencoder.size)).astype(np.float32)
        for name, means in zip(self.factors, self.means, strict=True):
            value = values.get(name, int(rng.integers(len(means))))
            latents[:, self.network.blocks[name]] = means[value].numpy()
        return latents

    def values_of(self, factor: str) -> tuple[str, ...]:
        """The values of a factor; raises `BadInput` for one that is unknown."""
        if factor not in self.factors:
            raise BadInput(f"no factor {factor!r}: choose from {', '.join(self.factors)}")
        return self.factors[factor]

    def value(self, factor: str, name: str) -> int:
        """Where a value stands among those of its factor; raises `BadInput` for one that is unknown."""
        values = self.values_of(factor)
        if name not in values:
            raise BadInput(f"no {factor} {name!r}: choose from {', '.join(values)}")
        return values.index(name)

    def save(self, path: Path) -> None:
        """One safetensors file; its metadata say what is in it. The auto-encoder is kept at half precision."""
        tensors = {f"autoencoder.{k}": v.half() for k, v in self.autoencoder.state_dict().items()}
        tensors |= {f"network.{k}": v for k, v in self.network.state_dict().items()}
        tensors |= {f"{part}.{n}": each for part in PARTS for n, each in enumerate(getattr(self, part))}
        description = EditorDescription(
            format=FORMAT,
            kind=self.autoencoder.kind,  # type: ignore[arg-type]
            side=self.side,
            sizes=self.network.sizes,
            factors=dict(self.factors),
            card=self.card,
        )
        tensor_file.write(path, {k: v.contiguous().numpy() for k, v in tensors.items()}, description)

    def _of(self, factor: str, each: Sequence[Tensor] | nn.ParameterList) -> Floats:
        """What a factor has among what each has."""
        return each[list(self.factors).index(factor)].detach().numpy()

    def _reached(self, factor: str, position: float) -> float:
        """How far a slider goes: of more than two values hardly beyond ±1, where colours leave what faces have."""
        if len(self.factors[factor]) == 2:
            return position
        inside = min(1.0, max(-1.0, position))
        return inside + (position - inside) / 8

    def _way(self, latents: Floats, factor: str, value: int) -> Floats:
        """The step (N, block) that makes people with other values ones with this value; for those: away from others."""
        places = self._of(factor, self.network.places)
        others = (places.sum(0) - places[value]) / (len(places) - 1)
        if len(places) == 2:
            return np.broadcast_to(places[value] - others, (len(latents), places.shape[1]))
        own = self.values(latents)[factor]
        return places[value] - np.where((own == value)[:, None], others, places[own])

    def _slider(self, factor: str, setting: Setting) -> tuple[int, float]:
        """A setting as the place of the value that it leads to and the position, checked."""
        values = self.values_of(factor)
        named = setting if isinstance(setting, Mapping) else {values[-1]: setting}
        if len(named) != 1 or (not isinstance(setting, Mapping) and len(values) > 2):
            raise BadInput(f"{factor} needs one value and its position: choose from {', '.join(values)}")
        ((name, position),) = named.items()
        value = self.value(factor, name)
        if not abs(position) <= REACH:
            raise BadInput(f"{factor}={position:g} is beyond ±{REACH:g}: choose a number from -{REACH:g} to {REACH:g}")
        return value, float(position)


def by_value(rows: Tensor, labels: Tensor, places: Tensor) -> Tensor:
    """The mean row (values, …) of each value; `places` has one row a value."""
    return torch.stack([rows[labels == value].mean(0) for value in range(len(places))])


def discriminant(rows: Tensor, labels: Tensor, places: Tensor) -> Tensor:
    """Fisher's linear discriminant of each value and its offset (values, D + 1), every value as likely."""
    means = by_value(rows, labels, places).double()
    within = (rows - means[labels]).T @ (rows - means[labels]) / len(rows)
    directions = torch.linalg.solve(within + 1e-6 * torch.eye(rows.shape[1]), means.T).T
    return torch.cat([directions, -0.5 * (directions * means).sum(1, keepdim=True)], 1).float()


def load(path: Path) -> Editor:
    """The editor in a file. Raises `BadInput` for a file that holds none, or one of another shape."""
    description, tensors = tensor_file.read(path, EditorDescription)
    try:
        return _built(description, tensors)
    except UNREADABLE as error:
        reason = f"its arrays are not as its description says ({one_line(error, 100)})"
        raise BadInput(f"{path}: {reason}; train it again") from None


@torch.no_grad()
def _built(description: EditorDescription, tensors: Mapping[str, Tensor]) -> Editor:
    """An editor from a file's description and arrays; raises `ValueError` or `RuntimeError` for other arrays."""
    factors, sizes = description.factors, description.sizes
    autoencoder = AutoEncoder(description.kind, description.side)
    size = autoencoder.size
    if sum(sizes.values()) > size:
        raise ValueError(f"blocks of {sum(sizes.values()):,} dimensions in {size:,}")
    network = InvertibleNetwork(size, sizes, {name: len(values) for name, values in factors.items()})
    autoencoder.load_state_dict(under("autoencoder.", tensors))
    network.load_state_dict(under("network.", tensors))
    widths = {"means": list(sizes.values()), "latent_means": [size] * len(sizes), "readers": [size + 1] * len(sizes)}
    shapes = {part: list(zip(map(len, factors.values()), widths[part], strict=True)) for part in PARTS}
    parts = {part: [_shaped(tensors, f"{part}.{n}", each) for n, each in enumerate(shapes[part])] for part in PARTS}
    made = Editor(autoencoder.eval(), network.eval(), factors, **parts, card=description.card)
    if not autoencoder.picture(network.inverse(torch.ones(1, size))).isfinite().all():
        raise ValueError("no face comes out of it, its numbers are too large")
    return made


def _shaped(tensors: Mapping[str, Tensor], name: str, shape: tuple[int, int]) -> Tensor:
    """An array of floating-point numbers; raises `ValueError` for one of another shape or type."""
    if name not in tensors or tuple(tensors[name].shape) != shape or not tensors[name].is_floating_point():
        raise ValueError(f"{name} is no {shape[0]} × {shape[1]} floating-point numbers")
    return tensors[name].float()
